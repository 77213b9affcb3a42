"""Links to networks: seeds from values that meet more often than chance, grown until no account moves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import graspologic_native
import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from extractscan import schema
from extractscan.incidence import Floats, Incidence, Ints, Kind, Profile, kind_of, spans
from extractscan.linking import belongs, private_values, profile, total_bits
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

SPLITTING = frozenset({"template", "system_prompt", "payment", "phone", "signup_device", "device"})
"""Signals that tie the accounts of one operator and part those of two, unlike a rented proxy pool or a mail service."""
MIXED = 0.3
"""Affinity of two communities, from none (0) to evenly mixed (1), over which they are one operator's."""


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


def find(incidence: Incidence, labels: Sequence[Kind], settings: Settings) -> list[Found]:
    """Find all groups of units that hold together.

    Args:
        incidence: Who holds what.
        labels: Further kinds that may be one half of a seed, but never count for membership.
        settings: Thresholds.

    Returns:
        Disjoint groups, largest first, then by first member.
    """
    whole = merge_siblings(incidence, grow(incidence, labels, settings), settings)
    clear = [part for group in whole for part in release(incidence, group, settings)]
    parts = [part for group in clear for part in split(incidence, group, settings)]
    return sorted(parts, key=lambda f: (-len(f.members), tuple(f.members.tolist())))


def grow(incidence: Incidence, labels: Sequence[Kind], settings: Settings) -> list[Found]:
    """Grow every seed that no earlier one covered, and give each unit to one group."""
    found: list[Found] = []
    tried: list[frozenset[int]] = []
    owner: dict[int, set[int]] = {}
    for seed in seeds(incidence, labels, settings):
        start = frozenset(seed.units.tolist())
        if _known(start, tried, owner):
            continue
        group = refine(incidence, seed.units, settings)
        covered = start if group is None else start | frozenset(group.members.tolist())
        for unit in covered:
            owner.setdefault(unit, set()).add(len(tried))
        tried.append(covered)
        if group is not None:
            found.append(Found(group.members, group, seed.bits))
    return disjoint(incidence, found, settings)


def _known(start: frozenset[int], tried: Sequence[frozenset[int]], owner: dict[int, set[int]]) -> bool:
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
    ranked = []
    for left, right, a, b, bits in rows:
        for j in np.flatnonzero(bits >= needed):
            ranked.append((-float(bits[j]), left, right, int(a[j]), int(b[j])))
    ranked.sort()
    for bits, left, right, a, b in ranked[:SEED_PAIRS]:
        yield Seed(-bits, np.intersect1d(_column(columns[left], a), _column(columns[right], b)), (left, right))


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


def refine(
    incidence: Incidence, start: Ints, settings: Settings, *, without: frozenset[str] = frozenset()
) -> Profile | None:
    """Grow or shrink a group until its members are just the units that belong to it.

    Args:
        incidence: Who holds what.
        start: Sorted units to begin with.
        settings: Thresholds.
        without: Channels that may not be used.

    Returns:
        The profile of the stable group, or None where it falls apart.
    """
    members = start
    seen: set[bytes] = set()
    for _ in range(ROUNDS):
        group = profile(incidence, members, settings, without=without)
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
    group = profile(incidence, members, settings, without=without)
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
        elif (left := _shrunk(incidence, members, settings)) is not None:
            kept.append(Found(left.members, left, group.seed_bits))
    return kept


def _shrunk(incidence: Incidence, members: Ints, settings: Settings) -> Profile | None:
    """Drop members until all that are left belong by themselves; None where too few are left."""
    while len(members) >= settings.min_accounts:
        group = profile(incidence, members, settings)
        stay = belongs(group, incidence.units, settings)[members]
        if stay.all():
            return group
        members = members[stay]
    return None


