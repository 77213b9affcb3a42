"""Sightings to links: how much more likely an account's values are inside a group than outside it.

The background of a value is always its rate *outside* the group under test, so that a large campaign cannot make its
own values look common. An account never counts as its own witness: rates leave it out.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from extractscan import schema
from extractscan.incidence import Codes, Flat, Floats, Incidence, Ints, Kind, spans
from extractscan.judged import Judged, decisive
from extractscan.profiles import Bits, Profile, needed_bits
from extractscan.settings import Settings

CELL = 0.5
"""Added to the outside count (Jeffreys): an unseen value is rare, not impossible."""
SHRINK = 1.0
"""Outsiders mixed into the inside rate: two members prove less than two hundred."""
PRIVATE_RATIO = 16.0
"""Wording is private to a group when it is at least this many times more common inside than outside."""
TYING = 0.5
"""Share of members that a signal has to tie for a channel to be known of a unit by it."""
GATEWAY, FEW_TIMES, POOLED = 0.8, 3, 12
"""Share of members on one block of addresses from which it is a gateway, the least blocks of a pool and users of each,
and members under which a pool is not told from a few homes."""
MANY = 4_096
"""Holders of loud values from which on it pays to ask who of them can belong at all."""
PRICE_FLOOR = -5.0
"""No missing value speaks louder against an account than this: members do change cards."""


def profile(
    incidence: Incidence,
    members: Ints,
    settings: Settings,
    *,
    without: frozenset[str] = frozenset(),
    near: bool = False,
    closest: bool = False,
    beside: Ints | None = None,
) -> Profile:
    """Hold units against a group: bits by channel, the largest signal of a channel standing for it.

    Args:
        incidence: Who holds what.
        members: Sorted unit numbers of the group, at least two.
        settings: Channel cap and floor.
        without: Channels to leave out.
        near: Judge only members and whoever holds a value that reaches the channel floor: nobody else can belong, and
            in a large log nearly everybody is left out.
        closest: Judge of these only who can reach what membership needs, by all that he can hold.
        beside: Judge only members and these.
    """
    flat, units = incidence.flat, incidence.units
    held, k = counted(flat.value[spans(flat.ptr, members)], len(flat.kind))
    if without:
        kept = np.array([kind.channel not in without for kind in incidence.kinds])[flat.kind[held]]
        held, k = held[kept], k[kept]
    kind = flat.kind[held]
    total = flat.by_value_ptr[held + 1] - flat.by_value_ptr[held]
    known = flat.known[members].sum(axis=0)
    ratio_in, ratio_out = _ratios(k, known[kind], _background(flat, members, held, k, known))
    keep = (k >= 2) & (ratio_out > 1.0)
    text = np.flatnonzero(keep & flat.mixture[kind])
    tests = np.diff(flat.first)[kind[text]]
    private = _enriched(k[text], total[text], len(members), units, tests, settings) & (ratio_out[text] >= PRIVATE_RATIO)
    keep[text[~private]] = False
    others: Ints | Codes
    if near:
        values = held[keep], ratio_out[keep], total[keep]
        loud = _loud(incidence, len(members), values, settings, closest=closest)
        others = flat.by_value[spans(flat.by_value_ptr, loud)]
    else:
        others = np.arange(units) if beside is None else beside
    judged = Judged.of(flat, members, others)
    among = judged.among
    bits = _bits(judged, held[keep], (ratio_in[keep], ratio_out[keep]))
    np.clip(bits, 0.0, settings.channel_cap_bits, out=bits)
    price, rates, ratios = np.zeros_like(bits), {}, {}
    bounds = np.searchsorted(held, flat.first)
    costs: dict[int, tuple[int, float]] = {}
    for number, (start, end) in enumerate(pairwise(bounds.tolist())):
        if end > start:
            span = slice(start, end)
            rates[incidence.kinds[number].name] = (held[span] - flat.first[number], k[span], total[span] - k[span])
            ratios[incidence.kinds[number].name] = ratio_out[span]
            top = start + int(np.argmax(k[span]))
            cost = _cost(int(k[top]), int(total[top]), int(known[number]), int(flat.known_all[number]))
            if cost < -1.0:
                costs[int(held[top])] = (number, max(cost, PRICE_FLOOR))
    _, which, row = judged.holding(np.array(list(costs), dtype=np.int64))
    for place, (number, cost) in enumerate(costs.values()):
        lacks = flat.known[among, number]
        lacks[row[which == place]] = False
        price[number, lacks] = cost
    used = [n for n, kind in enumerate(incidence.kinds) if kind.channel not in without]
    return _summed(incidence, members, among, (bits, price), used, (rates, ratios), settings)


def _loud(
    incidence: Incidence, members: int, values: tuple[Ints, Floats, Ints], settings: Settings, *, closest: bool
) -> Ints:
    """Return the values of which whoever can belong to a group holds one.

    Where accounts lack a row in the table of accounts, who else shares program and wording with them counts as well.

    Args:
        incidence: Who holds what.
        members: Of the group.
        values: Those that tell something, the ratio for an outsider, and their holders.
        settings: Thresholds.
        closest: Whether what membership needs in all is asked for as well.
    """
    held, ratio, holders = values
    loud = ratio >= 2.0**settings.channel_floor_bits
    if closest and incidence.flat.described is None and holders[loud].sum() >= MANY:
        channel = np.array([schema.CHANNELS.index(kind.channel) for kind in incidence.kinds])
        needed = needed_bits(incidence.units, members, settings)
        loud = decisive(np.log2(ratio), channel[incidence.flat.kind[held]], holders, needed, settings)
    return np.asarray(held[loud])


def counted(values: Codes, size: int) -> tuple[Ints, Ints]:
    """Return the distinct values, sorted, and how often each occurs; many of few are counted faster than sorted."""
    if len(values) * 8 < size:
        few, k = np.unique(values, return_counts=True)
        return few.astype(np.int64), k.astype(np.int64)
    every = np.bincount(values, minlength=size)
    held = np.flatnonzero(every)
    return held, every[held].astype(np.int64)


def _summed(
    incidence: Incidence,
    members: Ints,
    among: Ints,
    judged: tuple[Floats, Floats],
    used: Sequence[int],
    rates: tuple[dict[str, tuple[Ints, Ints, Ints]], dict[str, Floats]],
    settings: Settings,
) -> Profile:
    """Let the loudest signal of every channel stand for it, and add the price of what is lacking."""
    bits, price = judged
    flat, units = incidence.flat, incidence.units
    told = flat.known[among]
    at = np.searchsorted(among, members)
    own = np.zeros(len(among))
    channels = {}
    for channel in schema.CHANNELS:
        mine = [n for n in used if incidence.kinds[n].channel == channel]
        if mine:
            best = bits[mine].max(axis=0)
            lacking = np.minimum(price[mine].min(axis=0), _stands_apart(bits[mine], told[:, mine], at, settings))
            channels[channel] = Bits(among, best + lacking, units)
            hard = [n for n in mine if not flat.forgeable[n]]
            if hard:
                np.maximum(own, bits[hard].max(axis=0) + lacking, out=own)
    kinds = {incidence.kinds[n].name: Bits(among, bits[n], units) for n in used}
    nameless = np.zeros(len(among), dtype=np.bool_) if flat.described is None else ~flat.described[among]
    roaming = _roaming(rates[0], members, flat.known[members].sum(axis=0), incidence)
    return Profile(members, among, channels, Bits(among, own, units), roaming, nameless, kinds, *rates)


def _roaming(rates: dict[str, tuple[Ints, Ints, Ints]], members: Ints, known: Ints, incidence: Incidence) -> bool:
    """Tell whether a group's members draw on several blocks of addresses, of which none is the gateway of them all."""
    name = "prefix" if "prefix" in rates else "address"
    if name not in rates or len(members) < POOLED:
        return False
    number = next(n for n, kind in enumerate(incidence.kinds) if kind.name == name)
    shared = rates[name][1]
    return bool(np.count_nonzero(shared >= FEW_TIMES) >= FEW_TIMES and shared.max() < GATEWAY * known[number])


