"""Casts the groups of a world and writes its log in order of time, in bounded memory."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
import pyarrow.parquet as pq

from extractscan import schema
from extractscan.errors import UsageError
from extractscan.simulate import ordinary
from extractscan.simulate.keys import Indices
from extractscan.simulate.plot import DAY, Batch, Kind, Plot, Scene
from extractscan.simulate.spill import Sorter
from extractscan.simulate.traffic import CAMPAIGN

ROW_GROUP: Final = 131_072
"""Rows a group of the Parquet file: measured 1.6 times less CPU for readers than a million."""
START: Final = 1_782_691_200_000_000  # Monday 29 June 2026, 00:00 UTC
ORDINARY: Final = "ordinary"
LABELS: Final = (schema.ACCOUNT, "kind", "group_id", "campaign", "events", "events_in_campaign")
_CROWD: Final = 4_000
_BUCKET: Final = 50_000
"""Events that are sorted at once, about; each takes some 5 kB then."""
_MOST_BUCKETS: Final = 400
"""Files that stand open at once; most systems allow 1,024."""
_GROUPED: Final = (0.30, 0.45)
"""Share of accounts in groups; the rest are ordinary."""


@dataclass(frozen=True, slots=True)
class Part:
    """One group to be written; `group` is null for ordinary accounts."""

    kind: str
    group: str | None
    campaign: bool
    build: Callable[[Plot], Iterator[Batch]]
    size: int


def cast(kinds: Mapping[str, Kind], accounts: int, rng: np.random.Generator, *, fill: bool) -> list[tuple[str, int]]:
    """Choose groups and their sizes: one of every kind, then, if `fill`, more until 30 to 45 % of accounts are in one.

    Raises:
        UsageError: if the smallest groups of the kinds need more than 45 % of the accounts.
    """
    names = [str(name) for name in rng.permutation(sorted(kinds))]
    room = int(accounts * _GROUPED[1])
    if fill:  # too small a world for every kind holds as many as fit
        needed = np.cumsum([kinds[name].sizes[0] for name in names])
        names = names[: int(np.searchsorted(needed, room, side="right"))]
    least = sum(kinds[name].sizes[0] for name in names)
    if least > room:
        raise UsageError(
            f"{len(names)} kinds need at least {least} accounts in groups; {accounts} accounts leave room for {room}",
            hint=f"ask for at least {int(least / _GROUPED[1]) + 1} accounts or fewer kinds",
        )
    wanted = {name: _size(kinds[name], accounts, rng) - kinds[name].sizes[0] for name in names}
    goal = int(accounts * rng.uniform(*_GROUPED))
    scale = min(1.0, max(goal - least, 0) / max(sum(wanted.values()), 1))
    out = [(name, kinds[name].sizes[0] + int(wanted[name] * scale)) for name in names]
    taken = sum(size for _, size in out)
    while fill and names:
        name = names[int(rng.integers(len(names)))]
        size = _size(kinds[name], accounts, rng)
        taken += size
        if taken > goal:
            break
        out.append((name, size))
    return out


def _size(kind: Kind, accounts: int, rng: np.random.Generator) -> int:
    low, high = kind.sizes
    high = max(low, min(high, accounts // 8)) if high > low else low
    high = max(high, accounts // 100) if high > low else low
    return int(min(high, np.exp(rng.uniform(np.log(low), np.log(high + 1)))))


def write(directory: Path, parts: list[Part], scene: Scene, progress: Callable[[int, int], None] | None) -> None:
    """Write logs.parquet, accounts.parquet and labels.parquet of the parts into a directory, in bounded memory."""
    directory.mkdir(parents=True, exist_ok=True)
    total = sum(part.size for part in parts)
    buckets = int(np.clip(total * scene.load / _BUCKET, 1, _MOST_BUCKETS))
    sided = int(np.clip(total / 50_000, 1, 64))
    with tempfile.TemporaryDirectory(dir=directory, prefix=".spill-") as spill:
        place = Path(spill)
        with (
            Sorter(place, "e", buckets) as events,
            Sorter(place, "a", sided) as sides,
            Sorter(place, "l", sided) as labels,
        ):
            for part, done, batch in _batches(parts, scene, total):
                events.add(batch.events, _time_bucket(batch.events, scene, buckets))
                if batch.accounts.height:
                    sides.add(batch.accounts, _name_bucket(batch.accounts, sided))
                label = _label(part, batch)
                labels.add(label, _name_bucket(label, sided))
                if progress:
                    progress(done, total)
            log = events.drain([schema.TIMESTAMP, schema.REQUEST])
            _save(directory / "logs.parquet", (frame.drop(CAMPAIGN) for frame in log))
            _save(directory / "accounts.parquet", sides.drain([schema.ACCOUNT]))
            _save(directory / "labels.parquet", (_sum(frame) for frame in labels.drain([schema.ACCOUNT])))


def _batches(parts: list[Part], scene: Scene, total: int) -> Iterator[tuple[Part, int, Batch]]:
    first = 0
    for number, part in enumerate(parts):
        rng = np.random.default_rng([scene.seed, 2, number])
        budget = int(max(total * scene.load * 0.03, part.size * 20))
        plot = Plot(scene, part.group or ORDINARY, part.size, first, budget, rng)
        first += part.size
        for batch in part.build(plot):
            yield part, first, batch


def _time_bucket(frame: pl.DataFrame, scene: Scene, buckets: int) -> Indices:
    offset = frame[schema.TIMESTAMP].dt.epoch("us").to_numpy() - scene.start
    bucket: Indices = np.clip(offset * buckets // scene.span, 0, buckets - 1)
    return bucket


def _name_bucket(frame: pl.DataFrame, buckets: int) -> Indices:
    digits = frame[schema.ACCOUNT].str.slice(5, 4).str.to_integer(base=16).to_numpy()
    bucket: Indices = digits.astype(np.int64) * buckets // 65_536
    return bucket


def _label(part: Part, batch: Batch) -> pl.DataFrame:
    """Count a batch's events by account; accounts that came with it count even without any."""
    seen = batch.events.select(schema.ACCOUNT, events=pl.lit(1), events_in_campaign=pl.col(CAMPAIGN).cast(pl.Int64))
    silent = batch.accounts.select(schema.ACCOUNT, events=pl.lit(0), events_in_campaign=pl.lit(0, dtype=pl.Int64))
    counts = pl.concat([seen, silent]).group_by(schema.ACCOUNT).agg(pl.all().cast(pl.Int64).sum())
    kind, group = pl.lit(part.kind).alias("kind"), pl.lit(part.group, dtype=pl.String).alias("group_id")
    return counts.with_columns(kind, group, campaign=pl.lit(part.campaign)).select(LABELS)


