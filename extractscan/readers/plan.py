"""What one pass must read of one file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True, slots=True)
class Plan:
    """One file and the fields of it that a pass needs.

    Attributes:
        framing: How a text file is cut into records; only its container reads it.
        heads: Top-level fields to load; None for all.
        direct: Fields that are canonical columns themselves, so that records may be decoded straight to them.
        absent: Canonical columns that the sample did not show; a direct reader tells if they appear later.
        accounts: A source field and the values wanted in it; a container may leave out what holds none of them.
    """

    path: str
    size: int
    compression: str
    framing: str
    heads: frozenset[str] | None = None
    direct: Sequence[str] | None = None
    absent: frozenset[str] = frozenset()
    accounts: tuple[str, pl.Series] | None = None
