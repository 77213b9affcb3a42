"""Tell how a log changes within itself: columns that begin or cease to be filled, and clocks that disagree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Final

import msgspec
import polars as pl

from extractscan import schema

LEAST_CHANGE: Final = 0.25
"""Change of a fill rate that is worth a line."""
LEAST_SHARE: Final = 0.05
"""Share of the rows that both sides of a change need."""
MOST_ROWS: Final = 20_000_000
"""Rows whose request ids and times are held for the comparison of clocks, 20 bytes each."""


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """A column that is filled otherwise from one day on (UTC)."""

    column: str
    day: str
    before: float
    after: float


class Skew(msgspec.Struct, frozen=True, kw_only=True):
    """Two inputs that tell of the same requests at different times."""

    first: str
    second: str
    requests: int
    seconds: float
    """Median of the second's time less the first's."""


class Fills:
    """Filled values by column and day."""

    def __init__(self) -> None:
        self._rows: dict[int, int] = {}
        self._filled: dict[str, dict[int, int]] = {}

    def add(self, frame: pl.DataFrame) -> None:
        """Take one batch in."""
        values = [name for name in frame.columns if name not in schema.PROVENANCE]
        days = frame.group_by(pl.col(schema.TIMESTAMP).dt.date().to_physical().alias("day")).agg(
            pl.len().alias("rows"), *(pl.col(name).count().alias(f"filled {name}") for name in values)
        )
        for row in days.iter_rows(named=True):
            day = row["day"]
            self._rows[day] = self._rows.get(day, 0) + row["rows"]
            for name in values:
                filled = self._filled.setdefault(name, {})
                filled[day] = filled.get(day, 0) + row[f"filled {name}"]

    def changes(self) -> list[Drift]:
        """Find for each column the day that parts its fill rates most, where they differ enough; sorted by column."""
        found = [change for name in schema.EVENTS if (change := _change(name, self._filled.get(name, {}), self._rows))]
        return sorted(found, key=lambda change: (change.day, change.column))


def _change(name: str, filled: Mapping[int, int], rows: Mapping[int, int]) -> Drift | None:
    total, whole = sum(rows.values()), sum(filled.values())
    best: tuple[float, int, float, float] | None = None
    seen = full = 0
    days = sorted(rows)
    for day, following in pairwise(days):
        seen, full = seen + rows[day], full + filled.get(day, 0)
        if min(seen, total - seen) < LEAST_SHARE * total:
            continue
        before, after = full / seen, (whole - full) / (total - seen)
        if best is None or abs(after - before) > best[0]:
            best = (abs(after - before), following, before, after)
    if best is None or best[0] < LEAST_CHANGE:
        return None
    day_name = (date(1970, 1, 1) + timedelta(days=best[1])).isoformat()
    return Drift(column=name, day=day_name, before=round(best[2], 4), after=round(best[3], 4))


class Clocks:
    """Times of requests by input, to hold inputs against each other."""

    def __init__(self) -> None:
        self._parts: list[pl.DataFrame] = []
        self._rows = 0

    def add(self, frame: pl.DataFrame) -> None:
        """Take one batch in, as long as there is room."""
        if schema.REQUEST in frame.columns and self._rows < MOST_ROWS:
            known = frame.filter(pl.col(schema.REQUEST).is_not_null())
            part = known.select(pl.col(schema.REQUEST).hash().alias("key"), schema.TIMESTAMP, schema.FILE)
            self._parts.append(part)
            self._rows += part.height

    def repeated(self) -> int:
        """Count the rows whose request id another row had before."""
        keys = pl.concat([part["key"] for part in self._parts]) if self._parts else pl.Series(dtype=pl.UInt64)
        return len(keys) - keys.n_unique()

    def skews(self, paths: Sequence[str]) -> list[Skew]:
        """Compare every two inputs that tell of the same requests, most requests first, at most ten pairs."""
        if not self._parts:
            return []
        rows = pl.concat(self._parts).group_by("key", schema.FILE).agg(pl.col(schema.TIMESTAMP).min())
        shared = rows.filter(pl.col("key").is_duplicated())
        pairs = shared.join(shared, on="key", suffix="_2").filter(pl.col(schema.FILE) < pl.col(f"{schema.FILE}_2"))
        apart = (pl.col(f"{schema.TIMESTAMP}_2") - pl.col(schema.TIMESTAMP)).dt.total_milliseconds() / 1000
        found = pairs.group_by(schema.FILE, f"{schema.FILE}_2").agg(pl.len().alias("n"), apart.median().alias("apart"))
        ordered = found.sort("n", schema.FILE, f"{schema.FILE}_2", descending=[True, False, False]).head(10)
        return [
            Skew(first=paths[a], second=paths[b], requests=n, seconds=round(seconds, 3))
            for a, b, n, seconds in ordered.iter_rows()
        ]


class Order:
    """How far rows step back in time within an input, which tells sorted logs from merged ones."""

    def __init__(self, count: int) -> None:
        self._last: list[datetime | None] = [None] * count
        self.back: list[int] = [0] * count
        self.furthest: list[float] = [0.0] * count

    def add(self, part: pl.DataFrame, file: int) -> None:
        """Take in rows of one input, in their order."""
        stamps = part[schema.TIMESTAMP]
        last = self._last[file]
        before = stamps.shift(1, fill_value=stamps[0] if last is None else last)
        steps = (before - stamps).dt.total_milliseconds()
        self.back[file] += int((steps > 0).sum())
        self.furthest[file] = max(self.furthest[file], float(steps.max() or 0) / 1000)  # type: ignore[arg-type]
        self._last[file] = stamps[-1].astimezone(UTC)
