"""Groups: seeds against a brute-force search, growth to a fixed point, and communities against networkx."""

from __future__ import annotations

import dataclasses
import itertools
import random
import threading
import time
from contextlib import nullcontext
from math import log2

import networkx as nx
import numpy as np
import numpy.typing as npt
import polars as pl
import pytest
import scipy.sparse as sp
from core_kinds import campaign, joined, kind, one_each

from extractscan import growing, networks, parting, seeding, ties, webs
from extractscan.growing import Found
from extractscan.incidence import Incidence, Kind
from extractscan.linking import profile
from extractscan.membership import belongs
from extractscan.settings import Settings

SETTINGS = Settings()


def members(found: list[Found]) -> list[list[int]]:
    return [group.members.tolist() for group in found]


def test_a_campaign_is_found_whole_and_alone() -> None:
    """Of 400 accounts just the twenty that share cards, addresses and a client are one group."""
    assert members(networks.find(campaign(), (), SETTINGS)) == [list(range(20))]


def test_a_crowd_without_ties_has_no_group() -> None:
    """Where nobody shares beyond chance, nothing is found."""
    assert networks.find(campaign(members=0), (), SETTINGS) == []


def test_two_campaigns_are_two_groups_and_the_larger_comes_first() -> None:
    """Groups that share nothing stay apart, ordered by size and then by first member."""
    both = joined(campaign(members=16), campaign(members=24, seed=2), campaign(members=16, seed=3))
    found = members(networks.find(both, (), SETTINGS))
    assert found == [list(range(400, 424)), list(range(16)), list(range(800, 816))]


def slow_seeds(incidence: Incidence) -> set[tuple[str, str, frozenset[int]]]:
    """All pairs of rare values of partner channels that meet beyond chance, by brute force."""
    most = min(max(SETTINGS.hub_share * incidence.units, 50), SETTINGS.max_members_per_value)
    rare: dict[str, list[frozenset[int]]] = {}
    for one in incidence.kinds:
        for value in range(len(one.values)):
            units = one.by_value[one.by_value_ptr[value] : one.by_value_ptr[value + 1]]
            if SETTINGS.min_accounts <= len(units) <= most:
                rare.setdefault(one.channel, []).append(frozenset(units.tolist()))
    pairs = [p for p in itertools.combinations(sorted(rare), 2) if frozenset(p) in seeding.PARTNERS]
    needed = log2(max(sum(len(rare[a]) * len(rare[b]) for a, b in pairs), 2)) + SETTINGS.seed_bits
    found = set()
    for a, b in pairs:
        for x, y in itertools.product(rare[a], rare[b]):
            k, expected = len(x & y), len(x) * len(y) / incidence.units
            if k >= SETTINGS.min_accounts and k > expected:
                bits = k * log2(k / expected) - (k - expected) / np.log(2)
                if bits >= needed:
                    found.add((a, b, x & y))
    return found


@pytest.mark.parametrize("seed", range(4))
def test_seeds_are_those_of_a_brute_force_search(seed: int) -> None:
    """The sparse product finds just the pairs of values that a loop over all pairs finds, strongest first."""
    incidence = campaign(units=200, members=14, addresses=2, seed=seed)
    got = list(seeding.seeds(incidence, (), SETTINGS))
    assert {(*sorted(one.pair), frozenset(one.units.tolist())) for one in got} == slow_seeds(incidence)
    assert got
    assert [one.bits for one in got] == sorted((one.bits for one in got), reverse=True)


def test_what_people_ask_for_may_start_a_group_but_never_holds_it() -> None:
    """A label is half of a seed; a group without other ties falls apart again."""
    units, inside = 300, range(10)
    addresses = {unit: {f"a{unit}": 1.0} for unit in range(units)} | one_each(inside, ["shared"])
    network = kind("address", "network", units, addresses)
    label = kind("intent", "intent", units, one_each(inside, ["trace"]))
    alone = Incidence(units, (network,))
    assert not list(seeding.seeds(alone, (), SETTINGS))
    (seed,) = seeding.seeds(alone, (label,), SETTINGS)
    assert seed.units.tolist() == list(inside)
    assert networks.find(alone, (label,), SETTINGS) == []


