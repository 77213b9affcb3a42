"""Read a file that is one JSON value: an array of records, a page or delivery of them, or a single record."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

import polars as pl

from extractscan.readers import envelopes, json_array
from extractscan.readers.chunk import Chunk
from extractscan.readers.envelopes import Element, NotARecordError
from extractscan.readers.lines import BOM
from extractscan.readers.plan import Plan
from extractscan.readers.stored import DamagedError
from extractscan.readers.streams import Meter, pieces
from extractscan.readers.tally import Tally

LARGEST: Final = 512 << 20
"""A document that is no array must be held whole; beyond this the export should be one record a line."""
HELD: Final = 64 << 20
"""Longer arrays are cut as they are read: slower than decoding them at once, in memory that does not grow."""

_STEP: Final = 10_000
_ENDS: Final = re.compile(r"\s*,\s*\]\s*")
"""What is left of an array where only a comma follows its last element, as some exporters write it."""
_LIST: Final = re.compile(
    rf'\A\s*\[|"(?:{"|".join((*envelopes.LISTS, *(key for _, key in envelopes.PAGES)))})"\s*:\s*\['
)


def read(plan: Plan, meter: Meter) -> Iterator[Chunk]:
    """Yield the records of a document in order; of a damaged one, those before the damage."""
    rows: list[int] = []
    records: list[object] = []
    for element in _elements(plan, meter):
        try:
            records.append(envelopes.record_of(element))
            rows.append(meter.tally.rows)
        except NotARecordError as error:
            meter.tally.reject(str(error), f"row {meter.tally.rows}", rows=[meter.tally.rows])
        meter.tally.rows += 1
        if len(rows) >= _STEP:
            yield Chunk(pl.Series(rows, dtype=pl.Int64), records)
            rows, records = [], []
    if rows:
        yield Chunk(pl.Series(rows, dtype=pl.Int64), records)


def originals(plan: Plan, rows: Iterable[int]) -> Iterator[tuple[int, bytes]]:
    """Give the bytes of chosen elements."""
    wanted = set(rows)
    for row, element in enumerate(_elements(plan, Meter(Tally()))):
        if row in wanted:
            yield row, element.data


def _elements(plan: Plan, meter: Meter) -> Iterator[Element]:
    flow = pieces(plan.stored, plan.layers, meter)
    data, damage = _held(flow, HELD)
    if damage is None and len(data) > HELD and data.startswith(b"["):
        yield from _streamed(chain([data], flow), meter)
        return
    if damage is None and len(data) > HELD:
        rest, damage = _held(flow, LARGEST - len(data))
        data += rest
        if damage is None and len(data) > LARGEST:
            damage = "a JSON document over 512 MiB that is no array; write one record a line instead"
    yield from _of_whole(data.strip(), damage, meter)


def _of_whole(data: bytes, damage: str | None, meter: Meter) -> Iterator[Element]:
    broken = damage is not None
    if damage is None:
        try:
            yield from envelopes.elements(data)
        except NotARecordError as error:
            damage = f"the document breaks off or is damaged ({error})"
        else:
            return
    kept, whole = salvage(data)
    yield from kept
    if broken or not whole:
        meter.tally.reject(damage, f"after row {len(kept) - 1}" if kept else "the start")


def _streamed(flow: Iterator[bytes], meter: Meter) -> Iterator[Element]:
    count = 0
    try:
        for element in json_array.split(flow):
            yield Element(element)
            count += 1
    except (DamagedError, NotARecordError) as error:
        meter.tally.reject(str(error), f"after row {count - 1}" if count else "the start")


def _held(flow: Iterator[bytes], most: int) -> tuple[bytes, str | None]:
    """Read until more than so many bytes are held or the stream ends, and say how it broke if it did."""
    held, weight, damage = [], 0, None
    try:
        for piece in flow:
            held.append(piece)
            weight += len(piece)
            if weight > most:
                break
    except DamagedError as error:
        damage = str(error)
    return b"".join(held).removeprefix(BOM).lstrip(), damage


def salvage(data: bytes) -> tuple[list[Element], bool]:
    """Give what stands before a break, and whether there was one after all.

    Of documents that follow each other these are all whole ones, of a page or an array its elements.
    """
    text = data.decode("utf-8", "surrogateescape")
    documents, end = _values(text, 0) if text.startswith("{") else ([], 0)
    if documents:
        return [element for document in documents for element in _records_of(document)], not text[end:].strip()
    found = _LIST.search(text)
    elements, end = _values(text, found.end() if found else len(text))
    return [Element(element) for element in elements], bool(elements) and _ENDS.fullmatch(text, end) is not None


def _values(text: str, at: int) -> tuple[list[bytes], int]:
    """Give the JSON values that follow each other from a place on, and where the last one ends."""
    decoder, values = json.JSONDecoder(), []
    while at < len(text):
        start = _skip(text, at)
        try:
            _, at = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            break
        values.append(text[start:at].encode("utf-8", "surrogateescape"))
    return values, at


def _records_of(document: bytes) -> list[Element]:
    try:
        return list(envelopes.elements(document))
    except NotARecordError:
        return [Element(document)]


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n,":
        at += 1
    return at
