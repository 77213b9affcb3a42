"""Who is held against a group, and which of some values these units hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from extractscan.incidence import Codes, Flat, Ints, spans

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
