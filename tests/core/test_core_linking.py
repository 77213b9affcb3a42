"""Bits of a profile against a slow implementation of the formulas in docs/architecture.md."""

from __future__ import annotations

import random
from itertools import product
from math import log2

import numpy as np
import pytest
from core_kinds import campaign, kind, one_each, weights

from extractscan import judged, linking, membership
from extractscan.incidence import Incidence, Kind
from extractscan.settings import Settings

SETTINGS = Settings()
Table = dict[int, dict[int, float]]


def rows_of(kind: Kind, units: int) -> Table:
    """Unit to its values and weights, where any is known."""
    share = weights(kind)
    held = {u: {int(kind.value[i]): share[i] for i in range(kind.ptr[u], kind.ptr[u + 1])} for u in range(units)}
    return {unit: values for unit, values in held.items() if values}


def slow_ratios(k: int, known: int, out: int, strangers: int) -> tuple[float, float]:
    """p/u for a member and for an outsider that holds the value, each left out of its own rates."""
    u_in = (out + 0.5) / (strangers + 1)
    u_out = (max(out - 1, 0) + 0.5) / (max(strangers - 1, 0) + 1)
    return (k - 1 + u_in) / known / u_in, (k + u_out) / (known + 1) / u_out


def slow_enriched(k: int, total: int, members: int, units: int, tests: int) -> bool:
    expected = total * members / units
    surprise = k * log2(k / expected) - (k - expected) / np.log(2)
    return k > expected and surprise > min(log2(max(tests, 2)) + SETTINGS.seed_bits, 30)


def slow_kind(kind: Kind, members: set[int], units: int, described: set[int]) -> tuple[list[float], list[float]]:
    """Bits of every unit by one kind, and the price of lacking what is constant in the group."""
    rows = rows_of(kind, units)
    strangers = (described & rows.keys()) - members
    counts: dict[int, int] = {}
    for unit in sorted(members & rows.keys()):
        for value in rows[unit]:
            counts[value] = counts.get(value, 0) + 1
    known = len(members & rows.keys())
    ratio: dict[int, tuple[float, float]] = {}
    for value, k in counts.items():
        total = sum(value in held for held in rows.values())
        inner, outer = slow_ratios(k, known, sum(value in rows[unit] for unit in strangers), len(strangers))
        fine = k >= 2 and outer > 1
        if kind.mixture:
            fine = fine and outer >= 16 and slow_enriched(k, total, len(members), units, len(kind.values))
        if fine:
            ratio[value] = inner, outer
    bits, price = [0.0] * units, [0.0] * units
    for unit, held in rows.items():
        terms = [(weight, ratio[v][unit not in members]) for v, weight in held.items() if v in ratio]
        mixed = [1 - w + w * r for w, r in terms]
        likely = max(mixed, default=1.0) if kind.mixture else sum(w * r for w, r in terms)
        bits[unit] = min(log2(max(likely, 1.0)), SETTINGS.channel_cap_bits)
    if known >= 2:
        top = min(counts, key=lambda value: (-counts[value], value))
        outside = sum(top in held for held in rows.values()) - counts[top]
        u = (outside + 0.5) / (len(rows) - known + 1)
        cost = log2((known - counts[top] + 0.5) / (known + 1) / (1 - u))
        for unit, held in rows.items():
            if cost < -1 and top not in held:
                price[unit] = max(cost, -5.0)
    return bits, price


