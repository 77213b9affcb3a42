"""Sightings to links: how much more likely an account's values are inside a group than outside it.

The background of a value is always its rate *outside* the group under test, so that a large campaign cannot make its
own values look common. An account never counts as its own witness: rates leave it out.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from extractscan import schema
from extractscan.incidence import Floats, Incidence, Ints, Kind, Profile, spans
from extractscan.settings import Settings

CELL = 0.5
"""Added to the outside count (Jeffreys): an unseen value is rare, not impossible."""
SHRINK = 1.0
"""Outsiders mixed into the inside rate: two members prove less than two hundred."""
PRIVATE_RATIO = 16.0
"""Wording is private to a group when it is at least this many times more common inside than outside."""
PRICE_FLOOR = -5.0
"""No missing value speaks louder against an account than this: members do change cards."""


def profile(
    incidence: Incidence, members: Ints, settings: Settings, *, without: frozenset[str] = frozenset()
) -> Profile:
    """Hold every unit against a group: bits by channel, the largest signal of a channel standing for it.

    Args:
        incidence: Who holds what.
        members: Sorted unit numbers of the group, at least two.
        settings: Channel cap.
        without: Channels to leave out.
    """
    inside = np.zeros(incidence.units, dtype=np.bool_)
    inside[members] = True
    best: dict[str, Floats] = {}
    price: dict[str, Floats] = {}
    own: dict[str, Floats] = {}
    result = Profile(members=members, channels={}, own=np.zeros(incidence.units))
    for kind in incidence.kinds:
        if kind.channel in without:
            continue
        bits, lack = _kind_bits(kind, members, inside, settings, result)
        result.kinds[kind.name] = bits
        if not kind.forgeable:
            own[kind.channel] = np.maximum(own[kind.channel], bits) if kind.channel in own else bits
        if kind.channel in best:
            np.maximum(best[kind.channel], bits, out=best[kind.channel])
            np.minimum(price[kind.channel], lack, out=price[kind.channel])
        else:
            best[kind.channel], price[kind.channel] = bits.copy(), lack
    for channel in schema.CHANNELS:
        if channel in best:
            apart = _stands_apart(best[channel], _known(incidence, channel), members, settings)
            lacking = np.minimum(price[channel], apart)
            result.channels[channel] = best[channel] + lacking
            if channel in own:
                np.maximum(result.own, own[channel] + lacking, out=result.own)
    return result


def _known(incidence: Incidence, channel: str) -> npt.NDArray[np.bool_]:
    """Tell of which units any value of a channel is known."""
    known = np.zeros(incidence.units, dtype=np.bool_)
    for kind in incidence.kinds:
        if kind.channel == channel:
            known |= kind.known
    return known


def _stands_apart(bits: Floats, known: npt.NDArray[np.bool_], members: Ints, settings: Settings) -> Floats:
    """Price of having nothing in common in a channel in which nearly all members have: how a framed bystander shows."""
    price = np.zeros(len(bits))
    tied = bits >= settings.channel_floor_bits
    n = int(known[members].sum())
    share = (int(tied[members].sum()) + CELL) / (n + 2 * CELL)
    cost = float(np.log2(max(1.0 - share, 1e-9)))
    if n >= settings.min_accounts and cost <= -1.0:
        price[known & ~tied] = max(cost, PRICE_FLOOR)
    return price


def _kind_bits(
    kind: Kind, members: Ints, inside: npt.NDArray[np.bool_], settings: Settings, result: Profile
) -> tuple[Floats, Floats]:
    """Return for every unit the bits of one kind and the price (≤ 0) of lacking what is constant in the group."""
    units, n = len(inside), len(members)
    nothing = np.zeros(units)
    held, k = np.unique(kind.value[spans(kind.ptr, members)], return_counts=True)
    if len(held) == 0:
        return nothing, nothing.copy()
    keep = k >= 2
    total = kind.by_value_ptr[held + 1] - kind.by_value_ptr[held]
    result.rates[kind.name] = (held, k, total - k)
    known = int((kind.ptr[members + 1] > kind.ptr[members]).sum())
    known_all = int(kind.known.sum())
    ratio_in, ratio_out = _ratios(k, total, known, known_all)
    keep &= ratio_out > 1.0
    if kind.mixture:
        keep &= _enriched(k, total, n, units, len(kind.values), settings) & (ratio_out >= PRIVATE_RATIO)
    bits = _holders_bits(kind, held[keep], ratio_in[keep], ratio_out[keep], inside)
    np.clip(bits, 0.0, settings.channel_cap_bits, out=bits)
    return bits, _lacking(kind, held, k, total, known, known_all, inside)


def _ratios(k: Ints, total: Ints, n: int, units: int) -> tuple[Floats, Floats]:
    """Return p/u of each value for a member and for an outsider that holds it, that unit left out of both rates."""
    outside = total - k
    u_in = (outside + CELL) / (units - n + 2 * CELL)
    p_in = (k - 1 + SHRINK * u_in) / (n - 1 + SHRINK)
    u_out = (np.maximum(outside - 1, 0) + CELL) / (max(units - n - 1, 0) + 2 * CELL)
    p_out = (k + SHRINK * u_out) / (n + SHRINK)
    return p_in / u_in, p_out / u_out


def _enriched(k: Ints, total: Ints, n: int, units: int, tests: int, settings: Settings) -> npt.NDArray[np.bool_]:
    """Tell which of many pieces are inside more often than drawing members at random would give (Poisson bound)."""
    expected = total * n / units
    surprise = k * np.log2(k / expected) - (k - expected) / np.log(2)
    needed = np.log2(max(tests, 2)) + settings.seed_bits
    return np.asarray((k > expected) & (surprise > np.minimum(needed, 30.0)) & (k >= 2))


def _holders_bits(kind: Kind, held: Ints, ratio_in: Floats, ratio_out: Floats, inside: npt.NDArray[np.bool_]) -> Floats:
    at = spans(kind.by_value_ptr, held)
    unit, weight = kind.by_value[at], kind.by_value_weight[at]
    which = np.repeat(np.arange(len(held)), kind.by_value_ptr[held + 1] - kind.by_value_ptr[held])
    ratio = np.where(inside[unit], ratio_in[which], ratio_out[which])
    if kind.mixture:
        best = np.ones(len(inside))
        np.maximum.at(best, unit, 1.0 - np.minimum(weight, 1.0) + np.minimum(weight, 1.0) * ratio)
        return _log_of_more_than_one(best)
    mean = np.bincount(unit, weights=weight * ratio, minlength=len(inside)).astype(np.float64)
    return _log_of_more_than_one(mean)


def _log_of_more_than_one(ratio: Floats) -> Floats:
    """log2 where a ratio is over one, else nothing; most units are not touched at all."""
    touched = np.flatnonzero(ratio > 1.0)
    bits = np.zeros(len(ratio))
    bits[touched] = np.log2(ratio[touched])
    return bits


def _lacking(kind: Kind, held: Ints, k: Ints, total: Ints, n: int, units: int, inside: npt.NDArray[np.bool_]) -> Floats:
    """Price of not holding the group's most constant value, for units of which the kind is known at all."""
    price = np.zeros(len(inside))
    if n < 2:
        return price
    top = int(np.argmax(k))
    u = (total[top] - k[top] + CELL) / (units - n + 2 * CELL)
    miss = (n - k[top] + CELL) / (n + 2 * CELL)
    cost = float(np.log2(miss / max(1.0 - u, 1e-9)))
    if cost >= -1.0:
        return price
    lacks = kind.known.copy()
    lacks[kind.by_value[spans(kind.by_value_ptr, held[top : top + 1])]] = False
    price[lacks] = max(cost, PRICE_FLOOR)
    return price


