"""Read tables of SQLite files, as gateways keep them, without writing a byte beside them."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import msgspec

from extractscan.readers import spool
from extractscan.readers.chunk import Chunk, rows_from
from extractscan.readers.databases import SAMPLED, chosen
from extractscan.readers.found import MEMBER, Found
from extractscan.readers.plan import Plan
from extractscan.readers.stored import DamagedError, Stored
from extractscan.readers.streams import Meter, pieces
from extractscan.readers.tally import Tally

KIND: Final = "sqlite"
MAGIC: Final = b"SQLite format 3\0"
WAL_NOTE: Final = "rows that stand only in the write-ahead log beside the file are read; the hash is the file's alone"

_STEP: Final = 10_000
_TABLES: Final = (
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~' "
    "AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name"
)


def tables(found: Found, layers: str, wanted: frozenset[str]) -> list[Found]:
    """List the tables of a database that hold logs, as inputs of their own.

    Raises:
        InputError: where it holds none.
        DamagedError: where it cannot be read.
    """
    copied = found.stored
    if layers or not found.stored.whole_file:
        copied = Stored(spool.spooled(pieces(found.stored, layers, Meter(Tally()))))
    note = WAL_NOTE if _has_wal(copied.path) else ""
    try:
        with closing(_connect(copied)) as database:
            names = [row[0] for row in database.execute(_TABLES)]
            looked = [(name, _rows(database, name, SAMPLED)) for name in names]
    except sqlite3.Error as error:
        raise DamagedError(f"damaged SQLite file ({error})") from error
    base = found.path
    return [
        replace(found, path=f"{base}{MEMBER}{name}", stored=copied, kind=KIND, framing=name, note=note)
        for name in chosen(base, looked, wanted)
    ]


def _has_wal(path: str) -> bool:
    log = Path(f"{path}-wal")
    return log.is_file() and log.stat().st_size > 0


@lru_cache(maxsize=256)
def _settled(path: str) -> str:
    """The file itself; with a write-ahead log beside it a copy of both, since SQLite would settle it in place."""
    if not _has_wal(path):
        return path
    copy = spool.new_path()
    shutil.copyfile(path, copy)
    shutil.copyfile(f"{path}-wal", f"{copy}-wal")
    return copy


def _connect(stored: Stored) -> sqlite3.Connection:
    path = _settled(stored.path)
    mode = "mode=ro&immutable=1" if path == stored.path else "mode=rw"
    database = sqlite3.connect(f"file:{quote(path)}?{mode}", uri=True)
    database.text_factory = lambda text: text.decode("utf-8", "replace")
    database.execute("PRAGMA trusted_schema = OFF")
    database.execute("PRAGMA query_only = ON")
    return database


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _select(database: sqlite3.Connection, table: str, heads: frozenset[str] | None) -> tuple[list[str], sqlite3.Cursor]:
    """Read a table in the order of its rows: an index, which may serve fewer columns, has another order."""
    every = [row[1] for row in database.execute(f"PRAGMA table_info({_quoted(table)})")]
    names = [name for name in every if heads is None or name in heads]
    listed = ", ".join(map(_quoted, names)) or "NULL"
    return names, database.execute(f"SELECT {listed} FROM {_quoted(table)} NOT INDEXED")  # noqa: S608 - names quoted


def _rows(database: sqlite3.Connection, table: str, count: int) -> list[dict[str, Any]]:
    names, cursor = _select(database, table, None)
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchmany(count)]
    return rows or [dict.fromkeys(names)]


def sample(stored: Stored, table: str, count: int) -> tuple[list[str], list[dict[str, Any]]]:
    """Give the column names and the first rows of a table.

    Raises:
        DamagedError: where it cannot be read.
    """
    try:
        with closing(_connect(stored)) as database:
            rows = _rows(database, table, count)
    except sqlite3.Error as error:
        raise DamagedError(f"damaged SQLite file ({error})") from error
    return list(rows[0]), rows


def read(plan: Plan, meter: Meter) -> Iterator[Chunk]:
    """Yield the rows in their order, with only the columns that the plan needs."""
    held: list[Any] = []
    try:
        with closing(_connect(plan.stored)) as database:
            names, cursor = _select(database, plan.framing, plan.heads)
            for row in cursor:
                held.append(dict(zip(names, row, strict=False)))
                if len(held) == _STEP:
                    yield _chunk(held, meter)
                    held = []
    except sqlite3.Error as error:
        meter.tally.reject(f"damaged SQLite file ({error})", f"row {meter.tally.rows + len(held)}")
    if held:
        yield _chunk(held, meter)


def _chunk(records: list[Any], meter: Meter) -> Chunk:
    rows = rows_from(meter.tally.rows, len(records))
    meter.tally.rows += len(records)
    return Chunk(rows, records)


def originals(plan: Plan, rows: Iterable[int]) -> Iterator[tuple[int, bytes]]:
    """Give chosen rows, with all their columns, as JSON with sorted keys."""
    wanted = set(rows)
    with suppress(sqlite3.Error), closing(_connect(plan.stored)) as database:
        names, cursor = _select(database, plan.framing, None)
        for row, values in enumerate(cursor):
            if row in wanted:
                record = dict(zip(names, values, strict=True))
                yield row, msgspec.json.encode(record, order="sorted", enc_hook=str)
