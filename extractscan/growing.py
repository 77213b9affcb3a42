"""Grows groups: seeds from values that meet more often than chance, refined until no account moves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from extractscan import schema
from extractscan.incidence import Incidence, Ints, spans
from extractscan.linking import counted, profile
from extractscan.membership import belonging, belongs, member_bits
from extractscan.profiles import Profile, needed_bits
from extractscan.settings import Settings

START_HOLDS = 0.5
"""Share of a start set that has to belong to it: what falls apart at once is not grown."""
MASKING = 0.02
"""Share of all units from which the rest of a campaign, seen as outsiders, can hide a part of it."""
CLOSINGS, CARRIED, MOSTLY = 3, 0.1, 0.75
"""Rounds of taking in holders; the share of a set that has to hold a value, and of its holders that have to be in the
set, for it to take in the others."""
NEARLY, TRIED = 0.9, 3
"""Share of a set that has to hold a value for it to be all of it, and how many such values are tried."""
ROUNDS = 10
"""Refinement ends sooner as a rule; a group that still swings then only shrinks: of thousands some are on the edge."""


@dataclass(frozen=True, slots=True)
class Found:
    """A group of units that holds together, with the profile that says so."""

    members: Ints
    profile: Profile
    seed_bits: float


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
        group = profile(incidence, members, settings, near=True, closest=True)
        following = belonging(group, incidence.units, settings)
        lost = not seen and np.isin(members, following).mean() < START_HOLDS
        if lost or len(following) < settings.min_accounts:
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
    return shrunk(incidence, members, settings)


def closed(incidence: Incidence, start: Ints) -> Ints:
    """Take in whoever holds what mostly a set's own members hold, in a few rounds; half of all units at most.

    A campaign that is a large part of a log makes its own values common: to a part of it the rest are strangers who
    share its cards and its program, and it would be dropped for them.
    """
    flat, members = incidence.flat, start
    timeless = np.array([kind.channel != schema.TIME for kind in incidence.kinds], dtype=np.bool_)
    for _ in range(CLOSINGS):
        held, k = counted(flat.value[spans(flat.ptr, members)], len(flat.kind))
        total = flat.by_value_ptr[held + 1] - flat.by_value_ptr[held]
        mostly = (k >= MOSTLY * total) & (k >= CARRIED * len(members)) & timeless[flat.kind[held]]
        wider = np.union1d(members, flat.by_value[spans(flat.by_value_ptr, held[mostly])])
        if len(wider) == len(members) or len(wider) > incidence.units // 2:
            break
        members = wider
    return members


def all_holding(incidence: Incidence, start: Ints) -> Iterator[Ints]:
    """Yield the holders of each value that nearly all of a set hold, and half as many again besides; rarest first.

    Where a pool serves a campaign that is a large part of the log, the holders of one of its addresses are a part of
    it, and the others who use its program look like strangers.
    """
    flat = incidence.flat
    timeless = np.array([kind.channel != schema.TIME for kind in incidence.kinds], dtype=np.bool_)
    held, k = counted(flat.value[spans(flat.ptr, start)], len(flat.kind))
    total = flat.by_value_ptr[held + 1] - flat.by_value_ptr[held]
    common = (k >= NEARLY * len(start)) & (total * 2 <= incidence.units) & timeless[flat.kind[held]]
    common &= total * 2 >= 3 * len(start)
    for value in held[common][np.argsort(total[common], kind="stable")][:TRIED].tolist():
        yield np.sort(flat.by_value[flat.by_value_ptr[value] : flat.by_value_ptr[value + 1]]).astype(np.int64)


def disjoint(incidence: Incidence, found: Sequence[Found], settings: Settings) -> list[Found]:
    """Give every unit to the group in which it most probably is; groups that are left too small go.

    That is the bits over what membership of a group of its size needs: a few members of a large campaign are more
    alike among themselves than to the rest, and would otherwise be taken out of it.
    """
    best: dict[int, tuple[float, int]] = {}
    ranked = sorted(found, key=lambda f: (-len(f.members), tuple(f.members.tolist())))
    for number, group in enumerate(ranked):
        bits = member_bits(group.profile) - needed_bits(incidence.units, len(group.members), settings)
        for unit, over in zip(group.members.tolist(), bits.tolist(), strict=True):
            if unit not in best or over > best[unit][0] + 1e-9:
                best[unit] = (over, number)
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
        group = profile(incidence, members, settings, without=without, near=True, closest=True)
        stay = belongs(group, incidence.units, settings)[members]
        if stay.all():
            return group
        members = members[stay]
    return None
