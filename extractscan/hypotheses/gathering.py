"""Gathers the facts of one network from its profile, its events, and what everybody else does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypedDict

import numpy as np
import polars as pl

from extractscan import schema
from extractscan.hands import other_hands
from extractscan.hypotheses.facts import END_PRODUCT, Ask, Facts, Mix, Sharing, hardly
from extractscan.hypotheses.rhythm import answers, greed, rhythm, turnover
from extractscan.hypotheses.weighing import concealed
from extractscan.incidence import Incidence, Kind, spans
from extractscan.profiles import Profile

BUSY = 20
SPREAD = 0.5
"""Share of the busy members (`BUSY` events) that must ask for a thing before the group is held to ask for it."""


@dataclass(frozen=True, slots=True)
class Family:
    """One family of intent rules: its bits in the mask, its weight, and its rate over the whole log.

    Attributes:
        title: What it is.
        mask: Bits of its rules.
        cap: The most it may say, in bits.
    """

    title: str
    mask: int
    cap: float


@dataclass(frozen=True, slots=True)
class Background:
    """What is known of all accounts, for comparison.

    Attributes:
        incidence: Who holds what.
        behaviour: One row an account, with `unit` added.
        accounts: The accounts table, with `unit` added.
        totals: account_id, unit, events.
        intent: account_id, mask, count.
        end_users: account_id, distinct end users, events with one.
        families: Of intent rules.
        products: Bits of the rules for finished text that somebody hands in or publishes.
    """

    incidence: Incidence
    behaviour: pl.DataFrame
    accounts: pl.DataFrame
    totals: pl.DataFrame
    intent: pl.DataFrame
    end_users: pl.DataFrame
    families: Mapping[str, Family]
    products: int = 0


class _People(TypedDict):
    end_users: float
    end_users_each: float
    end_users_outside: float


class _Origin(TypedDict, total=False):
    age_days: float
    verified_distinct: float
    banned: float


_STREAM = (
    schema.ACCOUNT, schema.END_USER, schema.OUTPUT_TOKENS, schema.MAX_TOKENS, schema.TEMPERATURE, "system_key",
    "shared_item", "repeated",
)  # fmt: skip
"""Columns of the stream that facts are drawn from."""


def gather(
    back: Background,
    profile: Profile,
    events: pl.DataFrame,
    crowd: pl.Series,
    outside: Mapping[str, float],
    *,
    text: bool,
    mix: Mix | None,
    own_worded: float | None,
    listed: tuple[int, float],
) -> Facts:
    """Gather what every hypothesis weighs.

    Args:
        back: What is known of all accounts.
        profile: The network's.
        events: The network's events with `in_template`, `shared_item`, `repeated` and `in_stream`.
        crowd: Units that are in no network at all: a log full of campaigns must not make harvesting look ordinary.
        outside: Their mean rate of each family of requests, from `crowd_rates`.
        text: Whether the log holds prompts.
        mix: How alike the items are across members (see `items.exchangeability`).
        own_worded: Share of members with a fixed text of their own (see `items.own_worded`).
        listed: Items that many members sent, and the median member's part of them (see `pools.listed`).
    """
    inside = pl.Series(profile.members)
    mine = back.behaviour.filter(pl.col("unit").is_in(inside.implode()))
    others = back.behaviour.filter(pl.col("unit").is_in(crowd.implode()))
    stream = events.lazy().filter("in_stream").select(_STREAM).collect()  # a copy of what is needed, not of everything
    known_rows = back.accounts.filter(pl.col("unit").is_in(inside.implode()))
    shared = stream["shared_item"].mean()
    hands = other_hands(events)
    facts = Facts(
        units=len(profile.members),
        accounts=len(mine),
        population=back.incidence.units,
        channels={name: float(np.mean(bits[profile.members])) for name, bits in profile.channels.items()},
        sharing={kind.name: _sharing(kind, profile) for kind in back.incidence.kinds if not kind.mixture},
        events=len(events),
        stream_events=len(stream),
        stream_known=text,
        exchangeable=None if mix is None else mix.likeness,
        bare=None if mix is None else mix.bare,
        exchange_pairs=0 if mix is None else mix.pairs,
        new_words=None if mix is None else mix.words,
        worded_prompts=0 if mix is None else mix.prompts,
        own_worded=own_worded,
        shapes=_shapes(stream),
        same_list=float(shared) if shared is not None else 0.0,  # type: ignore[arg-type]
        list_items=listed[0],
        list_covered=listed[1],
        asks=_asks(back, events, outside),
        products=_products(back, events),
        products_outside=outside[END_PRODUCT],
        own_traffic=1.0 - len(stream) / max(len(events), 1) if events["threaded"].any() else 1.0,
        takeover=len(hands.taken) / max(len(mine), 1),
        sold=len(hands.sold) / max(len(mine), 1),
        answers=answers(back.totals, stream, others),
        **rhythm(mine, others),
        **turnover(mine, others),
        **greed(back.totals, mine, others),
        **_people(back, stream, others),
        **_origin(known_rows, mine),
    )
    if concealed(facts):
        return facts
    again = stream["repeated"].mean()
    return replace(facts, same_list=max(facts.same_list, float(again or 0.0)))  # type: ignore[arg-type]


def _sharing(kind: Kind, profile: Profile) -> Sharing:
    members = profile.members
    has = kind.ptr[members + 1] > kind.ptr[members]
    if not has.any():
        return Sharing()
    held, count = np.unique(kind.value[spans(kind.ptr, members)], return_counts=True)
    common = held[count >= 2]
    holders = kind.by_value[spans(kind.by_value_ptr, common)]
    sharing = np.isin(members, holders).sum()
    top = int(np.argmax(count))
    outside = kind.by_value_ptr[held + 1] - kind.by_value_ptr[held] - count
    theirs = outside <= hardly(len(members))
    return Sharing(
        known=float(has.mean()),
        shared=float(sharing / has.sum()),
        distinct=float(len(held) / has.sum()),
        top=float(count[top] / has.sum()),
        outside=int(outside[top]),
        bits=float(np.mean(profile.kinds[kind.name][members])) if kind.name in profile.kinds else 0.0,
        common=float(len(common) / has.sum()),
        each=float(count[count >= 2].sum() / has.sum()),
        owned=int(theirs.sum()),
        owning=min(1.0, float(count[theirs].sum() / has.sum())),
    )


def _shapes(stream: pl.DataFrame) -> float | None:
    """Return in how many ways a busy member sets its requests up, as the perplexity of its settings; the median member.

    A dispatcher sends every request with the same settings; customers of a reseller each have their own. None where
    the log tells of no settings for half of the requests.
    """
    settings = [name for name in (schema.MAX_TOKENS, schema.TEMPERATURE, "system_key") if name in stream.columns]
    told = pl.any_horizontal(pl.col(name).is_not_null() for name in settings)
    if not len(stream) or float(stream.select(told.mean()).item() or 0.0) < SPREAD:
        return None
    counts = stream.group_by(schema.ACCOUNT, *settings).agg(pl.len().alias("n"))
    share = pl.col("n") / pl.col("n").sum()
    entropy = (
        counts.sort(schema.ACCOUNT, "n")
        .group_by(schema.ACCOUNT)
        .agg(pl.col("n").sum().alias("events"), (-(share * share.log())).sum().alias("entropy"))
    )
    busy = entropy.filter(pl.col("events") >= BUSY)["entropy"]
    return float(np.exp(float(np.median(busy.to_numpy())))) if len(busy) else None


def crowd_rates(back: Background, crowd: pl.Series) -> dict[str, float]:
    """Return for each family, and for end products, the mean share of an account's events that asks for it.

    It is taken over accounts in no network.
    """
    outside = back.totals.filter(pl.col("unit").is_in(crowd.implode())).select(schema.ACCOUNT, "events")
    rates = {}
    masks = {name: family.mask for name, family in back.families.items()} | {END_PRODUCT: back.products}
    for name, mask in masks.items():
        hits = back.intent.filter((pl.col("mask") & mask) != 0)
        there = outside.join(hits.group_by(schema.ACCOUNT).agg(pl.col("count").sum()), on=schema.ACCOUNT)
        rates[name] = float((there["count"] / there["events"]).sort().sum()) / max(len(outside), 1)
    return rates


def _asks(back: Background, events: pl.DataFrame, outside: Mapping[str, float]) -> dict[str, Ask]:
    """Compare what the stream asks for with everybody else.

    The stream is told by its wording here, never by what it asks for: that would prove itself. What only a few members
    ask for is theirs and not the group's.
    """
    stream = _worded(events, schema.ACCOUNT, "mask")
    busy = stream.group_by(schema.ACCOUNT).agg(pl.len().alias("n"), pl.col("mask")).filter(pl.col("n") >= BUSY)
    asks = {}
    for name, family in back.families.items():
        share = int(((stream["mask"] & family.mask) != 0).sum()) / max(len(stream), 1)
        asking = busy.select((pl.col("mask").list.eval((pl.element() & family.mask) != 0).list.any()).mean()).item()
        if len(busy) and asking is not None and asking < SPREAD:
            share = 0.0
        asks[name] = Ask(share, outside[name], family.cap, family.title)
    return asks


def _worded(events: pl.DataFrame, *columns: str) -> pl.DataFrame:
    asked = events.select(*columns, "in_template")
    worded = asked.filter("in_template")
    return worded if len(worded) * 20 >= len(events) else asked


def _products(back: Background, events: pl.DataFrame) -> float:
    """Return which share of the worded events, or of all, asks for text that somebody hands in or publishes."""
    worded = _worded(events, "mask")
    return int(((worded["mask"] & back.products) != 0).sum()) / max(len(worded), 1)


def _people(back: Background, stream: pl.DataFrame, others: pl.DataFrame) -> _People:
    named = stream.filter(pl.col(schema.END_USER).is_not_null())
    each = named.select(schema.ACCOUNT, schema.END_USER).unique().height / max(stream[schema.ACCOUNT].n_unique(), 1)
    seen = others.select(schema.ACCOUNT, "events").join(back.end_users, on=schema.ACCOUNT, how="left").fill_null(0)
    return {
        "end_users": len(named) / max(len(stream), 1),
        "end_users_each": float(each),
        "end_users_outside": int(seen["seen"].sum()) / max(int(seen["events"].sum()), 1),
    }


def _origin(known: pl.DataFrame, mine: pl.DataFrame) -> _Origin:
    facts = _Origin()
    if known[schema.CREATED_AT].null_count() < len(known):
        made = known.join(mine.select(schema.ACCOUNT, "first"), on=schema.ACCOUNT).drop_nulls(schema.CREATED_AT)
        created = made[schema.CREATED_AT].to_physical()
        facts["age_days"] = float(np.median((made["first"] - created).to_numpy() / 86_400e6))
    if known[schema.VERIFIED].null_count() < len(known):
        verified = known.filter(pl.col(schema.VERIFIED).fill_null(value=False))
        facts["verified_distinct"] = verified[schema.ORGANIZATION].n_unique() / len(known)
    status = known[schema.STATUS].drop_nulls()
    if len(status):
        facts["banned"] = float((status != "active").sum() / len(status))
    return facts
