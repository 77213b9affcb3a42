"""One row an account of when and how much it works: what the behaviour signals read."""

from __future__ import annotations

import polars as pl

from extractscan import schema

HOURS_A_DAY = 24
BLOCK_HOURS = 6
BLOCKS_A_DAY = 4
BURST_LEAST = 4
BURST_RATIO = 3
NEW_MODEL_AFTER_DAYS = 2
PIVOT_SHARE = 1 / 3


def behaviour(
    totals: pl.DataFrame, activity: pl.DataFrame, sightings: pl.DataFrame, accounts: pl.DataFrame
) -> pl.DataFrame:
    """Describe every account's rhythm, load and start.

    Args:
        totals: account_id, events, first, last (µs).
        activity: account_id, hour since the epoch, model, events.
        sightings: account_id, kind, value, count.
        accounts: The accounts table, or a frame of account ids alone.

    Returns:
        account_id; events; events_per_active_day; active_share (of the hours between first and last event);
        day_parts (of eight three-hour parts of the day, those that hold at least a twentieth of the events);
        first_day, last_day, log_first_day, log_last_day (Date); ramp_hours (first event to the busiest day's);
        pivot_model (or null); bursts (starts of unusually busy six-hour blocks); created, log_last (µs); addresses,
        clients (distinct); plan, plan_rank (0 to 1, within the plan, or null).
    """
    daily = activity.group_by(schema.ACCOUNT, (pl.col("hour") // HOURS_A_DAY).alias("day")).agg(pl.col("events").sum())
    per_day = daily.group_by(schema.ACCOUNT).agg(
        (pl.col("events").sum() / pl.len()).alias("events_per_active_day"),
        pl.col("day").min().alias("first_number"),
        pl.col("day").max().alias("last_number"),
        pl.col("day").filter(pl.col("events") >= 0.75 * pl.col("events").max()).min().alias("busy_number"),
        pl.len().alias("active_days"),
    )
    hours = activity.group_by(schema.ACCOUNT).agg(pl.col("hour").n_unique().alias("active_hours"))
    parts = (
        activity.group_by(schema.ACCOUNT, (pl.col("hour") % HOURS_A_DAY // 3).alias("part"))
        .agg(pl.col("events").sum())
        .filter(pl.col("events") * 20 >= pl.col("events").sum().over(schema.ACCOUNT))
        .group_by(schema.ACCOUNT)
        .agg(pl.len().alias("day_parts"))
    )
    frame = totals.select(schema.ACCOUNT, "events", "first", "last")
    for part in (
        per_day,
        hours,
        parts,
        _counts(sightings),
        _pivots(activity),
        _plan(totals, accounts),
        _created(totals, accounts),
        _bursts(activity),
    ):
        frame = frame.join(part, on=schema.ACCOUNT, how="left")
    day = pl.Date
    span_hours = (pl.col("last") - pl.col("first")) // 3_600_000_000 + 1
    return frame.with_columns(
        pl.col("last").max().alias("log_last"),
        pl.col("first_number").cast(pl.Int32).cast(day).alias("first_day"),
        pl.col("last_number").cast(pl.Int32).cast(day).alias("last_day"),
        pl.col("first_number").min().cast(pl.Int32).cast(day).alias("log_first_day"),
        pl.col("last_number").max().cast(pl.Int32).cast(day).alias("log_last_day"),
        (pl.col("active_hours") / span_hours).alias("active_share"),
        pl.when(pl.col("active_days") >= 3)
        .then((pl.col("busy_number") - pl.col("first_number")) * HOURS_A_DAY)
        .alias("ramp_hours"),
    ).sort(schema.ACCOUNT)


def _counts(sightings: pl.DataFrame) -> pl.DataFrame:
    def distinct(kind: str) -> pl.Expr:
        return (pl.col("kind") == kind).sum()

    return sightings.group_by(schema.ACCOUNT).agg(
        distinct("address").alias("addresses"), distinct("user_agent").alias("clients")
    )


def _pivots(activity: pl.DataFrame) -> pl.DataFrame:
    """Find accounts that put a third of their next day's traffic on a model within a day of its first appearance."""
    start = activity["hour"].min()
    known = activity.filter(pl.col(schema.MODEL) != "")
    appeared = known.group_by(schema.MODEL).agg(pl.col("hour").min().alias("appeared"))
    if start is not None:
        appeared = appeared.filter(pl.col("appeared") > start + NEW_MODEL_AFTER_DAYS * HOURS_A_DAY)  # type: ignore[operator]
    day = activity.rename({schema.MODEL: "used"}).join(appeared, how="cross")
    day = day.filter(pl.col("hour").is_between(pl.col("appeared"), pl.col("appeared") + HOURS_A_DAY))
    moved = day.group_by(schema.ACCOUNT, schema.MODEL).agg(
        pl.col("events").sum().alias("all"),
        pl.col("events").filter(pl.col("used") == pl.col(schema.MODEL)).sum().alias("moved"),
    )
    moved = moved.filter((pl.col("moved") >= 2) & (pl.col("moved") >= PIVOT_SHARE * pl.col("all")))
    return moved.group_by(schema.ACCOUNT).agg(pl.col(schema.MODEL).min().alias("pivot_model"))


def _bursts(activity: pl.DataFrame) -> pl.DataFrame:
    """List the six-hour blocks in which an account was three times as busy as it is on average at that time of day.

    Held against its own habit at the same hours, so that time zones, office hours and cron do not look like agreement.
    """
    block = pl.col("hour") // BLOCK_HOURS
    busy = activity.group_by(schema.ACCOUNT, block.alias("block")).agg(pl.col("events").sum())
    first, last = busy["block"].min(), busy["block"].max()
    days = 1 if first is None or last is None else (last - first) // BLOCKS_A_DAY + 1  # type: ignore[operator]
    usual = pl.col("events").sum().over(schema.ACCOUNT, pl.col("block") % BLOCKS_A_DAY) / days
    bursts = busy.filter((pl.col("events") >= BURST_LEAST) & (pl.col("events") >= BURST_RATIO * usual))
    start = (pl.col("block") * BLOCK_HOURS * 3_600_000_000).cast(pl.Datetime("us"))
    return bursts.group_by(schema.ACCOUNT).agg(start.dt.strftime("%Y-%m-%dT%H").sort().alias("bursts"))


def _created(totals: pl.DataFrame, accounts: pl.DataFrame) -> pl.DataFrame:
    if schema.CREATED_AT not in accounts.columns:
        return totals.select(schema.ACCOUNT, pl.lit(None, pl.Int64).alias("created"))
    return accounts.select(schema.ACCOUNT, pl.col(schema.CREATED_AT).to_physical().alias("created"))


def _plan(totals: pl.DataFrame, accounts: pl.DataFrame) -> pl.DataFrame:
    if schema.PLAN not in accounts.columns:
        return totals.select(
            schema.ACCOUNT, pl.lit(None, pl.String).alias("plan"), pl.lit(None, pl.Float64).alias("plan_rank")
        )
    known = totals.join(accounts.select(schema.ACCOUNT, schema.PLAN).drop_nulls(), on=schema.ACCOUNT)
    rank = pl.col("events").rank("min").over(schema.PLAN) / pl.len().over(schema.PLAN)
    return known.select(schema.ACCOUNT, pl.col(schema.PLAN).alias("plan"), rank.alias("plan_rank"))
