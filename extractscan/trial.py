"""Hears the case of every group: reads its events again, with the text, and gathers the facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import polars as pl

from extractscan import harvest, incidence, items, pools, schema
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
Again = Callable[[Sequence[str], pl.Series], Iterable[pl.DataFrame]]


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
    reading = harvest.read_again(again(columns, network_of[schema.ACCOUNT]), network_of, wording, systems)
    release()
    crowd = ground.background.behaviour.filter(~pl.col("unit").is_in(units["unit"].implode()))["unit"].unique()
    outside = crowd_rates(ground.background, crowd)
    families = {name: family.mask for name, family in ground.background.families.items()}
    text = bool(ground.summary.totals["prompts"].sum() > 0)
    accounts = ground.units.select("unit", schema.ACCOUNT)
    cases = []
    for number, group in enumerate(found):
        tell(number, len(found))
        taken = Part(group, *reading.take(number))  # held once: all of them are the most that a hearing holds
        for whole in parted(taken, accounts, ground.incidence, settings):
            events = harvest.classify(whole.events, whole.hits, systems[number])
            events = harvest.mark_stream(events, families, outside, worded=_worded(whole.found.profile))
            part = without_bystanders(Part(whole.found, events, []), accounts, ground.incidence, settings)
            events = part.events
            facts = gather(
                ground.background,
                part.found.profile,
                events,
                crowd,
                outside,
                text=text,
                mix=items.exchangeability(events),
                own_worded=items.own_worded(events),
                listed=pools.listed(events.filter(harvest.IN_STREAM)),
            )
            samples = items.samples(events, SAMPLES)
            cases.append(Case(part.found, facts, events.drop(harvest.WEIGHED), samples))
    return cases


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
