"""Read Parquet by batches: only the columns asked for, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any, Final

import msgspec
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from extractscan.readers import spool
from extractscan.readers import stored as storage
from extractscan.readers.chunk import MAX_ROWS, Chunk, rows_from
from extractscan.readers.plan import Plan
from extractscan.readers.stored import DamagedError, Stored
from extractscan.readers.streams import Meter
from extractscan.readers.wanted import Wanted

_BATCH_BYTES: Final = 128 << 20
"""Uncompressed bytes of one batch: long prompts make batches of fewer rows."""

_EACH_HOLDS: Final = 8
"""Row groups with rows of the wanted accounts, one after the other, from which the next is taken to have some too."""
_DAMAGE: Final = (pa.ArrowException, OSError, ValueError, pl.exceptions.PolarsError)


def open_file(stored: Stored) -> pq.ParquetFile:
    """Open a Parquet file; of an object in a store, only what is needed is fetched.

    Raises:
        DamagedError: where its footer cannot be read, which is what truncation destroys.
    """
    try:
        return pq.ParquetFile(local(stored) if stored.store is None else stored.path, filesystem=stored.store)
    except _DAMAGE as error:
        raise DamagedError(f"damaged or truncated Parquet file ({_first_line(error)})") from error


@lru_cache(maxsize=4096)
def local(stored: Stored) -> str:
    """Give the file itself, or a temporary copy of an archive's member: Parquet is read from its end."""
    return stored.path if stored.whole_file else spool.spooled(storage.read(stored))


def sample(stored: Stored, count: int) -> tuple[list[str], list[dict[str, Any]]]:
    """Give the column names and the first rows."""
    with open_file(stored) as file:
        names = list(file.schema_arrow.names)
        problem: Exception | None = None
        for group in range(file.num_row_groups):
            try:
                batch = next(file.iter_batches(count, row_groups=[group]), None)
            except _DAMAGE as error:
                problem = error
                continue
            if batch is not None:
                return names, frame_of(batch).to_dicts()
        if problem is not None:
            raise DamagedError(f"damaged Parquet file ({_first_line(problem)})") from problem
        return names, []


