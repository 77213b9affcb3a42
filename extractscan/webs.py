"""Webs: communities of accounts that share rare values, where no two values meet often enough for a seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager

import graspologic_native
import numpy as np
import numpy.typing as npt
import polars as pl
import scipy.sparse as sp
from scipy.sparse import csgraph

from extractscan import schema
from extractscan.incidence import Codes, Flat, Floats, Incidence, Ints, spans
from extractscan.seeding import Seed
from extractscan.settings import Settings
from extractscan.ties import BINDING, FEW_HOLDERS, numbered, tied_twice

RESOLUTIONS = (0.1, 1.0, 4.0, 16.0, 64.0)
"""Communities are looked for from large to small: a campaign of thousands and a ring of five are of different grain."""
CELL_HOLDERS = 16
"""Values held by more units make no pairs."""
LARGE_GRAPH = 100_000
"""Nodes from which on those without an edge are left out of the search for communities."""
DOMINANT, TOGETHER = 0.05, 0.6
"""Share of all units from which a value is common, and of the holders of either of two of whom both are held."""
MARKED = 0.1
MARKED_AT_ONCE = 500_000
"""Share of an account's prompts from which a wording marks it; sightings that are held against the cells at once."""
SOFT = frozenset({schema.CLIENT, schema.CONTENT})
"""Channels of programs and wording, which run through all cells of an operator."""


@contextmanager
def communities(incidence: Incidence, settings: Settings) -> Iterator[Iterator[Seed]]:
    """Give the communities of the graph between units and the rare values that they hold, large ones first.

    An operator whose cards serve five accounts each and whose proxies serve four leaves no two values with three
    holders in common, but a web. Leiden (modularity, seeded, on sorted edges) at five resolutions; an edge weighs the
    rarity of its value. Bound: one edge a sighting of a value with at most `FEW_HOLDERS` holders.

    Of a large graph they are looked for beside whatever is done between entering the context and asking for the first.
    """
    with ThreadPoolExecutor(max_workers=1) as beside:
        try:
            yield _tied(incidence, _partitions(incidence, settings, beside), settings)
        finally:
            beside.shutdown(wait=False, cancel_futures=True)


