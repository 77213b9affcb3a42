"""How shared values read to people."""

from __future__ import annotations

import re

import polars as pl
import pytest

from extractscan.exhibits import _shown
from extractscan.signals.declaration import octave_as_read, octaves


@pytest.mark.parametrize(
    ("value", "distinct", "name", "reads"),
    [
        ("1.1.1.1", 1, "address", "1.1.1.1"),
        ("1.1.1.1", 2, "address", "1.1.1.1 or 1 more that they share"),
        ("Solve it…", 1, "template", "“Solve it…”, 1 piece of text in common"),
        ("", 316, "template", "316 pieces of text in common"),
    ],
)
def test_shared_values_read_as_part_of_a_sentence(value: str, distinct: int, name: str, reads: str) -> None:
    """One value stands alone, several say how many more there are, and text is quoted instead of hashed."""
    assert _shown(value, distinct, name) == reads


@pytest.mark.parametrize(
    ("amount", "reads"),
    [
        (20.0, {"16 to 32 days", "11.3 to 22.6 days"}),
        (1.0, {"1 to 2 days", "0.707 to 1.41 days"}),
        (0.3, {"0.25 to 0.5 days", "0.177 to 0.354 days"}),
    ],
)
def test_amounts_read_as_the_range_they_fall_into(amount: float, reads: set[str]) -> None:
    """Both bins of an amount hold it, and neither is shown by its number."""
    (bins,) = pl.select(octaves(pl.lit(amount)).alias("bins"))["bins"].to_list()
    assert {octave_as_read(each, "days") for each in bins} == reads
    for text in reads:
        low, high = map(float, re.findall(r"[\d.]+", text))
        assert low <= amount < high