def test_wording_starts_a_group_only_where_it_is_steady() -> None:
    """A phrase that few of its holders use often is no seed, and is left out of the null test's text."""
    units, inside = 300, range(12)
    addresses = {unit: {f"a{unit}": 1.0} for unit in range(units)} | one_each(inside, ["p1", "p2"])
    steady = {unit: {"wording": 0.5} for unit in inside}
    rare = {unit: {"phrase": 0.01} for unit in inside}
    for held, starts in ((steady, True), (rare, False)):
        text = kind("template", "content", units, held, mixture=True)
        incidence = Incidence(units, (kind("address", "network", units, addresses), text))
        assert bool(list(seeding.seeds(incidence, (), SETTINGS))) is starts
        pieces = pl.DataFrame({"shingle": [7], "number": [0]})
        kept, renumbered = seeding.steady_pieces(text, pieces, SETTINGS)
        assert len(kept.values) == len(renumbered) == starts


def test_growing_takes_in_who_belongs_and_drops_who_does_not() -> None:
    """From half of the campaign and some strangers, refinement ends at the campaign."""
    group = growing.refine(campaign(), np.array([*range(10), 100, 200, 300]), SETTINGS)
    assert group is not None
    assert group.members.tolist() == list(range(20))


@pytest.mark.parametrize("start", [[50, 60, 70], list(range(100, 160))])
def test_strangers_fall_apart(start: list[int]) -> None:
    """A start set without ties ends in nothing."""
    assert growing.refine(campaign(), np.array(start), SETTINGS) is None


def test_a_group_that_swings_is_settled_by_what_both_rounds_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where two sets keep calling each other, their common part is tried; where it is too small, nothing is left."""
    incidence = campaign()
    core, wide = list(range(20)), list(range(30))
    answers = itertools.cycle([wide, core])

    monkeypatch.setattr(growing, "belonging", lambda *_: np.array(next(answers)))
    group = growing.refine(incidence, np.array(core), SETTINGS)
    assert group is not None
    assert group.members.tolist() == core
    few = itertools.cycle([[0, 1, 2, 3], [2, 3, 4, 5]])
    monkeypatch.setattr(growing, "belonging", lambda *_: np.array(next(few)))
    assert growing.refine(incidence, np.array([2, 3, 4, 5]), SETTINGS) is None


def test_a_group_that_never_settles_only_shrinks_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the last round members leave until all that are left belong, and too few are dropped."""
    sizes = itertools.count(10)
    monkeypatch.setattr(growing, "belonging", lambda *_: np.arange(next(sizes)))
    monkeypatch.setattr(growing, "belongs", lambda _g, units, _s: np.arange(units) < next(sizes))
    group = growing.refine(campaign(), np.arange(9), SETTINGS)
    assert group is not None
    for last, left in ((12, list(range(12))), (2, None)):
        sizes = itertools.chain(range(10, 20), itertools.repeat(last))
        monkeypatch.setattr(growing, "belongs", lambda _g, units, _s, sizes=sizes: np.arange(units) < next(sizes))
        group = growing.refine(campaign(), np.arange(9), SETTINGS)
        assert (None if group is None else group.members.tolist()) == left


def found(incidence: Incidence, some: list[int]) -> Found:
    return Found(np.array(some), profile(incidence, np.array(some), SETTINGS), 20.0)


def test_a_unit_stays_with_the_group_that_ties_it_best() -> None:
    """Overlapping groups become disjoint; what is left of the weaker one stays where it still holds together."""
    both = joined(campaign(members=20), campaign(members=12, seed=2))
    first, second = list(range(20)), list(range(400, 412))
    kept = growing.disjoint(both, [found(both, first), found(both, [*second, 0, 1])], SETTINGS)
    assert sorted(members(kept)) == sorted([first, second])
    assert members(growing.disjoint(both, [found(both, first), found(both, [0, 1, 2, 401])], SETTINGS)) == [first]


