"""Who holds what: accounts merged into units, and their observables as compressed rows and columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, overload

import numpy as np
import numpy.typing as npt
import polars as pl
import scipy.sparse as sp

from extractscan import schema

MOST = 0.5
"""Share of the units whose identity is known from which they alone are the background of a group."""
Ints = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int32]
"""Numbers of units, of values, of sightings, which are many: half as large."""
Floats = npt.NDArray[np.float64]


_AT_ONCE = 1 << 20
"""Sightings that are looked at together where that takes memory."""


@dataclass(frozen=True)
class Kind:
    """All sightings of one signal, by value; by unit once somebody asks.

    Attributes:
        name: Signal name.
        channel: Its channel.
        values: The observables, sorted.
        by_value_ptr, by_value, by_value_weight: Compressed by value: the holders of each, ascending, and the share of
            their sightings that it has.
        forgeable: Whether others can put the value on a bystander.
        marks: For text, of how many windows each piece is made; a sentence has many, a turn of phrase one or two.
        mixture: Whether weights are shares of all events, so that the rest of the events speaks for the background.
        units: Number of units, whether or not they hold anything.
    """

    name: str
    channel: str
    values: Sequence[str]
    by_value_ptr: Codes
    by_value: Codes
    by_value_weight: Floats
    units: int
    mixture: bool = False
    forgeable: bool = False
    marks: Ints | None = None

    @cached_property
    def known(self) -> npt.NDArray[np.bool_]:
        """Units of which at least one value is known (units,)."""
        known = np.zeros(self.units, dtype=np.bool_)
        for low in range(0, len(self.by_value), _AT_ONCE):  # an index is made twice as wide
            known[self.by_value[low : low + _AT_ONCE]] = True
        return known

    @cached_property
    def holders(self) -> Ints:
        """Number of units that hold each value."""
        return np.diff(self.by_value_ptr).astype(np.int64)

    @property
    def ptr(self) -> Codes:
        """Where the values of each unit begin in `value`, and where the last end (units + 1,)."""
        return self._rows[0]

    @property
    def value(self) -> Codes:
        """The values of each unit, ascending."""
        return self._rows[1]

    @cached_property
    def _rows(self) -> tuple[Codes, Codes]:
        return self.rows()

    def rows(self) -> tuple[Codes, Codes]:
        """Return `ptr` and `value`, worked out anew and not kept, for whoever needs them once."""
        rows = self.columns(np.ones(len(self.by_value), dtype=np.bool_)).tocsr()
        return _narrow(rows.indptr), _narrow(rows.indices)

    def held_by(self, value: int) -> Ints:
        """Return the units that hold a value, sorted."""
        return self.by_value[self.by_value_ptr[value] : self.by_value_ptr[value + 1]].astype(np.int64)

    def columns(self, data: npt.NDArray[Any]) -> sp.csc_matrix:
        """Return the units × values matrix that holds `data` in the order of `by_value`."""
        return sp.csc_matrix((data, self.by_value, self.by_value_ptr), shape=(self.units, len(self.values)))


@dataclass(frozen=True)
class Incidence:
    """Who holds what: `units` accounts (declared customers merged) and their kinds of observables.

    Attributes:
        flat: All kinds side by side, so that a profile is a few operations on long vectors and not many on short ones.
            The kinds have no sightings beside these.
    """

    units: int
    kinds: tuple[Kind, ...]
    flat: Flat = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Lay the kinds side by side."""
        _lay(self, self.kinds, sum(len(kind.by_value) for kind in self.kinds))

    @classmethod
    def laid(cls, units: int, kinds: Iterable[Kind], most: int) -> Incidence:
        """Lay kinds side by side that are made one by one, of `most` sightings in all: none is held beside its copy."""
        made = cls.__new__(cls)
        object.__setattr__(made, "units", units)
        _lay(made, kinds, most)
        return made


@dataclass(frozen=True, slots=True)
class Flat:
    """The sightings of all kinds, values numbered through.

    Attributes:
        first: Number of the first value of each kind, and one past the last (kinds + 1,).
        kind: Number of the kind of each value.
        ptr, value, at: For each unit its values, ascending, and the place of each sighting in the columns by value.
        by_value_ptr, by_value, by_value_weight: The holders of each value.
        mixture, forgeable: As the kinds' (kinds,).
        known: Whether any value of a kind is known of a unit (units, kinds).
        known_all: Units of which each kind is known (kinds,).
        described: Units whose identity is known (units,), where that is most but not all; else None.
        by_value_described: Described holders of each value; empty where `described` is None.
        described_all: Described units of which each kind is known (kinds,).
    """

    first: Ints
    kind: npt.NDArray[np.int32]
    ptr: Ints
    value: Codes
    at: Codes
    by_value_ptr: Ints
    by_value: Codes
    by_value_weight: Floats
    mixture: npt.NDArray[np.bool_]
    forgeable: npt.NDArray[np.bool_]
    known: npt.NDArray[np.bool_]
    known_all: Ints
    described: npt.NDArray[np.bool_] | None
    by_value_described: Ints
    described_all: Ints