def private_values(kind: Kind, group: Profile, units: int, settings: Settings) -> Ints:
    """Return the values that are common inside a group and many times rarer outside, as the profile used them."""
    if kind.name not in group.rates:
        return np.zeros(0, dtype=np.int64)
    held, k, outside = group.rates[kind.name]
    known = int((kind.ptr[group.members + 1] > kind.ptr[group.members]).sum())
    known_all = int(kind.known.sum())
    _, ratio = _ratios(k, k + outside, known, known_all)
    keep = (k >= 2) & (ratio >= PRIVATE_RATIO)
    if kind.mixture:
        keep &= _enriched(k, k + outside, len(group.members), units, len(kind.values), settings)
    return held[keep]


def total_bits(group: Profile) -> Floats:
    """Sum the channels of every unit."""
    return np.asarray(np.sum(list(group.channels.values()), axis=0), dtype=np.float64)


def needed_bits(units: int, members: int, settings: Settings) -> float:
    """Bits that membership needs: the prior odds against a random unit, and the margin."""
    return float(np.log2(max(units / max(members, 1), 1.0))) + settings.margin_bits


def belongs(group: Profile, units: int, settings: Settings) -> npt.NDArray[np.bool_]:
    """Tell which units reach the bits that membership needs, over enough independent channels.

    Two kinds of evidence do not do by themselves. Client and content are what unrelated users of one program share: one
    of identity, network or time has to count as well. And what somebody else can put on a bystander (his gateway's
    address, his wording, his referral code) has to be joined by something that is the account's own, if less loudly.
    """
    bits = group.channels
    strong = {name: values >= settings.channel_floor_bits for name, values in bits.items()}
    nothing = np.zeros(units, dtype=np.bool_)
    operator = np.any([strong.get(name, nothing) for name in (schema.IDENTITY, schema.NETWORK, schema.TIME)], axis=0)
    own = group.own >= settings.channel_floor_bits / 2
    enough = total_bits(group) >= needed_bits(units, len(group.members), settings)
    count = np.sum(list(strong.values()), axis=0)
    return np.asarray(enough & operator & own & (count >= settings.channels_needed))
