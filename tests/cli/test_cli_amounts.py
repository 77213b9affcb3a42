"""Numbers as people write them."""

from __future__ import annotations

import pytest

from extractscan.cli.amounts import amount, memory
from extractscan.errors import UsageError


def test_counts_and_sizes_are_read() -> None:
    """Thousands for counts, powers of 1,024 for memory."""
    assert [amount(text) for text in ("7", "250k", "10M", "1.5m", "1G")] == [7, 250_000, 10**7, 1_500_000, 10**9]
    sizes = [memory(text) for text in ("7", "4kB", "512MB", "1.5GiB", "8GB", "2T", "3 g")]
    assert sizes == [7, 4096, 512 << 20, 3 << 29, 8 << 30, 2 << 40, 3 << 30]


@pytest.mark.parametrize("text", ["", "x", "-1", "0", "10X", "1e6"])
def test_anything_else_is_refused(text: str) -> None:
    """With examples of what is read."""
    for read in (amount, memory):
        with pytest.raises(UsageError) as caught:
            read(text)
        assert caught.value.hint
