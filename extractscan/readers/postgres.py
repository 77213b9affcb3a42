"""Copy the log tables of a PostgreSQL database, as Arrow, into temporary files that are then read like any other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

import pyarrow as pa
import pyarrow.parquet as pq

from extractscan.errors import InputError, UsageError
from extractscan.readers import spool
from extractscan.readers.chunk import MAX_ROWS
from extractscan.readers.databases import SAMPLED, chosen
from extractscan.readers.found import Found
from extractscan.readers.stored import Stored
from extractscan.readers.urls import POSTGRESQL, shown, without_secrets

NOTE: Final = "copied from a live table; hashes are of the copy, which `extractscan convert` keeps"
TABLE: Final = "table"
"""Parameter of the URL that names one table."""

_EXTRA: Final = "Reading PostgreSQL needs more: pip install 'extractscan[postgres]'."
_PLAIN: Final = frozenset(
    {"bigint", "integer", "smallint", "double precision", "real", "boolean", "text", "character varying", "date"}
    | {"timestamp without time zone", "timestamp with time zone"}
)
"""Types that arrive as they are; all others are asked for as text, as the server writes them."""
_AS_TEXT: Final = {"inet": "host({})", "ARRAY": "array_to_json({})::text"}
_COLUMNS: Final = (
    "SELECT c.table_schema, c.table_name, c.column_name, c.data_type FROM information_schema.columns c "
    "JOIN information_schema.tables t USING (table_schema, table_name) "
    "WHERE t.table_type IN ('BASE TABLE', 'FOREIGN') AND c.table_schema NOT IN ('pg_catalog', 'information_schema') "
    "ORDER BY 1, 2, c.ordinal_position"
)
_SETTINGS: Final = ("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY", "SET synchronize_seqscans = off")
"""Nothing is written, and rows of an unchanged table come in the same order in every run."""


def tables(url: str, wanted: frozenset[str]) -> list[Found]:
    """Copy the tables that hold logs, or the one that the URL names (`?table=logs`), and list the copies.

    Raises:
        UsageError: where the driver is not installed.
        InputError: where the database cannot be reached or holds no such table; the password is not told.
    """
    place = shown(url)
    target, one = _target(url)
    driver = _driver()
    try:
        with ExitStack() as held:
            connection = held.enter_context(driver.connect(target))
            cursor = held.enter_context(connection.cursor())
            for setting in _SETTINGS:
                cursor.execute(setting)
            connection.commit()
            asked = _questions(cursor)
            names = [name for name in asked if one in {name, name.partition(".")[2]}] if one else None
            if names is None:
                names = chosen(place, ((name, _some(cursor, question)) for name, question in asked.items()), wanted)
            if not names:
                raise InputError(f"{place}: no such table", hint=f"Tables: {', '.join(list(asked)[:40])}")
            return [_found(place, name, _copied(cursor, asked[name])) for name in names]
    except driver.Error as error:
        raise InputError(
            f"{place}: {_said(error, url)}", hint="Check the URL, the user's rights and the network."
        ) from None


def _driver() -> Any:
    try:
        from adbc_driver_postgresql import dbapi
    except ImportError as error:
        raise UsageError("the driver for PostgreSQL is not installed", hint=_EXTRA) from error
    return dbapi


def _target(url: str) -> tuple[str, str]:
    """The URL for the driver, and the table that was named in it."""
    pairs = parse_qsl(urlsplit(url).query)
    query = urlencode([pair for pair in pairs if pair[0] != TABLE])
    return f"{url.partition('?')[0]}{'?' if query else ''}{query}", dict(pairs).get(TABLE, "")


def _questions(cursor: Any) -> dict[str, str]:
    """The statement that reads each table, by its name with the schema."""
    cursor.execute(_COLUMNS)
    found: dict[str, tuple[str, list[str]]] = {}
    for schema_name, table, column, kind in cursor.fetchall():
        place = f"{_quoted(schema_name)}.{_quoted(table)}"
        name = _quoted(column)
        asked = name if kind in _PLAIN else f"{_AS_TEXT.get(kind, '{}::text').format(name)} AS {name}"
        found.setdefault(f"{schema_name}.{table}", (place, []))[1].append(asked)
    return {name: f"SELECT {', '.join(columns)} FROM {place}" for name, (place, columns) in found.items()}  # noqa: S608 - names quoted


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _some(cursor: Any, question: str) -> Sequence[dict[str, Any]]:
    cursor.execute(f"{question} LIMIT {SAMPLED}")
    table = cursor.fetch_arrow_table()
    return table.to_pylist() or [dict.fromkeys(table.column_names)]


def _copied(cursor: Any, question: str) -> str:
    """Stream a table into a Parquet file, in bounded memory."""
    path = spool.new_path(".parquet")
    cursor.execute(question)
    with cursor.fetch_record_batch() as reader, pq.ParquetWriter(path, reader.schema, compression="zstd") as writer:
        for table in _tables_of(reader):
            writer.write_table(table, row_group_size=MAX_ROWS)
    return path


def _tables_of(reader: Any) -> Iterator[pa.Table]:
    """Gather the driver's small batches into row groups of a size that pays."""
    held: list[pa.RecordBatch] = []
    for batch in reader:
        held.append(batch)
        if sum(part.num_rows for part in held) >= MAX_ROWS or sum(part.nbytes for part in held) >= 64 << 20:
            yield pa.Table.from_batches(held)
            held = []
    if held:
        yield pa.Table.from_batches(held)


def _found(place: str, name: str, path: str) -> Found:
    address, _, query = place.partition("?")
    query = urlencode([*(pair for pair in parse_qsl(query) if pair[0] != TABLE), (TABLE, name)])
    size = Path(path).stat().st_size
    return Found(f"{address}?{query}", size, named=True, stored=Stored(path), kind=POSTGRESQL, note=NOTE)


def _said(error: Exception, url: str) -> str:
    """The first line of what the driver said, with nothing in it that the URL kept secret."""
    text = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return without_secrets(text, url)[:300]
