"""Where groups' own wording stands in their events, by numbers of four bytes: there may be tens of millions of hits.

A hit is an event and a mark that stands in it: the event by its place among those of its group, the mark by its place
in the sorted wording of the group. Hits come in parts, one a batch of events, and are never held as one table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple, overload

import numpy as np
import numpy.typing as npt

U16 = npt.NDArray[np.uint16]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
_FIRST_BITS: Final = 16
_CELLS: Final = 1 << 26
"""Pairs of mark and account that are noted at once, a byte each."""


class Hits(NamedTuple):
    """Hits of one part, by event and then by mark, each once."""

    event: U32
    mark: U16 | U32


class Packed(Sequence[Hits]):
    """Hits of many parts at a few bytes each: how many each event has, and marks as narrow as they are."""

    def __init__(self, parts: Iterable[Hits] = ()) -> None:
        """Begin with some parts, whose events ascend."""
        self._parts: list[tuple[int, U16, U16 | U32]] = []
        for part in parts:
            self.append(part)

    def append(self, part: Hits) -> None:
        """Take one more part in."""
        first, last = _span(part.event)
        size = np.bincount(part.event - np.uint32(first), minlength=last - first).astype(np.uint16)
        wide = int(part.mark.max(initial=0)) >= 1 << 16
        self._parts.append((first, size, part.mark.astype(np.uint32) if wide else part.mark.astype(np.uint16)))

    def __len__(self) -> int:
        """Return how many parts there are."""
        return len(self._parts)

    @overload
    def __getitem__(self, number: int) -> Hits: ...
    @overload
    def __getitem__(self, number: slice) -> list[Hits]: ...
    def __getitem__(self, number: int | slice) -> Hits | list[Hits]:
        """Unpack one part, or some."""
        if isinstance(number, slice):
            return [_unpacked(*part) for part in self._parts[number]]
        return _unpacked(*self._parts[number])


def _unpacked(first: int, size: U16, mark: U16 | U32) -> Hits:
    return Hits(np.repeat(np.arange(first, first + len(size), dtype=np.uint32), size), mark)


class Wording:
    """The wording of every group, to look the marks of events up in."""

    def __init__(self, wording: Mapping[int, U64]) -> None:
        """Take over the distinct marks of each group, by its number."""
        parts = [np.zeros(0, dtype=np.uint64), *(np.sort(wording[number]) for number in sorted(wording))]
        owner = np.repeat(np.array(sorted(wording), dtype=np.int64), [len(part) for part in parts[1:]])
        self._values, at = np.unique(np.concatenate(parts), return_inverse=True)
        self._keys = owner * len(self._values) + at  # ascending: by group, then by mark
        self._first = np.searchsorted(owner, np.arange(max(wording, default=-1) + 1))
        self._likely = np.zeros(1 << _FIRST_BITS, dtype=np.bool_)
        self._likely[self._values >> np.uint64(64 - _FIRST_BITS)] = True

    def stands(self, group: Ints, row: U32, value: U64) -> Hits:
        """Find the wording of its own group in each event.

        A table by the first bits of a mark sends nearly all others away at once.

        Args:
            group: Number of the group of each event.
            row: Index of the event of each mark.
            value: The marks, repeats included.

        Returns:
            Hits, the event by its index in `group`.
        """
        likely = np.flatnonzero(self._likely[value >> np.uint64(64 - _FIRST_BITS)])
        row, value = row[likely], value[likely]
        at, known = _found(value, self._values)
        row, at = row[known], at[known]
        at, known = _found(group[row] * len(self._values) + at, self._keys)
        row, at = row[known], at[known]
        mark = at - self._first[group[row]]
        both = row.astype(np.uint64) << np.uint64(32) | mark.astype(np.uint64)
        both.sort()  # of whole numbers many times as fast as np.unique, which hashes them first
        both = both[np.diff(both, prepend=~both[:1]) != 0]
        return Hits((both >> np.uint64(32)).astype(np.uint32), both.astype(np.uint32))


def _found(wanted: npt.NDArray[np.generic], known: npt.NDArray[np.generic]) -> tuple[Ints, Flags]:
    """Return where each would stand among what is known, which is sorted, and whether it does."""
    at = np.searchsorted(known, wanted)
    there = at < len(known)
    there[there] = known[at[there]] == wanted[there]
    return at, there


def uses(hits: Sequence[Hits], account: U32, marks: int) -> tuple[Ints, Ints]:
    """Count for each mark the events that it stands in, and their accounts.

    Bound: `_CELLS` bytes; hits are gone through as often as marks times accounts exceed that.

    Args:
        hits: Of one group.
        account: Number of the account of each event, dense.
        marks: How many the group has.
    """
    events = np.zeros(marks, dtype=np.int64)
    for part in hits:
        events += np.bincount(part.mark, minlength=marks)
    accounts = [np.count_nonzero(held, axis=1) for _, held in _senders(hits, account, marks)]
    return events, np.concatenate([np.zeros(0, dtype=np.int64), *accounts])


def spread(hits: Sequence[Hits], account: U32, chosen: Flags) -> Ints:
    """Count for each account the chosen marks that stand in its events, each once.

    Args:
        hits: Of one group.
        account: Number of the account of each event, dense.
        chosen: For each mark of the group.
    """
    counts = np.zeros(int(account.max()) + 1 if len(account) else 1, dtype=np.int64)
    for marks, held in _senders(hits, account, len(chosen)):
        counts += np.count_nonzero(held[chosen[marks.start : marks.stop]], axis=0)
    return counts


def _senders(hits: Sequence[Hits], account: U32, marks: int) -> Iterator[tuple[range, Flags]]:
    """Tell of some marks at a time in which accounts they stand (marks × accounts)."""
    size = int(account.max()) + 1 if len(account) else 1
    width = max(_CELLS // size, 1)
    for low in range(0, marks, width):
        some = range(low, min(low + width, marks))
        held = np.zeros((len(some), size), dtype=np.bool_)
        for part in hits:
            use = (part.mark >= some.start) & (part.mark < some.stop)
            held[part.mark[use] - np.uint32(some.start), account[part.event[use]]] = True
        yield some, held


def inside(hits: Sequence[Hits], chosen: Flags, events: int) -> Ints:
    """Count for each event the chosen marks that stand in it."""
    counts = np.zeros(events, dtype=np.int64)
    for event, mark in hits:
        held = event[chosen[mark]]
        first, last = _span(held)
        counts[first:last] += np.bincount(held - np.uint32(first), minlength=last - first)
    return counts


def smallest(hits: Sequence[Hits], chosen: Flags, events: int) -> Ints:
    """Return for each event the first of the chosen marks that stand in it; -1 where there is none."""
    found = np.full(events, -1, dtype=np.int64)
    for event, mark in _only(hits, chosen):
        begins = np.ones(len(event), dtype=np.bool_)
        begins[1:] = event[1:] != event[:-1]
        found[event[begins]] = mark[begins]
    return found


def _only(hits: Sequence[Hits], chosen: Flags) -> Iterator[Hits]:
    for event, mark in hits:
        use = chosen[mark]
        yield Hits(event[use], mark[use])


def _span(event: U32) -> tuple[int, int]:
    """Return the first and the last but one of ascending numbers."""
    return (int(event[0]), int(event[-1]) + 1) if len(event) else (0, 0)