def slow_profile(
    incidence: Incidence, members: set[int], without: frozenset[str] = frozenset()
) -> tuple[dict[str, list[float]], list[float]]:
    """Bits of every unit by channel, and the most that a channel's unforgeable kinds say."""
    units = range(incidence.units)
    described = {u for one in incidence.kinds if one.channel == "identity" for u in rows_of(one, incidence.units)}
    described = described if 2 * len(described) >= incidence.units else set(units)
    channels: dict[str, list[float]] = {}
    own = [0.0 for _ in units]
    for channel in {one.channel for one in incidence.kinds} - without:
        kinds = [one for one in incidence.kinds if one.channel == channel]
        made = [slow_kind(one, members, incidence.units, described) for one in kinds]
        best = [max(column) for column in zip(*(bits for bits, _ in made), strict=True)]
        price = [min(column) for column in zip(*(lack for _, lack in made), strict=True)]
        ties = [sum(bits[unit] >= SETTINGS.channel_floor_bits for unit in members) for bits, _ in made]
        tying = [one for one, tied in zip(kinds, ties, strict=True) if 2 * tied >= len(members)] or kinds
        known = {unit for one in tying for unit in rows_of(one, incidence.units)}
        told = len(members & known)
        tied = sum(best[unit] >= SETTINGS.channel_floor_bits for unit in members & known)
        cost = log2(max(1 - (tied + 0.5) / (told + 1), 1e-9))
        apart = max(cost, -5.0) if told >= SETTINGS.min_accounts and cost <= -1 else 0.0
        loose = [unit in known and best[unit] < SETTINGS.channel_floor_bits for unit in units]
        lack = [min(price[unit], apart if loose[unit] else 0.0) for unit in units]
        channels[channel] = [best[unit] + lack[unit] for unit in units]
        unforged = [bits for one, (bits, _) in zip(kinds, made, strict=True) if not one.forgeable]
        if unforged:
            own = [max(own[unit], max(bits[unit] for bits in unforged) + lack[unit]) for unit in units]
    return channels, own


def random_incidence(seed: int) -> tuple[Incidence, np.ndarray]:
    """A few kinds of every sort with holes, and some members that share a little."""
    draw = random.Random(seed)
    units = draw.randrange(30, 90)
    members = sorted(draw.sample(range(units), draw.randrange(2, 15)))
    kinds = []
    for name, channel, mixture in (
        ("payment", "identity", False),
        ("phone", "identity", False),
        ("address", "network", False),
        ("template", "content", True),
    ):
        held: dict[int, dict[str, float]] = {}
        for unit in range(units):
            own = draw.sample(range(40), draw.randrange(0, 4))
            if unit in members and draw.random() < 0.9:
                own = [*own, draw.choice([50, 50, 50, 51])]
            values = {f"v{value}": draw.random() if mixture else float(draw.randrange(1, 5)) for value in own}
            if values:
                held[unit] = values
        kinds.append(kind(name, channel, units, held, mixture=mixture))
    return Incidence(units, tuple(kinds)), np.array(members, dtype=np.int64)


@pytest.mark.parametrize("seed", range(25))
def test_a_profile_is_that_of_the_formulas(seed: int) -> None:
    """Bits by channel are those of the slow formulas, for members and for everybody else."""
    incidence, members = random_incidence(seed)
    got = linking.profile(incidence, members, SETTINGS)
    expected, own = slow_profile(incidence, set(members.tolist()))
    assert got.channels.keys() == expected.keys()
    for channel, bits in expected.items():
        assert got.channels[channel] == pytest.approx(np.array(bits), abs=1e-9)
    assert got.own == pytest.approx(np.array(own), abs=1e-9)


@pytest.mark.parametrize("seed", [3, 4])
def test_a_profile_can_leave_channels_out(seed: int) -> None:
    """What is left out leaves no trace; the rest is the same."""
    incidence, members = random_incidence(seed)
    whole = linking.profile(incidence, members, SETTINGS)
    part = linking.profile(incidence, members, SETTINGS, without=frozenset({"identity"}))
    assert part.channels.keys() == whole.channels.keys() - {"identity"}
    assert "payment" not in part.kinds
    for channel, bits in part.channels.items():
        assert np.array_equal(bits, whole.channels[channel])


def test_a_large_group_does_not_mask_itself() -> None:
    """Half of all accounts share a card that nobody outside has: rare outside, so it still speaks."""
    half = campaign(units=100, members=50, cards=1)
    group = linking.profile(half, np.arange(50), SETTINGS)
    assert group.kinds["payment"][np.arange(50)].min() > 5
    assert group.kinds["payment"][np.arange(50, 100)].max() == 0


def test_no_channel_says_more_than_its_cap() -> None:
    """However many and however rare the values, one channel stays under the cap."""
    group = linking.profile(campaign(units=5000, members=40), np.arange(40), SETTINGS)
    assert max(np.max(bits) for bits in group.channels.values()) == SETTINGS.channel_cap_bits


def test_an_account_is_no_witness_for_itself() -> None:
    """A value that only one member holds gives it nothing, and an outsider's own value does not lower its bits."""
    held = one_each(range(60), [f"own{i}" for i in range(60)])
    group = linking.profile(Incidence(60, (kind("payment", "identity", 60, held),)), np.arange(5), SETTINGS)
    assert not np.any(group.kinds["payment"])


