"""Hits of a group's own wording: found in events of many groups at once, and counted part by part."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractscan import worded

FAR = [7, 1 << 40, (1 << 40) + 1, 1 << 63, (1 << 64) - 1]
"""Marks with and without the same first bits."""
marks = st.sampled_from(FAR)


@given(
    st.dictionaries(st.integers(0, 4), st.sets(marks)),
    st.lists(st.tuples(st.integers(0, 6), st.lists(marks, max_size=6)), max_size=12),
)
def test_each_event_is_held_against_the_wording_of_its_own_group(
    wording: dict[int, set[int]], events: list[tuple[int, list[int]]]
) -> None:
    """Hits are those of a plain look-up, each once, whatever other groups have; a group may have no wording."""
    group = np.array([number for number, _ in events], dtype=np.int64)
    row = np.array([at for at, (_, held) in enumerate(events) for _ in held], dtype=np.uint32)
    value = np.array([mark for _, held in events for mark in held], dtype=np.uint64)
    known = worded.Wording({number: np.array(sorted(own), dtype=np.uint64) for number, own in wording.items()})
    event, mark = known.stands(group, row, value)
    ranked = {number: sorted(own) for number, own in wording.items()}
    wanted = [
        (at, ranked[number].index(one))
        for at, (number, held) in enumerate(events)
        for one in sorted(set(held) & wording.get(number, set()))
    ]
    assert list(zip(event.tolist(), mark.tolist(), strict=True)) == wanted


@pytest.mark.parametrize("cells", [1, 5, 1 << 26])
@given(st.lists(st.tuples(st.integers(0, 3), st.sets(st.integers(0, 5))), max_size=15), st.integers(1, 15))
def test_counts_of_parts_are_those_of_the_whole(cells: int, events: list[tuple[int, set[int]]], cut: int) -> None:
    """Events and accounts of a mark, marks of an event and the smallest of them are counted as by hand."""
    account = np.array([number for number, _ in events], dtype=np.uint32)
    hits = [
        worded.Hits(
            np.array([at for at in part for _ in events[at][1]], dtype=np.uint32),
            np.array([mark for at in part for mark in sorted(events[at][1])], dtype=np.uint32),
        )
        for part in (range(low, min(low + cut, len(events))) for low in range(0, len(events), cut))
    ]
    senders = defaultdict(set)
    for number, held in events:
        for mark in held:
            senders[mark].add(number)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worded, "_CELLS", cells)
        sent, accounts = worded.uses(hits, account, 6)
    assert sent.tolist() == [sum(mark in held for _, held in events) for mark in range(6)]
    assert accounts.tolist() == [len(senders[mark]) for mark in range(6)]
    packed = worded.Packed(hits)
    assert [[part.event.tolist(), part.mark.tolist()] for part in packed] == [
        [part.event.tolist(), part.mark.tolist()] for part in hits
    ]
    hits = packed
    odd = np.arange(6) % 2 == 1
    chosen = [{mark for mark in held if mark % 2} for _, held in events]
    assert worded.inside(hits, odd, len(events)).tolist() == [len(held) for held in chosen]
    assert worded.smallest(hits, odd, len(events)).tolist() == [min(held, default=-1) for held in chosen]


@pytest.mark.parametrize("cells", [1, 1 << 26])
def test_an_accounts_marks_are_counted_once_each(cells: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the chosen ones, whatever part of the hits and of the marks they are in; without events nobody has any."""
    monkeypatch.setattr(worded, "_CELLS", cells)
    part = worded.Hits(np.array([0, 0, 1, 2], dtype=np.uint32), np.array([0, 1, 1, 2], dtype=np.uint32))
    account = np.array([0, 0, 1], dtype=np.uint32)
    chosen = np.array([True, True, False])
    assert worded.spread([part, part], account, chosen).tolist() == [2, 0]
    assert worded.spread([], account[:0], chosen).tolist() == [0]


def test_packed_marks_are_as_wide_as_they_have_to_be() -> None:
    """Two bytes for the marks of nearly all groups, four for those of more; parts come out as they went in."""
    event = np.array([3, 3, 9], dtype=np.uint32)
    parts = [worded.Hits(event, np.array([0, last, 1], dtype=np.uint32)) for last in (65_535, 65_536)]
    packed = worded.Packed(parts)
    assert len(packed) == 2
    assert [part.mark.dtype for part in packed[:]] == [np.uint16, np.uint32]
    assert packed[1].event.tolist() == event.tolist()
    assert packed[-1].mark.tolist() == [0, 65_536, 1]