def test_the_pieces_of_one_campaign_are_joined() -> None:
    """Two halves that would take each other become one group; two campaigns stay two."""
    incidence = campaign(members=24)
    halves = [found(incidence, list(range(12))), found(incidence, list(range(12, 24)))]
    assert members(networks.merge_siblings(incidence, halves, SETTINGS)) == [list(range(24))]
    both = joined(campaign(members=20), campaign(members=12, seed=2))
    apart = [found(both, list(range(20))), found(both, list(range(400, 412)))]
    assert len(networks.merge_siblings(both, apart, SETTINGS)) == 2


def test_pieces_whose_union_does_not_hold_stay_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the union falls apart, or loses a fifth of a piece, nothing is joined."""
    incidence = campaign(members=24)
    halves = [found(incidence, list(range(12))), found(incidence, list(range(12, 24)))]
    monkeypatch.setattr(networks, "refine", lambda *_: None)
    assert len(networks.merge_siblings(incidence, halves, SETTINGS)) == 2
    part = profile(incidence, np.arange(15), SETTINGS)
    monkeypatch.setattr(networks, "refine", lambda *_: part)
    assert len(networks.merge_siblings(incidence, halves, SETTINGS)) == 2


def test_a_campaign_that_is_a_third_of_the_log_does_not_hide_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """To a part of it the rest are strangers with its card, program and words; a quarter lack a row in the table."""
    units, inside = 300, range(100)
    cards = {unit: {f"card{unit}": 1.0} for unit in range(100, units)}
    cards |= {unit: {"k2" if unit % 8 == 1 else "k1": 1.0} for unit in inside if unit % 4}
    programs = {unit: {f"program{unit % 90}": 1.0} for unit in range(100, units)}
    programs |= {unit: {"second" if unit % 5 == 0 else "first": 1.0} for unit in inside}
    words = {unit: {"wording" if unit in inside else f"words{unit}": 0.9} for unit in range(units)}
    text = kind("template", "content", units, words, mixture=True)
    client, card = kind("user_agent", "client", units, programs), kind("payment", "identity", units, cards)
    incidence = Incidence(units, (card, client, text))
    part = next(seeding.seeds(incidence, (), SETTINGS))
    assert growing.refine(incidence, part.units, SETTINGS) is None
    assert growing.closed(incidence, part.units).tolist() == list(inside)
    monkeypatch.setattr(networks, "seeds", lambda *_: iter([part]))
    for others in ("dominant", "marked", "cells"):
        monkeypatch.setattr(networks, others, lambda *_: iter(()))
    monkeypatch.setattr(networks, "communities", lambda *_: nullcontext(()))
    of_one_card = [unit for unit in inside if unit % 4 and unit % 8 != 1]
    assert set(of_one_card) <= set(*members(networks.find(incidence, (), SETTINGS))) <= set(inside)
    monkeypatch.setattr(networks, "MASKING", 0.5)
    assert networks.find(incidence, (), SETTINGS) == []


def test_what_most_of_a_large_campaign_holds_starts_a_group_though_it_is_common() -> None:
    """Two values of different channels that nearly always meet; two of one channel, or that meet by chance, do not."""
    units, inside = 300, range(130)
    code = one_each(inside, ["code"]) | {unit: {f"c{unit}": 1.0} for unit in range(130, units)}
    program = one_each(range(132), ["program"]) | {unit: {f"p{unit}": 1.0} for unit in range(132, units)}
    half = one_each(range(80, 220), ["mail"])
    referral, mail = kind("referral", "identity", units, code), kind("email_domain", "identity", units, half)
    client = kind("user_agent", "client", units, program)
    (seed,) = webs.dominant(Incidence(units, (referral, mail, client)))
    assert seed.units.tolist() == list(range(132))
    assert seed.pair == ("identity", "client")
    assert not list(webs.dominant(Incidence(units, (referral, mail))))
    cards = one_each(inside, [f"card{n}" for n in range(5)]) | {u: {f"card{u}": 1.0} for u in range(130, units)}
    incidence = Incidence(units, (kind("payment", "identity", units, cards), referral, client))
    assert members(networks.find(incidence, (), SETTINGS)) == [list(inside)]


def test_the_holders_of_one_address_of_a_pool_do_not_hide_the_others() -> None:
    """A part that meets at one address falls apart, for the others run its program; all who run it hold together."""
    units, inside = 400, range(120)
    pool = {unit: {f"a{unit}": 1.0} for unit in range(units)}
    pool |= {unit: {f"p{(unit + step) % 8}": 1.0 for step in range(3)} for unit in inside}
    programs = {unit: {f"program{unit % 50}": 1.0} for unit in range(120, units)} | one_each(inside, ["first"])
    cards = one_each(inside, [f"card{n}" for n in range(30)]) | {u: {f"k{u}": 1.0} for u in range(120, units)}
    kinds = (kind("payment", "identity", units, cards), kind("address", "network", units, pool))
    incidence = Incidence(units, (*kinds, kind("user_agent", "client", units, programs)))
    part = np.array([unit for unit in inside if "p0" in pool[unit]])
    assert [start.tolist() for start in growing.all_holding(incidence, part)] == [list(inside)]
    assert not list(growing.all_holding(incidence, np.arange(200, 260)))


def test_half_of_the_log_is_not_taken_in() -> None:
    """Holders are taken in until nobody is added, or until they would be most of the log."""
    half = one_each(range(120), ["k"])
    incidence = Incidence(200, (kind("payment", "identity", 200, half | one_each(range(120, 200), ["a", "b"])),))
    assert growing.closed(incidence, np.arange(70)).tolist() == list(range(70))


def two_operators(mixed: bool) -> tuple[Incidence, Found]:  # noqa: FBT001
    """Twenty-four accounts on one pool: two wordings and two sets of cards, or one wording over all."""
    units = 500
    left, right = range(12), range(12, 24)
    draw = random.Random(4)
    pool = {unit: {f"a{unit}": 1.0} for unit in range(units)}
    pool |= {unit: {f"p{draw.randrange(4)}": 1.0} for unit in range(24)}
    cards = {unit: {f"card{unit}": 1.0} for unit in range(units)} | one_each(left, ["l1", "l2"])
    cards |= one_each(right, ["r1", "r2"])
    wording = {unit: {"left" if unit < 12 or mixed else "right": 0.9} for unit in range(24)}
    wording |= {unit: {f"w{unit}": 0.1} for unit in range(24, units)}
    text: Kind = kind("template", "content", units, wording, mixture=True)
    incidence = Incidence(
        units, (kind("payment", "identity", units, cards), kind("address", "network", units, pool), text)
    )
    group = profile(incidence, np.arange(24), SETTINGS)
    assert belongs(group, units, SETTINGS)[:24].all()
    return incidence, Found(np.arange(24), group, 30.0)


def test_two_operators_on_one_pool_are_parted() -> None:
    """What shares addresses alone, each with wording and cards of its own, are two groups."""
    incidence, group = two_operators(mixed=False)
    assert sorted(members(parting.split(incidence, group, SETTINGS))) == [list(range(12)), list(range(12, 24))]


def test_cells_of_one_operator_stay_together() -> None:
    """Cards that part the members part nobody whose wording runs through all."""
    incidence, group = two_operators(mixed=True)
    assert members(parting.split(incidence, group, SETTINGS)) == [list(range(24))]


def test_a_group_without_private_ties_stays_whole() -> None:
    """Where no card and no wording tells two operators apart, nothing is parted."""
    incidence = Incidence(400, campaign().kinds[1:])
    group = found(incidence, list(range(20)))
    assert members(parting.split(incidence, group, SETTINGS)) == [list(range(20))]


def planted(groups: int, size: int, seed: int) -> sp.csr_matrix:
    """Ties of a graph with planted communities."""
    graph = nx.random_partition_graph([size] * groups, 0.8, 0.01, seed=seed)
    return sp.csr_matrix(nx.to_scipy_sparse_array(graph, weight=None, dtype=np.float64))


def communities(ties: sp.csr_matrix) -> list[set[int]]:
    """The communities that Leiden gives."""
    label = webs.leiden(ties, SETTINGS)
    return [set(np.flatnonzero(label == number).tolist()) for number in np.unique(label)]


@pytest.mark.parametrize("seed", range(5))
def test_communities_are_as_good_as_those_of_networkx(seed: int) -> None:
    """On planted communities Leiden gives a partition of at least the modularity that networkx reaches."""
    ties = planted(groups=4, size=12, seed=seed)
    mine = communities(ties)
    graph = nx.from_scipy_sparse_array(ties)
    theirs = nx.community.louvain_communities(graph, seed=seed)
    assert sorted(unit for group in mine for unit in group) == list(range(48))
    assert nx.community.modularity(graph, mine) >= nx.community.modularity(graph, theirs) - 1e-9


@pytest.mark.parametrize("seed", range(3))
def test_no_community_reaches_over_two_components(seed: int) -> None:
    """Parts of the graph that nothing ties are never one community."""
    ties = sp.csr_matrix(sp.block_diag([planted(1, 10, seed), planted(2, 8, seed)]))
    components = [set(part) for part in nx.connected_components(nx.from_scipy_sparse_array(ties))]
    for group in communities(ties):
        assert any(group <= part for part in components)


def web(units: int, members: range, *, shared: str | None = None) -> Incidence:
    """Accounts with cards for three each and addresses for two each, that no pair of values ties three times."""
    cards = {unit: {f"card{unit}": 1.0} for unit in range(units)}
    cards |= {unit: {f"c{unit // 3}": 1.0} for unit in members}
    pool = {unit: {f"a{unit}": 1.0} for unit in range(units)}
    pool |= {unit: {f"p{unit % 7}": 1.0, f"q{unit % 5}": 1.0} for unit in members}
    agent = {unit: {f"ua{unit % 12}": 1.0} for unit in range(units)} | one_each(members, [shared or "odd"])
    return Incidence(
        units,
        (
            kind("payment", "identity", units, cards),
            kind("address", "network", units, pool),
            kind("user_agent", "client", units, agent),
        ),
    )


def test_a_web_of_cards_and_proxies_starts_a_group() -> None:
    """Where no two values meet in three accounts, the web that they make is still found, and whole."""
    incidence = web(900, range(30))
    assert members(networks.find(incidence, (), SETTINGS)) == [list(range(30))]


def test_in_a_large_graph_nodes_without_an_edge_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The web is found in a graph of its own nodes as well; all others have a community each."""
    incidence = web(900, range(30))
    graph = webs._web(incidence)
    assert graph is not None
    monkeypatch.setattr(webs, "LARGE_GRAPH", 1)
    label = webs.leiden(graph, SETTINGS)
    tied = np.flatnonzero(np.diff(graph.indptr))
    alone = np.setdiff1d(np.arange(graph.shape[0]), tied)
    assert len(np.unique(label[alone])) == len(alone)
    assert not np.isin(label[alone], label[tied]).any()
    assert members(networks.find(incidence, (), SETTINGS)) == [list(range(30))]