def filled(stored: Stored, records: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """Name the columns that hold any value, given the first rows; a column without one there is read to the first.

    The statistics in the footer would say it sooner, but a damaged footer makes the library abort over them.
    """
    with open_file(stored) as file:
        names = file.schema_arrow.names
        early = {name for name in names if any(record.get(name) is not None for record in records)}
        return frozenset(name for name in names if name in early or _holds_value(file, name))


def _holds_value(file: pq.ParquetFile, name: str) -> bool:
    try:
        return any(batch.column(0).null_count < batch.num_rows for batch in file.iter_batches(MAX_ROWS, columns=[name]))
    except _DAMAGE:
        return True


def read(plan: Plan, meter: Meter) -> Iterator[Chunk]:
    """Yield the rows in order, with only the columns that the plan needs.

    Row groups that hold none of the plan's accounts are skipped unread, and of others only their rows are kept. Where
    many in a row held some, the next is not asked first: that reads the column twice.
    """
    try:
        with open_file(plan.stored) as file:
            names = plan.chosen(file.schema_arrow.names)
            yield from _groups(file, plan, names, meter)
    except DamagedError as error:
        meter.tally.reject(str(error), "the footer")


def _groups(file: pq.ParquetFile, plan: Plan, names: list[str], meter: Meter) -> Iterator[Chunk]:
    size = plan.size
    wanted = plan.accounts and (plan.accounts[0], Wanted(plan.accounts[1]))
    fast = local(plan.stored) if plan.stored.store is None and is_plain(file, names) else None
    start, total, running = 0, max(file.metadata.num_rows, 1), 0
    for group in range(file.num_row_groups):
        meta = file.metadata.row_group(group)
        row = start
        try:
            held = 0
            if wanted is None or running >= _EACH_HOLDS or _holds_any(file, group, *wanted):
                whole = _at_once(fast, names, start, meta) if fast else None
                slow = file.iter_batches(_rows_for(meta), row_groups=[group], columns=names)
                for frame in map(frame_of, slow) if whole is None else (whole,):
                    chunk = Chunk(rows_from(row, frame.height), frame)
                    row += frame.height
                    some = chunk if wanted is None else _of(chunk, *wanted)
                    held += len(some.rows)
                    yield some
            running = running + 1 if held else 0
        except _DAMAGE as error:
            lost = start + meta.num_rows - row
            meter.tally.reject(f"damaged Parquet row group ({_first_line(error)})", f"row {row}", lost)
        start += meta.num_rows
        meter.tally.rows = start
        meter.advance(size * start // total - size * (start - meta.num_rows) // total)


def is_plain(file: pq.ParquetFile, names: Sequence[str]) -> bool:
    """Tell whether Polars reads all columns as Arrow would: text, numbers, truth values and times."""
    kinds = [file.schema_arrow.field(name).type for name in names]
    return bool(kinds) and all(
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_boolean(kind)
        or pa.types.is_integer(kind)
        or pa.types.is_floating(kind)
        or pa.types.is_timestamp(kind)
        for kind in kinds
    )


def _at_once(path: str, names: Sequence[str], start: int, meta: Any) -> pl.DataFrame | None:
    """Read a row group of ordinary size with Polars, in half of Arrow's time; None where Arrow has to look closer.

    That is for text that is not UTF-8 and for damage, of which Arrow says which rows it cost.
    """
    if meta.num_rows > _rows_for(meta):
        return None
    try:
        scan = pl.scan_parquet(path, glob=False, hive_partitioning=False)
        frame = scan.slice(start, meta.num_rows).select(names).collect()
    except (*_DAMAGE, pl.exceptions.PanicException):
        return None
    return frame if frame.height == meta.num_rows else None


def _rows_for(meta: Any) -> int:
    average = max(meta.total_byte_size // max(meta.num_rows, 1), 1)
    return int(min(MAX_ROWS, max(_BATCH_BYTES // average, 256)))


def _of(chunk: Chunk, column: str, wanted: Wanted) -> Chunk:
    """Keep the rows of the wanted accounts."""
    assert isinstance(chunk.records, pl.DataFrame)
    hit = wanted.rows(chunk.records[column])
    return chunk if hit is None else Chunk(chunk.rows.filter(hit), chunk.records.filter(hit))


def _holds_any(file: pq.ParquetFile, group: int, column: str, wanted: Wanted) -> bool:
    held = file.read_row_group(group, columns=[column]).column(0).unique()
    hit = wanted.rows(pl.Series(pl.from_arrow(held)))
    return hit is None or bool(hit.any())


def frame_of(batch: pa.RecordBatch) -> pl.DataFrame:
    """Give a batch as a frame.

    Polars trusts text to be UTF-8, so that is checked here; columns where it is not come as bytes, and columns of
    types that Polars lacks as text.
    """
    checked = [_checked(column) for column in batch.columns]
    try:
        made = pl.from_arrow(pa.RecordBatch.from_arrays(checked, names=batch.schema.names))
        return made if isinstance(made, pl.DataFrame) else made.to_frame()
    except _DAMAGE:
        return pl.DataFrame({name: _series(column) for name, column in zip(batch.schema.names, checked, strict=True)})


def _checked(column: pa.Array) -> pa.Array:
    kind = column.type
    if pa.types.is_primitive(kind):
        return column
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        if pa.types.is_string(kind) or pa.types.is_large_string(kind):
            return column.view(pa.binary() if pa.types.is_string(kind) else pa.large_binary())
        raise
    return column


def _series(column: pa.Array) -> pl.Series:
    try:
        return pl.Series(pl.from_arrow(column))
    except _DAMAGE:
        return pl.Series([None if v is None else str(v) for v in column.to_pylist()], dtype=pl.String)


def originals(plan: Plan, rows: Iterable[int]) -> Iterator[tuple[int, bytes]]:
    """Give chosen rows, with all their columns, as JSON with sorted keys; rows in damaged groups are left out."""
    wanted = sorted(set(rows))
    with open_file(plan.stored) as file:
        start = 0
        for group in range(file.num_row_groups):
            count = file.metadata.row_group(group).num_rows
            inside = [row for row in wanted if start <= row < start + count]
            if inside:
                with suppress(*_DAMAGE):
                    yield from _rows_of(file, group, start, inside)
            start += count


def _rows_of(file: pq.ParquetFile, group: int, start: int, rows: list[int]) -> Iterator[tuple[int, bytes]]:
    at = start
    for batch in file.iter_batches(_rows_for(file.metadata.row_group(group)), row_groups=[group]):
        inside = [row - at for row in rows if at <= row < at + batch.num_rows]
        if inside:
            for offset, record in zip(inside, frame_of(batch.take(pa.array(inside))).to_dicts(), strict=True):
                yield at + offset, msgspec.json.encode(record, order="sorted", enc_hook=str)
        at += batch.num_rows


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
