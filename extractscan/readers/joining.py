"""Join events with what other inputs tell about the same requests, in memory that is bounded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl

from extractscan import schema
from extractscan.readers.cast import cast, misfits, series_of
from extractscan.readers.convert import plain, read_all, read_columns
from extractscan.readers.opening import views_of
from extractscan.readers.source import Side
from extractscan.readers.tally import Tally
from extractscan.readers.timestamps import to_utc

MOST_KEYS: Final = 32_000_000
"""Keys held of one side: 33 bytes each (measured), because texts are kept once, and three times that while they are
sorted; what is beyond is counted as lost."""

_KEY: Final = "key"
_RANK: Final = "rank"


@dataclass(frozen=True, slots=True)
class Lookup:
    """What one side tells: one row a key, sorted by the keys' hashes.

    Attributes:
        keys: 64-bit hashes; among 32 million two differing keys meet in one with a chance of one in thirty thousand.
        files: The input that each key was first read from.
        values: Canonical columns, texts as categories, in the order of `keys`.
        met: Which keys an event has met.
    """

    keys: np.ndarray[Any, np.dtype[np.uint64]]
    files: np.ndarray[Any, np.dtype[np.uint32]]
    values: pl.DataFrame
    met: np.ndarray[Any, np.dtype[np.bool_]]

    def find(self, keys: pl.Series) -> tuple[pl.Series, pl.Series]:
        """Give the row of each key, null where there is none, and whether there is one; marks what was met."""
        probe = keys.hash().to_numpy()
        at = np.searchsorted(self.keys, probe).clip(max=max(len(self.keys) - 1, 0))
        found = keys.is_not_null().to_numpy() & (len(self.keys) > 0)
        if len(self.keys):
            found &= self.keys[at] == probe
        self.met[at[found]] = True
        rows = pl.DataFrame({"at": at, "found": found}).select(pl.when("found").then("at")).to_series()
        return rows, pl.Series(found)


class Gathering:
    """The rows of one side while its inputs are read."""

    def __init__(self, side: Side) -> None:
        self.side = side
        self._frames: list[pl.DataFrame] = []
        self._rows = 0
        self._words = pl.Categorical(pl.Categories.random())

    def add(self, records: pl.DataFrame | Sequence[Any], places: pl.DataFrame, tallies: Sequence[Tally]) -> None:
        """Take in the records of one input; those without the key, and those that are too many, are counted as lost."""
        side = self.side
        views, places = views_of(side, plain(records), places, tallies)
        keys = _texts(read_all(side.key.read, views))
        file = int(places[schema.FILE][0]) if len(places) else 0
        room = max(MOST_KEYS - self._rows, 0)
        kept = keys.is_not_null()
        _reject("no " + side.on, ~kept, places, tallies[file])
        late = kept & (kept.cast(pl.UInt32).cum_sum() > room)
        _reject(f"more keys than are held in memory ({MOST_KEYS:,})", late, places, tallies[file])
        columns = [keys.hash().alias(_KEY), places[schema.FILE]]
        columns += [self._typed(raw, places, tallies[file]) for raw in read_columns(side.fields, side.fields, views)]
        if side.rank is not None:
            columns.append(_ranks(read_all(side.rank.read, views)))
        frame = pl.DataFrame(columns).filter(kept & ~late)
        tallies[file].count("rows complete events of other inputs", frame.height)
        self._rows += frame.height
        self._frames.append(frame)

    def _typed(self, raw: pl.Series, places: pl.DataFrame, tally: Tally) -> pl.Series:
        done, note = cast(raw, raw.name, schema.EVENTS[raw.name])
        if note:
            tally.notes.add(note)
        if (lost := misfits(raw, done, raw.name)) is not None:
            _reject(*lost, places, tally)
        done = done.alias(raw.name)
        return done.cast(self._words) if done.dtype == pl.String else done

    def lookup(self) -> Lookup:
        """Sort by key and give one row a key."""
        frame = pl.concat(self._frames, rechunk=False) if self._frames else pl.DataFrame(schema={_KEY: pl.UInt64})
        self._frames.clear()
        frame = _one_a_key(frame.sort(_KEY), list(self.side.fields), self._words)
        count = frame.height
        files = frame[schema.FILE].to_numpy() if count else np.zeros(0, np.uint32)
        values = frame.select(name for name in self.side.fields if name in frame.columns)
        return Lookup(frame[_KEY].to_numpy(), files, values, np.zeros(count, np.bool_))


def _texts(values: Sequence[Any]) -> pl.Series:
    """Keys as text, null where empty."""
    texts = series_of(_KEY, values).cast(pl.String).str.strip_chars()
    return texts.to_frame().select(pl.when(pl.col(_KEY) != "").then(pl.col(_KEY))).to_series()


def _ranks(values: Sequence[Any]) -> pl.Series:
    raw = series_of(_RANK, values)
    if raw.dtype == pl.String:
        raw = to_utc(raw)[0]
    return raw.to_physical().cast(pl.Int64, strict=False).alias(_RANK)


def _reject(reason: str, mask: pl.Series, places: pl.DataFrame, tally: Tally) -> None:
    if mask.any():
        lost = places[schema.ROW].filter(mask)
        tally.reject(reason, f"row {lost[0]}", len(lost))


def _one_a_key(frame: pl.DataFrame, names: Sequence[str], words: pl.Categorical) -> pl.DataFrame:
    """Merge sorted rows of one key: each column takes the value of the highest rank, and of those the smallest."""
    keys = frame[_KEY].to_numpy()
    same = keys[1:] == keys[:-1]
    if not same.any():
        return frame
    twice = pl.Series(np.append(same, False) | np.append(False, same))
    many = frame.filter(twice).with_columns(pl.col(words).cast(pl.String))
    order = [pl.col(_RANK).fill_null(-(2**62))] if _RANK in frame.columns else [pl.lit(0)]
    merged = many.group_by(_KEY).agg(
        pl.col(schema.FILE).min(),
        *(pl.col(name).sort_by(*order, name, descending=[True, False]).drop_nulls().first() for name in names),
    )
    texts = [pl.col(name).cast(words) for name in names if frame.schema[name] == words]
    single = frame.filter(~twice).select(merged.columns)
    return single.merge_sorted(merged.with_columns(texts).sort(_KEY), key=_KEY)


class Sides:
    """All sides among the inputs of a log set, read once and kept; the second part of a log set that changes."""

    def __init__(self, sides: Iterable[tuple[int, Side]]) -> None:
        self._sides: list[tuple[int, Side]] = list(sides)
        self._lookups: dict[str, Lookup] | None = None
        self._tallies: dict[int, Tally] = {}

    def serving(self, keys: Iterable[str]) -> list[Side]:
        """List the sides that complete events with these kinds of keys, each once, by name."""
        kinds = set(keys)
        known = {each.name: each for _, side in self._sides for each in (side, *side.also) if each.on in kinds}
        return [known[name] for name in sorted(known)]

    def load(
        self,
        read: Callable[[int, Side, Tally], Iterator[tuple[pl.DataFrame | list[Any], pl.DataFrame]]],
        passed: Sequence[Tally],
    ) -> bool:
        """Read all sides the first time, and bring in what was counted then every time.

        `read` yields the records and places of one input and counts in the tally given.

        Returns:
            Whether the inputs were read just now.
        """
        fresh = self._lookups is None
        if self._lookups is None:
            self._tallies = {index: Tally() for index, _ in self._sides}
            gathering = {each.name: Gathering(each) for _, side in self._sides for each in (side, *side.also)}
            unheard = [Tally() for _ in passed]
            counted = [self._tallies.get(index, Tally()) for index in range(len(passed))]
            for index, side in self._sides:
                for records, places in read(index, side, self._tallies[index]):
                    gathering[side.name].add(records, places, counted)
                    for other in side.also:
                        gathering[other.name].add(records, places, unheard)
            self._lookups = {name: each.lookup() for name, each in gathering.items()}
        for index, side in self._sides:
            if not side.events:
                passed[index].absorb(self._tallies[index])
        return fresh

    def complete(
        self,
        frame: pl.DataFrame,
        keys: Mapping[str, Sequence[Any]],
        wanted: Iterable[str],
        passed: Sequence[Tally],
        known: AbstractSet[str] = frozenset(),
    ) -> pl.DataFrame:
        """Fill the wanted columns of events from the sides that know their keys, counting per input.

        What sides tell beyond these and the `known` columns of the inputs is noted: their samples did not show it.
        """
        names = set(wanted)
        for side in self.serving(keys):
            assert self._lookups is not None
            lookup = self._lookups[side.name]
            rows, found = lookup.find(_texts(keys[side.on]))
            _count_found(side, frame, found, passed)
            for name in (each for each in side.fields if each in lookup.values.columns):
                if name in names:
                    frame = _filled(frame, lookup.values[name].gather(rows), over=name in side.over)
                elif name not in known:
                    told = lookup.values[name].gather(rows).is_not_null()
                    for file in frame[schema.FILE].filter(told).unique():
                        passed[file].late.add(name)
        return frame

    def sentences(self, index: int) -> list[str]:
        """Say of one input how many of its keys met an event in the last pass."""
        found = []
        for side in (each for at, one in self._sides if at == index for each in (one, *one.also)):
            if self._lookups is not None:
                lookup = self._lookups[side.name]
                mine = lookup.met[lookup.files == index]
                met, alone = int(mine.sum()), int((~mine).sum())
                found.append(f"of the keys first found here ({side.on}), {met:,} met events and {alone:,} met none")
        return found


def _count_found(side: Side, frame: pl.DataFrame, found: pl.Series, passed: Sequence[Tally]) -> None:
    counts = frame.select(schema.FILE, found.alias("found")).group_by(schema.FILE).agg(pl.sum("found"), pl.len())
    for file, matched, total in counts.iter_rows():
        passed[file].count(f"rows found in {side.name} by {side.on}", matched)
        passed[file].count(f"rows not found in {side.name} by {side.on}", total - matched)


def _filled(frame: pl.DataFrame, told: pl.Series, *, over: bool) -> pl.DataFrame:
    name = told.name
    told = told.cast(schema.EVENTS[name])
    if name not in frame.columns:
        return frame.with_columns(told)
    pair = (told, pl.col(name)) if over else (pl.col(name), told)
    return frame.with_columns(pl.coalesce(*pair).alias(name))
