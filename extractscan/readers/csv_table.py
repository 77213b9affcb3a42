"""Read CSV as text columns; a bad record is counted, and its neighbours are kept."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

import polars as pl

from extractscan.readers.chunk import MAX_ROWS, Chunk, rows_from
from extractscan.readers.lines import LONGEST, blocks
from extractscan.readers.plan import Plan
from extractscan.readers.stored import DamagedError
from extractscan.readers.streams import Meter, pieces
from extractscan.readers.tally import Tally

DELIMITERS: Final = (",", ";", "\t", "|")
LONGEST_NAME: Final = 64
"""Longer ones are sentences."""
_QUOTE: Final = b'"'


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
    try:
        return [name.strip() for name in next(csv.reader([text], delimiter=delimiter), [])]
    except csv.Error:
        return None


def names(plan: Plan) -> list[str]:
    """Give the names in the header of a table; none where it cannot be read."""
    try:
        first = next(records(next(record_blocks(pieces(plan.stored, plan.layers, Meter(Tally()))), b"")), b"")
    except DamagedError:
        return []
    return _header(first, plan)


def cells(data: bytes, delimiter: str) -> list[bytes]:
    """Give the values of one record as they stand in it, without the quotes around them."""
    try:
        values = next(csv.reader([data.decode("utf-8", "surrogateescape")], delimiter=delimiter), [])
    except csv.Error:
        return []
    return [value.replace('"', '""').encode("utf-8", "surrogateescape") for value in values]


def _header(first: bytes, plan: Plan) -> list[str]:
    return _fields(first.decode("utf-8", "replace").strip("\r\n"), plan.framing) or []


def read(plan: Plan, meter: Meter) -> Iterator[Chunk]:
    """Yield the rows of a table in order, all columns as text, null where empty.

    All columns are parsed whatever the plan asks for, so that the same rows are good in every pass.
    """
    columns: list[str] | None = None
    try:
        for block in record_blocks(pieces(plan.stored, plan.layers, meter)):
            body = block
            if columns is None:
                first = next(records(block))
                columns = _header(first, plan)
                body = block[len(first) :]
            if body:
                yield from _chunks(body, columns, plan, meter)
    except DamagedError as error:
        meter.tally.reject(str(error), f"row {meter.tally.rows}")


def _chunks(body: bytes, names: Sequence[str], plan: Plan, meter: Meter) -> Iterator[Chunk]:
    frame = _parse(body, names, plan.framing)
    if frame is None:
        frame, rows = _piecemeal(list(records(body)), names, plan, meter)
    else:
        rows = rows_from(meter.tally.rows, frame.height)
        meter.tally.rows += frame.height
    kept = frame.select(plan.chosen(names))
    blank = frame.select(pl.all_horizontal(pl.all().is_null())).to_series()
    if blank.any():
        meter.tally.count("rows set aside: empty lines", int(blank.sum()))
        kept, rows = kept.filter(~blank), rows.filter(~blank)
    for start in range(0, len(rows), MAX_ROWS):
        yield Chunk(rows[start : start + MAX_ROWS], kept[start : start + MAX_ROWS])


def _parse(body: bytes, names: Sequence[str], delimiter: str) -> pl.DataFrame | None:
    try:
        return pl.read_csv(
            body, has_header=False, separator=delimiter, schema=dict.fromkeys(names, pl.String), glob=False
        )
    except (pl.exceptions.PolarsError, ValueError):
        return None


def _piecemeal(parts: list[bytes], names: Sequence[str], plan: Plan, meter: Meter) -> tuple[pl.DataFrame, pl.Series]:
    """Parse by halves down to the records that are bad, and count those."""
    frames, rows, pending = [], [], [(0, len(parts))]
    start = meter.tally.rows
    while pending:
        low, high = pending.pop()
        frame = _parse(b"".join(parts[low:high]), names, plan.framing)
        if frame is not None and frame.height == high - low:
            frames.append(frame)
            rows.append(rows_from(start + low, high - low))
        elif high - low > 1:
            middle = (low + high) // 2
            pending += [(middle, high), (low, middle)]
        else:
            values = _values(parts[low], names, plan.framing)
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
        text = data.decode().strip("\r\n")
        values = next(csv.reader([text], delimiter=delimiter), [])
    except UnicodeDecodeError:
        return "not UTF-8"
    except csv.Error:
        return "not CSV"
    if len(values) > len(names):
        return "more fields than the header"
    if data.count(_QUOTE) % 2:
        return "unbalanced quotes"
    return [value or None for value in values] + [None] * (len(names) - len(values))


def record_blocks(stream: Iterator[bytes]) -> Iterator[bytes]:
    """Yield a stream in blocks of whole records: line ends inside quotes do not end a record.

    Raises:
        DamagedError: where the stream breaks, after the whole records before were yielded.
    """
    carry = b""
    broken: DamagedError | None = None
    try:
        for block in blocks(stream):
            carry += block
            end = _last_record_end(carry)
            if end:
                yield carry[:end]
                carry = carry[end:]
            elif len(carry) > LONGEST:
                raise DamagedError("a quoted field longer than 256 MiB")  # noqa: TRY301 - like all other breaks
    except DamagedError as error:
        broken = error
    if carry and broken is None:
        yield carry
    if broken is not None:
        raise broken


def _last_record_end(data: bytes) -> int:
    """Where the last whole record ends: after a line end with an even number of quotes before it."""
    if not data.endswith(b"\n"):
        return 0
    odd = data.count(_QUOTE) % 2
    end = len(data)
    while odd and end > 0:
        start = data.rfind(b"\n", 0, end - 1) + 1
        odd ^= data.count(_QUOTE, start, end) % 2
        end = start
    return end


def records(data: bytes) -> Iterator[bytes]:
    """Cut bytes into records with their line ends."""
    held: list[bytes] = []
    odd = 0
    for line in _lines(data):
        held.append(line)
        odd ^= line.count(_QUOTE) % 2
        if not odd:
            yield b"".join(held)
            held = []
    if held:
        yield b"".join(held)


def _lines(data: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(data):
        end = data.find(b"\n", start) + 1 or len(data)
        yield data[start:end]
        start = end


def originals(plan: Plan, rows: Iterable[int]) -> Iterator[tuple[int, bytes]]:
    """Give the bytes of chosen records, without the line end; the header is no record."""
    wanted = set(rows)
    row = -1
    try:
        for block in record_blocks(pieces(plan.stored, plan.layers, Meter(Tally()))):
            for data in records(block):
                if row in wanted:
                    yield row, data.removesuffix(b"\n").removesuffix(b"\r")
                row += 1
            if row > max(wanted, default=-1):
                return
    except DamagedError:
        return


def sample(body: bytes, names: Sequence[str], plan: Plan, count: int) -> list[dict[str, str | None]]:
    """Give the first records of the bytes after a header."""
    few = b"".join(islice(records(body), count))
    meter = Meter(Tally())
    return [record for chunk in _chunks(few, names, plan, meter) for record in _dicts(chunk)] if few else []


def _dicts(chunk: Chunk) -> list[dict[str, str | None]]:
    return chunk.records.to_dicts() if isinstance(chunk.records, pl.DataFrame) else []
