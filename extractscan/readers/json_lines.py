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
import pyarrow as pa

from extractscan.readers import blockwise, envelopes
from extractscan.readers.chunk import MAX_ROWS, Chunk, rows_from
from extractscan.readers.envelopes import NotARecordError
from extractscan.readers.lines import blocks
from extractscan.readers.plan import Plan
from extractscan.readers.shape import UnusualError
from extractscan.readers.stored import DamagedError
from extractscan.readers.streams import Meter, pieces
from extractscan.readers.tally import Tally

WRAPPED: Final = "wrapped"
"""Framing of files whose lines hold pages, deliveries or log events instead of records."""

_WATCH_STEP: Final = 16
"""One record in so many is searched for columns that the sample did not show."""


class Place(NamedTuple):
    """Where a block stands: the number of its first line, from 1, and how many line ends it holds."""

    line: int
    ends: int


def read(plan: Plan, meter: Meter) -> Iterator[Chunk]:
    """Yield the records of a file in order: structs where the plan names canonical fields, else dicts."""
    block_of = _wrapped_block if plan.framing == WRAPPED else _plain_block
    kind = _struct(plan)
    usual = Usual(plan) if plan.columns and plan.framing != WRAPPED else None
    line = 1
    try:
        for block in blocks(pieces(plan.stored, plan.layers, meter)):
            ends = block.count(b"\n")
            frame = usual.read(block) if usual else None
            if frame is not None:
                chunks = _cut(rows_from(meter.tally.rows, frame.height), frame, read=True)
                meter.tally.rows += frame.height
            else:
                rows, records = block_of(block, kind, meter, Place(line, ends))
                chunks = _cut(rows, records)
                if usual:
                    usual.learn(records)
                del rows, records
            while chunks:
                _watch(chunks[0].records, plan.absent, meter)
                yield chunks.pop(0)
            line += ends
    except DamagedError as error:
        meter.tally.reject(str(error), f"line {line}")


def _cut(rows: pl.Series, records: pl.DataFrame | list[Any], *, read: bool = False) -> list[Chunk]:
    starts = range(0, len(records), MAX_ROWS)
    return [Chunk(rows[start : start + MAX_ROWS], records[start : start + MAX_ROWS], read) for start in starts]


class Usual:
    """The way of blocks whose records have the usual shape: read by columns, without an object for each record."""

    def __init__(self, plan: Plan) -> None:
        assert plan.columns is not None
        self._columns, self._wanted = plan.columns, plan.wanted
        self._shape = blockwise.shape_of(plan.columns)
        self._schema: pa.Schema | None = None
        self._tries = _TRIES
        self._fresh = True

    def read(self, block: bytes) -> pl.DataFrame | None:
        """Read the wanted columns of a block; None where it has to be read record by record."""
        if self._tries <= 0:
            return None
        if self._fresh:
            self._fresh = False
            self.learn(_head(block))
        frame = None
        if self._schema is not None:
            frame = blockwise.read(block, self._schema, self._columns, self._wanted)
        self._tries = self._tries - 1 if frame is None else _TRIES
        return frame

    def learn(self, records: Iterable[Any]) -> None:
        """Widen the shape by records that were read one by one."""
        if self._tries <= 0:
            return
        self._shape.learn(records)
        try:
            self._schema = self._shape.schema()
        except UnusualError:
            self._schema, self._tries = None, 0


_TRIES: Final = 3
"""Blocks in a row that may turn out to be of another shape; then a log has none."""
_HEAD: Final = 256 << 10
"""Bytes of the first block that show what shape its records have."""


def _head(block: bytes) -> list[Any]:
    whole = block[: block.rfind(b"\n", 0, _HEAD) + 1]
    try:
        return _decoder(None).decode_lines(whole)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return []


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
    some = records[::_WATCH_STEP] if absent else ()
    if len(some) and isinstance(some[0], msgspec.Struct):
        for name in absent:
            if any(value not in (None, "") for value in map(attrgetter(name), some)):
                meter.tally.notes.add(f"{name} appears only after the first records and was not read")


def _plain_block(
    block: bytes, kind: type[msgspec.Struct] | None, meter: Meter, place: Place
) -> tuple[pl.Series, list[Any]]:
    """Decode a block at once, or line by line where anything in it is odd."""
    start = meter.tally.rows
    expected = place.ends + (not block.endswith(b"\n"))
    if _is_utf8(block):
        try:
            records = _decoder(kind).decode_lines(block)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            records = []
        if len(records) == expected:
            meter.tally.rows += expected
            return rows_from(start, expected), records
    return _line_by_line(block, lambda data: [_one(data, kind)], meter, place)


@lru_cache(maxsize=64)
def _decoder(kind: type[msgspec.Struct] | None) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(dict[str, Any] if kind is None else kind)


def _is_utf8(block: bytes) -> bool:
    """Check all bytes, because a decoder that skips fields does not look into them."""
    if block.isascii():
        return True
    try:
        block.decode()
    except UnicodeDecodeError:
        return False
    return True


def _one(data: bytes, kind: type[msgspec.Struct] | None) -> Any:
    if not _is_utf8(data):
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
