"""Links to networks: groups grown from seeds, joined where they are one, parted where they are two."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

import numpy as np
import numpy.typing as npt

from extractscan.growing import MASKING, Found, all_holding, closed, disjoint, refine
from extractscan.incidence import Incidence, Ints, Kind
from extractscan.linking import profile
from extractscan.membership import belonging, belongs
from extractscan.parting import release, sever, split
from extractscan.profiles import Profile
from extractscan.seeding import Seed, seeds
from extractscan.settings import Settings
from extractscan.webs import cells, communities, dominant, marked

INSIDE = 0.9
COVERED = 0.75
"""Share of a start set in one set that was tried before, from which it is not tried again."""


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
    split_up = [part for group in clear for part in split(incidence, group, settings)]
    # whoever came near is listed as well
    parts = [replace(part, profile=profile(incidence, part.members, settings, near=True)) for part in split_up]
    return sorted(parts, key=lambda f: (-len(f.members), tuple(f.members.tolist())))


def grow(incidence: Incidence, labels: Sequence[Kind], settings: Settings) -> list[Found]:
    """Grow every seed that no earlier one covered, and give each unit to one group.

    Pairs of values come first, strongest first; one is left out where most of its units were tried together before,
    with success or not. A web of values is left out only where most of it already is in one group.
    """
    found: list[Found] = []
    tried, held = _Coverage(), _Coverage()
    with communities(incidence, settings) as tied:
        for seed in seeds(incidence, labels, settings):
            if tried.covers(seed.units):
                continue
            group = _grown(incidence, seed, settings)
            tried.add(seed.units if group is None else np.union1d(seed.units, group.members))
            found += [web for web in _webs(incidence, group, seed, settings) if held.add(web.members)]
        for seed in chain(dominant(incidence), marked(incidence, settings), tied, cells(incidence, settings)):
            if held.covers(seed.units):
                continue
            group = _grown(incidence, seed, settings)
            found += [web for web in _webs(incidence, group, seed, settings) if held.add(web.members)]
    return disjoint(incidence, _outermost(found), settings)


def _grown(incidence: Incidence, seed: Seed, settings: Settings) -> Profile | None:
    """Grow a seed; one that is a large part of the log and fell apart is tried with those who may hide it.

    That is all who hold what is mostly its, and then all who hold what all of it hold, rarest first.
    """
    group = refine(incidence, seed.units, settings)
    if group is None and len(seed.units) >= MASKING * incidence.units:
        starts = chain((closed(incidence, seed.units),), all_holding(incidence, seed.units))
        wider = (refine(incidence, start, settings) for start in starts)
        return next((each for each in wider if each is not None), None)
    return group


def _outermost(found: Sequence[Found]) -> list[Found]:
    """Leave out the groups that lie in a larger one: a cell is more alike in itself than to its campaign."""
    kept = _Coverage()
    ranked = sorted(found, key=lambda f: (-len(f.members), tuple(f.members.tolist())))
    return [group for group in ranked if not kept.covers(group.members, INSIDE) and kept.add(group.members)]


def _webs(incidence: Incidence, group: Profile | None, seed: Seed, settings: Settings) -> list[Found]:
    """Return what a seed grew into, each web apart."""
    return [] if group is None else sever(incidence, Found(group.members, group, seed.bits), settings)


class _Coverage:
    """Sets of units, and whether three quarters of another set lie in one of them."""

    def __init__(self) -> None:
        self._sets: set[bytes] = set()
        self._of: dict[int, list[int]] = {}

    def add(self, units: Ints) -> bool:
        """Keep a set, and say whether it is new."""
        key = units.tobytes()
        if key in self._sets:
            return False
        for unit in units.tolist():
            self._of.setdefault(unit, []).append(len(self._sets))
        self._sets.add(key)
        return True

    def covers(self, units: Ints, share: float = COVERED) -> bool:
        """Tell whether so much of a set lies in one that was added before."""
        counts = Counter(number for unit in units.tolist() for number in self._of.get(unit, ()))
        return any(count >= share * len(units) for count in counts.values())


def merge_siblings(incidence: Incidence, found: Sequence[Found], settings: Settings) -> list[Found]:
    """Join groups of which one would take most members of the other, where the union still holds nearly all of both."""
    groups = sorted(found, key=lambda f: (-len(f.members), tuple(f.members.tolist())))
    alike = _alike(incidence, groups, settings)
    i = 0
    while i < len(groups):
        j = i + 1
        while j < len(groups):
            union = _union(incidence, groups[i], groups[j], settings) if alike[i, j] else None
            if union is None:
                j += 1
                continue
            groups[i] = union
            del groups[j]
            alike = np.delete(np.delete(alike, j, axis=0), j, axis=1)
            alike[i] = alike[:, i] = [_takes_most(incidence, union, group, settings) for group in groups]
            j = i + 1
        i += 1
    return groups


def _alike(incidence: Incidence, groups: Sequence[Found], settings: Settings) -> npt.NDArray[np.bool_]:
    """Tell of which two disjoint groups one would take most members of the other (groups, groups)."""
    label = np.full(incidence.units, len(groups))
    for number, group in enumerate(groups):
        label[group.members] = number
    size = np.array([len(group.members) for group in groups], dtype=np.int64)
    takes = np.zeros((len(groups), len(groups)), dtype=np.bool_)
    for number, group in enumerate(groups):
        taken = label[belonging(group.profile, incidence.units, settings)]
        takes[number] = np.bincount(taken, minlength=len(groups) + 1)[:-1] * 2 >= size
    return takes | takes.T


def _takes_most(incidence: Incidence, left: Found, right: Found, settings: Settings) -> bool:
    """Tell whether one of two groups would take most members of the other, on its own evidence."""
    return any(
        belongs(one.profile, incidence.units, settings)[other.members].mean() >= 0.5
        for one, other in ((left, right), (right, left))
    )


def _union(incidence: Incidence, left: Found, right: Found, settings: Settings) -> Found | None:
    """Join two groups, if what then holds together still has nearly all of both."""
    group = refine(incidence, np.union1d(left.members, right.members), settings)
    if group is None:
        return None
    kept = min(np.isin(one.members, group.members).mean() for one in (left, right))
    return Found(group.members, group, max(left.seed_bits, right.seed_bits)) if kept >= 0.8 else None