def _tied(incidence: Incidence, partitions: Callable[[], Sequence[Ints]], settings: Settings) -> Iterator[Seed]:
    """Yield the communities of which half share values of two channels, each once."""
    offered: set[bytes] = set()
    found = [numbered(label, settings.min_accounts, incidence.units // 2) for label in partitions()]
    for (number, size), twice in zip(found, tied_twice(incidence, found), strict=True):
        tied = np.bincount(number[twice], minlength=len(size))
        chosen = (tied >= settings.min_accounts) & (tied * 2 >= size)
        for members in _groups(number, np.flatnonzero(np.append(chosen, False)[number])):
            if members.tobytes() not in offered:
                offered.add(members.tobytes())
                yield Seed(0.0, members, ("web", "web"))


def _hopeful(incidence: Incidence, graph: sp.csr_matrix, settings: Settings) -> tuple[sp.csr_matrix, float]:
    """Leave out the components of a graph of which no community can start a group, and say which share of it is left.

    That is where too few units share values of two channels even with all of the component. What modularity expects of
    an edge goes by the weight of all edges, so that the resolution has to be multiplied by the share that is left.
    """
    _, label = csgraph.connected_components(graph, directed=False)
    number, size = numbered(label[: incidence.units], settings.min_accounts, incidence.units)
    (twice,) = tied_twice(incidence, [(number, np.zeros_like(size))])
    good = np.bincount(number[twice], minlength=len(size)) >= settings.min_accounts
    kept = np.isin(label, np.unique(label[: incidence.units][np.append(good, False)[number]]))
    degree = np.diff(graph.indptr)
    at = np.repeat(kept, degree)
    ptr = np.concatenate([[0], np.cumsum(np.where(kept, degree, 0))])
    left = sp.csr_matrix((graph.data[at], graph.indices[at], ptr), shape=graph.shape)
    return left, float(left.data.sum() / graph.data.sum())


def _partitions(incidence: Incidence, settings: Settings, beside: Executor) -> Callable[[], Sequence[Ints]]:
    """Return what gives the community of each unit at every resolution; of a large graph the search begins at once.

    The search holds no lock, and takes no more threads than it may: one beside whoever asks, who then takes over what
    has not been begun, from the last resolution. Of small graphs there are many at a time already, one a shuffle.
    """
    graph, units = _web(incidence), incidence.units
    if graph is None:
        return list

    def one(number: int, left: sp.csr_matrix, share: float) -> Ints:
        return leiden(left, settings, RESOLUTIONS[number] * share)[:units].copy()

    numbers, large = range(len(RESOLUTIONS)), graph.shape[0] >= LARGE_GRAPH
    if not large or pl.thread_pool_size() == 1:

        def in_turn() -> list[Ints]:
            left = _hopeful(incidence, graph, settings) if large else (graph, 1.0)
            return [one(number, *left) for number in numbers]

        return in_turn
    hopeful = beside.submit(_hopeful, incidence, graph, settings)
    begun = [beside.submit(lambda number: one(number, *hopeful.result()), number) for number in numbers]

    def both() -> list[Ints]:
        mine = {number: one(number, *hopeful.result()) for number in reversed(numbers) if begun[number].cancel()}
        return [mine[number] if number in mine else begun[number].result() for number in numbers]

    return both


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
    binding = np.zeros(incidence.units, dtype=np.bool_)
    binding[flat.by_value[spans(flat.by_value_ptr, rare)]] = True
    common = common[_mostly(flat, common, binding)]  # no more of a value's holders can sit in a cell
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
        held = flat.by_value[flat.by_value_ptr[value] : flat.by_value_ptr[value + 1]]
        yield Seed(0.0, held.astype(np.int64), ("mark", "cell"))


def dominant(incidence: Incidence) -> Iterator[Seed]:
    """Yield the holders of values of two channels that are common in the log, but nearly always held together.

    What a third of all units hold starts no other seed, since programs, mail services and carriers are like that; a
    campaign that is a third of the log is as well, and all of it holds the same two or three. Those most alike come
    first. Bound: pairs of values that a twentieth of all units hold, of which a unit has a few dozen at most.
    """
    flat, units = incidence.flat, incidence.units
    timeless = np.array([kind.channel != schema.TIME for kind in incidence.kinds], dtype=np.bool_)
    holders = np.diff(flat.by_value_ptr)
    large = np.flatnonzero((holders >= max(DOMINANT * units, FEW_HOLDERS)) & (holders * 2 <= units))
    large = large[timeless[flat.kind[large]]]
    large = large[_steady(flat, large)]
    held = _pattern(flat, large, units)
    met = sp.triu(held.T @ held, k=1).tocoo()
    channel = np.array([incidence.kinds[kind].channel for kind in flat.kind[large].tolist()], dtype=object)
    size = holders[large]
    alike = met.data / (size[met.row] + size[met.col] - met.data)
    chosen = np.flatnonzero((channel[met.row] != channel[met.col]) & (alike >= TOGETHER))
    for pair in chosen[np.lexsort((met.col[chosen], met.row[chosen], -alike[chosen]))].tolist():
        one, other = int(met.row[pair]), int(met.col[pair])
        both = np.flatnonzero(np.diff(sp.csr_matrix(held[:, [one, other]]).indptr)).astype(np.int64)
        yield Seed(0.0, both, (str(channel[one]), str(channel[other])))


def _mostly(flat: Flat, values: Ints, those: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Tell which values have at least half of their holders among some units."""
    size = np.diff(flat.by_value_ptr)[values]
    which = np.repeat(np.arange(len(values)), size)
    among = np.bincount(which, weights=those[flat.by_value[spans(flat.by_value_ptr, values)]], minlength=len(values))
    return np.asarray(among * 2 >= size, dtype=np.bool_)


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
    among = np.flatnonzero(np.bincount(label, minlength=1)[label] >= settings.min_accounts)
    for units in _groups(label.astype(np.int64), among):
        yield Seed(0.0, units, ("cell", "cell"))


def _groups(label: Ints | Codes, among: Ints) -> list[Ints]:
    """Split some units by their label, in the order of labels."""
    if len(among) == 0:
        return []
    order = among[np.argsort(label[among], kind="stable")]
    return np.split(order, np.flatnonzero(np.diff(label[order])) + 1)


def leiden(graph: sp.csr_matrix, settings: Settings, resolution: float = 1.0) -> Ints:
    """Number the community of every node of a symmetric graph; same graph, same numbers.

    Nodes that nothing ties are numbered apart. In a large graph they are left out of the search, which would look at
    each of them many times; in a small one they stay, since what the search draws depends on how many nodes there are.
    A large one is gone through once: a second time takes half as long again, and adds a ten-thousandth of modularity.
    """
    size = graph.shape[0]
    label: Ints = np.arange(size, dtype=np.int64) + size
    among = np.arange(size)
    if size >= LARGE_GRAPH:
        among = np.flatnonzero(np.diff(graph.indptr))
        if len(among) == 0:
            return label
        graph = sp.csr_matrix(graph[among][:, among])
    _, found = graspologic_native.leiden_csr(
        graph.indptr.astype(np.int64),
        graph.indices.astype(np.int32),
        graph.data.astype(np.float64),
        graph.shape[0],
        resolution=resolution,
        iterations=1 if size >= LARGE_GRAPH else 2,
        use_modularity=True,
        seed=settings.seed % (1 << 32),
    )
    nodes = np.fromiter(found.keys(), dtype=np.int64, count=len(found))
    label[among[nodes]] = np.fromiter(found.values(), dtype=np.int64, count=len(found))
    return label


def _web(incidence: Incidence) -> sp.csr_matrix | None:
    """Build the symmetric graph of units and rare binding values; units are its first nodes."""
    rows: list[Codes] = []
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
