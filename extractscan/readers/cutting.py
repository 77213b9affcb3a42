"""Cut credentials out of original records, whatever container they lie in, before anybody is given them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from extractscan.readers import credentials, csv_table
from extractscan.readers.detect import LogFile
from extractscan.readers.plan import Plan

Cutter = Callable[[bytes], tuple[bytes, int]]
"""Gives a record without its credentials, and how many there were; one without any comes back as it is."""

_SHORTEST: Final = 4
"""Cells that are shorter are flags and blanks."""


def cutter_of(file: LogFile) -> Cutter:
    """Say how to cut the records of an input: in a table without names beside its values, the header names them."""
    if file.container is None or file.container.name != "csv":
        return credentials.cut_record
    plan = Plan(file.stored, file.size, file.layers, file.framing)
    columns = [at for at, name in enumerate(csv_table.names(plan)) if credentials.is_secret(name)]

    def cut(data: bytes) -> tuple[bytes, int]:
        cells = csv_table.cells(data, file.framing)
        found = {cells[at] for at in columns if at < len(cells) and len(cells[at]) >= _SHORTEST}
        for cell in sorted(found, key=len, reverse=True):
            data = data.replace(cell, credentials.CUT.encode())
        rest, count = credentials.cut_record(data)
        return rest, count + len(found)

    return cut
