"""Who holds what: accounts merged into units, and their observables as compressed rows and columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl
import scipy.sparse as sp

from extractscan import schema

TEMPLATE = "template"
MOST = 0.5
"""Share of the units whose identity is known from which they alone are the background of a group."""
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Kind:
    """All sightings of one signal, by unit and by value.

    Attributes:
        name: Signal name.
        channel: Its channel.
        values: The observables, sorted.
        ptr, value, weight: Compressed rows: for each unit its values and their share of its sightings.
        by_value_ptr, by_value, by_value_weight: The same, compressed by value: the holders of each.
        forgeable: Whether others can put the value on a bystander.
        marks: For text, of how many windows each piece is made; a sentence has many, a turn of phrase one or two.
        mixture: Whether weights are shares of all events, so that the rest of the events speaks for the background.
    """

    name: str
    channel: str
    values: Sequence[str]
    ptr: Ints
    value: Ints
    weight: Floats
    by_value_ptr: Ints
    by_value: Ints
    by_value_weight: Floats
    mixture: bool = False
    forgeable: bool = False
    marks: Ints | None = None

    @cached_property
    def known(self) -> npt.NDArray[np.bool_]:
        """Units of which at least one value is known (units,)."""
        return self.ptr[1:] > self.ptr[:-1]

    @cached_property
    def holders(self) -> Ints:
        """Number of units that hold each value."""
        return np.diff(self.by_value_ptr)


@dataclass(frozen=True)
class Incidence:
    """Who holds what: `units` accounts (declared customers merged) and their kinds of observables."""

    units: int
    kinds: tuple[Kind, ...]

    @cached_property
    def flat(self) -> Flat:
        """All kinds side by side, so that a profile is a few operations on long vectors and not many on short ones."""
        return _flat(self)


@dataclass(frozen=True, slots=True)
class Flat:
    """The sightings of all kinds, values numbered through.

    Attributes:
        first: Number of the first value of each kind, and one past the last (kinds + 1,).
        kind: Number of the kind of each value.
        ptr, value: For each unit its values, ascending.
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
    value: Ints
    by_value_ptr: Ints
    by_value: Ints
    by_value_weight: Floats
    mixture: npt.NDArray[np.bool_]
    forgeable: npt.NDArray[np.bool_]
    known: npt.NDArray[np.bool_]
    known_all: Ints
    described: npt.NDArray[np.bool_] | None
    by_value_described: Ints
    described_all: Ints


@dataclass(frozen=True, slots=True)
class Profile:
    """What a group of units looks like against everybody else.

    Attributes:
        members: Sorted unit numbers.
        among: Sorted units that were held against the group; all others have no bits here.
        channels: For each channel the bits of every unit (units,).
        own: The most that a channel's unforgeable signals say of every unit (units,).
        kinds: For each signal the bits of every unit before the channel takes the largest.
        rates: For each signal: value numbers held inside, members holding them, outside holders.
        ratios: For each signal, how many times more likely each value is inside than outside, for an outsider.
    """

    members: Ints
    among: Ints
    channels: dict[str, Floats]
    own: Floats
    kinds: dict[str, Floats] = field(default_factory=dict)
    rates: dict[str, tuple[Ints, Ints, Ints]] = field(default_factory=dict)
    ratios: dict[str, Floats] = field(default_factory=dict)


