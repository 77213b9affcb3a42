"""Parts victims and bystanders from a group: whose keys somebody else uses, and who sends nothing of what it sends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from extractscan import schema
from extractscan.growing import Found, shrunk
from extractscan.hands import other_hands
from extractscan.harvest import IN_STREAM, THREADED
from extractscan.hypotheses.holdings import HARD
from extractscan.incidence import Incidence, Ints, spans
from extractscan.settings import Settings
from extractscan.worded import Hits, Packed

TIED: Final = 0.5
"""Share of those who are left that have to share a card, a phone, a device or a mail domain of theirs, for them to be
an operator's own accounts and not victims in whom the owner is not seen."""


SENDING: Final = 0.25
"""Share of those tied by cards, phones or devices who have to send of a stream for it to be theirs."""


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
    own = (tied | _hosted(incidence, members))[~victim]
    if not victim.any() or len(own) < settings.min_accounts or own.mean() < TIED:
        return [group]
    parts = [_part(group, members[which], units, incidence, settings) for which in (~victim, victim)]
    operator, victims = parts
    return [group] if operator is None else [operator] if victims is None else [operator, victims]


def without_bystanders(group: Part, units: pl.DataFrame, incidence: Incidence, settings: Settings) -> Part:
    """Drop who sends nothing of a group's stream, nor does hardly anybody with whom he shares a card, phone or device.

    Their address may be an exit of the group's proxies, or their program a common one; nobody answers for a harvest of
    which neither he nor those on his card sent anything: customers of a reseller who runs the group's program, of whom
    one or two ask alike, are no part of it. Where that is most of the group, the stream is not what makes it one.

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
    stay = ~_silent(incidence, members, np.isin(members, sends))
    if stay.all() or stay.mean() < TIED or np.count_nonzero(stay) < settings.min_accounts:
        return group
    return _part(group, members[stay], units, incidence, settings) or group


def _silent(incidence: Incidence, members: Ints, sends: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Tell of each member of whom a card, a phone or a device is known whether nearly all on it send nothing."""
    hard = [kind for kind in incidence.kinds if kind.name in HARD]
    known = np.zeros(len(members), dtype=np.bool_)
    ties = [sp.csr_matrix((len(members), 0))]
    for kind in hard:
        size = kind.ptr[members + 1] - kind.ptr[members]
        row, held = np.repeat(np.arange(len(members)), size), kind.value[spans(kind.ptr, members)]
        ties.append(sp.csr_matrix((np.ones(len(row)), (row, held)), shape=(len(members), len(kind.values))))
        known |= size > 0
    held_by = sp.csr_matrix(sp.hstack(ties))
    held_by = held_by[:, np.asarray(held_by.sum(axis=0)).ravel() >= 1]
    graph = sp.block_array([[None, held_by], [held_by.T, None]]) if held_by.shape[1] else held_by @ held_by.T
    label = connected_components(graph, directed=False)[1][: len(members)]
    share = np.bincount(label, sends)[label] / np.bincount(label)[label]
    return np.asarray(known & (share < SENDING), dtype=np.bool_)


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


def _hosted(incidence: Incidence, members: Ints) -> npt.NDArray[np.bool_]:
    """Tell of each member whether it sits at a mail domain that is mostly the group's, with another one."""
    hosted = np.zeros(len(members), dtype=np.bool_)
    for kind in incidence.kinds:
        if kind.name == "email_domain":
            size = kind.ptr[members + 1] - kind.ptr[members]
            held = kind.value[spans(kind.ptr, members)]
            inside = np.bincount(held, minlength=len(kind.values))
            theirs = (inside >= 2) & (2 * inside >= kind.holders)
            hosted |= np.bincount(np.repeat(np.arange(len(members)), size), theirs[held], len(members)) > 0
    return hosted


def _part(group: Part, members: Ints, units: pl.DataFrame, incidence: Incidence, settings: Settings) -> Part | None:
    profile = shrunk(incidence, members, settings)
    if profile is None:
        return None
    mine = units.filter(pl.col("unit").is_in(pl.Series(profile.members).implode()))[schema.ACCOUNT]
    keep = group.events[schema.ACCOUNT].is_in(mine.implode()).to_numpy()
    place = (np.cumsum(keep) - 1).astype(np.uint32)
    hits = Packed(Hits(place[event[keep[event]]], mark[keep[event]]) for event, mark in group.hits)
    return Part(Found(profile.members, profile, group.found.seed_bits), group.events.filter(keep), hits)
