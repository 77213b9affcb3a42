"""What a summary tells of every account: values of all signals by kind, and its text by unit, before that is folded.

Afterwards most of the summary is no more needed: `thin` is what is left of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import polars as pl

from extractscan import customers, reduce, schema
from extractscan.incidence import Kind, Names, kind_of
from extractscan.release import release
from extractscan.settings import Settings
from extractscan.signals import SIGNALS
from extractscan.signals.behaviour import behaviour
from extractscan.signals.declaration import Signal

DESCRIBING = tuple(signal.name for signal in SIGNALS.values() if signal.table == "behaviour" and not signal.links)


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of accounts, each by itself.

    Attributes:
        summary: Of all events, of earlier logs as well; without content, and otherwise thin.
        accounts: account_id of every account in the log with its row of the accounts table.
        behaviour: One row an account.
        units: account_id, unit, customer.
        size: How many units there are.
        kinds: Of all signals but text; who lays them side by side takes them out, so that none is held twice.
        content: unit, shingle, count of the text that several units share.
        described: account_id, kind: which accounts show what only describes them, such as use from many addresses.
    """

    summary: reduce.Summary
    accounts: pl.DataFrame
    behaviour: pl.DataFrame
    units: pl.DataFrame
    size: int
    kinds: list[Kind]
    content: pl.DataFrame
    described: pl.DataFrame


def told(
    summary: reduce.Summary,
    accounts: pl.DataFrame | None,
    settings: Settings,
    *,
    earlier: Sequence[reduce.Summary] = (),
) -> Told:
    """Gather what a summary and the accounts table tell.

    Args:
        summary: Of all events.
        accounts: The accounts table, if there is one.
        settings: Smallest network.
        earlier: Summaries of baseline logs. Their accounts hold values as outsiders do; they have no behaviour here.
    """
    summary = summary if not earlier else _with_earlier(summary, earlier)
    table = _known_accounts(summary, accounts)
    described = behaviour(summary.totals, summary.activity, summary.sightings, table)
    release()
    units = customers.units_of(table)
    unit_of = _units_by(pl.String(), units)
    frames = {  # joined, the tables would be there twice
        name: frame.with_columns(unit_of(frame[schema.ACCOUNT]))
        for name, frame in (("accounts", table), ("behaviour", described))
    }
    drawn = {
        name: partial(_values, signal, frames[signal.table])
        for name, signal in SIGNALS.items()
        if signal.table in frames and _can(signal, frames)
    }
    channels = {signal.name: signal.channel for signal in SIGNALS.values() if signal.links}
    forgeable = frozenset(signal.name for signal in SIGNALS.values() if signal.forgeable)
    shows = [drawn[name]().select(schema.ACCOUNT, "kind") for name in DESCRIBING if name in drawn]
    nothing = pl.DataFrame(schema={schema.ACCOUNT: pl.String, "kind": pl.String})
    return Told(
        summary=thin(summary),
        accounts=table,
        behaviour=described,
        units=units,
        size=_size(units),
        kinds=kinds_of(summary.sightings, drawn, channels, units, forgeable),
        content=_content(summary, units, settings),
        described=pl.concat([nothing, *shows]).unique(),
    )


def kinds_of(
    sightings: pl.DataFrame,
    drawn: Mapping[str, Callable[[], pl.DataFrame]],
    channels: Mapping[str, str],
    units: pl.DataFrame,
    forgeable: frozenset[str],
) -> list[Kind]:
    """Build one kind for each signal that has sightings.

    Args:
        sightings: account_id, kind, value, count.
        drawn: Gives such tables of further kinds, of which no two are held at a time; they may tell units as well.
        channels: Channel of every signal that may link, in the order wanted.
        units: As from `customers.units_of`.
        forgeable: Signals whose values others can put on a bystander.
    """
    unit_of = _units_by(sightings.schema[schema.ACCOUNT], units)
    seen = frozenset(sightings["kind"].unique())
    kinds = []
    for name, channel in channels.items():
        if name in seen:
            mine = sightings.lazy().filter(pl.col("kind") == name).select(schema.ACCOUNT, "value", "count").collect()
        else:
            mine = drawn[name]() if name in drawn else sightings.clear()
        if len(mine):
            unit = mine["unit"] if "unit" in mine.columns else unit_of(mine[schema.ACCOUNT])
            rows = mine.select(unit, "value", "count")
            del mine
            kinds.append(_kind_of(name, channel, rows, units, forgeable=name in forgeable))
    return kinds


def _kind_of(name: str, channel: str, rows: pl.DataFrame, units: pl.DataFrame, *, forgeable: bool) -> Kind:
    """Build one kind, so that no more than one is held as text at a time."""
    size = _size(units)
    values = rows["value"].unique().cast(pl.String).sort()
    rows = rows.with_columns(pl.col("value").cast(pl.Enum(values)).to_physical())
    if size < len(units):
        rows = rows.group_by("unit", "value").agg(pl.col("count").sum())
    unit, value, count = (rows[column].to_numpy() for column in ("unit", "value", "count"))
    return kind_of(name, channel, Names(values), size, unit, value.astype(np.int32), count, forgeable=forgeable)


