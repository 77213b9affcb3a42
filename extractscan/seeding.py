"""Where groups may begin: values that meet beyond chance, and communities of accounts that share rare values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, repeat

import numpy as np
import numpy.typing as npt
import polars as pl
import scipy.sparse as sp

from extractscan import schema
from extractscan.incidence import Codes, Floats, Incidence, Ints, Kind, Names, column_of, kind_of, spans
from extractscan.settings import Settings

SEED_PAIRS = 20_000
"""Seeds that are tried, strongest first; more would only repeat the same groups."""
PARTNERS = frozenset(
    {
        frozenset({schema.IDENTITY, schema.NETWORK}),
        frozenset({schema.IDENTITY, schema.CLIENT}),
        frozenset({schema.IDENTITY, schema.CONTENT}),
        frozenset({schema.IDENTITY, schema.TIME}),
        frozenset({schema.NETWORK, schema.CLIENT}),
        frozenset({schema.NETWORK, schema.CONTENT}),
        frozenset({schema.NETWORK, schema.TIME}),
        frozenset({schema.CONTENT, schema.TIME}),
        frozenset({schema.CONTENT, schema.CLIENT}),
        frozenset({schema.IDENTITY, "intent"}),
        frozenset({schema.NETWORK, "intent"}),
        frozenset({schema.CONTENT, "intent"}),
    }
)
"""Channels whose values may start a candidate together; what people ask for labels accounts but never links them."""


STARTING = 0.05
STEADY = 0.02
"""Share of an account's prompts: a harvest in one request of twenty stays, what a task happens to begin with goes."""


@dataclass(frozen=True, slots=True)
class Seed:
    """Units that share two values of different channels more often than chance, or a web of rare values."""

    bits: float
    units: Ints
    pair: tuple[str, str]


def seeds(incidence: Incidence, labels: Sequence[Kind], settings: Settings) -> Iterator[Seed]:
    """Yield pairs of values of different channels whose holders overlap beyond chance, strongest first.

    The Poisson tail of k shared holders where n1 n2 / N are expected has to beat the number of all possible pairs.
    Bound: every unit adds at most the product of its rare values in two channels.
    """
    columns = {}
    for channel in (*schema.CHANNELS, "intent"):
        kinds = [k for k in (*incidence.kinds, *labels) if k.channel == channel]
        if kinds:
            columns[channel] = _rare_columns(kinds, incidence.units, settings)
    pairs = [pair for pair in combinations(columns, 2) if frozenset(pair) in PARTNERS]
    tests = sum((float(columns[left].shape[1]) * columns[right].shape[1] for left, right in pairs), 0.0)
    needed = np.log2(max(tests, 2.0)) + settings.seed_bits
    ranked: list[tuple[float, str, str, int, int]] = []
    for left, right in pairs:
        a, b, bits = _overlaps(columns[left], columns[right], incidence.units, settings, float(needed))
        ranked += zip((-bits).tolist(), repeat(left), repeat(right), a.tolist(), b.tolist(), strict=False)
    ranked.sort()
    for negative, left, right, one, other in ranked[:SEED_PAIRS]:
        both = np.intersect1d(_column(columns[left], one), _column(columns[right], other), assume_unique=True)
        yield Seed(-negative, both, (left, right))


def _rare_columns(kinds: Sequence[Kind], units: int, settings: Settings) -> sp.csc_matrix:
    """Return the unit × value incidence of values that enough units hold, and not too many."""
    most = min(max(settings.hub_share * units, 50.0), settings.max_members_per_value)
    blocks = []
    for kind in kinds:
        count = kind.holders
        use = np.flatnonzero((count >= settings.min_accounts) & (count <= most))
        if kind.mixture:
            use = use[steady(kind, use, settings.min_accounts, STARTING)]
        full = sp.csc_matrix(
            (np.ones(len(kind.by_value), dtype=np.int32), kind.by_value, kind.by_value_ptr),
            shape=(units, len(kind.values)),
        )
        blocks.append(full[:, use])
    return sp.csc_matrix(sp.hstack(blocks, format="csc"))


def steady(kind: Kind, use: Ints, least: int, share: float = STEADY) -> npt.NDArray[np.bool_]:
    """Tell which pieces of text make up a steady part of the traffic of most of their holders."""
    total = (
        np.add.reduceat((kind.by_value_weight >= share).astype(np.int64), kind.by_value_ptr[:-1]) if len(use) else use
    )
    return np.asarray((total[use] >= least) & (total[use] * 2 >= kind.holders[use]), dtype=np.bool_)


def _column(matrix: sp.csc_matrix, number: int) -> Ints:
    return np.sort(matrix.indices[matrix.indptr[number] : matrix.indptr[number + 1]]).astype(np.int64)


