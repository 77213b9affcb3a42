"""What a kind of group is given and gives back: the scene, its own dice and size, and batches of events."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from extractscan.simulate.keys import Indices, Keys

HOUR: Final = 3_600_000_000
"""Microseconds."""
DAY: Final = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Scene:
    """The world around all groups: when it starts and ends, and when a new model appears (microseconds)."""

    seed: int
    start: int
    days: int
    release: int
    """Offset of the release from the start."""
    load: float
    """Mean events of an ordinary account."""

    @property
    def span(self) -> int:
        """Length of the window in microseconds."""
        return self.days * DAY


@dataclass(frozen=True, slots=True)
class Plot:
    """One group to be written: `size` accounts numbered from `first`, at most about `budget` events."""

    scene: Scene
    name: str
    size: int
    first: int
    budget: int
    rng: np.random.Generator

    def between(self, low: float, high: float) -> float:
        """Draw a number whose logarithm is uniform; both bounds are positive."""
        return float(np.exp(self.rng.uniform(np.log(low), np.log(high))))

    def count(self, low: int, high: int) -> int:
        """Draw a whole number from low to high, both included, small ones more often."""
        return int(min(high, max(low, np.floor(self.between(low, high + 1)))))

    def coin(self, probability: float = 0.5) -> bool:
        """Draw true with this probability."""
        return bool(self.rng.random() < probability)


@dataclass(frozen=True, slots=True)
class Stream:
    """Events before they have content: account row, offset from the start (µs), text key, running number."""

    who: Indices
    when: Indices
    key: Keys
    number: Indices


@dataclass(frozen=True, slots=True)
class Text:
    """Content of a stream, one value an event; `columns` replaces any other canonical column."""

    prompt: pl.Series
    completion: pl.Series
    system: pl.Series
    campaign: npt.NDArray[np.bool_]
    columns: dict[str, pl.Series] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Crowd:
    """Accounts of a group: their rows of the side table, their habits, and the addresses that some of them share."""

    accounts: pl.DataFrame
    habits: pl.DataFrame
    pool: pl.DataFrame

    def change(self, **columns: object) -> Crowd:
        """Replace habits or account fields by name, whichever table has the column."""
        mine = {name: value for name, value in columns.items() if name in self.habits.columns}
        theirs = {name: value for name, value in columns.items() if name in self.accounts.columns}
        unknown = columns.keys() - mine.keys() - theirs.keys()
        if unknown:
            raise KeyError(f"no such column in the crowd: {sorted(unknown)}")
        return Crowd(_replace(self.accounts, theirs), _replace(self.habits, mine), self.pool)

    def habit(self, name: str) -> npt.NDArray[Any]:
        """Return one habit as an array, one value an account."""
        return self.habits[name].to_numpy()


def _replace(frame: pl.DataFrame, columns: dict[str, object]) -> pl.DataFrame:
    def series(name: str, value: object) -> pl.Series:
        kind = frame.schema[name]
        if isinstance(value, pl.Series | np.ndarray | list):
            return pl.Series(name, value).cast(kind)
        return pl.Series(name, [value], dtype=kind).new_from_index(0, frame.height)

    return frame.with_columns([series(name, value) for name, value in columns.items()])


@dataclass(frozen=True, slots=True)
class Batch:
    """Some finished events of a group in the canonical schema, with the column `campaign`, and accounts new in it."""

    events: pl.DataFrame
    accounts: pl.DataFrame


Compose = Callable[[Stream], Text]


@dataclass(frozen=True, slots=True)
class Kind:
    """A sort of group: whether it is a campaign, what it models, and the function that writes one."""

    campaign: bool
    summary: str
    build: Callable[[Plot], Iterator[Batch]]
    sizes: tuple[int, int]
    """Smallest and largest number of accounts; larger worlds stretch the upper bound."""