def test_private_values_are_common_inside_and_rare_outside() -> None:
    """The group's cards are private to it; a client that everybody uses is not; an unknown kind has none."""
    incidence = campaign()
    group = linking.profile(incidence, np.arange(20), SETTINGS)
    payment, address, _ = incidence.kinds
    assert [payment.values[i] for i in linking.private_values(payment, group, 400, SETTINGS)] == ["c0", "c1", "c2"]
    common = kind("asn", "network", 400, one_each(range(400), ["AS1"]))
    with_common = Incidence(400, (*incidence.kinds, common))
    again = linking.profile(with_common, np.arange(20), SETTINGS)
    assert len(linking.private_values(common, again, 400, SETTINGS)) == 0
    assert len(linking.private_values(common, group, 400, SETTINGS)) == 0
    assert len(linking.private_values(address, group, 400, SETTINGS)) == 4


def test_private_wording_must_meet_in_the_group_beyond_chance() -> None:
    """Of many pieces of text that two members share, only those that all members share are theirs."""
    draw = random.Random(3)
    held = {unit: {f"t{draw.randrange(300)}": 0.5 for _ in range(6)} for unit in range(300)}
    for unit in range(20):
        held[unit]["wording"] = 0.9
    text = kind("template", "content", 300, held, mixture=True)
    group = linking.profile(Incidence(300, (text,)), np.arange(20), SETTINGS)
    assert [text.values[i] for i in linking.private_values(text, group, 300, SETTINGS)] == ["wording"]


def test_needed_bits_are_prior_odds_and_a_margin() -> None:
    """A smaller group in a larger log needs more; a group of everybody needs the margin alone."""
    assert membership.needed_bits(1024, 4, SETTINGS) == 8 + SETTINGS.margin_bits
    assert membership.needed_bits(10, 10, SETTINGS) == SETTINGS.margin_bits
    assert membership.needed_bits(0, 0, SETTINGS) == SETTINGS.margin_bits


def test_members_belong_and_outsiders_do_not() -> None:
    """With two channels over the floor the members belong, and nobody else."""
    incidence = campaign()
    group = linking.profile(incidence, np.arange(20), SETTINGS)
    assert np.flatnonzero(membership.belongs(group, 400, SETTINGS)).tolist() == list(range(20))


@pytest.mark.parametrize("without", [{"identity", "network"}, {"identity", "client"}])
def test_software_alone_and_one_channel_alone_convict_nobody(without: set[str]) -> None:
    """A rare client that a group shares is no proof, nor is a shared address without anything else."""
    group = linking.profile(campaign(), np.arange(20), SETTINGS, without=frozenset(without))
    assert not membership.belongs(group, 400, SETTINGS).any()


def test_what_others_can_put_on_a_bystander_ties_nobody_alone() -> None:
    """An address and a wording in common are two loud channels, and still not enough; a client of one's own is."""
    units, inside = 400, range(20)
    address = {unit: {f"a{unit}": 1.0} for unit in range(units)} | one_each(inside, ["p1", "p2"])
    wording = {unit: {"wording": 0.9} for unit in inside} | {unit: {f"w{unit}": 0.1} for unit in range(20, units)}
    forged = (kind("address", "network", units, address), kind("template", "content", units, wording, mixture=True))
    group = linking.profile(Incidence(units, forged), np.arange(20), SETTINGS)
    assert membership.total_bits(group)[:20].min() > membership.needed_bits(units, 20, SETTINGS)
    assert not membership.belongs(group, units, SETTINGS).any()
    agent = campaign().kinds[2]
    group = linking.profile(Incidence(units, (*forged, agent)), np.arange(20), SETTINGS)
    assert np.flatnonzero(membership.belongs(group, units, SETTINGS)).tolist() == list(inside)


def test_total_bits_are_the_sum_of_channels() -> None:
    """What the report sums is what decides."""
    group = linking.profile(campaign(), np.arange(20), SETTINGS)
    assert membership.total_bits(group) == pytest.approx(np.sum(list(group.channels.values()), axis=0))


def test_a_framed_bystander_pays_for_what_it_does_not_share() -> None:
    """Who uses the group's address, but a card of their own, stands apart from members that share cards."""
    incidence = campaign()
    payment, address, agent = incidence.kinds
    held = {unit: {address.values[address.value[address.ptr[unit]]]: 1.0} for unit in range(400)}
    held[399] = {"p0": 1.0}
    framed = Incidence(400, (payment, kind("address", "network", 400, held), agent))
    group = linking.profile(framed, np.arange(20), SETTINGS)
    assert group.channels["network"][399] > 3
    assert group.channels["identity"][399] < -3
    assert not membership.belongs(group, 400, SETTINGS)[399]