def _overlaps(
    left: sp.csc_matrix, right: sp.csc_matrix, units: int, settings: Settings, needed: float
) -> tuple[Ints, Ints, Floats]:
    """Return the value pairs with enough shared holders whose overlap has the bits that are needed, and these bits.

    Few holders cannot meet many beyond chance: values are taken by the number of their holders, and of the other side
    only those are multiplied out that could reach the bits if all holders of one were holders of the other.
    """
    swapped = left.shape[1] < right.shape[1]
    many, few = (right, left) if swapped else (left, right)
    size, sizes = np.diff(many.indptr), np.diff(few.indptr)
    rows = few.tocsr()
    found: list[tuple[Ints, Ints, Floats]] = []
    least = max(settings.min_accounts, 1)
    while len(size) and least <= size.max():
        end = max(least + 1, least * 5 // 4)
        mine = np.flatnonzero((size >= least) & (size < end))
        near = np.clip(sizes, least, end - 1)
        most = _surprise(np.minimum(near, sizes), near, sizes, units)
        other = most >= needed - 1e-6
        least = end
        if len(mine) == 0 or not other.any():
            continue
        product = _met(many[:, mine], rows, other)
        keep = product.data >= settings.min_accounts
        a, b, k = mine[product.row[keep]], product.col[keep].astype(np.int64), product.data[keep]
        bits = _surprise(k, size[a], sizes[b], units)
        enough = bits >= needed
        found.append((a[enough], b[enough], bits[enough]))
    nothing = np.zeros(0, dtype=np.int64)
    a, b, bits = (np.concatenate(part) for part in zip((nothing, nothing, np.zeros(0)), *found, strict=True))
    return (b, a, bits) if swapped else (a, b, bits)


def _met(mine: sp.csc_matrix, rows: sp.csr_matrix, other: npt.NDArray[np.bool_]) -> sp.coo_matrix:
    """Count how many units hold both, for each of some values and of others that are sought (mine × all others).

    Only the rows of units that hold one of the first are looked at: in a large log these are few.
    """
    among, unit = _distinct(mine.indices, rows.shape[0])
    held = rows[among]
    sought = other[held.indices]
    ends = np.concatenate([[0], np.cumsum(sought)])[held.indptr]
    theirs = sp.csr_matrix((held.data[sought], held.indices[sought], ends), shape=held.shape)
    ours = sp.csr_matrix((mine.data, unit, mine.indptr), shape=(mine.shape[1], len(among)))
    return sp.csr_matrix(ours @ theirs).tocoo()


def _distinct(numbers: Codes, size: int) -> tuple[Ints, Codes]:
    """Return which numbers below some size there are, sorted, and the place of each among them; many without a sort."""
    if len(numbers) * 16 < size:
        few, place = np.unique(numbers, return_inverse=True)
        return few.astype(np.int64), place.ravel().astype(np.int32)
    there = np.zeros(size, dtype=np.bool_)
    there[numbers] = True
    return np.flatnonzero(there), (np.cumsum(there, dtype=np.int32) - 1)[numbers]


def _surprise(k: Ints, n1: Ints, n2: Ints, units: int) -> Floats:
    """Bits of k shared holders of two values with n1 and n2, where n1 n2 / N are expected (Poisson tail)."""
    expected = n1.astype(np.int64) * n2 / units
    k = k.astype(np.float64)
    return np.where(k > expected, k * np.log2(k / expected) - (k - expected) / np.log(2), 0.0)


def steady_pieces(kind: Kind, pieces: pl.DataFrame, settings: Settings) -> tuple[Kind, pl.DataFrame]:
    """Keep the wording that is a steady part of its holders' traffic; a phrase that slips in now and then ties nobody.

    Args:
        kind: Of text.
        pieces: shingle, number of its value in the kind.
        settings: Smallest network.

    Returns:
        Both, with the values numbered anew.
    """
    use = np.flatnonzero(kind.holders >= settings.min_accounts)
    use = use[steady(kind, use, settings.min_accounts)]
    if len(use) == len(kind.values):
        return kind, pieces
    at = spans(kind.by_value_ptr, use)
    number = np.repeat(np.arange(len(use)), kind.holders[use])
    kept = kind_of(
        kind.name,
        kind.channel,
        Names(column_of(kind.values).gather(use)),
        len(kind.ptr) - 1,
        kind.by_value[at],
        number,
        kind.by_value_weight[at],
        mixture=True,
        forgeable=kind.forgeable,
        marks=None if kind.marks is None else kind.marks[use],
    )
    renumbered = pl.DataFrame({"number": use, "new": np.arange(len(use))})
    return kept, pieces.join(renumbered, on="number").select("shingle", number="new")
