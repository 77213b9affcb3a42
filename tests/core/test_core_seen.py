"""Keys that came before, against a set."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractscan import seen
from extractscan.seen import Seen


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.lists(st.integers(0, 60) | st.integers(0, 2**64 - 1), max_size=30), max_size=8))
def test_fresh_keys_are_those_that_a_set_lacks(batches: list[list[int]]) -> None:
    """The first of equal keys is fresh, in the batch and over all batches."""
    held: set[int] = set()
    keys = Seen()
    for batch in batches:
        expected = []
        for key in batch:
            expected.append(key not in held)
            held.add(key)
        assert keys.fresh(np.array(batch, dtype=np.uint64)).tolist() == expected


def test_the_map_grows_with_the_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """A map that would fill is made larger, and what it said still holds."""
    monkeypatch.setattr(seen, "FIRST_BITS", 6)
    keys = Seen()
    draw = np.random.default_rng(1).integers(0, 2**64, 20_000, dtype=np.uint64)
    for first in range(0, 20_000, 700):
        assert keys.fresh(draw[first : first + 700]).all()
    assert not keys.fresh(draw).any()
    assert len(keys._runs) < 20
    assert len(keys._map) * 8 >= 20_000 * seen.SPARSE
