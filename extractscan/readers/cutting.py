"""Cut credentials out of original records, whatever container they lie in, before anybody is given them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

import msgspec

from extractscan.readers import credentials, csv_table
from extractscan.readers.detect import LogFile
from extractscan.readers.plan import Plan
from extractscan.readers.streams import Meter
from extractscan.readers.tally import Tally

Cutter = Callable[[bytes], tuple[bytes, int]]
"""Gives a record without its credentials, and how many there were; one without any comes back as it is."""

_SHORTEST: Final = 4
"""Cells that are shorter are flags and blanks."""


def cutter_of(file: LogFile) -> Cutter:
    """Say how to cut the records of an input: in a table without names beside its values, the header names them."""
    container = file.container
    if container is None:
        return credentials.cut_record
    plan = Plan(file.stored, file.size, file.layers, file.framing)
    if container.name == "csv":
        columns = [at for at, name in enumerate(csv_table.names(plan)) if credentials.is_secret(name)]
        return lambda data: _cut_cells(data, csv_table.cells(data, file.framing), columns)

    @lru_cache(maxsize=1)
    def places() -> Mapping[int, frozenset[int]]:
        return _places(chunk.records for chunk in container.read(plan, Meter(Tally())))

    def cut(data: bytes) -> tuple[bytes, int]:
        if data[:1] != b"[":
            return credentials.cut_record(data)
        cells = _cells(data)
        return _cut_cells(data, cells, sorted(places().get(len(cells), ())))

    return cut


def _places(chunks: Iterable[Any]) -> Mapping[int, frozenset[int]]:
    """Find where credentials stand in rows whose names stand apart, by the number of cells."""
    found: dict[int, frozenset[int]] = {}
    for names in {tuple(record) for records in chunks for record in records if isinstance(record, dict)}:
        here = frozenset(at for at, name in enumerate(names) if credentials.is_secret(name))
        found[len(names)] = found.get(len(names), frozenset()) | here
    return found


def _cells(data: bytes) -> list[bytes]:
    """Give the values of a JSON list as they stand in it; texts without their quotes."""
    try:
        return [bytes(cell).strip(b'"') for cell in _LIST.decode(data)]
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return []


_LIST: Final = msgspec.json.Decoder(list[msgspec.Raw])


def _cut_cells(data: bytes, cells: list[bytes], columns: list[int]) -> tuple[bytes, int]:
    found = {cells[at] for at in columns if at < len(cells) and len(cells[at]) >= _SHORTEST}
    for cell in sorted(found, key=len, reverse=True):
        data = data.replace(cell, credentials.CUT.encode())
    rest, count = credentials.cut_record(data)
    return rest, count + len(found)