def unnamed(inside: int, *, strangers: int = 0) -> Incidence:
    """A campaign by cards of which the last five of `inside` members lack a row; `strangers` with one use its tools."""
    units, members = 400, range(inside)
    payment = {unit: {f"card{unit}": 1.0} for unit in range(units)} | one_each(range(inside - 5), ["c1", "c2"])
    payment = {unit: held for unit, held in payment.items() if unit not in range(inside - 5, inside)}
    alike = [*members, *range(100, 100 + strangers)]
    agent = {unit: {f"ua{unit % 60}": 1.0} for unit in range(units)} | one_each(alike, ["odd"])
    wording = {unit: {f"w{unit}": 0.1} for unit in range(units)} | {unit: {"wording": 0.9} for unit in alike}
    kinds = (
        kind("payment", "identity", units, payment),
        kind("user_agent", "client", units, agent),
        kind("template", "content", units, wording, mixture=True),
    )
    return Incidence(units, kinds)


@pytest.mark.parametrize(("inside", "strangers", "taken"), [(25, 0, 25), (25, 6, 20), (15, 0, 10)])
def test_an_account_without_a_row_belongs_where_its_like_do(inside: int, strangers: int, taken: int) -> None:
    """Program and wording do for it where nearly all that have a row and share both are members, and are no few."""
    group = linking.profile(unnamed(inside, strangers=strangers), np.arange(inside), SETTINGS)
    assert np.flatnonzero(membership.belongs(group, 400, SETTINGS)).tolist() == list(range(taken))


def test_nobody_stands_apart_by_what_is_not_known_of_him() -> None:
    """Sign-up in one week ties the members; of whom the log has no sign-up, the hours say nothing against him."""
    units, members = 400, range(20)
    signup = {unit: {f"w{unit % 50}": 1.0} for unit in range(units) if unit != 19} | one_each(range(19), ["week"])
    hours = {unit: {f"h{unit % 9}": 1.0} for unit in range(units)}
    both = Incidence(units, (kind("signup_batch", "time", units, signup), kind("load", "time", units, hours)))
    time = linking.profile(both, np.array(members), SETTINGS).channels["time"]
    assert time[18] > 3
    assert time[19] == pytest.approx(0.0, abs=1.0)
    assert time[300] < -3


def pooled(blocks: int, members: int = 20) -> Incidence:
    """Members with one wording who call from some blocks of addresses that nobody else uses; all else is their own."""
    units, inside = 400, range(members)
    own = {unit: {f"b{unit}": 1.0} for unit in range(units)}
    prefix = own | {unit: {f"p{(unit + step) % blocks}": 1.0 for step in (0, 1)} for unit in inside}
    wording = {unit: {f"w{unit}": 0.1} for unit in range(units)} | {unit: {"wording": 0.9} for unit in inside}
    kinds = (kind("prefix", "network", units, prefix), kind("template", "content", units, wording, mixture=True))
    return Incidence(units, kinds)


@pytest.mark.parametrize(("blocks", "members", "taken"), [(5, 20, 20), (1, 20, 0), (2, 20, 0), (5, 10, 0)])
def test_a_pool_of_blocks_is_nobodys_gateway(blocks: int, members: int, taken: int) -> None:
    """Address and wording can be put on a bystander behind one gateway; several blocks of many members are theirs."""
    group = linking.profile(pooled(blocks, members), np.arange(members), SETTINGS)
    assert group.roaming is (taken > 0)
    assert membership.belongs(group, 400, SETTINGS).sum() == taken


