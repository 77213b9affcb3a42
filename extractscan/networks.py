"""Links to networks: groups grown from seeds, joined where they are one, parted where they are two."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from extractscan.growing import Found, grow, refine
from extractscan.incidence import Incidence, Kind
from extractscan.linking import belongs
from extractscan.parting import release, split
from extractscan.settings import Settings


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
    parts = [part for group in clear for part in split(incidence, group, settings)]
    return sorted(parts, key=lambda f: (-len(f.members), tuple(f.members.tolist())))


def merge_siblings(incidence: Incidence, found: Sequence[Found], settings: Settings) -> list[Found]:
    """Join groups of which one would take most members of the other, where the union still holds nearly all of both."""
    groups = sorted(found, key=lambda f: (-len(f.members), tuple(f.members.tolist())))
    takes = [belongs(group.profile, incidence.units, settings) for group in groups]
    i = 0
    while i < len(groups):
        j = i + 1
        while j < len(groups):
            union = _union(incidence, (groups[i], takes[i]), (groups[j], takes[j]), settings)
            if union is None:
                j += 1
                continue
            groups[i], takes[i] = union, belongs(union.profile, incidence.units, settings)
            del groups[j], takes[j]
            j = i + 1
        i += 1
    return groups


Taking = tuple[Found, npt.NDArray[np.bool_]]
"""A group, and which units it would take."""


def _union(incidence: Incidence, a: Taking, b: Taking, settings: Settings) -> Found | None:
    """Join two groups if most members of one would be taken by the other, on its own evidence."""
    (left, left_takes), (right, right_takes) = a, b
    if max(left_takes[right.members].mean(), right_takes[left.members].mean()) < 0.5:
        return None
    group = refine(incidence, np.union1d(left.members, right.members), settings)
    if group is None:
        return None
    kept = min(np.isin(one.members, group.members).mean() for one in (left, right))
    return Found(group.members, group, max(left.seed_bits, right.seed_bits)) if kept >= 0.8 else None
