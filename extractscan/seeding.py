"""Where groups may begin: values that meet beyond chance, and communities of accounts that share rare values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import graspologic_native
import numpy as np
import numpy.typing as npt
import polars as pl
import scipy.sparse as sp
from scipy.sparse import csgraph

from extractscan import schema
from extractscan.incidence import Flat, Floats, Incidence, Ints, Kind, kind_of, spans
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


RESOLUTIONS = (0.1, 1.0, 4.0, 16.0, 64.0)
"""Communities are looked for from large to small: a campaign of thousands and a ring of five are of different grain."""
FEW_HOLDERS = 64
CELL_HOLDERS = 16
RARE = 0.05
STARTING = 0.05
STEADY = 0.02
"""Share of an account's prompts: a harvest in one request of twenty stays, what a task happens to begin with goes."""
"""Values held by more units than this bind no community: they are a campus, a mail service or a popular program."""
MARKED = 0.1
MARKED_AT_ONCE = 500_000
"""Share of an account's prompts from which a wording marks it; sightings that are held against the cells at once."""
SOFT = frozenset({schema.CLIENT, schema.CONTENT})
"""Channels of programs and wording, which run through all cells of an operator."""
BINDING = frozenset(
    {"payment", "phone", "signup_device", "signup_address", "referral", "email_domain", "address", "device"}
)
"""Signals whose rare values bind a community: what has to be bought, rented or registered, one by one."""


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
    at = spans(kind.by_value_ptr, use)
    number = np.repeat(np.arange(len(use)), kind.holders[use])
    kept = kind_of(
        kind.name,
        kind.channel,
        [kind.values[v] for v in use.tolist()],
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


def communities(incidence: Incidence, settings: Settings) -> Iterator[Seed]:
    """Yield the communities of the graph between units and the rare values that they hold, large ones first.

    An operator whose cards serve five accounts each and whose proxies serve four leaves no two values with three
    holders in common, but a web. Leiden (modularity, seeded, on sorted edges) at five resolutions; an edge weighs the
    rarity of its value. Bound: one edge a sighting of a value with at most `FEW_HOLDERS` holders.
    """
    graph = _web(incidence)
    if graph is None:
        return
    offered: set[bytes] = set()
    for resolution in RESOLUTIONS:
        label = leiden(graph, settings, resolution)[: incidence.units]
        twice = _tied_twice(incidence, label)
        for units in _groups(label):
            tied = int(twice[units].sum())
            fits = settings.min_accounts <= len(units) <= incidence.units // 2 and tied >= settings.min_accounts
            if fits and tied * 2 >= len(units) and units.tobytes() not in offered:
                offered.add(units.tobytes())
                yield Seed(0.0, units, ("web", "web"))


def _tied_twice(incidence: Incidence, label: Ints) -> npt.NDArray[np.bool_]:
    """Tell which units share rare values of two channels with others of their community (units,).

    A web of one channel alone is a crowd; a look at every sighting once spares most communities a profile. What is not
    bought has to be common to half of the community: phrases and programs meet by chance.
    """
    size = np.bincount(label - label.min())
    tied: dict[str, npt.NDArray[np.bool_]] = {}
    for kind in incidence.kinds:
        use = np.flatnonzero((kind.holders >= 2) & (kind.holders <= max(FEW_HOLDERS, RARE * incidence.units)))
        unit = kind.by_value[spans(kind.by_value_ptr, use)]
        key = label[unit] * (len(use) + 1) + np.repeat(np.arange(len(use)), kind.holders[use])
        _, place, count = np.unique(key, return_inverse=True, return_counts=True)
        shares = tied.setdefault(kind.channel, np.zeros(incidence.units, dtype=np.bool_))
        least = np.full(len(unit), 2) if kind.name in BINDING else np.maximum(3, size[label[unit] - label.min()] // 2)
        shares[unit[count[place] >= least]] = True
    return np.asarray(np.sum(list(tied.values()), axis=0) >= 2)


def marked(incidence: Incidence, settings: Settings) -> Iterator[Seed]:
    """Yield the holders of one program or wording of whom half share something rare of another channel, largest first.

    An operator whose every card serves a few accounts leaves small cells, each of which holds together alone and sees
    the common program only as what many outsiders have; but of the program's holders nearly all sit in such a cell.
    Strangers with one program do not. Bound: one cell of a count for every rare binding value of every holder.
    """
    flat = incidence.flat
    binds = np.array([kind.name in BINDING for kind in incidence.kinds], dtype=np.bool_)
    soft = np.array([kind.channel in SOFT for kind in incidence.kinds], dtype=np.bool_)
    holders = np.diff(flat.by_value_ptr)
    rare = np.flatnonzero(binds[flat.kind] & (holders >= 2) & (holders <= FEW_HOLDERS))
    most = min(max(settings.hub_share * incidence.units, 50.0), settings.max_members_per_value)
    least = 2 * settings.min_accounts
    common = np.flatnonzero(soft[flat.kind] & (holders >= least) & (holders <= most))
    common = common[_steady(flat, common)]
    bound = _pattern(flat, rare, incidence.units)
    number = np.arange(len(common))
    for part in np.array_split(number, max(1, int(holders[common].sum()) // MARKED_AT_ONCE)):
        mine = _pattern(flat, common[part], incidence.units)
        meets = sp.csr_matrix(mine.T @ bound)
        meets.data = (meets.data >= 2).astype(np.int32)
        meets.eliminate_zeros()
        tied = sp.csr_matrix(meets @ bound.T).multiply(mine.T)
        share = np.diff(sp.csr_matrix(tied).indptr) / np.maximum(holders[common[part]], 1)
        number[part] = np.where(share >= 0.5, number[part], -1)
    chosen = common[number[number >= 0]]
    for value in chosen[np.lexsort((chosen, -holders[chosen]))].tolist():
        yield Seed(0.0, flat.by_value[flat.by_value_ptr[value] : flat.by_value_ptr[value + 1]], ("mark", "cell"))


def _steady(flat: Flat, values: Ints) -> npt.NDArray[np.bool_]:
    """Leave out text that is no steady part of the traffic of most of its holders."""
    size = np.diff(flat.by_value_ptr)[values]
    at = spans(flat.by_value_ptr, values)
    which = np.repeat(np.arange(len(values)), size)
    often = np.bincount(which, weights=flat.by_value_weight[at] >= MARKED, minlength=len(values))
    return np.asarray(~flat.mixture[flat.kind[values]] | (often * 2 >= size), dtype=np.bool_)


def _pattern(flat: Flat, values: Ints, units: int) -> sp.csr_matrix:
    """Return who holds which of some values (units × values, 0 or 1)."""
    at = spans(flat.by_value_ptr, values)
    column = np.repeat(np.arange(len(values)), np.diff(flat.by_value_ptr)[values])
    return sp.csr_matrix((np.ones(len(at), dtype=np.int32), (flat.by_value[at], column)), shape=(units, len(values)))


def cells(incidence: Incidence, settings: Settings) -> Iterator[Seed]:
    """Yield the sets of units that hang together by pairs which share rare values of two channels.

    What three accounts share is lost among all pairs of values, but few pairs of accounts share both a card and an
    address that hardly anybody else has. Bound: a value with k holders, k at most `CELL_HOLDERS`, makes k² / 2 pairs.
    """
    shared: dict[str, sp.csr_matrix] = {}
    for kind in incidence.kinds:
        if kind.name in BINDING:
            use = np.flatnonzero((kind.holders >= 2) & (kind.holders <= CELL_HOLDERS))
            at = spans(kind.by_value_ptr, use)
            place = (kind.by_value[at], np.repeat(np.arange(len(use)), kind.holders[use]))
            held = sp.csr_matrix((np.ones(len(at)), place), shape=(incidence.units, len(use)))
            pairs = sp.csr_matrix(held @ held.T)
            pairs.data[:] = 1.0
            shared[kind.channel] = pairs if kind.channel not in shared else shared[kind.channel].maximum(pairs)
    both = sum((shared[name] for name in sorted(shared)), sp.csr_matrix((incidence.units, incidence.units))).tocoo()
    twice = (both.data >= 2) & (both.row != both.col)
    graph = sp.csr_matrix((both.data[twice], (both.row[twice], both.col[twice])), shape=both.shape)
    _, label = csgraph.connected_components(graph, directed=False)
    for units in _groups(label.astype(np.int64)):
        if len(units) >= settings.min_accounts:
            yield Seed(0.0, units, ("cell", "cell"))


def _groups(label: Ints) -> list[Ints]:
    """Split the positions of a vector of labels by label, in the order of labels."""
    order = np.argsort(label, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(label[order])) + 1)


def leiden(graph: sp.csr_matrix, settings: Settings, resolution: float = 1.0) -> Ints:
    """Number the community of every node of a symmetric graph; same graph, same numbers."""
    _, found = graspologic_native.leiden_csr(
        graph.indptr.astype(np.int64),
        graph.indices.astype(np.int32),
        graph.data.astype(np.float64),
        graph.shape[0],
        resolution=resolution,
        iterations=2,
        use_modularity=True,
        seed=settings.seed % (1 << 32),
    )
    label: Ints = np.arange(graph.shape[0], dtype=np.int64) + graph.shape[0]
    nodes = np.fromiter(found.keys(), dtype=np.int64, count=len(found))
    label[nodes] = np.fromiter(found.values(), dtype=np.int64, count=len(found))
    return label


def _web(incidence: Incidence) -> sp.csr_matrix | None:
    """Build the symmetric graph of units and rare binding values; units are its first nodes."""
    rows: list[Ints] = []
    columns: list[Ints] = []
    weights: list[Floats] = []
    nodes = incidence.units
    for kind in incidence.kinds:
        if kind.name not in BINDING:
            continue
        use = np.flatnonzero((kind.holders >= 2) & (kind.holders <= FEW_HOLDERS))
        at = spans(kind.by_value_ptr, use)
        rows.append(kind.by_value[at])
        columns.append(np.repeat(np.arange(len(use)), kind.holders[use]) + nodes)
        weights.append(np.repeat(np.log2(incidence.units / kind.holders[use]), kind.holders[use]))
        nodes += len(use)
    if nodes == incidence.units:
        return None
    one = sp.csr_matrix(
        (np.concatenate(weights), (np.concatenate(rows), np.concatenate(columns))), shape=(nodes, nodes)
    )
    graph = sp.csr_matrix(one + one.T)
    graph.eliminate_zeros()
    graph.sort_indices()
    return graph if graph.nnz else None
