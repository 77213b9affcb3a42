"""What was not used, one entry a row, so that it can be mended and read again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import msgspec

from extractscan.readers.cutting import Cutter
from extractscan.readers.tally import MOST_KEPT, Lost, Tally

Raw = Callable[[Sequence[int], bool], Iterator[tuple[int, bytes]]]
"""Gives the bytes of chosen rows; the second argument says whether they are events' rows or records'."""


class Quarantined(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One loss.

    Attributes:
        place: Where the loss stands, as the report counts.
        row: The record's number from 0 on; missing where it is not known which rows were lost.
        raw: The record as it lies in the input, but for credentials; missing where it cannot be read again.
        count: Rows that one entry stands for, where it is not one.
    """

    file: str
    reason: str
    place: str
    row: int | None = None
    raw: str | None = None
    count: int = 1


def quarantined(path: str, tally: Tally, raw: Raw, cutter: Cutter) -> Iterator[Quarantined]:
    """Yield the losses of one input by row, those without a row first; what is over the limit is counted in one."""
    lost = tally.lost or []
    texts = {events: _texts(lost, raw, cutter, events=events) for events in (False, True)}
    for each in sorted(lost, key=lambda one: (-1 if one.row is None else one.row, one.reason)):
        text = None if each.row is None else texts[each.event].get(each.row)
        yield Quarantined(file=path, reason=each.reason, place=each.place, row=each.row, raw=text)
    if len(lost) >= MOST_KEPT:
        total = sum(count for count, _ in tally.rejected.values())
        yield Quarantined(
            file=path, reason="losses beyond those listed", place="later", count=max(total - len(lost), 0)
        )


def _texts(lost: Sequence[Lost], raw: Raw, cutter: Cutter, *, events: bool) -> dict[int, str]:
    rows = [each.row for each in lost if each.row is not None and each.event == events]
    return {row: cutter(data)[0].decode("utf-8", "backslashreplace") for row, data in raw(rows, events)} if rows else {}


def encode(entries: Iterator[Quarantined]) -> Iterator[bytes]:
    """Write entries as JSON, one a line."""
    return (msgspec.json.encode(entry) + b"\n" for entry in entries)
