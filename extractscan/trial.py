"""Hears the case of every group: reads its events again, with the text, and gathers the facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import polars as pl

from extractscan import harvest, incidence, items, pools, rehearing, schema
from extractscan.exhibits import Case
from extractscan.groundwork import Ground
from extractscan.growing import Found
from extractscan.hypotheses.gathering import crowd_rates, gather
from extractscan.incidence import Kind
from extractscan.linking import private_values
from extractscan.profiles import Profile
from extractscan.release import release
from extractscan.settings import Settings
from extractscan.victims import Part, parted, without_bystanders

SAMPLES = 12
"""Prompts of a stream that are laid side by side to tell its fixed wording from what varies."""
WORDED_BITS = 3.0
"""Mean bits of the content channel, from which a group has a wording of its own."""
LARGE = 250_000
"""Events of a case from which on they wait on the disk while other cases are heard."""
Again = Callable[[Sequence[str], pl.Series], Iterable[pl.DataFrame]]


class Elsewhere(NamedTuple):
    """What everybody else does: the units in no group, and how often they ask for each family of requests."""

    crowd: pl.Series
    rates: Mapping[str, float]


def hear(
    found: Sequence[Found],
    ground: Ground,
    again: Again,
    settings: Settings,
    tell: Callable[[int, int], None],
) -> list[Case]:
    """Read the events of all groups again and gather the facts of each.

    Args:
        found: Disjoint groups.
        ground: What the analysis stands on.
        again: Gives the events of some accounts, by columns and account ids.
        settings: Thresholds.
        tell: Told how many groups are done.
    """
    if not found:
        return []
    units = pl.DataFrame(
        {
            "unit": np.concatenate([group.members for group in found]),
            harvest.NETWORK: np.repeat(np.arange(len(found)), [len(group.members) for group in found]),
        }
    )
    network_of = ground.units.join(units, on="unit").select(schema.ACCOUNT, harvest.NETWORK)
    network_of = items.sampled(network_of, ground.summary.totals, harvest.NETWORK)
    kinds = {kind.name: kind for kind in ground.incidence.kinds}
    wording = {
        number: _wording(kinds["template"], group.profile, ground, settings) for number, group in enumerate(found)
    }
    systems = {
        number: _private_prompts(kinds.get("system_prompt"), group.profile, ground, settings)
        for number, group in enumerate(found)
    }
    columns = (*harvest.COLUMNS, harvest.MASK)
    reading = rehearing.read_again(again(columns, network_of[schema.ACCOUNT]), network_of, wording, systems)
    release()
    crowd = ground.background.behaviour.filter(~pl.col("unit").is_in(units["unit"].implode()))["unit"].unique()
    elsewhere = Elsewhere(crowd, crowd_rates(ground.background, crowd))
    accounts = ground.units.select("unit", schema.ACCOUNT)
    cases = []
    for number, group in enumerate(found):
        tell(number, len(found))
        parts = parted(Part(group, *reading.take(number)), accounts, ground.incidence, settings)
        untied = len(group.members) - sum(len(part.found.members) for part in parts)
        while parts:
            case = _case(parts.pop(0), ground, systems[number], elsewhere, settings)
            case = replace(case, left_out=case.left_out + untied)
            cases.append(case.put_away() if len(case.events) >= LARGE else case)
            untied = 0
    return cases


def _case(whole: Part, ground: Ground, systems: frozenset[str], elsewhere: Elsewhere, settings: Settings) -> Case:
    """Gather the facts of one part of a group; its events are held once, as they are the most that a hearing holds."""
    found, background = whole.found, ground.background
    columns = harvest.classify(whole.events, whole.hits, systems).get_columns()
    del whole
    events = harvest.in_order(columns)
    release()
    families = {name: family.mask for name, family in background.families.items()}
    events = harvest.mark_stream(events, families, elsewhere.rates, worded=_worded(found.profile))
    accounts = ground.units.select("unit", schema.ACCOUNT)
    size = len(found.members)
    found, events, _ = without_bystanders(Part(found, events, []), accounts, ground.incidence, settings)
    facts = gather(
        background,
        found.profile,
        events,
        elsewhere.crowd,
        elsewhere.rates,
        text=bool(ground.summary.totals["prompts"].sum() > 0),
        mix=items.exchangeability(events),
        own_worded=items.own_worded(events),
        listed=pools.listed(events.filter(harvest.IN_STREAM)),
    )
    samples = items.samples(events, SAMPLES)
    return Case(found, facts, events.drop(harvest.WEIGHED), samples, left_out=size - len(found.members))


def _worded(group: Profile) -> bool:
    content = group.channels.get(schema.CONTENT)
    return content is not None and float(np.mean(content[group.members])) >= WORDED_BITS


def _wording(kind: Kind, group: Profile, ground: Ground, settings: Settings) -> incidence.Ints:
    numbers = private_values(kind, group, ground.incidence.units, settings)
    return np.asarray(ground.pieces.filter(pl.col("number").is_in(pl.Series(numbers).implode()))["shingle"].sort())


def _private_prompts(kind: Kind | None, group: Profile, ground: Ground, settings: Settings) -> frozenset[str]:
    if kind is None:
        return frozenset()
    numbers = private_values(kind, group, ground.incidence.units, settings)
    return frozenset(kind.values[number] for number in numbers.tolist())