def _sum(labels: pl.DataFrame) -> pl.DataFrame:
    keys = list(LABELS[:4])
    return labels.group_by(keys).agg(pl.col("events", "events_in_campaign").sum()).sort(keys[0])


def _save(path: Path, frames: Iterator[pl.DataFrame]) -> None:
    """Write frames as one Parquet file, row groups of 131,072 rows except the last."""
    rest = next(frames)  # every world has an event, an account and a label
    with pq.ParquetWriter(path, rest.to_arrow().schema, compression="zstd") as writer:
        for frame in frames:
            rest = pl.concat([rest, frame])
            full = rest.height // ROW_GROUP * ROW_GROUP
            if full:
                writer.write_table(rest[:full].to_arrow(), row_group_size=ROW_GROUP)
                rest = rest[full:]
        writer.write_table(rest.to_arrow(), row_group_size=ROW_GROUP)


def parts_of(kinds: Mapping[str, Kind], chosen: list[tuple[str, int]], accounts: int) -> list[Part]:
    """Number the chosen groups and let ordinary accounts, a few thousand at a time, fill the world up."""
    out, seen = [], dict.fromkeys(kinds, 0)
    for name, size in chosen:
        seen[name] += 1
        out.append(Part(name, f"{name}-{seen[name]:03d}", kinds[name].campaign, kinds[name].build, size))
    left = accounts - sum(size for _, size in chosen)
    sizes = [_CROWD] * (left // _CROWD) + [left % _CROWD] * (left % _CROWD > 0)
    return out + [Part(ORDINARY, None, campaign=False, build=ordinary.build, size=size) for size in sizes]


def scene_of(seed: int, days: int, load: float) -> Scene:
    """Set the window, and the release of a new model somewhere in its middle half."""
    release = int(np.random.default_rng([seed, 1]).uniform(0.25, 0.75) * days * DAY)
    return Scene(seed, START, days, release, load)
