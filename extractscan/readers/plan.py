"""What one pass must read of one input."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from extractscan.readers.source import Column
from extractscan.readers.stored import Stored


@dataclass(frozen=True, slots=True)
class Plan:
    """One input and the fields of it that a pass needs.

    Attributes:
        size: Bytes of the input, for progress.
        layers: Compression and encoding around the records, outermost first.
        framing: How the container cuts the input into records; only it reads this.
        heads: Top-level fields to load; None for all.
        direct: Fields that are canonical columns themselves, so that records may be decoded straight to them.
        absent: Canonical columns that the sample did not show; a direct reader tells if they appear later.
        columns: How to read canonical columns, and those to watch for, of whole blocks of records; None where one of
            them has to be read record by record.
        wanted: Those of them that are asked for.
        accounts: A source field and the values wanted in it; a container may leave out what holds none of them.
    """

    stored: Stored
    size: int = 0
    layers: str = ""
    framing: str = ""
    heads: frozenset[str] | None = None
    direct: Sequence[str] | None = None
    absent: frozenset[str] = frozenset()
    accounts: tuple[str, pl.Series] | None = None
    columns: Mapping[str, Column] | None = None
    wanted: Sequence[str] = ()

    def chosen(self, names: Sequence[str]) -> list[str]:
        """Choose the columns of a table to load; one at least, because a frame without columns has no rows either."""
        return [name for name in names if self.heads is None or name in self.heads] or list(names[:1])
