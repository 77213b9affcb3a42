"""Read CSV as text columns; a bad record is counted, and its neighbours are kept."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

import polars as pl

from extractscan.readers.chunk import MAX_ROWS, Chunk, rows_from
from extractscan.readers.csv_records import Block, Part, cut, fields_of, record_blocks
from extractscan.readers.plan import Plan
from extractscan.readers.stored import DamagedError
from extractscan.readers.streams import Meter, pieces
from extractscan.readers.tally import Tally

DELIMITERS: Final = (",", ";", "\t", "|")
LONGEST_NAME: Final = 64
"""Longer ones are sentences."""
_UNBALANCED: Final = "unbalanced quotes"


def header_of(text: str) -> tuple[str, list[str]] | None:
    """Find the delimiter and the column names in the first record; None where it is no table header.

    A header has at least two columns, and names that are filled, short and differ.
    """
    for delimiter in sorted(DELIMITERS, key=lambda d: -text.count(d)):
        names = _fields(text, delimiter)
        if names is None or len(names) < 2 or len(set(names)) < len(names):
            continue
        if all(0 < len(name) <= LONGEST_NAME for name in names):
            return delimiter, names
    return None


def _fields(text: str, delimiter: str) -> list[str] | None:
    found = fields_of(text, delimiter)
    return None if found is None else [name.strip() for name in found]


def names(plan: Plan) -> list[str]:
    """Give the names in the header of a table; none where it cannot be read."""
    try:
        first = next(record_blocks(pieces(plan.stored, plan.layers, Meter(Tally())), plan.framing), None)
    except DamagedError:
        return []
    return _header(first.data, plan) if first else []


def cells(data: bytes, delimiter: str) -> list[bytes]:
    """Give the values of one record as they stand in it, without the quotes around them."""
    values = fields_of(data.decode("utf-8", "surrogateescape"), delimiter)
    return [value.replace('"', '""').encode("utf-8", "surrogateescape") for value in values or ()]


def _header(first: bytes, plan: Plan) -> list[str]:
    return _fields(first.decode("utf-8", "replace").strip("\r\n"), plan.framing) or []


def read(plan: Plan, meter: Meter) -> Iterator[Chunk]:
    """Yield the rows of a table in order, all columns as text, null where empty.

    All columns are parsed whatever the plan asks for, so that the same rows are good in every pass.
    """
    columns: list[str] | None = None
    try:
        for block in record_blocks(pieces(plan.stored, plan.layers, meter), plan.framing):
            if columns is None:
                columns = _header(block.data, plan)
            else:
                yield from _chunks(block, columns, plan, meter)
    except DamagedError as error:
        meter.tally.reject(str(error), f"row {meter.tally.rows}")


def _chunks(block: Block, names: Sequence[str], plan: Plan, meter: Meter) -> Iterator[Chunk]:
    frame = _parse(block.data, names, plan.framing) if block.parts is None else None
    if frame is None:
        frame, rows = _piecemeal(block.records(plan.framing, len(names)), names, plan, meter)
    else:
        rows = rows_from(meter.tally.rows, frame.height)
        meter.tally.rows += frame.height
    meter.tally.count(_HOLD_ROWS, _holding_rows(frame, plan.framing))
    kept = frame.select(plan.chosen(names))
    blank = frame.select(pl.all_horizontal(pl.all().is_null())).to_series()
    if blank.any():
        meter.tally.count("rows set aside: empty lines", int(blank.sum()))
        kept, rows = kept.filter(~blank), rows.filter(~blank)
    for start in range(0, len(rows), MAX_ROWS):
        yield Chunk(rows[start : start + MAX_ROWS], kept[start : start + MAX_ROWS])


_HOLD_ROWS: Final = "rows hold lines with all the fields of a row: where a quote is missing, these were taken in"
_TELLING: Final = 4
"""Fields from which on a line within a text that has as many is hardly chance."""


def _holding_rows(frame: pl.DataFrame, delimiter: str) -> int:
    """Count the rows one of whose texts has a line in its middle with as many fields as the table."""
    if frame.width < _TELLING:
        return 0
    mark = re.escape(delimiter)
    row = rf"\n(?:[^\n{mark}]*{mark}){{{frame.width - 1}}}[^\n{mark}]*\n"
    long = frame.filter(pl.any_horizontal(pl.all().str.contains("\n", literal=True)))
    return int(long.select(pl.any_horizontal(pl.all().str.contains(row)).sum()).item())


def _parse(body: bytes, names: Sequence[str], delimiter: str) -> pl.DataFrame | None:
    try:
        return pl.read_csv(
            body, has_header=False, separator=delimiter, schema=dict.fromkeys(names, pl.String), glob=False
        )
    except (pl.exceptions.PolarsError, ValueError):
        return None


def _piecemeal(parts: list[Part], names: Sequence[str], plan: Plan, meter: Meter) -> tuple[pl.DataFrame, pl.Series]:
    """Parse by halves down to the records that are bad, and count those."""
    frames, rows, pending = [], [], [(0, len(parts))]
    broken = [at for at, part in enumerate(parts) if not part.sound]
    start = meter.tally.rows
    while pending:
        low, high = pending.pop()
        whole = bisect_left(broken, low) == bisect_left(broken, high)
        frame = _parse(b"".join(part.data for part in parts[low:high]), names, plan.framing) if whole else None
        if frame is not None and frame.height == high - low:
            frames.append(frame)
            rows.append(rows_from(start + low, high - low))
        elif high - low > 1:
            middle = (low + high) // 2
            pending += [(middle, high), (low, middle)]
        else:
            values = _values(parts[low].data, names, plan.framing) if whole else _UNBALANCED
            if isinstance(values, str):
                meter.tally.reject(values, f"row {start + low}", rows=[start + low])
            else:
                frames.append(pl.DataFrame([values], schema=dict.fromkeys(names, pl.String), orient="row"))
                rows.append(rows_from(start + low, 1))
    meter.tally.rows += len(parts)
    none = pl.DataFrame(schema=dict.fromkeys(names, pl.String))
    return pl.concat([none, *frames]), pl.concat([rows_from(0, 0), *rows])


def _values(data: bytes, names: Sequence[str], delimiter: str) -> list[str | None] | str:
    """Read one odd record leniently; the reason where it cannot be."""
    try:
        values = fields_of(data.decode().strip("\r\n"), delimiter)
    except UnicodeDecodeError:
        return "not UTF-8"
    if values is None:
        return "not CSV"
    if len(values) > len(names):
        return "more fields than the header"
    return [value or None for value in values] + [None] * (len(names) - len(values))


def originals(plan: Plan, rows: Iterable[int]) -> Iterator[tuple[int, bytes]]:
    """Give the bytes of chosen records, without the line end; the header is no record."""
    wanted = set(rows)
    row, width = -1, 0
    try:
        for block in record_blocks(pieces(plan.stored, plan.layers, Meter(Tally())), plan.framing):
            width = width or len(_header(block.data, plan))
            for part in block.records(plan.framing, width):
                if row in wanted:
                    yield row, part.data.removesuffix(b"\n").removesuffix(b"\r")
                row += 1
            if row > max(wanted, default=-1):
                return
    except DamagedError:
        return


def sample(body: bytes, names: Sequence[str], plan: Plan, count: int) -> list[dict[str, str | None]]:
    """Give the first records of the bytes after a header."""
    few = list(islice(cut(body, plan.framing, len(names)), count))
    meter = Meter(Tally())
    block = Block(b"".join(part.data for part in few), few)
    return [record for chunk in _chunks(block, names, plan, meter) for record in _dicts(chunk)] if few else []


def _dicts(chunk: Chunk) -> list[dict[str, str | None]]:
    return chunk.records.to_dicts() if isinstance(chunk.records, pl.DataFrame) else []