@pytest.mark.parametrize("few", [0, 1, 10**9])
@pytest.mark.parametrize("seed", range(5))
def test_sightings_of_the_judged_are_the_same_by_unit_and_by_value(
    seed: int, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever way they are gone through, each is found once, where it lies and in the order of a unit's values."""
    incidence, members = random_incidence(seed)
    flat = incidence.flat
    monkeypatch.setattr(judged, "FEW", few)
    those = judged.Judged.of(flat, members, np.repeat(np.arange(0, incidence.units, 7), 2))
    assert those.among.tolist() == sorted({*members.tolist(), *range(0, incidence.units, 7)})
    assert those.among[those.inside].tolist() == members.tolist()
    every = np.arange(len(flat.kind))
    for values in (every, every[::3], every[:1], every[:0]):
        sought = {
            (unit, value, at)
            for value in values.tolist()
            for at in range(flat.by_value_ptr[value], flat.by_value_ptr[value + 1])
            if (unit := int(flat.by_value[at])) in those.among
        }
        at, which, row = those.holding(values)
        found = list(zip(those.among[row].tolist(), values[which].tolist(), at.tolist(), strict=True))
        assert len(found) == len(sought)
        assert set(found) == sought


@pytest.mark.parametrize("seed", range(10))
def test_bits_do_not_depend_on_the_way_that_sightings_are_found(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """All bits are the same to the last, whether holders are gone through or what the judged hold."""
    incidence, members = random_incidence(seed)
    beside = np.arange(0, incidence.units, 7)
    one = linking.profile(incidence, members, SETTINGS, beside=beside)
    monkeypatch.setattr(judged.Judged, "holding", judged.Judged._of_units)
    other = linking.profile(incidence, members, SETTINGS, beside=beside)
    assert all(np.array_equal(bits.held, one.channels[name].held) for name, bits in other.channels.items())
    assert np.array_equal(other.own.held, one.own.held)


@pytest.mark.parametrize("seed", range(40))
def test_nobody_belongs_whom_the_decisive_values_leave_out(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Members are the same as when everybody is held against the group, and fewer are."""
    monkeypatch.setattr(linking, "MANY", 0)
    draw = random.Random(seed)
    group = campaign(400, draw.randrange(6, 60), draw.randrange(1, 9), draw.randrange(1, 9), seed=seed)
    assert group.flat.described is None
    settings = Settings(margin_bits=float(draw.choice([1, 4, 7])), channels_needed=draw.choice([1, 2, 3]))
    members = np.array(sorted(draw.sample(range(60), draw.randrange(2, 12))), dtype=np.int64)
    every = linking.profile(group, members, settings)
    near = linking.profile(group, members, settings, near=True)
    few = linking.profile(group, members, settings, near=True, closest=True)
    assert few.members.tolist() == members.tolist()
    assert len(few.among) <= len(near.among) <= len(every.among)
    belonging = membership.belongs(every, group.units, settings)
    assert np.array_equal(membership.belongs(few, group.units, settings), belonging)
    assert np.array_equal(membership.member_bits(few), membership.member_bits(every))


@pytest.mark.parametrize("seed", range(60))
def test_whoever_can_belong_holds_a_decisive_value(seed: int) -> None:
    """By the most that channels can say of what a unit holds; no way of leaving values aside spares more holders."""
    draw = np.random.default_rng(seed)
    size, needed = int(draw.integers(1, 25)), float(draw.uniform(2, 40))
    settings = Settings(channels_needed=int(draw.integers(1, 4)))
    bits, channel = draw.uniform(0.01, 14, size), draw.integers(0, 4, size)
    holders = draw.integers(1, 1000, size)
    chosen = judged.decisive(bits, channel, holders, needed, settings)
    capped = np.minimum(bits, settings.channel_cap_bits)
    for _ in range(300):
        held = draw.random(size) < draw.uniform(0, 1)
        most = [capped[held & (channel == number)].max(initial=0.0) for number in range(4)]
        strong = sum(one >= settings.channel_floor_bits for one in most)
        if sum(most) >= needed and strong >= settings.channels_needed:
            assert (held & chosen).any()
    loud = bits >= settings.channel_floor_bits
    for number in range(4 if settings.channels_needed == 2 else 0):
        assert holders[chosen].sum() <= holders[loud & (channel != number)].sum()


@pytest.mark.parametrize("budget", range(-1, 9))
@pytest.mark.parametrize("seed", range(5))
def test_levels_of_a_budget_leave_fewest_holders(seed: int, budget: int) -> None:
    """The same number as where all ways to spend it are tried."""
    draw = np.random.default_rng(seed)
    over = np.flip(np.cumsum(draw.integers(0, 50, (3, 4)), axis=1), axis=1).astype(np.float64)
    levels = judged._levels(over, budget)
    ways = [way for way in product(range(4), repeat=3) if sum(way) <= max(budget, 0)]
    assert tuple(levels.tolist()) in ways
    assert over[np.arange(3), levels].sum() == min(over[np.arange(3), list(way)].sum() for way in ways)
