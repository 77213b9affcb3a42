"""A run of records as a container gives them, before a source makes them canonical."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

MAX_ROWS: Final = 131_072
"""Rows of one batch: row groups of this size cost 1.6 times less to scan than of a million, and bound the memory."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Records and their 0-based numbers in the input; tables come as frames, JSON as lists of records.

    Attributes:
        read: Whether the frame holds the raw values of canonical columns, as they were planned.
    """

    rows: pl.Series
    records: pl.DataFrame | list[Any]
    read: bool = False

    def __len__(self) -> int:
        return len(self.rows)


def rows_from(start: int, count: int) -> pl.Series:
    """Number `count` records that follow each other."""
    return pl.int_range(start, start + count, dtype=pl.Int64, eager=True)


@contextmanager
def uncollected() -> Iterator[None]:
    """Hold the cycle collector still: parsed JSON has no cycles, and walking a million dicts takes half the time."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()