def _stands_apart(bits: Floats, told: npt.NDArray[np.bool_], members: Ints, settings: Settings) -> Floats:
    """Price of having nothing in common in a channel in which nearly all members have: how a framed bystander shows.

    Only who could have: where the same few signals tie nearly all members, of him one of these has to be known.

    Args:
        bits: Bits of the channel's kinds for every judged unit (kinds, judged).
        told: Which kinds are known of which unit (judged, kinds).
        members: Places of the members among the judged.
        settings: Channel floor and smallest group.
    """
    price = np.zeros(bits.shape[1])
    ties = bits >= settings.channel_floor_bits
    common = ties[:, members].mean(axis=1) >= TYING
    known = np.asarray((told[:, common] if common.any() else told).any(axis=1), dtype=np.bool_)
    tied = np.asarray(ties.any(axis=0), dtype=np.bool_)
    n = int(known[members].sum())
    share = (int((tied & known)[members].sum()) + CELL) / (n + 2 * CELL)
    cost = float(np.log2(max(1.0 - share, 1e-9)))
    if n >= settings.min_accounts and cost <= -1.0:
        price[known & ~tied] = max(cost, PRICE_FLOOR)
    return price


def _background(flat: Flat, members: Ints, held: Ints, k: Ints, known: Ints) -> tuple[Ints, Ints]:
    """Return of each value its holders outside the group, and the outsiders of whom its kind is known.

    Where the identity of most units is known, only those count: accounts that lack a row in the table of accounts can
    hardly join a group, and would be taken for strangers who use its program and its words.
    """
    kind = flat.kind[held]
    if flat.described is None:
        return flat.by_value_ptr[held + 1] - flat.by_value_ptr[held] - k, (flat.known_all - known)[kind]
    told = members[flat.described[members]]
    theirs = flat.value[spans(flat.ptr, told)]
    theirs = theirs[np.isin(theirs, held)]
    outside = flat.by_value_described[held] - np.bincount(np.searchsorted(held, theirs), minlength=len(held))
    return outside, (flat.described_all - flat.known[told].sum(axis=0))[kind]


