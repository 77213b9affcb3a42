"""Streams are cut into blocks of whole lines, and blocks are looked at before they are parsed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractscan.readers.lines import views
from extractscan.readers.whole_lines import lines_of

PIECES = st.lists(st.binary(max_size=40).map(lambda data: data.replace(b"a", b"\n")), max_size=12)


@given(PIECES, st.integers(1, 60), st.integers(0, 3))
def test_views_that_are_held_keep_what_they_show_while_further_blocks_are_read(
    pieces: list[bytes], size: int, held: int
) -> None:
    shown: list[tuple[memoryview, bytes]] = []
    every = b""
    for view in views(iter(pieces), size):
        every += bytes(view)
        shown = [*shown, (view, bytes(view))][-held:] if held else []
        assert all(bytes(view) == before for view, before in shown)
        del view
    assert every == b"".join(pieces).removeprefix(b"\xef\xbb\xbf")


def test_memory_that_nobody_looks_at_is_used_for_the_next_block_but_one() -> None:
    def lines() -> Iterator[bytes]:
        yield from (b"%08d\n" % i * 100 for i in range(50))

    places: set[int] = set()
    for view in views(lines(), 900):
        places.add(np.frombuffer(view, np.uint8).ctypes.data)
        del view
    assert len(places) <= 2
    assert len({np.frombuffer(view, np.uint8).ctypes.data for view in list(views(lines(), 900))}) == 50


BRACKETS = st.sampled_from([0, 1, 3, 336, 337, 398, 399, 400, 450])


@given(st.lists(st.tuples(BRACKETS, st.sampled_from(b"[{"), st.integers(0, 130)), min_size=1, max_size=6))
def test_lines_with_too_many_brackets_are_found_wherever_they_begin(made: list[tuple[int, int, int]]) -> None:
    lines = [b"{" + b"x" * rest + bytes([bracket]) * count + b"}" for count, bracket, rest in made]
    fine = max(count for count, *_ in made) + 1 <= 400
    for end in (b"", b"\n"):
        assert lines_of(b"\n".join(lines) + end) == ((len(lines), max(map(len, lines))) if fine else None)


@pytest.mark.parametrize("odd", [b"[]", b"5", b"", b"{} ", b" {}", b"}"])
def test_lines_that_are_no_object_for_certain_are_told(odd: bytes) -> None:
    assert lines_of(b"{}\r\n{}\n") == (2, 3)
    assert lines_of(b"{}\n" + odd + b"\n{}\n") is None
