"""Row numbers as text that stays short: `0-17 20 25-30`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby


def written(rows: Iterable[int]) -> str:
    """Write distinct row numbers as ranges, sorted."""
    ordered = sorted(set(rows))
    runs = [[row for _, row in run] for _, run in groupby(enumerate(ordered), lambda pair: pair[1] - pair[0])]
    return " ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def read(text: str) -> Iterator[int]:
    """Yield the row numbers of a text that `written` made, in order.

    Raises:
        ValueError: where it is no such text.
    """
    for part in text.split():
        first, dash, last = part.partition("-")
        yield from range(int(first), int(last if dash else first) + 1)