def _ratios(k: Ints, n: Ints | int, background: tuple[Ints, Ints | int]) -> tuple[Floats, Floats]:
    """Return p/u of each value for a member and for an outsider that holds it, that unit left out of both rates.

    Args:
        k: Members that hold the value.
        n: Members of whom its kind is known.
        background: Outsiders that hold the value, and of whom its kind is known.
    """
    outside, strangers = background
    u_in = (outside + CELL) / (strangers + 2 * CELL)
    p_in = (k - 1 + SHRINK * u_in) / (n - 1 + SHRINK)
    u_out = (np.maximum(outside - 1, 0) + CELL) / (np.maximum(strangers - 1, 0) + 2 * CELL)
    p_out = (k + SHRINK * u_out) / (n + SHRINK)
    return p_in / u_in, p_out / u_out


def _enriched(k: Ints, total: Ints, n: int, units: int, tests: Ints | int, settings: Settings) -> npt.NDArray[np.bool_]:
    """Tell which of many pieces are inside more often than drawing members at random would give (Poisson bound)."""
    expected = total * n / units
    surprise = k * np.log2(k / expected) - (k - expected) / np.log(2)
    needed = np.log2(np.maximum(tests, 2)) + settings.seed_bits
    return np.asarray((k > expected) & (surprise > np.minimum(needed, 30.0)) & (k >= 2))


def _bits(judged: Judged, kept: Ints, ratios: tuple[Floats, Floats]) -> Floats:
    """Return the bits of every kind for every unit that is judged (kinds × judged)."""
    flat, size = judged.flat, len(judged.among)
    at, which, row = judged.holding(kept)
    weight, kind = flat.by_value_weight[at], flat.kind[kept][which].astype(np.int64)
    ratio = np.where(judged.inside[row], ratios[0][which], ratios[1][which])
    cell, cells = kind * size + row, len(flat.mixture) * size
    text = flat.mixture[kind]
    likely = np.bincount(cell, weights=np.where(text, 0.0, weight * ratio), minlength=cells).astype(np.float64)
    share = np.minimum(weight[text], 1.0)
    np.maximum.at(likely, cell[text], 1.0 - share + share * ratio[text])
    touched = np.flatnonzero(likely > 1.0)  # most units are not touched at all
    bits = np.zeros(cells)
    bits[touched] = np.log2(likely[touched])
    return bits.reshape(len(flat.mixture), size)


def _cost(k: int, total: int, n: int, units: int) -> float:
    """Price of not holding the group's most constant value, for units of which the kind is known at all."""
    if n < 2:
        return 0.0
    u = (total - k + CELL) / (units - n + 2 * CELL)
    miss = (n - k + CELL) / (n + 2 * CELL)
    return float(np.log2(miss / max(1.0 - u, 1e-9)))


def private_values(kind: Kind, group: Profile, units: int, settings: Settings) -> Ints:
    """Return the values that are common inside a group and many times rarer outside, as the profile used them."""
    if kind.name not in group.rates:
        return np.zeros(0, dtype=np.int64)
    held, k, outside = group.rates[kind.name]
    keep = (k >= 2) & (group.ratios[kind.name] >= PRIVATE_RATIO)
    if kind.mixture:
        keep &= _enriched(k, k + outside, len(group.members), units, len(kind.values), settings)
    return held[keep]
