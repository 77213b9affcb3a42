"""Grows groups: seeds from values that meet more often than chance, refined until no account moves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from extractscan import schema
from extractscan.incidence import Incidence, Ints, Kind, Profile, kind_of, spans
from extractscan.linking import belongs, profile, total_bits
from extractscan.settings import Settings

ROUNDS = 10
"""Refinement ends sooner as a rule; a group that still swings after this many rounds is dropped."""
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


@dataclass(frozen=True, slots=True)
class Found:
    """A group of units that holds together, with the profile that says so."""

    members: Ints
    profile: Profile
    seed_bits: float


@dataclass(frozen=True, slots=True)
class Seed:
    """Units that share two values of different channels more often than chance."""

    bits: float
    units: Ints
    pair: tuple[str, str]


def grow(incidence: Incidence, labels: Sequence[Kind], settings: Settings) -> list[Found]:
    """Grow every seed that no earlier one covered, and give each unit to one group."""
    found: list[Found] = []
    tried = 0
    owner: dict[int, set[int]] = {}
    for seed in seeds(incidence, labels, settings):
        start = frozenset(seed.units.tolist())
        if _covered(start, owner):
            continue
        group = refine(incidence, seed.units, settings)
        covered = start if group is None else start | frozenset(group.members.tolist())
        for unit in covered:
            owner.setdefault(unit, set()).add(tried)
        tried += 1
        if group is not None:
            found.append(Found(group.members, group, seed.bits))
    return disjoint(incidence, found, settings)


def _covered(start: frozenset[int], owner: dict[int, set[int]]) -> bool:
    """Tell whether three quarters of a start set lie in one group that was tried already."""
    counts: dict[int, int] = {}
    for unit in start:
        for group in owner.get(unit, ()):
            counts[group] = counts.get(group, 0) + 1
    return any(count >= 0.75 * len(start) for count in counts.values())


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
    rows = []
    tests = 0.0
    names = list(columns)
    for i, left in enumerate(names):
        for right in names[i + 1 :]:
            if frozenset({left, right}) in PARTNERS:
                tests += float(columns[left].shape[1]) * columns[right].shape[1]
                rows.append((left, right, *_overlaps(columns[left], columns[right], incidence.units, settings)))
    needed = np.log2(max(tests, 2.0)) + settings.seed_bits
    ranked = sorted(
        (-float(bits[j]), left, right, int(a[j]), int(b[j]))
        for left, right, a, b, bits in rows
        for j in np.flatnonzero(bits >= needed)
    )
    for negative, left, right, one, other in ranked[:SEED_PAIRS]:
        both = np.intersect1d(_column(columns[left], one), _column(columns[right], other))
        yield Seed(-negative, both, (left, right))


def _rare_columns(kinds: Sequence[Kind], units: int, settings: Settings) -> sp.csc_matrix:
    """Return the unit × value incidence of values that enough units hold, and not too many."""
    most = min(max(settings.hub_share * units, 50.0), settings.max_members_per_value)
    blocks = []
    for kind in kinds:
        count = kind.holders
        use = np.flatnonzero((count >= settings.min_accounts) & (count <= most))
        if kind.mixture:
            use = use[_steady(kind, use, settings.min_accounts)]
        full = sp.csc_matrix(
            (np.ones(len(kind.by_value), dtype=np.int32), kind.by_value, kind.by_value_ptr),
            shape=(units, len(kind.values)),
        )
        blocks.append(full[:, use])
    return sp.csc_matrix(sp.hstack(blocks, format="csc"))


def _steady(kind: Kind, use: Ints, least: int) -> npt.NDArray[np.bool_]:
    """Tell which pieces of text make up at least a twentieth of the traffic of most of their holders."""
    total = (
        np.add.reduceat((kind.by_value_weight >= 0.05).astype(np.int64), kind.by_value_ptr[:-1]) if len(use) else use
    )
    return np.asarray((total[use] >= least) & (total[use] * 2 >= kind.holders[use]))


def _column(matrix: sp.csc_matrix, number: int) -> Ints:
    return np.sort(matrix.indices[matrix.indptr[number] : matrix.indptr[number + 1]]).astype(np.int64)


def _overlaps(
    left: sp.csc_matrix, right: sp.csc_matrix, units: int, settings: Settings
) -> tuple[Ints, Ints, npt.NDArray[np.float64]]:
    """Return value pairs with enough shared holders and the bits of their overlap."""
    product = (left.T @ right).tocoo()
    keep = product.data >= settings.min_accounts
    a, b, k = product.row[keep].astype(np.int64), product.col[keep].astype(np.int64), product.data[keep].astype(float)
    n1, n2 = np.diff(left.indptr)[a], np.diff(right.indptr)[b]
    expected = n1 * n2 / units
    bits = np.where(k > expected, k * np.log2(k / expected) - (k - expected) / np.log(2), 0.0)
    return a, b, bits


def refine(incidence: Incidence, start: Ints, settings: Settings) -> Profile | None:
    """Grow or shrink a group until its members are just the units that belong to it.

    Args:
        incidence: Who holds what.
        start: Sorted units to begin with.
        settings: Thresholds.

    Returns:
        The profile of the stable group, or None where it falls apart.
    """
    members = start
    seen: set[bytes] = set()
    for _ in range(ROUNDS):
        group = profile(incidence, members, settings)
        following = np.flatnonzero(belongs(group, incidence.units, settings))
        if len(following) < settings.min_accounts:
            return None
        if np.array_equal(following, members):
            return group
        key = following.tobytes()
        if key in seen:
            following = np.intersect1d(following, members)
            if len(following) < settings.min_accounts:
                return None
        seen.add(key)
        members = following
    group = profile(incidence, members, settings)
    return group if np.all(belongs(group, incidence.units, settings)[members]) else None


def disjoint(incidence: Incidence, found: Sequence[Found], settings: Settings) -> list[Found]:
    """Give every unit to the group that holds it with the most bits; groups that are left too small go."""
    best: dict[int, tuple[float, int]] = {}
    ranked = sorted(found, key=lambda f: (-len(f.members), tuple(f.members.tolist())))
    for number, group in enumerate(ranked):
        bits = total_bits(group.profile)
        for unit in group.members.tolist():
            if unit not in best or bits[unit] > best[unit][0] + 1e-9:
                best[unit] = (float(bits[unit]), number)
    kept = []
    for number, group in enumerate(ranked):
        members = np.array([u for u in group.members.tolist() if best[u][1] == number], dtype=np.int64)
        if len(members) == len(group.members):
            kept.append(group)
        elif (left := shrunk(incidence, members, settings)) is not None:
            kept.append(Found(left.members, left, group.seed_bits))
    return kept


def shrunk(
    incidence: Incidence, members: Ints, settings: Settings, *, without: frozenset[str] = frozenset()
) -> Profile | None:
    """Drop members until all that are left belong by themselves; None where too few are left."""
    while len(members) >= settings.min_accounts:
        group = profile(incidence, members, settings, without=without)
        stay = belongs(group, incidence.units, settings)[members]
        if stay.all():
            return group
        members = members[stay]
    return None


def steady_pieces(kind: Kind, settings: Settings) -> Kind:
    """Return a kind of text with only the pieces that may start a network."""
    use = np.flatnonzero(kind.holders >= settings.min_accounts)
    use = use[_steady(kind, use, settings.min_accounts)]
    at = spans(kind.by_value_ptr, use)
    number = np.repeat(np.arange(len(use)), kind.holders[use])
    values = [kind.values[v] for v in use.tolist()]
    units = len(kind.ptr) - 1
    return kind_of(
        kind.name,
        kind.channel,
        values,
        units,
        kind.by_value[at],
        number,
        kind.by_value_weight[at],
        mixture=True,
        forgeable=kind.forgeable,
    )