def release(incidence: Incidence, group: Found, settings: Settings) -> list[Found]:
    """Let go of bystanders: a customer within the group that only forgeable values tie to the rest.

    An operator who calls through a customer's gateway and copies his wording pulls all of his accounts in, and among
    themselves they share a card or a domain. Held against the others alone they show nothing of their own in common with
    them, and lack the client and the dates that the others share.
    """
    members, freed = group.members, []
    for customer in _customers(incidence, group):
        mine = np.intersect1d(members, customer)
        rest = np.setdiff1d(members, mine)
        if len(mine) < settings.min_accounts or len(rest) < len(mine):
            continue
        alone = profile(incidence, rest, settings)
        habits = sum(alone.channels[name][mine] for name in (schema.CLIENT, schema.TIME) if name in alone.channels)
        foreign = (alone.own[mine] < settings.channel_floor_bits / 2).mean() >= 0.8
        if foreign and float(np.mean(habits)) <= -1.0:
            members = rest
            freed.append(mine)
    if not freed:
        return [group]
    kept = [_shrunk(incidence, part, settings) for part in (members, *freed)]
    return [Found(part.members, part, group.seed_bits) for part in kept if part is not None]


def _customers(incidence: Incidence, group: Found) -> list[Ints]:
    """List the holders of every identity value that several members share and nobody else could have put on them."""
    held = []
    for kind in incidence.kinds:
        if kind.channel == schema.IDENTITY and not kind.forgeable and kind.name in group.profile.rates:
            values, inside, outside = group.profile.rates[kind.name]
            for value in values[(inside >= 3) & (inside * 2 <= len(group.members)) & (outside <= inside)].tolist():
                held.append(kind.by_value[kind.by_value_ptr[value] : kind.by_value_ptr[value + 1]])
    return sorted(held, key=lambda units: (-len(units), tuple(units.tolist())))


def split(incidence: Incidence, group: Found, settings: Settings) -> list[Found]:
    """Part a group into those whose wording and payment hardly meet, as when two operators rent one proxy pool.

    Members are tied by private wording, card, phone or device. Leiden communities of those ties (modularity; seeded, on
    sorted edges) are joined again while two are tied at least `MIXED` as much as even mixing would, by wording alone or by
    everything: cards part the cells of one operator, but his wording runs through them. A part counts when it has
    wording of its own and still holds together alone; unless two do, the group stays whole.
    """
    wording = _ties(incidence, group, settings, frozenset({schema.CONTENT}))
    ties = wording + _ties(incidence, group, settings, frozenset({schema.IDENTITY, schema.CLIENT}))
    worded = np.asarray(wording.sum(axis=1)).ravel() > 0
    if ties.nnz == 0:
        return [group]
    parts = []
    for mine in _communities(ties, wording, settings):
        if len(mine) >= settings.min_accounts and worded[mine].mean() >= 0.5:
            alone = _shrunk(incidence, group.members[mine], settings)
            if alone is not None and len(alone.members) * 5 >= len(mine) * 4:
                parts.append(Found(alone.members, alone, group.seed_bits))
    covered = sum(len(part.members) for part in parts)
    return parts if len(parts) >= 2 and covered * 10 >= len(group.members) * 9 else [group]


def _ties(incidence: Incidence, group: Found, settings: Settings, channels: frozenset[str]) -> sp.csr_matrix:
    """Return the ties between members (members × members) by some channels; every sighting weighs its share of traffic."""
    rows, columns, weights = [], [], []
    width = 0
    for kind in incidence.kinds:
        if kind.name not in SPLITTING or kind.channel not in channels:
            continue
        values = private_values(kind, group.profile, incidence.units, settings)
        at = spans(kind.by_value_ptr, values)
        column = np.repeat(np.arange(len(values)), kind.holders[values]) + width
        inside = np.isin(kind.by_value[at], group.members)
        rows.append(np.searchsorted(group.members, kind.by_value[at][inside]))
        columns.append(column[inside])
        weights.append(kind.by_value_weight[at][inside])
        width += len(values)
    n = len(group.members)
    if not rows:
        return sp.csr_matrix((n, n))
    touch = sp.csr_matrix((np.concatenate(weights), (np.concatenate(rows), np.concatenate(columns))), shape=(n, width))
    total = np.maximum(np.asarray(touch.sum(axis=0)).ravel(), 1e-9)
    ties = (touch @ sp.diags(1.0 / total) @ touch.T).tocsr()
    ties.setdiag(0)
    ties.eliminate_zeros()
    return ties


