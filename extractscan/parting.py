"""Parts groups: bystanders are let go, and two operators who rent one pool come out as two."""

from __future__ import annotations

from collections.abc import Sequence

import graspologic_native
import numpy as np
import scipy.sparse as sp

from extractscan import schema
from extractscan.growing import Found, shrunk
from extractscan.incidence import Floats, Incidence, Ints, spans
from extractscan.linking import private_values, profile
from extractscan.settings import Settings

SPLITTING = frozenset({"template", "system_prompt", "payment", "phone", "signup_device", "device"})
"""Signals that tie the accounts of one operator and part those of two, unlike a rented proxy pool or a mail service."""
CUSTOMERS = 20
"""Customers within a group that are held against the rest, largest first."""
MIXED = 0.3
"""Affinity of two communities, from none (0) to evenly mixed (1), over which they are one operator's."""


def release(incidence: Incidence, group: Found, settings: Settings) -> list[Found]:
    """Let go of bystanders: a customer within the group that only forgeable values tie to the rest.

    An operator who calls through a customer's gateway and copies his wording pulls all of his accounts in, and among
    themselves they share a card or a domain. Held against the others alone they show nothing of their own in common
    with them, and lack the client and the dates that the others share.
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
    kept = [shrunk(incidence, part, settings) for part in (members, *freed)]
    return [Found(part.members, part, group.seed_bits) for part in kept if part is not None]


def _customers(incidence: Incidence, group: Found) -> list[Ints]:
    """List the holders of every identity value that several members share and nobody else could have put on them."""
    held = []
    for kind in incidence.kinds:
        if kind.channel == schema.IDENTITY and not kind.forgeable and kind.name in group.profile.rates:
            values, inside, outside = group.profile.rates[kind.name]
            small = values[(inside >= 3) & (inside * 2 <= len(group.members)) & (outside <= inside)].tolist()
            held += [kind.by_value[kind.by_value_ptr[value] : kind.by_value_ptr[value + 1]] for value in small]
    distinct = {tuple(units.tolist()): units for units in held}
    return [distinct[key] for key in sorted(distinct, key=lambda key: (-len(key), key))[:CUSTOMERS]]


def split(incidence: Incidence, group: Found, settings: Settings) -> list[Found]:
    """Part a group into those whose wording and payment hardly meet, as when two operators rent one proxy pool.

    Members are tied by private wording, card, phone or device. Leiden communities of those ties (modularity; seeded,
    on sorted edges) are joined again while two are tied at least `MIXED` as much as even mixing would, by wording alone
    or by everything: cards part the cells of one operator, but his wording runs through them. A part counts when it has
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
            alone = shrunk(incidence, group.members[mine], settings)
            if alone is not None and len(alone.members) * 5 >= len(mine) * 4:
                parts.append(Found(alone.members, alone, group.seed_bits))
    covered = sum(len(part.members) for part in parts)
    return parts if len(parts) >= 2 and covered * 10 >= len(group.members) * 9 else [group]


def _ties(incidence: Incidence, group: Found, settings: Settings, channels: frozenset[str]) -> sp.csr_matrix:
    """Return the ties between members (members × members) by some channels; a sighting weighs its share of traffic."""
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
    """Ties between communities as a multiple of what even mixing over the group would give; first index smaller."""
    total = table.sum(axis=1)
    expected = np.maximum(np.outer(total, total) / max(float(table.sum()), 1e-9), 1e-12)
    return np.asarray(np.triu(table / expected, k=1))