def test_in_a_large_graph_what_cannot_start_a_group_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cards that strangers share in pairs or threes make no community, and the ring is found as before."""
    incidence, ring = web(900, range(30)), [list(range(30))]
    cards = {unit: {f"x{unit // 3}": 1.0} for unit in range(300, 900)}
    crowd = Incidence(900, (kind("phone", "identity", 900, cards),))
    both = Incidence(900, (*incidence.kinds, *crowd.kinds))
    graph = webs._web(both)
    assert graph is not None
    left, share = webs._hopeful(both, graph, SETTINGS)
    assert np.diff(left.indptr)[:900].nonzero()[0].tolist() == ring[0]
    assert 0 < share == left.sum() / graph.sum() < 1
    small = members(networks.find(both, (), SETTINGS))
    monkeypatch.setattr(webs, "LARGE_GRAPH", 1)
    assert members(networks.find(both, (), SETTINGS)) == small == ring
    with webs.communities(crowd, SETTINGS) as tied:
        assert not list(tied)


def test_communities_are_the_same_beside_and_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """With one thread a large graph is searched in turn; with two one of them begins, and the asker takes the rest."""
    incidence, here, calls = web(900, range(30)), threading.get_ident(), list[tuple[int, float]]()
    waiting = threading.Event()

    def watched(graph: sp.csr_matrix, settings: Settings, resolution: float) -> npt.NDArray[np.int64]:
        calls.append((threading.get_ident(), resolution))
        if threads > 1 and threading.get_ident() != here:
            assert waiting.wait(30)
        if len(calls) == len(webs.RESOLUTIONS):
            waiting.set()
        return leiden(graph, settings, resolution)

    leiden, given = webs.leiden, []
    monkeypatch.setattr(webs, "LARGE_GRAPH", 1)
    monkeypatch.setattr(webs, "leiden", watched)
    for threads in (1, 2):
        calls.clear()
        waiting.clear()
        monkeypatch.setattr(pl, "thread_pool_size", lambda many=threads: many)
        with webs.communities(incidence, SETTINGS) as tied:
            while len(calls) < threads - 1:
                time.sleep(0.01)
            given.append([seed.units.tolist() for seed in tied])
        beside = [resolution for thread, resolution in calls if thread != here]
        assert len(calls) == len(webs.RESOLUTIONS)
        assert beside == [min(resolution for _, resolution in calls)][: threads - 1]
    assert given[0] == given[1]
    assert list(range(30)) in given[0]


@pytest.mark.parametrize("seed", range(15))
def test_who_shares_rare_values_of_two_channels_is_told_by_counting(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is tied to others of its community is who it is by a count of every value in every community."""
    draw = random.Random(seed)
    units = draw.randrange(40, 120)
    tables = {
        name: {unit: {f"v{draw.randrange(many)}": 1.0 for _ in range(draw.randrange(3))} for unit in range(units)}
        for name, many in (("payment", 20), ("address", 15), ("user_agent", 4), ("template", 9))
    }
    channel = {"payment": "identity", "address": "network", "user_agent": "client", "template": "content"}
    incidence = Incidence(units, tuple(kind(name, channel[name], units, held) for name, held in tables.items()))
    group = [draw.randrange(-1, 5) for _ in range(units)]
    tied = {unit: set[str]() for unit in range(units)}
    for name, held in tables.items():
        for unit in range(units):
            for value in held[unit] if group[unit] >= 0 else ():
                most = sum(value in row for row in held.values())
                here = sum(value in held[other] for other in range(units) if group[other] == group[unit])
                least = 2 if name in ties.BINDING else max(3, group.count(group[unit]) // 2)
                if here >= least and most <= ties.FEW_HOLDERS:
                    tied[unit].add(channel[name])
    monkeypatch.setattr(ties, "TIED_AT_ONCE", draw.randrange(1, 60))
    size = np.array([group.count(number) for number in range(5)], dtype=np.int64)
    (found,) = ties.tied_twice(incidence, [(np.array(group, dtype=np.int32), size)])
    assert found.tolist() == [len(tied[unit]) >= 2 for unit in range(units)]


def test_a_ring_of_three_is_a_cell() -> None:
    """Three accounts on one card and one address hang together by pairs that share two channels."""
    units, ring = 500, range(3)
    cards = {unit: {f"card{unit}": 1.0} for unit in range(units)} | one_each(ring, ["c"])
    homes = {unit: {f"a{unit}": 1.0} for unit in range(units)} | one_each(ring, ["a"])
    incidence = Incidence(units, (kind("payment", "identity", units, cards), kind("address", "network", units, homes)))
    assert [seed.units.tolist() for seed in webs.cells(incidence, SETTINGS)] == [[0, 1, 2]]
    with webs.communities(Incidence(units, ()), SETTINGS) as tied:
        assert not list(tied)
    assert not list(webs.cells(Incidence(units, ()), SETTINGS))


def test_two_operators_of_one_program_are_severed() -> None:
    """Groups between which no card, address or wording runs come out as two, though one program holds them together."""
    units, left, right = 900, range(15), range(15, 30)
    cards = {unit: {f"card{unit}": 1.0} for unit in range(units)} | one_each(left, ["c"]) | one_each(right, ["d"])
    homes = {unit: {f"a{unit}": 1.0} for unit in range(units)} | one_each(left, ["a"]) | one_each(right, ["b"])
    agent = {unit: {f"ua{unit % 12}": 1.0} for unit in range(units)} | one_each([*left, *right], ["odd"])
    incidence = Incidence(
        units,
        (
            kind("payment", "identity", units, cards),
            kind("address", "network", units, homes),
            kind("user_agent", "client", units, agent),
        ),
    )
    both = found(incidence, list(range(30)))
    assert sorted(members(parting.sever(incidence, both, SETTINGS))) == [list(left), list(right)]
    assert sorted(members(networks.find(incidence, (), SETTINGS))) == [list(left), list(right)]


def cellular(shared: list[str]) -> Incidence:
    """Eight cells of five accounts, each on a card of its own, and some program that all of them run."""
    units, ring = 900, range(40)
    cards = {unit: {f"card{unit}": 1.0} for unit in range(units)} | {unit: {f"c{unit // 5}": 1.0} for unit in ring}
    agent = {unit: {f"ua{unit % 12}": 1.0} for unit in range(units)} | one_each(ring, shared)
    return Incidence(units, (kind("payment", "identity", units, cards), kind("user_agent", "client", units, agent)))


def test_cells_around_one_private_program_are_one_group() -> None:
    """Each cell holds together alone and sees the program as everybody's; of the program's users all sit in cells."""
    whole = cellular(["odd"])
    assert [seed.units.tolist() for seed in webs.marked(whole, SETTINGS)] == [list(range(40))]
    assert members(networks.find(whole, (), SETTINGS)) == [list(range(40))]
    assert not list(webs.marked(campaign(members=0), SETTINGS))


def test_a_program_that_few_members_run_ties_no_cells() -> None:
    """Cells of which each runs a program of its own stay apart."""
    apart = cellular([f"odd{number}" for number in range(8)])
    assert all(len(group) <= 5 for group in members(networks.find(apart, (), SETTINGS)))


def test_only_who_may_belong_is_held_against_a_group() -> None:
    """Whoever holds nothing loud has no bits there; whoever belongs is found just as with everybody judged."""
    incidence = campaign()
    near, every = (profile(incidence, np.arange(15), SETTINGS, near=only) for only in (True, False))
    assert len(near.among) < 100
    assert np.array_equal(belongs(near, 400, SETTINGS), belongs(every, 400, SETTINGS))
    for name, bits in near.channels.items():
        assert np.array_equal(bits[near.among], every.channels[name][near.among])


def test_only_those_asked_for_are_held_against_a_group() -> None:
    """Bits of a few outsiders are those that they have where everybody is judged; nobody else has any."""
    incidence = campaign()
    every = profile(incidence, np.arange(15), SETTINGS)
    few = profile(incidence, np.arange(15), SETTINGS, beside=np.arange(12, 20))
    assert few.among.tolist() == list(range(20))
    for name, bits in few.channels.items():
        assert np.array_equal(bits[np.arange(20)], every.channels[name][np.arange(20)])
        assert not bits[np.arange(20, 400)].any()
        assert len(bits) == 400


def test_an_own_instruction_outweighs_a_common_turn_of_phrase() -> None:
    """A phrase of one window in two operators' requests ties them less than their long instructions part them."""
    units, left, right = 900, range(15), range(15, 30)
    text = {unit: {"left": 1.0, "phrase": 1.0} for unit in left} | {
        unit: {"right": 1.0, "phrase": 1.0} for unit in right
    }
    cards = {unit: {f"card{unit}": 1.0} for unit in range(units)} | one_each(left, ["c"]) | one_each(right, ["d"])
    template = kind("template", "content", units, text, mixture=True)
    for marks, parts in ((np.array([20, 1, 20]), 2), (np.array([1, 20, 1]), 1)):
        worded = dataclasses.replace(template, marks=marks)
        incidence = Incidence(units, (kind("payment", "identity", units, cards), worded))
        assert len(parting.sever(incidence, found(incidence, list(range(30))), SETTINGS)) == parts


def framed(*, same_client: bool) -> tuple[Incidence, Found]:
    """An operator's twenty accounts, and a firm of eight behind the same addresses with the same wording."""
    units, operator, firm = 500, range(20), range(20, 28)
    draw = random.Random(6)
    cards = {unit: {f"card{unit}": 1.0} for unit in range(units)} | one_each(operator, ["c1", "c2", "c3"])
    cards |= one_each(firm, ["firm"])
    pool = {unit: {f"a{unit}": 1.0} for unit in range(units)} | one_each([*operator, *firm], ["p1", "p2", "p3"])
    agent = {unit: {f"ua{draw.randrange(12)}": 1.0} for unit in range(units)} | one_each(operator, ["odd"])
    if same_client:
        agent |= one_each(firm, ["odd"])
    wording = {unit: {"wording": 0.9} for unit in (*operator, *firm)}
    wording |= {unit: {f"w{unit}": 0.1} for unit in range(28, units)}
    incidence = Incidence(
        units,
        (
            kind("payment", "identity", units, cards),
            kind("address", "network", units, pool),
            kind("user_agent", "client", units, agent),
            kind("template", "content", units, wording, mixture=True),
        ),
    )
    return incidence, Found(np.arange(28), profile(incidence, np.arange(28), SETTINGS), 30.0)


def test_a_framed_firm_is_let_go() -> None:
    """Who shares only addresses and wording with the rest, and not its client, is no part of it."""
    incidence, group = framed(same_client=False)
    assert list(range(20)) in members(parting.release(incidence, group, SETTINGS))
    assert not any(set(range(20, 28)) & set(some) for some in members(parting.release(incidence, group, SETTINGS))[:1])


def test_a_cell_with_the_operators_client_stays() -> None:
    """A card of its own frees nobody who works with the same rare program."""
    incidence, group = framed(same_client=True)
    assert members(parting.release(incidence, group, SETTINGS)) == [list(range(28))]


def test_too_few_to_be_a_customer_stay() -> None:
    """Holders of a shared value that are fewer than a network needs, or not the smaller part, are not let go."""
    incidence, group = framed(same_client=False)
    few = Found(np.arange(22), profile(incidence, np.arange(22), SETTINGS), 30.0)
    assert members(parting.release(incidence, few, SETTINGS)) == [list(range(22))]
    strict = Settings(min_accounts=9)
    assert members(parting.release(incidence, group, strict)) == [list(range(28))]


def test_a_group_shrinks_to_those_who_belong() -> None:
    """Strangers are dropped until all that are left belong; strangers alone leave nothing."""
    incidence = campaign()
    left = growing.shrunk(incidence, np.array([*range(20), 300, 301]), SETTINGS)
    assert left is not None
    assert left.members.tolist() == list(range(20))
    assert growing.shrunk(incidence, np.array([100, 200, 300, 350]), SETTINGS) is None


def test_parts_that_do_not_hold_alone_part_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a part falls apart without the rest, the group stays whole."""
    incidence, group = two_operators(mixed=False)
    monkeypatch.setattr(parting, "shrunk", lambda *_: None)
    assert members(parting.split(incidence, group, SETTINGS)) == [list(range(24))]