def _communities(ties: sp.csr_matrix, wording: sp.csr_matrix, settings: Settings) -> list[Ints]:
    upper = sp.triu(ties).tocoo()
    edges = sorted((str(i), str(j), float(w)) for i, j, w in zip(upper.row, upper.col, upper.data, strict=True))
    _, found = graspologic_native.leiden(edges, seed=settings.seed % (1 << 32), iterations=2, use_modularity=True)
    label = np.array([found.get(str(i), -1) for i in range(ties.shape[0])])
    groups = [np.flatnonzero(label == number) for number in sorted(set(label.tolist()) - {-1})]
    both = [_between(ties, groups), _between(wording, groups)]
    while len(groups) > 1:
        affinity = np.max([_affinity(table) for table in both], axis=0)
        i, j = (int(x) for x in np.unravel_index(np.argmax(affinity), affinity.shape))
        if affinity[i, j] < MIXED:
            break
        groups[i] = np.union1d(groups[i], groups[j])
        del groups[j]
        for at, table in enumerate(both):
            table[i] += table[j]
            table[:, i] += table[:, j]
            both[at] = np.delete(np.delete(table, j, axis=0), j, axis=1)
    return groups


def _between(ties: sp.csr_matrix, groups: Sequence[Ints]) -> Floats:
    """Sum the ties between every two communities (and inside each, on the diagonal)."""
    rows = np.concatenate([np.full(len(group), number) for number, group in enumerate(groups)])
    which = sp.csr_matrix((np.ones(len(rows)), (np.concatenate(groups), rows)), shape=(ties.shape[0], len(groups)))
    return np.asarray((which.T @ ties @ which).todense(), dtype=np.float64)


def _affinity(table: Floats) -> Floats:
    """Ties between communities as a multiple of what even mixing over the whole group would give; first index smaller."""
    total = table.sum(axis=1)
    expected = np.maximum(np.outer(total, total) / max(float(table.sum()), 1e-9), 1e-12)
    return np.asarray(np.triu(table / expected, k=1))


def merge_siblings(incidence: Incidence, found: Sequence[Found], settings: Settings) -> list[Found]:
    """Join groups of which one would take most members of the other, where the union still holds nearly all of both."""
    groups = sorted(found, key=lambda f: (-len(f.members), tuple(f.members.tolist())))
    takes = [belongs(group.profile, incidence.units, settings) for group in groups]
    i = 0
    while i < len(groups):
        j = i + 1
        while j < len(groups):
            union = _union(incidence, (groups[i], takes[i]), (groups[j], takes[j]), settings)
            if union is None:
                j += 1
                continue
            groups[i], takes[i] = union, belongs(union.profile, incidence.units, settings)
            del groups[j], takes[j]
            j = i + 1
        i += 1
    return groups


Taking = tuple[Found, npt.NDArray[np.bool_]]
"""A group, and which units it would take."""


def _union(incidence: Incidence, a: Taking, b: Taking, settings: Settings) -> Found | None:
    """Join two groups if most members of one would be taken by the other, on its own evidence."""
    (left, left_takes), (right, right_takes) = a, b
    if max(left_takes[right.members].mean(), right_takes[left.members].mean()) < 0.5:
        return None
    group = refine(incidence, np.union1d(left.members, right.members), settings)
    if group is None:
        return None
    kept = min(np.isin(one.members, group.members).mean() for one in (left, right))
    return Found(group.members, group, max(left.seed_bits, right.seed_bits)) if kept >= 0.8 else None


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
