"""From a summary and the accounts table to everything that linking and weighing read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from extractscan import customers, incidence, model, reduce, schema
from extractscan.folding import fold_content
from extractscan.growing import Found
from extractscan.hypotheses.gathering import Background, Family
from extractscan.incidence import Incidence, Ints, Kind
from extractscan.rules import Rule
from extractscan.seeding import steady_pieces
from extractscan.settings import Settings
from extractscan.signals import SIGNALS
from extractscan.signals.behaviour import behaviour
from extractscan.signals.declaration import Signal, text

DESCRIPTORS = (schema.END_USER, schema.ORGANIZATION, schema.COUNTRY)
"""Columns that are counted like signals but describe accounts only."""
DESCRIBING = tuple(signal.name for signal in SIGNALS.values() if signal.table == "behaviour" and not signal.links)
SPECIFIC_CAP = {"low": 3.0, "medium": 6.0, "high": 9.0}
"""The most that one family may say of a harvest: what graders and teachers ask for as well says little."""
ABSENT = {
    "created": "the accounts table has no created_at",
    "plan": "the accounts table has no plan",
    "pivot_model": "no account moves to a model that is new in the log",
    "ramp_hours": "no account is active on three days",
}
"""Why a behaviour that everybody lacks cannot be told."""
LABEL_SHARE = 0.2
"""Share of an account's traffic, over which a family of requests labels the account."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What the analysis stands on.

    Attributes:
        summary: Of all events, without the content: that is the wording of `incidence` and `pieces`.
        accounts: account_id of every account in the log with its row of the accounts table, and `unit`.
        units: account_id, unit, customer.
        incidence: Who holds what.
        labels: Kinds that label accounts by what they ask for; they never link.
        pieces: shingle, number of the piece of wording in the template kind.
        background: What everybody does.
        described: account_id, kind: which accounts show what only describes them, such as use from many addresses.
        runs: Which signals ran.
    """

    summary: reduce.Summary
    accounts: pl.DataFrame
    units: pl.DataFrame
    incidence: Incidence
    labels: tuple[Kind, ...]
    pieces: pl.DataFrame
    background: Background
    described: pl.DataFrame
    runs: list[model.SignalRun]


def event_values(columns: frozenset[str]) -> dict[str, pl.Expr]:
    """Return the event signals that can run on these columns, with their values."""
    values = {s.name: s.value for s in SIGNALS.values() if s.table == "events" and set(s.needs) <= columns}
    return values | {name: text(name) for name in DESCRIPTORS if name in columns}


def lay(
    summary: reduce.Summary,
    accounts: pl.DataFrame | None,
    columns: frozenset[str],
    rules: Sequence[Rule],
    settings: Settings,
    *,
    earlier: Sequence[reduce.Summary] = (),
) -> Ground:
    """Prepare linking: behaviour, sightings of all signals, units and their incidence.

    Args:
        summary: Of all events.
        accounts: The accounts table, if there is one.
        columns: Canonical columns that the log delivers.
        rules: Intent rules, in the order of their bits in the masks.
        settings: Smallest network.
        earlier: Summaries of baseline logs. Their accounts hold values as outsiders do; they have no behaviour here.
    """
    summary = summary if not earlier else _with_earlier(summary, earlier)
    table = _known_accounts(summary, accounts)
    described = behaviour(summary.totals, summary.activity, summary.sightings, table)
    units = customers.units_of(table)
    frames = {"accounts": table, "behaviour": described}
    sightings = [summary.sightings.select(schema.ACCOUNT, "kind", "value", "count")]
    sightings += [
        _values(signal, frames[signal.table])
        for signal in SIGNALS.values()
        if signal.table in frames and _can(signal, frames)
    ]
    channels = {signal.name: signal.channel for signal in SIGNALS.values() if signal.links}
    kinds = incidence.kinds_of(
        pl.concat(sightings), channels, units, frozenset(s.name for s in SIGNALS.values() if s.forgeable)
    )
    template, pieces = fold_content(_content(summary, units, settings), _prompts(summary, units))
    template, pieces = steady_pieces(template, pieces, settings)
    who = Incidence(_size(units), (*kinds, template))
    families = families_of(rules)
    numbered = units.select(schema.ACCOUNT, "unit")
    background = Background(
        incidence=who,
        behaviour=described.join(numbered, on=schema.ACCOUNT),
        accounts=table.join(numbered, on=schema.ACCOUNT),
        totals=summary.totals.join(numbered, on=schema.ACCOUNT),
        intent=summary.intent.join(numbered, on=schema.ACCOUNT),
        end_users=_end_users(summary),
        families=families,
    )
    return Ground(
        summary=replace(summary, content=summary.content.clear()),
        accounts=background.accounts,
        units=units,
        incidence=who,
        labels=_labels(summary, units, families),
        pieces=pieces,
        background=background,
        described=pl.concat(sightings).filter(pl.col("kind").is_in(DESCRIBING)).select(schema.ACCOUNT, "kind").unique(),
        runs=_runs(columns, frames, side_table=accounts is not None),
    )


def current(found: Sequence[Found], ground: Ground, settings: Settings) -> list[Found]:
    """Keep the groups of which enough members act in the current log: baseline logs are background, not findings."""
    acting = ground.units.join(ground.summary.activity, on=schema.ACCOUNT, how="semi")["unit"].unique().to_numpy()
    return [group for group in found if int(np.isin(group.members, acting).sum()) >= settings.min_accounts]


def families_of(rules: Sequence[Rule]) -> dict[str, Family]:
    """Group rules by what they ask for and how specific they are: a vague rule never says as much as a telling one."""
    families: dict[str, Family] = {}
    for number, rule in enumerate(rules):
        key = f"{rule.family}.{rule.specificity}"
        known = families.get(key)
        cap = min(rule.bits, SPECIFIC_CAP[rule.specificity])
        mask = 1 << number
        if known is not None:
            mask, cap = known.mask | mask, max(known.cap, cap)
        families[key] = Family(rule.family.replace("_", " "), mask, cap)
    return families


def _known_accounts(summary: reduce.Summary, accounts: pl.DataFrame | None) -> pl.DataFrame:
    """Return one row an account of the log with every column of the accounts table; what nobody told is null.

    An organization that only the events name counts where the table names none.
    """
    seen = summary.totals.select(schema.ACCOUNT)
    table = seen if accounts is None else seen.join(accounts, on=schema.ACCOUNT, how="left")
    missing = [pl.lit(None, dtype).alias(name) for name, dtype in schema.ACCOUNTS.items() if name not in table.columns]
    told = (
        summary.sightings.filter(pl.col("kind") == schema.ORGANIZATION)
        .sort("count", "value", descending=[True, False])
        .unique(schema.ACCOUNT, keep="first", maintain_order=True)
        .select(schema.ACCOUNT, pl.col("value").alias("told"))
    )
    table = table.with_columns(missing).join(told, on=schema.ACCOUNT, how="left")
    organization = pl.coalesce(schema.ORGANIZATION, "told").alias(schema.ORGANIZATION)
    return table.with_columns(organization).drop("told").sort(schema.ACCOUNT)


def _can(signal: Signal, frames: Mapping[str, pl.DataFrame]) -> bool:
    return not _unknown(signal, frames[signal.table])


def _unknown(signal: Signal, frame: pl.DataFrame) -> list[str]:
    """Return the columns that a signal needs and of which no row knows anything."""
    return [need for need in signal.needs if frame[need].null_count() == len(frame)]


def _values(signal: Signal, frame: pl.DataFrame) -> pl.DataFrame:
    values = frame.select(schema.ACCOUNT, signal.value.alias("value"))
    if isinstance(values.schema["value"], pl.List):
        values = values.explode("value", empty_as_null=True, keep_nulls=True)
    return (
        values.with_columns(pl.col("value").cast(pl.String))
        .drop_nulls("value")
        .select(schema.ACCOUNT, pl.lit(signal.name).alias("kind"), "value", pl.lit(1, pl.Int64).alias("count"))
    )


def _size(units: pl.DataFrame) -> int:
    return int(units["unit"].max()) + 1 if len(units) else 0  # type: ignore[arg-type]


def _content(summary: reduce.Summary, units: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """Return unit, shingle, count of the shared text; rows of accounts that were merged are added up."""
    keys = pl.Series([reduce.account_key(a) for a in units[schema.ACCOUNT]], dtype=pl.UInt64)
    unit_of = units.select(keys.alias(schema.ACCOUNT), pl.col("unit").cast(pl.Int32))
    joined = summary.content.lazy().join(unit_of.lazy(), on=schema.ACCOUNT, maintain_order="left")
    shared = joined.select("unit", "shingle", "count").collect()
    sizes = np.bincount(units["unit"].to_numpy())
    customers = pl.Series("unit", np.flatnonzero(sizes > 1).astype(np.int32))
    if customers.is_empty():
        return shared
    merged = (
        shared.filter(pl.col("unit").is_in(customers.implode())).group_by("unit", "shingle").agg(pl.col("count").sum())
    )
    apart = shared.filter(~pl.col("unit").is_in(customers.implode()))
    both = pl.concat([apart, merged]).sort("shingle", "unit")
    touched = merged.select("shingle").unique()
    holders = both.join(touched, on="shingle", how="semi").group_by("shingle").agg(pl.len().alias("holders"))
    few = holders.filter(pl.col("holders") < settings.min_accounts)
    return both.join(few, on="shingle", how="anti", maintain_order="left")


def _prompts(summary: reduce.Summary, units: pl.DataFrame) -> Ints:
    known = units.join(summary.totals, on=schema.ACCOUNT).group_by("unit").agg(pl.col("prompts").sum()).sort("unit")
    return np.asarray(known["prompts"].to_numpy(), dtype=np.int64)


def _end_users(summary: reduce.Summary) -> pl.DataFrame:
    seen = summary.sightings.filter(pl.col("kind") == schema.END_USER)
    return seen.group_by(schema.ACCOUNT).agg(pl.len().alias("distinct"), pl.col("count").sum().alias("seen"))


def _labels(summary: reduce.Summary, units: pl.DataFrame, families: Mapping[str, Family]) -> tuple[Kind, ...]:
    """Build the kind of accounts a fifth of whose traffic asks for one family of things, three times at least."""
    numbered = units.select(schema.ACCOUNT, "unit")
    events = summary.totals.join(numbered, on=schema.ACCOUNT).group_by("unit").agg(pl.col("events").sum())
    asked = summary.intent.join(numbered, on=schema.ACCOUNT)
    unit: list[int] = []
    value: list[int] = []
    for number, family in enumerate(families.values()):
        hits = asked.filter((pl.col("mask") & family.mask) != 0).group_by("unit").agg(pl.col("count").sum())
        heavy = hits.join(events, on="unit").filter(
            (pl.col("count") >= LABEL_SHARE * pl.col("events")) & (pl.col("count") >= 3)
        )
        unit += heavy["unit"].to_list()
        value += [number] * len(heavy)
    if not unit:
        return ()
    ones = np.ones(len(unit))
    who = np.array(unit, dtype=np.int64)
    return (
        incidence.kind_of("intent", "intent", list(families), _size(units), who, np.array(value, dtype=np.int64), ones),
    )


def _runs(columns: frozenset[str], frames: Mapping[str, pl.DataFrame], *, side_table: bool) -> list[model.SignalRun]:
    runs = []
    for signal in SIGNALS.values():
        if signal.table in frames:
            missing = _unknown(signal, frames[signal.table])
        else:
            missing = [need for need in signal.needs if need not in columns]
        why = _why(signal, missing) if missing else None
        if why and "accounts table" in why and not side_table:
            why += " (no --accounts given)"
        runs.append(model.SignalRun(name=signal.name, channel=signal.channel, ran=why is None, why_not=why))
    return runs


def _why(signal: Signal, missing: Sequence[str]) -> str:
    if signal.table == "behaviour" and missing[0] in ABSENT:
        return ABSENT[missing[0]]
    source = "the accounts table" if signal.table == "accounts" else "the log"
    return f"{source} has no {', '.join(missing)}"


def _with_earlier(summary: reduce.Summary, earlier: Sequence[reduce.Summary]) -> reduce.Summary:
    """Add what accounts of earlier logs held; accounts that the current log has as well stand for themselves there."""
    past = reduce.merge(earlier)
    current = summary.totals[schema.ACCOUNT].implode()
    keys = pl.Series([reduce.account_key(a) for a in summary.totals[schema.ACCOUNT]], dtype=pl.UInt64).implode()
    gone = ~pl.col(schema.ACCOUNT).is_in(current)
    return reduce.Summary(
        totals=pl.concat([summary.totals, past.totals.filter(gone)]),
        sightings=pl.concat([summary.sightings, past.sightings.filter(gone)]),
        activity=summary.activity,
        intent=pl.concat([summary.intent, past.intent.filter(gone)]),
        content=pl.concat([summary.content, past.content.filter(~pl.col(schema.ACCOUNT).is_in(keys))]),
        texts=pl.concat([summary.texts, past.texts]).unique("value", keep="any"),
    )
