"""What stands beside the networks in a report: gaps, single sources, hubs, near misses, limits."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import polars as pl

from extractscan import model, reduce, schema
from extractscan.errors import CannotTestError
from extractscan.exhibits import iso
from extractscan.groundwork import Ground
from extractscan.growing import Found
from extractscan.hypotheses.asks import ask_bits
from extractscan.hypotheses.facts import Ask
from extractscan.hypotheses.gathering import crowd_rates
from extractscan.membership import total_bits
from extractscan.model.shared import fingerprint
from extractscan.profiles import needed_bits
from extractscan.settings import Settings, millibits

GAP_HOURS = 3
BUSY_EVENTS_AN_HOUR = 10
SINGLE_EVENTS = 50
SINGLE_SHARE = 0.2
SINGLE_BITS = 4.0
SHOWN = 20
UNHEARD = (
    "The logs behind the summaries are not here: who is linked was tested, what their traffic was for was not, and"
    " evidence names no rows. Put the logs where they were, unchanged, to have that judged."
)
ERRORS = (
    "Known sources of error: shared addresses (offices, campuses, carriers), public templates and tools, keys in other"
    " hands than their owners', skewed clocks, fields that the export lacks or cut, and requests that it left out."
)
HUB_LEAST = 25
"""Holders, under which a common value is not worth listing."""


def numbered(networks: Sequence[model.Network]) -> list[model.Network]:
    """Sort networks by level, size and bits, and name them N1, N2 and so on."""
    ranked = sorted(
        networks, key=lambda n: (model.LEVELS.index(n.level), -len(n.accounts), -n.coordination_bits, n.fingerprint)
    )
    return [msgspec.structs.replace(one, id=f"N{number}") for number, one in enumerate(ranked, start=1)]


def require_testable(ground: Ground) -> None:
    """Refuse to call a log clean on which no network could have been found.

    Raises:
        CannotTestError: where the log has no events, or no field that could link accounts.
    """
    if ground.incidence.units == 0:
        raise CannotTestError("no events are left to analyse", hint="Widen the time or the filters asked for.")
    if {kind.channel for kind in ground.incidence.kinds if len(kind.values)} <= {schema.TIME}:
        missing = ", ".join(sorted(run.name for run in ground.runs if not run.ran))
        raise CannotTestError(
            "cannot test: the log has no field that could link accounts beyond their timing",
            hint=f"Signals without data: {missing}. Add client_ip, user_agent, prompts or --accounts.",
        )


def gaps(summary: reduce.Summary) -> list[model.Gap]:
    """List spans of at least three hours without any event in a log that has ten an hour or more."""
    hours = summary.activity.group_by("hour").agg(pl.col("events").cast(pl.Int64).sum()).sort("hour")
    if len(hours) < 2 or float(hours["events"].median() or 0.0) < BUSY_EVENTS_AN_HOUR:  # type: ignore[arg-type]
        return []
    at = hours["hour"].to_numpy()
    found = []
    for index in np.flatnonzero(np.diff(at) > GAP_HOURS).tolist():
        start, end = int(at[index]) + 1, int(at[index + 1])
        found.append(
            model.Gap(start=iso(start * reduce.HOUR_US), end=iso(end * reduce.HOUR_US), hours=float(end - start))
        )
    return found


def single_sources(ground: Ground, found: Sequence[Found]) -> list[model.SingleSource]:
    """List accounts and declared customers outside every network whose own traffic looks like a harvest.

    One account is no network, and a customer that says who it is hides nothing: they are listed, not accused.
    """
    back = ground.background
    taken = {unit for group in found for unit in group.members.tolist()}
    crowd = back.behaviour.filter(~pl.col("unit").is_in(sorted(taken)))["unit"].unique()
    rates = crowd_rates(back, crowd)
    events = back.totals.group_by("unit").agg(pl.col("events").sum())
    events = events.filter(pl.col("unit").is_in(crowd.implode()) & (pl.col("events") >= SINGLE_EVENTS))
    best: dict[int, tuple[float, str, int, int]] = {}
    for name, family in back.families.items():
        hits = back.intent.filter((pl.col("mask") & family.mask) != 0).group_by("unit").agg(pl.col("count").sum())
        for unit, total, count in (
            hits.join(events, on="unit").select("unit", "events", "count").sort("unit").iter_rows()
        ):
            bits = ask_bits(Ask(count / total, rates[name], family.cap, family.title))
            if count >= SINGLE_SHARE * total and bits >= SINGLE_BITS:
                best[unit] = max(best.get(unit, (0.0, "", 0, 0)), (bits, name, count, total))
    return [
        _single(ground, unit, row, rates) for unit, row in sorted(best.items(), key=lambda item: (-item[1][2], item[0]))
    ]


def _single(ground: Ground, unit: int, row: tuple[float, str, int, int], rates: dict[str, float]) -> model.SingleSource:
    bits, name, count, total = row
    who = ground.units.filter(pl.col("unit") == unit).sort(schema.ACCOUNT)
    title = ground.background.families[name].title
    value = millibits(bits) / 1000
    summary = f"{count} of {total} requests ask for {title}"
    evidence = model.Evidence(
        channel="extraction",
        signal=name,
        bits=value,
        background=round(rates[name], 6),
        held_by=len(who),
        summary=summary,
    )
    return model.SingleSource(
        account_ids=who[schema.ACCOUNT].to_list(),
        organization_id=who["customer"][0],
        events=total,
        events_in_campaign=count,
        extraction_bits=value,
        summary=summary,
        evidence=[evidence],
    )


def exclusions(ground: Ground, found: Sequence[Found], settings: Settings) -> model.Excluded:
    """List what was looked at and left out: values that too many hold, and accounts just short of a network."""
    return model.Excluded(hubs=_hubs(ground, found), near_misses=_near(ground, found, settings))


def _hubs(ground: Ground, found: Sequence[Found]) -> list[model.Hub]:
    """List the most widely held address, identity and device values that no network accounts for."""
    inside = np.zeros(ground.incidence.units, dtype=np.bool_)
    for group in found:
        inside[group.members] = True
    hubs = []
    for kind in ground.incidence.kinds:
        if kind.mixture or kind.channel not in {schema.NETWORK, schema.IDENTITY, schema.CLIENT}:
            continue
        unit = np.repeat(np.arange(len(kind.values)), kind.holders)
        outside = np.bincount(unit, weights=~inside[kind.by_value], minlength=len(kind.values)).astype(np.int64)
        largest = np.lexsort((np.arange(len(outside)), -outside))[:2].tolist()
        hubs += [
            model.Hub(channel=kind.channel, signal=kind.name, value=kind.values[number], accounts=int(outside[number]))
            for number in largest
            if outside[number] >= max(HUB_LEAST, ground.incidence.units // 100)
        ]
    return sorted(hubs, key=lambda hub: (-hub.accounts, hub.signal, hub.value))[:SHOWN]


def _near(ground: Ground, found: Sequence[Found], settings: Settings) -> list[model.NearMiss]:
    members = {unit for group in found for unit in group.members.tolist()}
    near = []
    for group in found:
        needed = needed_bits(ground.incidence.units, len(group.members), settings)
        bits = total_bits(group.profile)
        for unit in np.flatnonzero(bits >= needed - settings.margin_bits).tolist():
            if unit not in members:
                enough = bits[unit] >= needed
                why = "only one channel speaks for it" if enough else "its bits fall short of the threshold"
                near.append((needed - float(bits[unit]), unit, why, group, needed))
    near.sort(key=lambda row: (row[0], row[1]))
    return [
        model.NearMiss(
            account_ids=ground.units.filter(pl.col("unit") == unit)[schema.ACCOUNT].sort().to_list(),
            network=_fingerprint(ground, group),
            bits=millibits(needed - short) / 1000,
            needed=millibits(needed) / 1000,
            reason=why,
        )
        for short, unit, why, group, needed in near[:SHOWN]
    ]


def _fingerprint(ground: Ground, group: Found) -> str:
    who = ground.units.filter(pl.col("unit").is_in(pl.Series(group.members).implode()))
    return fingerprint(who[schema.ACCOUNT].to_list())


def limits(ground: Ground) -> list[str]:
    """Write what this run does not show."""
    lines = [
        "A shared signal is a reason to look, not proof; the report says which accounts are linked, not who runs them.",
        "Bits are log2 likelihood ratios against this log and are not calibrated as probabilities.",
        "The absence of a network does not mean that there is none: see what could not be tested.",
        "A hash proves that a copy is the same, not that the export was complete.",
        ERRORS,
    ]
    if ground.summary.totals["prompts"].sum() == 0:
        lines.append("The log has no prompts: what the traffic was for could not be judged from its content.")
    if not any(kind.channel == schema.IDENTITY for kind in ground.incidence.kinds):
        lines.append("No sign-up or payment data was given: links rest on network, client, content and time alone.")
    if ground.incidence.units < 300:
        lines.append(
            "The log has few accounts: rarity is measured coarsely and small networks cannot be told from chance."
        )
    return lines


def unheard(heard: bool) -> list[str]:  # noqa: FBT001  the one thing it is about
    """Say where the logs behind summaries are gone that no harvest could be judged."""
    if heard:
        return []
    return [UNHEARD]


def left_out(filters: Sequence[model.Filtered]) -> list[str]:
    """Say of each filter what it left out: a report on a part of a log must not be read as one on the whole."""
    lines = []
    for each in filters:
        kept = f"only {each.column} {', '.join(each.include)}" if each.include else ""
        dropped = f"all but {each.column} {', '.join(each.exclude)}" if each.exclude else ""
        asked = " and ".join(part for part in (kept, dropped) if part)
        lines.append(
            f"A part of the log was analyzed, as was asked for: {asked}; {each.events_left_out:,} events left out."
        )
    return lines
