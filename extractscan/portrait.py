"""Draws the portrait of a group from what the analysis holds: days, work, hand-overs."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl

from extractscan import schema
from extractscan.compliance import compliance
from extractscan.exhibits import Case, iso
from extractscan.groundwork import Ground
from extractscan.harvest import IN_STREAM, PROMPT_KEY
from extractscan.hypotheses.rhythm import HEIR_US, heirs
from extractscan.incidence import Ints, Kind
from extractscan.model.traits import Activity, Dealt, Handover, MemberDays, Partition, Traits

MEMBERS_DRAWN = 24
MEMBERS_DEALT = 200
HANDOVERS_SHOWN = 60
"""Lengths of lists that grow with a network; the report says what was cut."""
FEWEST_ITEMS = 10
"""Distinct prompts under which a partition says nothing."""


def traits(case: Case, ground: Ground, *, harvested: bool) -> Traits:
    """Gather what the pictures of one network are drawn from.

    Args:
        case: The network.
        ground: What the analysis stands on.
        harvested: Whether its stream is a campaign, whose partition is worth showing.
    """
    handovers = _handovers(case, ground)
    return Traits(
        activity=_activity(case.events),
        partition=_partition(case.events.filter(IN_STREAM)) if harvested else None,
        handovers=handovers[:HANDOVERS_SHOWN],
        handovers_left_out=max(len(handovers) - HANDOVERS_SHOWN, 0),
        compliance=compliance(case.events, ground.accounts),
    )


def _activity(events: pl.DataFrame) -> Activity:
    counted = events.group_by(schema.ACCOUNT, pl.col(schema.TIMESTAMP).dt.date().alias("day")).agg(pl.len().alias("n"))
    busiest = (
        counted.group_by(schema.ACCOUNT).agg(pl.col("n").sum()).sort("n", schema.ACCOUNT, descending=[True, False])
    )
    shown = busiest.head(MEMBERS_DRAWN)[schema.ACCOUNT].to_list()
    low, high = counted["day"].min(), counted["day"].max()
    if not isinstance(low, date) or not isinstance(high, date):
        return Activity()
    days = [low + timedelta(days=n) for n in range((high - low).days + 1)]
    place = {day: number for number, day in enumerate(days)}
    rows = {name: [0] * len(days) for name in shown}
    others = [0] * len(days)
    for name, day, n in counted.iter_rows():
        rows.get(name, others)[place[day]] += n
    return Activity(
        days=[day.isoformat() for day in days],
        members=[MemberDays(account_id=name, events=rows[name]) for name in shown],
        others=others if len(busiest) > len(shown) else [],
        left_out=len(busiest) - len(shown),
    )


def _partition(stream: pl.DataFrame) -> Partition | None:
    """Hold how often members sent each other's items against members that draw from the same items at random.

    An item is held by nobody with probability ∏(1 − kᵢ/N) and by one with Σ kᵢ/N ∏ⱼ(1 − kⱼ/N), for N items of which
    member i sent kᵢ.
    """
    sent = stream.drop_nulls(PROMPT_KEY).select(schema.ACCOUNT, PROMPT_KEY).unique()
    items = sent[PROMPT_KEY].n_unique()
    if items < FEWEST_ITEMS or sent[schema.ACCOUNT].n_unique() < 2:
        return None
    sent = sent.with_columns((pl.len().over(PROMPT_KEY) >= 2).alias("twice"))
    each = sent.group_by(schema.ACCOUNT).agg(pl.len().alias("items"), pl.col("twice").sum().alias("shared"))
    each = each.sort("items", schema.ACCOUNT, descending=[True, False])
    odds = np.minimum(each["items"].to_numpy() / items, 1.0 - 1e-12)
    nobody = float(np.exp(np.log1p(-odds).sum()))
    one = nobody * float((odds / (1.0 - odds)).sum())
    return Partition(
        events=len(stream),
        items=items,
        shared=sent.filter("twice")[PROMPT_KEY].n_unique(),
        expected=round(items * max(1.0 - nobody - one, 0.0), 1),
        members=[
            Dealt(account_id=name, items=n, shared=twice) for name, n, twice in each.head(MEMBERS_DEALT).iter_rows()
        ],
        left_out=max(len(each) - MEMBERS_DEALT, 0),
    )


def _handovers(case: Case, ground: Ground) -> list[Handover]:
    """Pair every heir with the member that fell silent last before it started, by the time of the start."""
    stats = case.events.group_by(schema.ACCOUNT).agg(
        pl.col(schema.TIMESTAMP).min().to_physical().alias("first"),
        pl.col(schema.TIMESTAMP).max().to_physical().alias("last"),
    )
    late = heirs(stats)
    times = {name: (first, last) for name, first, last in stats.sort(schema.ACCOUNT).iter_rows()}
    unit_of = dict(ground.units.filter(pl.col(schema.ACCOUNT).is_in(list(times))).select(schema.ACCOUNT, "unit").rows())
    end = max(last for _, last in times.values()) - HEIR_US
    pairs = []
    for heir in sorted(late, key=lambda name: (times[name][0], name)):
        start = times[heir][0]
        silent = ((last, name) for name, (_, last) in times.items() if name != heir and last < end)
        last, before = max((pair for pair in silent if start - HEIR_US <= pair[0] <= start), default=(0, None))
        if before is None:
            continue
        pairs.append(
            Handover(
                stopped=before,
                started=heir,
                stopped_at=iso(last),
                started_at=iso(start),
                hours=round((start - last) / 3_600e6, 1),
                carried=_carried(unit_of[before], unit_of[heir], case, ground),
            )
        )
    return pairs


def _carried(before: int, after: int, case: Case, ground: Ground) -> list[str]:
    """Name the signals of which two units hold one value that is commoner inside the group than outside."""
    carried = []
    for kind in ground.incidence.kinds:
        if kind.mixture or kind.channel == schema.TIME or kind.name not in case.found.profile.rates:
            continue
        held, inside, outside = case.found.profile.rates[kind.name]
        telling = held[inside > outside]
        both = np.intersect1d(_values(kind, before), _values(kind, after))
        if len(np.intersect1d(both, telling)):
            carried.append(kind.name)
    return carried


def _values(kind: Kind, unit: int) -> Ints:
    return kind.value[kind.ptr[unit] : kind.ptr[unit + 1]].astype(np.int64)
