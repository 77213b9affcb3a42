"""Tells accounts that somebody else uses beside their owner from accounts that their owner gave away."""

from __future__ import annotations

from typing import Final, NamedTuple

import polars as pl

from extractscan import schema

SOLD: Final = 0.7
"""Share of the accounts in other hands that their owner left, from which they were sold and not stolen."""
LEAST_OWN: Final = 3
MISSED: Final = 4.0
"""Calls that an owner would have made at his own pace while others called, from which his silence says that he left."""


class Hands(NamedTuple):
    """Accounts in other hands: somebody uses them beside their owner, or has used them since the owner stopped."""

    taken: pl.Series
    sold: pl.Series


def other_hands(events: pl.DataFrame) -> Hands:
    """Name the accounts of a group that somebody else than their owner uses.

    Events count as foreign when they come from an address that several members share; an account is in other hands when
    the clients of these call from nowhere else, and others do three times at least. Of a large pool an address may be
    met at one member alone: where the owner has a home, to which he keeps and where no such client calls, it is told by
    that. A thief works beside the owner; whoever buys an account has it to himself. Which it was is told of the group
    as a whole.

    Args:
        events: account_id, timestamp, client_ip, user_agent of the group's events.
    """
    none = pl.Series(schema.ACCOUNT, [], dtype=pl.String)
    if not len(events) or events[schema.CLIENT_IP].null_count() == len(events):
        return Hands(none, none)
    users = pl.col(schema.ACCOUNT).n_unique().over(schema.CLIENT_IP)
    told = events.select(schema.ACCOUNT, schema.TIMESTAMP, schema.CLIENT_IP, schema.USER_AGENT)
    told = told.filter(pl.col(schema.CLIENT_IP).is_not_null() & pl.col(schema.USER_AGENT).is_not_null())
    time, foreign, theirs, beside = pl.col(schema.TIMESTAMP), *map(pl.col, ("foreign", "theirs", "beside"))
    own = ~theirs
    sets = (
        told.with_columns((users >= 2).alias("foreign"))
        .with_columns(foreign.any().over(schema.ACCOUNT, schema.USER_AGENT).alias("theirs"))
        .with_columns(theirs.any().over(schema.ACCOUNT, schema.CLIENT_IP).alias("beside"))
        .group_by(schema.ACCOUNT)
        .agg(
            (theirs & ~foreign).any().alias("roams"),
            (own & beside).any().alias("meets"),
            pl.col(schema.CLIENT_IP).filter(own).n_unique().alias("homes"),
            theirs.any().alias("used"),
            own.sum().alias("own_events"),
            time.filter(own).min().alias("own_first"),
            time.filter(own).max().alias("own_last"),
            time.filter(foreign).max().alias("last"),
        )
    )
    at_home = ~pl.col("meets") & (pl.col("homes") * LEAST_OWN <= pl.col("own_events"))
    other = sets.filter((pl.col("own_events") >= LEAST_OWN) & pl.col("used") & (~pl.col("roams") | at_home))
    pace = (pl.col("own_events") - 1) / (pl.col("own_last") - pl.col("own_first")).dt.total_seconds().clip(3600)
    missed = pace * (pl.col("last") - pl.col("own_last")).dt.total_seconds()
    judged = other.select(schema.ACCOUNT, (missed >= MISSED).alias("gone"))
    if not len(judged) or judged["gone"].sum() < SOLD * len(judged):
        return Hands(judged[schema.ACCOUNT], none)
    return Hands(judged.filter(~pl.col("gone"))[schema.ACCOUNT], judged.filter("gone")[schema.ACCOUNT])