def thin(summary: reduce.Summary) -> reduce.Summary:
    """Return what is needed of a summary once it was told: countries, end users, and which accounts acted at all."""
    kept = summary.sightings.filter(pl.col("kind").is_in([schema.COUNTRY, schema.END_USER]))
    acted = summary.activity.unique(schema.ACCOUNT, keep="any")
    return replace(
        summary,
        # copied as text: a view would keep all values in memory, and a number all names
        sightings=kept.with_columns(pl.col(schema.ACCOUNT, "kind", "value").cast(pl.String) + ""),
        activity=acted.with_columns(pl.col(schema.ACCOUNT, schema.MODEL).cast(pl.String) + ""),
        content=summary.content.clear(),
    )


def _known_accounts(summary: reduce.Summary, accounts: pl.DataFrame | None) -> pl.DataFrame:
    """Return one row an account of the log with every column of the accounts table; what nobody told is null.

    An organization that only the events name counts where the table names none.
    """
    seen = summary.totals.select(schema.ACCOUNT)
    table = seen if accounts is None else seen.join(accounts, on=schema.ACCOUNT, how="left")
    missing = [pl.lit(None, dtype).alias(name) for name, dtype in schema.ACCOUNTS.items() if name not in table.columns]
    told = (
        summary.sightings.filter(pl.col("kind") == schema.ORGANIZATION)
        .select(pl.col(schema.ACCOUNT, "value").cast(pl.String), "count")
        .sort("count", "value", descending=[True, False])
        .unique(schema.ACCOUNT, keep="first", maintain_order=True)
        .select(schema.ACCOUNT, pl.col("value").alias("told"))
    )
    table = table.with_columns(missing).join(told, on=schema.ACCOUNT, how="left")
    organization = pl.coalesce(schema.ORGANIZATION, "told").alias(schema.ORGANIZATION)
    return schema.with_mail_domain(table.with_columns(organization).drop("told")).sort(schema.ACCOUNT)


def _can(signal: Signal, frames: Mapping[str, pl.DataFrame]) -> bool:
    return not unknown(signal, frames[signal.table])


def unknown(signal: Signal, frame: pl.DataFrame) -> list[str]:
    """Return the columns that a signal needs and of which no row knows anything."""
    return [need for need in signal.needs if frame[need].null_count() == len(frame)]


def _values(signal: Signal, frame: pl.DataFrame) -> pl.DataFrame:
    values = frame.select(schema.ACCOUNT, "unit", signal.value.alias("value"))
    if isinstance(values.schema["value"], pl.List):
        values = values.explode("value", empty_as_null=True, keep_nulls=True)
    values = values.with_columns(pl.col("value").cast(pl.String)).drop_nulls("value")
    return values.with_columns(pl.lit(signal.name).alias("kind"), pl.lit(1, pl.Int64).alias("count"))


def _size(units: pl.DataFrame) -> int:
    return int(units["unit"].max()) + 1 if len(units) else 0  # type: ignore[arg-type]


def _content(summary: reduce.Summary, units: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """Return unit, shingle, count of the shared text; rows of accounts that were merged are added up."""
    who = summary.content[schema.ACCOUNT]
    shared = summary.content.select(_units_by(who.dtype, units)(who), "shingle", "count")
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


def _units_by(kind: pl.DataType, units: pl.DataFrame) -> Callable[[pl.Series], pl.Series]:
    """Return what tells the unit of each of some accounts, of which all are named, numbered or told by their keys.

    Whatever has to be looked up is so once: of millions of numbered names even to ask for their type takes half a
    second.
    """
    known = units.select(schema.ACCOUNT, pl.col("unit").cast(pl.Int32))
    if isinstance(kind, pl.Enum):
        by_number = np.zeros(len(kind.categories), dtype=np.int32)
        by_number[known[schema.ACCOUNT].cast(kind).to_physical().to_numpy()] = known["unit"].to_numpy()
        return lambda who: pl.Series("unit", by_number[who.to_physical().to_numpy()])
    if kind == pl.UInt64:
        keys = [reduce.account_key(name) for name in known[schema.ACCOUNT]]
        known = known.with_columns(pl.Series(schema.ACCOUNT, keys, dtype=pl.UInt64))
    return lambda who: who.to_frame().join(known, on=schema.ACCOUNT, how="left", maintain_order="left")["unit"]


def _with_earlier(summary: reduce.Summary, earlier: Sequence[reduce.Summary]) -> reduce.Summary:
    """Add what accounts of earlier logs held; accounts that the current log has as well stand for themselves there."""
    past, summary = reduce.merge(earlier), reduce.plain(summary)
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
