"""One row an account of when and how much it works: what the behaviour signals read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from extractscan import schema

Ints = npt.NDArray[np.int64]

HOURS_A_DAY = 24
BLOCK_HOURS = 6
BLOCKS_A_DAY = 4
BURST_LEAST = 4
BURST_RATIO = 3
NEW_MODEL_AFTER_DAYS = 2
PIVOT_SHARE = 1 / 3
AT_ONCE = 2_000_000
"""Rows of hours that are looked at together: each takes some hundred bytes then."""


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
    described, bursts = _hourly(activity)
    frame = totals.select(schema.ACCOUNT, "events", "first", "last")
    for part in (
        described,
        _counts(sightings),
        _pivots(activity),
        _plan(totals, accounts),
        _created(totals, accounts),
        bursts,
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


def _hourly(activity: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Describe the hours of every account, and list its bursts; some million rows of whole accounts at a time."""
    if int(_begins(activity).sum()) > activity[schema.ACCOUNT].n_unique():  # rows of some account do not lie together
        activity = activity.sort(schema.ACCOUNT)
    blocks = activity["hour"] // BLOCK_HOURS
    span = (int(blocks.max()) - int(blocks.min())) // BLOCKS_A_DAY + 1 if len(blocks) else 1  # type: ignore[arg-type]
    del blocks
    told = [(hours.described(), hours.bursts(span)) for hours in map(_Hours.of, _pieces(activity))]
    return pl.concat([one for one, _ in told]), pl.concat([one for _, one in told])


def _begins(activity: pl.DataFrame) -> pl.Series:
    """Tell which rows are the first of an account; compared as series, millions of numbered names take a second."""
    other = pl.col(schema.ACCOUNT) != pl.col(schema.ACCOUNT).shift(1)
    return activity.select(other.fill_null(value=True)).to_series()


def _pieces(activity: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Cut a table in which the rows of an account lie together where accounts end."""
    who, first = activity[schema.ACCOUNT], 0
    while True:
        last = min(first + AT_ONCE, len(activity))
        while last < len(activity) and who[last] == who[last - 1]:
            last += 1
        yield activity[first:last]
        first = last
        if first == len(activity):
            return


@dataclass(frozen=True, slots=True)
class _Hours:
    """Hours in which accounts were active, sorted by account and hour: number of the account, hour, events.

    Sums are of runs in sorted arrays: a log has more of these rows than of any others.
    """

    names: pl.Series
    who: Ints
    hour: Ints
    events: Ints

    @classmethod
    def of(cls, activity: pl.DataFrame) -> _Hours:
        """Number the accounts, whose rows lie together, and add up what one asked of several models in an hour."""
        account = activity[schema.ACCOUNT]
        begins = _begins(activity)
        who = begins.cum_sum().cast(pl.Int64).to_numpy() - 1
        hour, events = (activity[name].cast(pl.Int64).to_numpy() for name in ("hour", "events"))
        if not np.all((np.diff(who) > 0) | (np.diff(hour) >= 0)):
            order = np.lexsort((hour, who))
            hour, events = hour[order], events[order]
        return cls(account.filter(begins).cast(pl.String), *_runs(who, hour, events))

    def described(self) -> pl.DataFrame:
        """Describe every account that was ever active: first, last and busiest day as numbers, and how many of what."""
        who, day, events = _runs(self.who, self.hour // HOURS_A_DAY, self.events)
        first, days = _starts(who)
        total = _sums(events, first)
        most = np.maximum.reduceat(events, first) if len(first) else events
        full = events >= 0.75 * np.repeat(most, days)
        busy = np.minimum.reduceat(np.where(full, day, np.iinfo(np.int64).max), first) if len(first) else day
        every = np.arange(len(self.names))[who[first]]
        by_part = np.bincount(self.who * 8 + self.hour % HOURS_A_DAY // 3, self.events, 8 * len(self.names))
        parts = (by_part.reshape(-1, 8)[every] * 20 >= total[:, None]) & (by_part.reshape(-1, 8)[every] > 0)
        return pl.DataFrame(
            {
                schema.ACCOUNT: self.names.gather(every),
                "events_per_active_day": total / days,
                "first_number": day[first],
                "last_number": day[first + days - 1],
                "busy_number": busy,
                "active_days": days,
                "active_hours": _starts(self.who)[1],
                "day_parts": parts.sum(axis=1),
            }
        )

    def bursts(self, days: int) -> pl.DataFrame:
        """List the six-hour blocks in which an account was three times as busy as it is on average at that time of day.

        Held against its own habit at the same hours, so that time zones, office hours and cron do not look like
        agreement.

        Args:
            days: Of the whole log.
        """
        who, block, events = _runs(self.who, self.hour // BLOCK_HOURS, self.events)
        slot = who * BLOCKS_A_DAY + block % BLOCKS_A_DAY
        usual = np.bincount(slot, events, BLOCKS_A_DAY * len(self.names)) / days
        burst = (events >= BURST_LEAST) & (events >= BURST_RATIO * usual[slot])
        found = pl.DataFrame({"who": who[burst], "at": block[burst] * (BLOCK_HOURS * 3_600_000_000)})
        start = pl.col("at").cast(pl.Datetime("us")).dt.strftime("%Y-%m-%dT%H")
        each = found.group_by("who").agg(start.sort().alias("bursts"))
        return each.select(self.names.gather(each["who"]).alias(schema.ACCOUNT), "bursts")


def _starts(key: Ints) -> tuple[Ints, Ints]:
    """Return where each run of equal numbers begins and how long it is."""
    first = np.flatnonzero(np.diff(key, prepend=key[:1] - 1))
    return first, np.diff(np.append(first, len(key)))


def _runs(who: Ints, number: Ints, events: Ints) -> tuple[Ints, Ints, Ints]:
    """Add up the events of each account and number, which are sorted."""
    first = np.flatnonzero((np.diff(who, prepend=who[:1] - 1) != 0) | (np.diff(number, prepend=number[:1] - 1) != 0))
    return who[first], number[first], _sums(events, first)


def _sums(events: Ints, first: Ints) -> Ints:
    return np.add.reduceat(events, first) if len(first) else events


def _counts(sightings: pl.DataFrame) -> pl.DataFrame:
    def distinct(kind: str) -> pl.Expr:
        return (pl.col("kind") == kind).sum()

    counted = sightings.group_by(schema.ACCOUNT).agg(
        distinct("address").alias("addresses"), distinct("user_agent").alias("clients")
    )
    return counted.cast({schema.ACCOUNT: pl.String})


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
    named = moved.cast({schema.ACCOUNT: pl.String, schema.MODEL: pl.String})
    return named.group_by(schema.ACCOUNT).agg(pl.col(schema.MODEL).min().alias("pivot_model"))


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
