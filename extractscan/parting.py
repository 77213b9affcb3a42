"""Parts groups: bystanders are let go, and two operators who rent one pool come out as two."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy.sparse as sp

from extractscan import schema
from extractscan.growing import Found, shrunk
from extractscan.incidence import Floats, Incidence, Ints, Kind, spans
from extractscan.linking import private_values, profile
from extractscan.settings import Settings
from extractscan.webs import leiden

WORDING = frozenset({"template", "system_prompt"})
BOUGHT = frozenset({"payment", "phone", "signup_device", "device"})
"""Signals that tie the accounts of one operator and part those of two, unlike a rented proxy pool or a mail service."""
PAGE = 4.0
"""What a whole system prompt weighs against a piece of wording, whose weight is log2(1 + windows)."""
WEB = WORDING | BOUGHT | {"address", "prefix", "signup_address", "email_domain", "referral"}
"""All signals of which a value is bought, rented, registered or written; software and hours are not."""
PROGRAMS = frozenset({"user_agent", "client_stack"})
CELLS = 4
"""Signals of a program. One that most members run and hardly anybody else ties cells of at most a quarter of the group:
two firms may run one program, but what looks like many small ones is one operator with many cards."""
SEVERED = 0.1
"""Affinity of two webs, from none (0) to evenly mixed (1), under which nothing runs between them."""
CUSTOMERS = 20
"""Customers within a group that are held against the rest, largest first."""
SMALL = 1 << 20
"""Products of the ties of communities up to which a plain table is made of them: sparse ones take longer to set up."""
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
        alone = profile(incidence, rest, settings, beside=mine)
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
            held += [kind.held_by(value) for value in small]
    distinct = {tuple(units.tolist()): units for units in held}
    return [distinct[key] for key in sorted(distinct, key=lambda key: (-len(key), key))[:CUSTOMERS]]


def sever(incidence: Incidence, group: Found, settings: Settings) -> list[Found]:
    """Part a group into the webs it is made of, where nothing that is bought, rented or written runs between them.

    Each member shows bits for what some members share, so that two operators of the same program and the same week can
    hold together as one group though no card, address or wording of one is ever met at the other. Each web has to hold
    together alone; what does not is no network. Many small webs around one private program are an operator's cells.
    """
    touch = _touch(incidence, group, settings, WEB)
    views = [touch, _touch(incidence, group, settings, WORDING)]
    webs = _communities(touch, views, settings, SEVERED)
    if max(map(len, webs), default=0) * CELLS <= len(group.members):
        webs = _communities(touch, [*views, _touch(incidence, group, settings, PROGRAMS)], settings, SEVERED)
    if len(webs) < 2:
        return [group]
    loose = np.setdiff1d(np.arange(len(group.members)), np.concatenate(webs))
    largest = int(np.argmax([len(web) for web in webs]))
    webs[largest] = np.union1d(webs[largest], loose)
    parts = [shrunk(incidence, group.members[web], settings) for web in webs if len(web) >= settings.min_accounts]
    return [Found(part.members, part, group.seed_bits) for part in parts if part is not None]


def split(incidence: Incidence, group: Found, settings: Settings) -> list[Found]:
    """Part a group into those whose wording and payment hardly meet, as when two operators rent one proxy pool.

    Members are tied by private wording, card, phone or device. Leiden communities of those ties (modularity; seeded,
    on sorted edges) are joined again while two are tied at least `MIXED` as much as even mixing would, by wording alone
    or by everything: cards part the cells of one operator, but his wording runs through them. A part counts when it has
    wording of its own and still holds together alone; unless two do, the group stays whole.
    """
    if len(group.members) < 2 * settings.min_accounts:
        return [group]
    wording = _touch(incidence, group, settings, WORDING)
    touch = sp.csr_matrix(sp.hstack([wording, _touch(incidence, group, settings, BOUGHT)]))
    worded = np.diff(wording.indptr) > 0
    parts = []
    for mine in _communities(touch, [touch, wording], settings, MIXED):
        if len(mine) >= settings.min_accounts and worded[mine].mean() >= 0.5:
            alone = shrunk(incidence, group.members[mine], settings)
            if alone is not None and len(alone.members) * 5 >= len(mine) * 4:
                parts.append(Found(alone.members, alone, group.seed_bits))
    covered = sum(len(part.members) for part in parts)
    return parts if len(parts) >= 2 and covered * 10 >= len(group.members) * 9 else [group]


def _touch(incidence: Incidence, group: Found, settings: Settings, signals: frozenset[str]) -> sp.csr_matrix:
    """Return which member holds which tying value of some signals (members × values), each signal weighing the same.

    Values are those that two members hold at least and hardly anybody else. Of a member's wording only what it sends at
    least half as often as its most frequent one counts, and long pieces count more: the phrases that many tasks begin
    with are in two operators' requests alike, but neither sends them as often, or at such length, as his instruction.
    """
    n = len(group.members)
    held = [
        (kind, *_held(kind, group, incidence.units, settings))
        for kind in incidence.kinds
        if kind.name in signals and kind.name in group.profile.rates
    ]
    most = np.zeros(n)
    for kind, row, _, weight, _ in held:
        if kind.name in WORDING:
            np.maximum.at(most, row, weight)
    ties, first = [(np.zeros(0), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))], 0
    for kind, row, column, weight, width in held:
        main = weight >= most[row] / 2 if kind.name in WORDING else np.ones(len(row), dtype=np.bool_)
        row, column, weight = row[main], column[main], weight[main]  # noqa: PLW2901
        total = np.bincount(row, weights=weight, minlength=n)
        ties.append((weight / total[row], row, column + first))
        first += width
    weight, row, column = (np.concatenate(each) for each in zip(*ties, strict=True))
    return sp.csr_matrix((weight, (row, column)), shape=(n, first))


def _held(kind: Kind, group: Found, units: int, settings: Settings) -> tuple[Ints, Ints, Floats, int]:
    """Return who of the members holds which tying value how much (row, column, weight), and how many values tie."""
    known, inside, outside = group.profile.rates[kind.name]
    alone = 10 if kind.name in WORDING | PROGRAMS else 4
    values = owned = known[(inside >= 2) & (outside * alone <= inside)]
    if kind.name in PROGRAMS:
        values = owned[np.isin(owned, known[inside * 2 >= len(group.members)])]
    elif kind.name not in WORDING:
        values = np.union1d(owned, private_values(kind, group.profile, units, settings))
    at = spans(kind.by_value_ptr, values)
    column = np.repeat(np.arange(len(values)), kind.holders[values])
    mine = np.isin(kind.by_value[at], group.members)
    row = np.searchsorted(group.members, kind.by_value[at][mine]).astype(np.int64)
    weight = kind.by_value_weight[at][mine]
    if kind.name in WORDING:
        length = np.full(len(values), PAGE) if kind.marks is None else np.log2(1.0 + kind.marks[values])
        weight = weight * length[column[mine]]
    return row, column[mine], weight, len(values)


def _communities(touch: sp.csr_matrix, views: Sequence[sp.csr_matrix], settings: Settings, mixed: float) -> list[Ints]:
    """Return communities of members tied by values; two that any view mixes at least so much are one.

    Leiden on the graph between members and values: no pairs of members are made, however many share a value.
    """
    n = touch.shape[0]
    if touch.nnz == 0:
        return []
    label = leiden(_both_ways(touch), settings)[:n]
    tied = np.flatnonzero(np.diff(touch.indptr))
    groups = [tied[label[tied] == number] for number in np.unique(label[tied])]
    tables = [_between(view, groups) for view in views]
    affinity = np.max([_affinity(table, slice(None)) for table in tables], axis=0)
    while True:
        i, j = (int(x) for x in np.unravel_index(np.argmax(affinity), affinity.shape))
        if affinity[i, j] < mixed:
            return [group for group in groups if len(group)]
        groups[i], groups[j] = np.union1d(groups[i], groups[j]), groups[j][:0]
        for table in tables:
            table[i] += table[j]
            table[:, i] += table[:, j]
            table[j], table[:, j] = 0.0, 0.0
        affinity[j], affinity[:, j] = 0.0, 0.0
        affinity[i] = np.max([_affinity(table, i) for table in tables], axis=0)  # nobody else's ties have changed
        affinity[:, i] = affinity[i]


def _both_ways(touch: sp.csr_matrix) -> sp.csr_matrix:
    """Return the graph between members and values: its matrix is `touch` and its transpose, and nothing else."""
    back = sp.csr_matrix(touch.T)
    bounds = np.concatenate([touch.indptr, touch.nnz + back.indptr[1:]])
    to = np.concatenate([touch.indices + touch.shape[0], back.indices])
    graph = sp.csr_matrix((np.concatenate([touch.data, back.data]), to, bounds), shape=(len(bounds) - 1,) * 2)
    graph.sort_indices()
    return graph


def _between(touch: sp.csr_matrix, groups: Sequence[Ints]) -> Floats:
    """Sum the ties between every two communities (and inside each, on the diagonal)."""
    number = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    which = np.full(touch.shape[0], -1)
    which[np.concatenate(groups)] = number
    row = np.repeat(which, np.diff(touch.indptr))
    tied = row >= 0
    cell = row[tied] * touch.shape[1] + touch.indices[tied]
    size = len(groups) * touch.shape[1]
    if len(groups) * size <= SMALL:
        held = np.bincount(cell, weights=touch.data[tied], minlength=size).reshape(len(groups), -1)
        total = np.maximum(held.sum(axis=0), 1e-9)
        return np.asarray(np.einsum("ik,jk->ij", held / total, held), dtype=np.float64)
    few = sp.csr_matrix((touch.data[tied], np.divmod(cell, touch.shape[1])), shape=(len(groups), touch.shape[1]))
    total = np.maximum(np.asarray(few.sum(axis=0)).ravel(), 1e-9)
    return np.asarray((few @ sp.diags(1.0 / total) @ few.T).todense(), dtype=np.float64)


def _affinity(table: Floats, which: int | slice) -> Floats:
    """Ties of some communities to all others, as a multiple of what even mixing over the group would give."""
    total = table.sum(axis=1)
    expected = np.maximum(np.multiply.outer(total[which], total) / max(float(total.sum()), 1e-9), 1e-12)
    ties = table[which] / expected
    ties[np.arange(len(table)) == which if isinstance(which, int) else np.eye(len(table), dtype=np.bool_)] = 0.0
    return np.asarray(ties, dtype=np.float64)