def kind_of(
    name: str,
    channel: str,
    values: Sequence[str],
    units: int,
    unit: Ints | Codes,
    value: Ints | Codes,
    weight: Floats,
    *,
    mixture: bool = False,
    forgeable: bool = False,
    marks: Ints | None = None,
) -> Kind:
    """Build a kind from its (unit, value, weight) triples, each pair once.

    Weights are normalised to sum to one for each unit unless they are shares of a mixture already.
    """
    weight = weight.astype(np.float64)
    if not mixture:
        total = np.bincount(unit, weights=weight, minlength=units)
        weight = weight / total[unit]
    held = _columns(unit, value, weight, (units, len(values)))
    ptr, holder = _narrow(held.indptr), _narrow(held.indices)
    return Kind(name, channel, values, ptr, holder, held.data, units, mixture, forgeable, marks)


def _columns(unit: Ints | Codes, value: Ints | Codes, weight: Floats, shape: tuple[int, int]) -> sp.csc_matrix:
    """Sort triples by value and then by unit, in linear time; a weight of nothing stays."""
    rows = sp.csr_matrix(sp.coo_matrix((weight, (unit, value)), shape=shape))
    return sp.csc_matrix(rows)


class Names(Sequence[str]):
    """Values of a kind, kept as one column: as strings of Python's own they would take three times as much."""

    def __init__(self, values: pl.Series) -> None:
        """Take a column of text."""
        self.column = values

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.column)

    @overload
    def __getitem__(self, number: int) -> str: ...
    @overload
    def __getitem__(self, number: slice) -> Names: ...
    def __getitem__(self, number: int | slice) -> str | Names:
        """Return one of them, or a stretch."""
        return Names(self.column[number]) if isinstance(number, slice) else str(self.column[int(number)])


def column_of(values: Sequence[str]) -> pl.Series:
    """Return the values of a kind as a column."""
    return values.column if isinstance(values, Names) else pl.Series(values, dtype=pl.String)


def _narrow(numbers: npt.NDArray[np.integer]) -> Codes:
    return np.asarray(numbers, dtype=np.int32)


def _lay(into: Incidence, kinds: Iterable[Kind], most: int) -> None:
    by_value, weight = np.empty(most, dtype=np.int32), np.empty(most)
    parts: list[Kind] = []
    seen = 0
    for kind in kinds:
        span = slice(seen, seen + len(kind.by_value))
        by_value[span], weight[span] = kind.by_value, kind.by_value_weight
        parts.append(replace(kind, by_value=by_value[span], by_value_weight=weight[span]))
        seen = span.stop
        del kind  # not held while the next one is made, nor beside all
    object.__setattr__(into, "kinds", tuple(parts))
    object.__setattr__(into, "flat", _flat(into.units, parts, by_value[:seen], weight[:seen]))


def _flat(units: int, kinds: Sequence[Kind], by_value: Codes, weight: Floats) -> Flat:
    size = np.array([len(kind.values) for kind in kinds], dtype=np.int64)
    first = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
    seen = np.concatenate([[0], np.cumsum([len(kind.by_value) for kind in kinds])]).astype(np.int64)
    pointers = [kind.by_value_ptr[:-1] for kind in kinds]
    by_ptr = np.concatenate([*(ptr + shift for ptr, shift in zip(pointers, seen, strict=False)), seen[-1:]])
    place = np.arange(len(by_value), dtype=np.int32)
    rows = sp.csc_matrix((place, by_value, by_ptr), shape=(units, first[-1])).tocsr()
    del place
    known = np.zeros((units, len(kinds)), dtype=np.bool_)
    for number, kind in enumerate(kinds):
        known[:, number] = kind.known
    identity = [number for number, kind in enumerate(kinds) if kind.channel == schema.IDENTITY]
    described: npt.NDArray[np.bool_] = np.asarray(known[:, identity].any(axis=1), dtype=np.bool_)
    partly = MOST * units <= described.sum() < units
    until = _so_far(described, by_value) if partly else np.zeros(0, dtype=np.int32)
    return Flat(
        first=first,
        kind=np.repeat(np.arange(len(kinds), dtype=np.int32), size),
        ptr=rows.indptr.astype(np.int64),
        value=_narrow(rows.indices),
        at=rows.data,
        by_value_ptr=by_ptr,
        by_value=by_value,
        by_value_weight=weight,
        mixture=np.array([kind.mixture for kind in kinds], dtype=np.bool_),
        forgeable=np.array([kind.forgeable for kind in kinds], dtype=np.bool_),
        known=known,
        known_all=known.sum(axis=0).astype(np.int64),
        described=described if partly else None,
        by_value_described=(until[by_ptr[1:]] - until[by_ptr[:-1]] if partly else until).astype(np.int64),
        described_all=known[described].sum(axis=0).astype(np.int64),
    )


def _so_far(those: npt.NDArray[np.bool_], units: Codes) -> Codes:
    """Count for each place in a list of units how many of those come before it (units + 1,)."""
    until = np.zeros(len(units) + 1, dtype=np.int32)
    for low in range(0, len(units), _AT_ONCE):
        until[low + 1 : low + 1 + _AT_ONCE] = those[units[low : low + _AT_ONCE]]
    return np.cumsum(until, out=until)


def spans(ptr: Ints | Codes, rows: Ints | Codes) -> Ints:
    """Return the positions ptr[r] … ptr[r + 1] - 1 of all `rows`, one after the other."""
    starts, lengths = ptr[rows], ptr[rows + 1] - ptr[rows]
    total = int(lengths.sum())
    if total == 0:
        return np.zeros(0, dtype=np.int64)
    shift = np.repeat(starts.astype(np.int64) - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
    return np.arange(total, dtype=np.int64) + shift
