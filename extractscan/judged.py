"""Who is held against a group, and which of some values these units hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from extractscan.incidence import Codes, Flat, Floats, Ints, spans
from extractscan.settings import Settings

STEPS = 2
"""Levels a bit, in which is told how little those say who are not judged."""
SLACK = 1e-6
"""Bits by which sums of floating-point numbers may be wrong, and more."""
FEW = 16
"""Of so many units or values one has to be named for marking all of them to cost less than sorting the named ones."""


class Sightings(NamedTuple):
    """Who of the judged holds which of some values; those of one unit stand in the order of the values.

    Attributes:
        at: Their places in the columns by value.
        which: Place of the value among those that were asked for.
        row: Place of the unit among the judged.
    """

    at: Ints | Codes
    which: npt.NDArray[np.integer]
    row: npt.NDArray[np.integer]


@dataclass(frozen=True, slots=True)
class Judged:
    """The units that are held against a group.

    Attributes:
        flat: Who holds what.
        among: Their sorted numbers.
        inside: Which of them are members (judged,).
    """

    flat: Flat
    among: Ints
    inside: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, flat: Flat, members: Ints, others: Ints | Codes) -> Judged:
        """Judge members and others, some of whom may be named many times."""
        among = _once(np.concatenate([members, others]), len(flat.ptr) - 1)
        inside = np.zeros(len(among), dtype=np.bool_)
        inside[np.searchsorted(among, members)] = True
        return cls(flat, among, inside)

    def holding(self, values: Ints) -> Sightings:
        """Return the sightings of some sorted values at the judged units.

        All holders are gone through, or all that the judged hold, whichever is less: half of a log has addresses at
        one mail service, of whom a dozen are judged.
        """
        flat = self.flat
        held = int((flat.ptr[self.among + 1] - flat.ptr[self.among]).sum())
        if held < int((flat.by_value_ptr[values + 1] - flat.by_value_ptr[values]).sum()):
            return self._of_units(values)
        judged = np.zeros(len(flat.ptr) - 1, dtype=np.bool_)
        judged[self.among] = True
        place = np.empty(len(judged), dtype=np.int32)  # of the judged alone: most of it is never touched
        place[self.among] = np.arange(len(self.among))
        at = spans(flat.by_value_ptr, values)
        unit = flat.by_value[at]
        near = judged[unit]
        which = np.repeat(np.arange(len(values)), flat.by_value_ptr[values + 1] - flat.by_value_ptr[values])
        return Sightings(at[near], which[near], place[unit[near]])

    def _of_units(self, values: Ints) -> Sightings:
        flat = self.flat
        at = spans(flat.ptr, self.among)
        which = _places(flat.value[at], values, len(flat.kind))
        sought = which >= 0
        row = np.repeat(np.arange(len(self.among)), flat.ptr[self.among + 1] - flat.ptr[self.among])
        return Sightings(flat.at[at[sought]], which[sought], row[sought])


def decisive(bits: Floats, channel: Ints, holders: Ints, needed: float, settings: Settings) -> npt.NDArray[np.bool_]:
    """Tell of which values of a group one at least is held by whoever can belong to it; they have few holders.

    Up to some level the values of each channel can be left aside, where all channels at their levels fall short of the
    bits that membership needs. Or all values of some channels can, where it needs more channels than these, and of the
    others those that do not reach the floor. Of all such ways the one that leaves fewest holders is taken.

    Args:
        bits: The most that each value says of an outsider, over nothing.
        channel: Number of the channel of each.
        holders: Units that hold it.
        needed: Bits that membership needs.
        settings: Channel cap, floor, and how many are needed.
    """
    loud = bits >= settings.channel_floor_bits
    size = int(channel.max(initial=0)) + 1
    largest = np.argsort(np.bincount(channel[loud], weights=holders[loud], minlength=size), kind="stable")
    spared = largest[size - min(settings.channels_needed - 1, size) :]
    tied = loud & ~np.isin(channel, spared)
    top = int(np.ceil(settings.channel_cap_bits * STEPS))
    level = np.minimum(np.ceil(bits * STEPS), top).astype(np.int64)
    at = np.bincount(channel * (top + 1) + level, weights=holders, minlength=size * (top + 1)).reshape(size, top + 1)
    over = at.sum(axis=1, keepdims=True) - at.cumsum(axis=1)
    reached = level > _levels(over, int((needed - SLACK) * STEPS))[channel]
    return min((tied, reached), key=lambda chosen: int(holders[chosen].sum()))


def _levels(over: Floats, budget: int) -> Ints:
    """Choose a level for each channel, together within a budget, so that fewest holders are over them (channels,).

    Args:
        over: Holders of values over each level (channels, levels).
        budget: Sum of all levels, at most.
    """
    left = np.zeros(max(budget, 0) + 1)
    chosen = []
    for mine in over:
        best, level = left + mine[0], np.zeros(len(left), dtype=np.int64)
        for number in range(1, min(len(mine), len(left))):
            fewer = left[:-number] + mine[number]
            better = fewer < best[number:]
            best[number:][better] = fewer[better]
            level[number:][better] = number
        left = best
        chosen.append(level)
    levels = []
    rest = len(left) - 1
    for level in reversed(chosen):
        levels.append(int(level[rest]))
        rest -= levels[-1]
    return np.array(levels[::-1], dtype=np.int64)


def _places(held: Codes, values: Ints, size: int) -> Ints | Codes:
    """Return where each number stands in sorted ones, and -1 where it does not."""
    if len(values) and len(held) * FEW < size:
        place = np.searchsorted(values, held)
        return np.where(values[np.minimum(place, len(values) - 1)] == held, place, -1)
    every = np.full(size, -1, dtype=np.int32)
    every[values] = np.arange(len(values))
    return every[held]


def _once(units: Ints, size: int) -> Ints:
    """Sort units, and leave each in once."""
    if len(units) * FEW < size:
        return np.unique(units)
    named = np.zeros(size, dtype=np.bool_)
    named[units] = True
    return np.flatnonzero(named)
