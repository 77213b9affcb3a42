"""Read one JSON record a line; a bad line is counted with its place, and its neighbours are kept."""

from __future__ import annotations

import keyword
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import islice
from operator import attrgetter
from typing import Any, Final, NamedTuple

import msgspec
import polars as pl

from extractscan.readers import envelopes, whole_lines
from extractscan.readers.chunk import MAX_ROWS, Chunk, rows_from
from extractscan.readers.envelopes import NotARecordError
from extractscan.readers.lines import blocks, views
from extractscan.readers.picking import is_nothing
from extractscan.readers.plan import Plan
from extractscan.readers.stored import DamagedError
from extractscan.readers.streams import Meter, pieces
from extractscan.readers.tally import Tally
from extractscan.readers.usual import Usual, ahead

WRAPPED: Final = "wrapped"
"""Framing of files whose lines hold pages, deliveries or log events instead of records."""


class Place(NamedTuple):
    """Where a block stands: the number of its first line, from 1, and how many line ends it holds."""

    line: int
    ends: int


def read(plan: Plan, meter: Meter) -> Iterator[Chunk]:
    """Yield the records of a file in order: structs where the plan names canonical fields, else dicts."""
    block_of = _wrapped_block if plan.framing == WRAPPED else _plain_block
    kind = _struct(plan)
    usual = Usual(plan.columns, plan.wanted) if plan.columns and plan.framing != WRAPPED else None
    line = 1
    try:
        for read_ahead in ahead(views(pieces(plan.stored, plan.layers, meter)), usual):
            if isinstance(read_ahead, pl.DataFrame):
                chunks = _cut(rows_from(meter.tally.rows, read_ahead.height), read_ahead, read=True)
                meter.tally.rows += read_ahead.height
                line += read_ahead.height
            else:
                block = bytes(read_ahead)
                place = Place(line, block.count(b"\n"))
                rows, records = block_of(block, kind, meter, place)
                if usual:
                    usual.learn(records)
                chunks = _cut(rows, records)
                line += place.ends
                del rows, records
            while chunks:
                _watch(chunks[0].records, plan.absent, meter)
                yield chunks.pop(0)
    except DamagedError as error:
        meter.tally.reject(str(error), f"line {line}")


def _cut(rows: pl.Series, records: pl.DataFrame | list[Any], *, read: bool = False) -> list[Chunk]:
    starts = range(0, len(records), MAX_ROWS)
    return [Chunk(rows[start : start + MAX_ROWS], records[start : start + MAX_ROWS], read) for start in starts]


def _struct(plan: Plan) -> type[msgspec.Struct] | None:
    """A type with the needed fields alone: the decoder then skips all others, which doubles its speed."""
    needed = plan.heads if plan.direct is None else {*plan.direct, *plan.absent}
    if needed is None or plan.framing == WRAPPED or not all(name.isidentifier() for name in needed):
        return None
    return _type_of(tuple(sorted(name for name in needed if not keyword.iskeyword(name))))


@lru_cache(maxsize=64)
def _type_of(names: tuple[str, ...]) -> type[msgspec.Struct]:
    return msgspec.defstruct("Needed", [(name, Any, None) for name in names], gc=False)


def _watch(records: Any, absent: Iterable[str], meter: Meter) -> None:
    """Tell of canonical columns that the sample did not show and that stand further on all the same."""
    if len(records) and isinstance(records[0], msgspec.Struct):
        for name in absent:
            values = list(map(attrgetter(name), records))
            if values.count(None) < len(values) and not all(map(is_nothing, values)):
                meter.tally.late.add(name)


def _plain_block(
    block: bytes, kind: type[msgspec.Struct] | None, meter: Meter, place: Place
) -> tuple[pl.Series, list[Any]]:
    """Decode a block at once, or line by line where anything in it is odd."""
    start = meter.tally.rows
    lines = whole_lines.lines_of(block)
    if lines is not None and whole_lines.is_utf8(block):
        try:
            records = _decoder(kind).decode_lines(block)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            records = []
        if len(records) == lines[0]:
            meter.tally.rows += lines[0]
            return rows_from(start, lines[0]), records
    return _line_by_line(block, lambda data: [_one(data, kind)], meter, place)


@lru_cache(maxsize=64)
def _decoder(kind: type[msgspec.Struct] | None) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(dict[str, Any] if kind is None else kind)


def _one(data: bytes, kind: type[msgspec.Struct] | None) -> Any:
    if not whole_lines.is_utf8(data):
        raise NotARecordError("not UTF-8")
    try:
        return _decoder(kind).decode(data)
    except (msgspec.MsgspecError, RecursionError):
        record = envelopes.decode(data)
    if not isinstance(record, dict):
        raise NotARecordError("not a JSON object")
    if kind is None:
        return record
    return kind(**{name: record.get(name) for name in kind.__struct_fields__})


def _wrapped_block(
    block: bytes, _kind: type[msgspec.Struct] | None, meter: Meter, place: Place
) -> tuple[pl.Series, list[Any]]:
    return _line_by_line(block, _unwrapped, meter, place)


def _unwrapped(data: bytes) -> list[Any]:
    return [_try(element) for element in envelopes.elements(data)]


def _try(element: envelopes.Element) -> Any:
    try:
        return envelopes.record_of(element)
    except NotARecordError as error:
        return error


def _line_by_line(
    block: bytes, decode: Callable[[bytes], list[Any]], meter: Meter, place: Place
) -> tuple[pl.Series, list[Any]]:
    rows: list[int] = []
    records: list[Any] = []
    for number, data in enumerate(block.split(b"\n"), place.line):
        if not data.strip():
            continue
        try:
            found = decode(data)
        except NotARecordError as error:
            found = [error]
        for record in found:
            if isinstance(record, NotARecordError):
                meter.tally.reject(str(record), f"line {number}", rows=[meter.tally.rows])
            else:
                rows.append(meter.tally.rows)
                records.append(record)
            meter.tally.rows += 1
    return pl.Series(rows, dtype=pl.Int64), records


def originals(plan: Plan, rows: Iterable[int]) -> Iterator[tuple[int, bytes]]:
    """Give the bytes of chosen records: lines without their end, or elements of wrapped lines."""
    wanted = set(rows)
    for row, data in enumerate(islice(_all(plan), max(wanted, default=-1) + 1)):
        if row in wanted:
            yield row, data


def _all(plan: Plan) -> Iterator[bytes]:
    try:
        for block in blocks(pieces(plan.stored, plan.layers, Meter(Tally()))):
            for line in block.split(b"\n"):
                if not line.strip():
                    continue
                data = line.removesuffix(b"\r")
                if plan.framing == WRAPPED:
                    yield from _elements(data)
                else:
                    yield data
    except DamagedError:
        return


def _elements(data: bytes) -> list[bytes]:
    try:
        return [element.data for element in envelopes.elements(data)]
    except NotARecordError:
        return [data]
