"""Parts victims and bystanders from a group: whose keys somebody else uses, and who sends nothing of what it sends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from extractscan import schema
from extractscan.growing import Found, shrunk
from extractscan.hands import other_hands
from extractscan.harvest import IN_STREAM, THREADED
from extractscan.hypotheses.weighing import HARD
from extractscan.incidence import Incidence, Ints, spans
from extractscan.settings import Settings
from extractscan.worded import Hits

TIED: Final = 0.5
"""Share of those who are left that have to share a card, a phone or a device, for them to be an operator's own accounts
and not victims in whom the owner is not seen."""


class Part(NamedTuple):
    """One part of a group, with its events and the hits of the group's wording in them."""

    found: Found
    events: pl.DataFrame
    hits: Sequence[Hits]


def parted(group: Part, units: pl.DataFrame, incidence: Incidence, settings: Settings) -> list[Part]:
    """Part victims from the operator's own accounts where a group holds both; else return the group as it is.

    A victim's own calls stand beside the foreign ones, and what is known of its card, phone or device is its own.

    Args:
        group: As found, with its events as from `Reading.take`.
        units: unit, account_id.
        incidence: Who holds what.
        settings: Thresholds.
    """
    members, tied = group.found.members, _tied(incidence, group.found.members)
    taken = units.filter(pl.col("unit").is_in(pl.Series(members).implode())).with_columns(
        pl.col(schema.ACCOUNT).is_in(other_hands(group.events).taken.implode()).alias("taken")
    )
    of_unit = taken.group_by("unit").agg(pl.col("taken").all()).sort("unit")
    victim = of_unit["taken"].to_numpy() & _apart(incidence, members)
    if not victim.any() or np.count_nonzero(~victim) < settings.min_accounts or tied[~victim].mean() < TIED:
        return [group]
    parts = [_part(group, members[which], units, incidence, settings) for which in (~victim, victim)]
    own, victims = parts
    return [group] if own is None else [own] if victims is None else [own, victims]


def without_bystanders(group: Part, units: pl.DataFrame, incidence: Incidence, settings: Settings) -> Part:
    """Drop who sends nothing of a group's stream, and has a card, a phone or a device of his own.

    Their address may be an exit of the group's proxies, or their program a common one; nobody answers for a harvest of
    which he sent nothing. Where that is most of the group, the stream is not what makes it one.

    Args:
        group: As found, with its events as from `mark_stream`.
        units: unit, account_id.
        incidence: Who holds what.
        settings: Thresholds.
    """
    members, events = group.found.members, group.events
    if not len(events) or not events[THREADED].any():
        return group
    senders = events.filter(IN_STREAM)[schema.ACCOUNT].unique()
    sends = units.filter(pl.col(schema.ACCOUNT).is_in(senders.implode()))["unit"].to_numpy()
    stay = np.isin(members, sends) | ~_apart(incidence, members)
    if stay.all() or stay.mean() < TIED or np.count_nonzero(stay) < settings.min_accounts:
        return group
    return _part(group, members[stay], units, incidence, settings) or group


def _apart(incidence: Incidence, members: Ints) -> npt.NDArray[np.bool_]:
    """Tell of each member whether the log knows a card, a phone or a device of it, and none is another member's."""
    hard = [kind for kind in incidence.kinds if kind.name in HARD]
    known = [kind.ptr[members + 1] > kind.ptr[members] for kind in hard]
    return np.any(known, axis=0) & ~_tied(incidence, members) if hard else np.zeros(len(members), dtype=np.bool_)


def _tied(incidence: Incidence, members: Ints) -> npt.NDArray[np.bool_]:
    """Tell of each member whether it shares a card, a phone or a device with another one."""
    tied = np.zeros(len(members), dtype=np.bool_)
    for kind in incidence.kinds:
        if kind.name in HARD:
            size = kind.ptr[members + 1] - kind.ptr[members]
            held = kind.value[spans(kind.ptr, members)]
            often = np.bincount(held, minlength=len(kind.values))[held] >= 2
            tied |= np.bincount(np.repeat(np.arange(len(members)), size), often, len(members)) > 0
    return tied


def _part(group: Part, members: Ints, units: pl.DataFrame, incidence: Incidence, settings: Settings) -> Part | None:
    profile = shrunk(incidence, members, settings)
    if profile is None:
        return None
    mine = units.filter(pl.col("unit").is_in(pl.Series(profile.members).implode()))[schema.ACCOUNT]
    keep = group.events[schema.ACCOUNT].is_in(mine.implode()).to_numpy()
    place = (np.cumsum(keep) - 1).astype(np.uint32)
    hits = [Hits(place[event[keep[event]]], mark[keep[event]]) for event, mark in group.hits]
    return Part(Found(profile.members, profile, group.found.seed_bits), group.events.filter(keep), hits)