def kind_of(
    name: str,
    channel: str,
    values: Sequence[str],
    units: int,
    unit: Ints,
    value: Ints,
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
    by_value = _columns(unit, value, weight, (units, len(values)))
    rows = by_value.tocsr()  # of sorted columns: the values of each row are sorted
    return Kind(
        name, channel, values, _wide(rows.indptr), _wide(rows.indices), rows.data,
        _wide(by_value.indptr), _wide(by_value.indices), by_value.data, mixture, forgeable, marks,
    )  # fmt: skip


def _columns(unit: Ints, value: Ints, weight: Floats, shape: tuple[int, int]) -> sp.csc_matrix:
    """Sort triples by value and then by unit, in linear time; a weight of nothing stays."""
    rows = sp.csr_matrix(sp.coo_matrix((weight, (unit, value)), shape=shape))
    return sp.csc_matrix(rows)


def _wide(numbers: npt.NDArray[np.integer]) -> Ints:
    return np.asarray(numbers, dtype=np.int64)


def _flat(incidence: Incidence) -> Flat:
    kinds = incidence.kinds
    size = np.array([len(kind.values) for kind in kinds], dtype=np.int64)
    first = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
    pointers = [kind.by_value_ptr[:-1] for kind in kinds]
    seen = np.concatenate([[0], np.cumsum([len(kind.by_value) for kind in kinds])]).astype(np.int64)
    by_ptr = np.concatenate([*(ptr + shift for ptr, shift in zip(pointers, seen, strict=False)), seen[-1:]])
    by_value = np.concatenate([np.zeros(0, dtype=np.int64), *(kind.by_value for kind in kinds)])
    weight = np.concatenate([np.zeros(0), *(kind.by_value_weight for kind in kinds)])
    held = sp.csc_matrix((np.ones(len(by_value), dtype=np.bool_), by_value, by_ptr), shape=(incidence.units, first[-1]))
    rows = held.tocsr()
    known = np.zeros((incidence.units, len(kinds)), dtype=np.bool_)
    for number, kind in enumerate(kinds):
        known[:, number] = kind.known
    identity = [number for number, kind in enumerate(kinds) if kind.channel == schema.IDENTITY]
    described: npt.NDArray[np.bool_] = np.asarray(known[:, identity].any(axis=1), dtype=np.bool_)
    partly = MOST <= described.mean() < 1.0
    until = np.concatenate([[0], np.cumsum(described[by_value])]) if partly else np.zeros(0, dtype=np.int64)
    return Flat(
        first=first,
        kind=np.repeat(np.arange(len(kinds), dtype=np.int32), size),
        ptr=_wide(rows.indptr),
        value=_wide(rows.indices),
        by_value_ptr=by_ptr,
        by_value=by_value,
        by_value_weight=weight,
        mixture=np.array([kind.mixture for kind in kinds], dtype=np.bool_),
        forgeable=np.array([kind.forgeable for kind in kinds], dtype=np.bool_),
        known=known,
        known_all=known.sum(axis=0).astype(np.int64),
        described=described if partly else None,
        by_value_described=until[by_ptr[1:]] - until[by_ptr[:-1]] if partly else until,
        described_all=known[described].sum(axis=0).astype(np.int64),
    )


def spans(ptr: Ints, rows: Ints) -> Ints:
    """Return the positions ptr[r] … ptr[r + 1] - 1 of all `rows`, one after the other."""
    starts, lengths = ptr[rows], ptr[rows + 1] - ptr[rows]
    total = int(lengths.sum())
    if total == 0:
        return np.zeros(0, dtype=np.int64)
    shift = np.repeat(starts - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
    return np.arange(total, dtype=np.int64) + shift


def kinds_of(
    sightings: pl.DataFrame, channels: Mapping[str, str], units: pl.DataFrame, forgeable: frozenset[str]
) -> tuple[Kind, ...]:
    """Build one kind for each signal that has sightings.

    Args:
        sightings: account_id, kind, value, count.
        channels: Channel of every signal that may link, in the order wanted.
        units: As from `customers.units_of`.
        forgeable: Signals whose values others can put on a bystander.
    """
    size = int(units["unit"].max()) + 1 if len(units) else 0  # type: ignore[arg-type]
    held = (
        sightings.join(units.select(schema.ACCOUNT, "unit"), on=schema.ACCOUNT)
        .group_by("kind", "unit", "value")
        .agg(pl.col("count").sum())
    )
    built = []
    for (name,), rows in sorted(held.partition_by("kind", as_dict=True).items()):
        if name in channels:
            values = rows["value"].unique().sort()
            number = pl.DataFrame({"value": values, "number": np.arange(len(values))})
            numbered = rows.join(number, on="value")
            built.append(
                kind_of(
                    str(name), channels[str(name)], values.to_list(), size,
                    numbered["unit"].to_numpy(), numbered["number"].to_numpy(), numbered["count"].to_numpy(),
                    forgeable=name in forgeable,
                )
            )  # fmt: skip
    order = list(channels)
    return tuple(sorted(built, key=lambda kind: order.index(kind.name)))


def fold_content(content: pl.DataFrame, prompts: Ints) -> tuple[Kind, pl.DataFrame]:
    """Build the kind of shared text: shingles that exactly the same units hold become one piece of wording.

    Args:
        content: unit, shingle, count of events; only shingles that several units hold.
        prompts: Prompts of each unit (units,), for the share of its traffic that holds a piece.

    Returns:
        A mixture kind, whose values are the smallest shingle of each piece as 16 hexadecimal digits; and the pieces:
        shingle, number.
    """
    salt = (content["unit"].to_numpy().astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    salt ^= salt >> np.uint64(31)
    salt *= np.uint64(0xBF58476D1CE4E5B9)
    signed = (
        content.select("shingle", pl.Series("salt", salt))
        .group_by("shingle")
        .agg(pl.col("salt").sum().alias("signature"), pl.len().alias("holders"))
    )
    folded = (
        signed.group_by("signature", "holders")
        .agg(pl.col("shingle").min().alias("head"), pl.len().cast(pl.Int64).alias("marks"))
        .sort("head")
        .with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias("number"))
    )
    pieces = signed.join(folded, on=["signature", "holders"]).select("shingle", "number")
    rows = content.join(folded.select("number", shingle="head"), on="shingle")
    unit = rows["unit"].to_numpy()
    share = np.minimum(rows["count"].to_numpy() / np.maximum(prompts[unit], 1), 1.0)
    values = [f"{value:016x}" for value in folded["head"].to_list()]
    number = rows["number"].to_numpy()
    marks = folded["marks"].to_numpy()
    kind = kind_of(
        TEMPLATE, schema.CONTENT, values, len(prompts), unit, number, share, mixture=True, forgeable=True, marks=marks
    )
    return kind, pieces
