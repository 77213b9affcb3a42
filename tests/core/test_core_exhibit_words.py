"""How shared values read to people."""

from __future__ import annotations

import pytest

from extractscan.exhibits import _shown


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
