"""Read a file that is one JSON value: an array of records, a page or delivery of them, or a single record."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Final

import polars as pl

from extractscan.readers import envelopes
from extractscan.readers.chunk import Chunk
from extractscan.readers.envelopes import NotARecordError
from extractscan.readers.lines import BOM
from extractscan.readers.plan import Plan
from extractscan.readers.streams import DamagedError, Meter, pieces
from extractscan.readers.tally import Tally

LARGEST: Final = 512 << 20
"""A document must be held whole; beyond this the export should be one record a line."""

_STEP: Final = 10_000
_LIST: Final = re.compile(rf'\A\s*\[|"(?:{"|".join(envelopes.LISTS)})"\s*:\s*\[')


def read(plan: Plan, meter: Meter) -> Iterator[Chunk]:
    """Yield the records of a document in order; of a damaged one, those before the damage."""
    rows: list[int] = []
    records: list[object] = []
    for data in _elements(plan, meter):
        try:
            records.append(envelopes.record_of(data))
            rows.append(meter.tally.rows)
        except NotARecordError as error:
            meter.tally.reject(str(error), f"row {meter.tally.rows}")
        meter.tally.rows += 1
        if len(rows) >= _STEP:
            yield Chunk(pl.Series(rows, dtype=pl.Int64), records)
            rows, records = [], []
    if rows:
        yield Chunk(pl.Series(rows, dtype=pl.Int64), records)


def originals(plan: Plan, rows: Iterable[int]) -> Iterator[tuple[int, bytes]]:
    """Give the bytes of chosen elements."""
    wanted = set(rows)
    for row, data in enumerate(_elements(plan, Meter(Tally()))):
        if row in wanted:
            yield row, data


def _elements(plan: Plan, meter: Meter) -> Iterator[bytes]:
    data, damage = _whole(plan, meter)
    if damage is None:
        try:
            yield from envelopes.elements(data)
        except NotARecordError as error:
            damage = f"the document breaks off or is damaged ({error})"
        else:
            return
    count = 0
    for element in salvage(data):
        yield element
        count += 1
    meter.tally.reject(damage, f"after row {count - 1}" if count else "the start")


def _whole(plan: Plan, meter: Meter) -> tuple[bytes, str | None]:
    held, weight = [], 0
    damage = None
    try:
        for piece in pieces(plan.path, plan.compression, meter):
            held.append(piece)
            weight += len(piece)
            if weight > LARGEST:
                raise DamagedError("a JSON document over 512 MiB; write one record a line instead")  # noqa: TRY301
    except DamagedError as error:
        damage = str(error)
    return b"".join(held).removeprefix(BOM).strip(), damage


def salvage(data: bytes) -> Iterator[bytes]:
    """Yield the elements of a broken array that stand before the break."""
    text = data.decode("utf-8", "surrogateescape")
    found = _LIST.search(text)
    at = found.end() if found else len(text)
    decoder = json.JSONDecoder()
    while at < len(text):
        at = _skip(text, at)
        try:
            _, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return
        yield text[at:end].encode("utf-8", "surrogateescape")
        at = end


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n,":
        at += 1
    return at
