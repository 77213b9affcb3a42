"""Events as they are used: within a window of time, none twice; and events made up from what a summary knows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import polars as pl

from extractscan import readers, reduce, schema
from extractscan.seen import Seen

Window = tuple[datetime | None, datetime | None]
"""Earliest event used, and first moment not used (UTC); None is open."""


def within(batch: pl.DataFrame, window: Window) -> pl.DataFrame:
    """Keep the events of a time window: from its start, up to but without its end."""
    start, end = window
    if start is not None:
        batch = batch.filter(pl.col(schema.TIMESTAMP) >= start)
    return batch if end is None else batch.filter(pl.col(schema.TIMESTAMP) < end)


def unrepeated(batches: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Drop events whose request id, account and time were seen before; events without a request id all count."""
    seen = Seen()
    keys = [schema.REQUEST, schema.ACCOUNT, schema.TIMESTAMP]
    for batch in batches:
        if schema.REQUEST not in batch.columns or batch[schema.REQUEST].null_count() == len(batch):
            yield batch
            continue
        known = batch[schema.REQUEST].is_not_null().to_numpy()
        key = batch.select(pl.struct(keys).hash(7)).to_series().to_numpy()
        keep = ~known
        keep[known] = seen.fresh(key[known])
        yield batch if keep.all() else batch.filter(keep)


def window_of(logs: readers.LogSet, start: datetime | None, end: datetime | None, last: timedelta | None) -> Window:
    """Return the window of time to use; `last` counts from the newest event, which takes a reading of its own."""
    if last is None:
        return start, end
    stamps = [batch[schema.TIMESTAMP].max() for batch in logs.batches([schema.TIMESTAMP])]
    newest = max((stamp for stamp in stamps if isinstance(stamp, datetime)), default=None)
    if newest is None:
        return start, end
    since = newest - last
    return (since if start is None else max(start, since)), end


def remembered(summary: reduce.Summary, columns: Sequence[str], who: pl.Series) -> pl.DataFrame:
    """Make events of what is known of some accounts without their log: how many in each hour, with which model.

    Tokens and costs of an account stand in its first event.
    """
    mine = pl.col(schema.ACCOUNT).is_in(who.implode())
    hours = summary.activity.filter(mine).sort(schema.ACCOUNT, reduce.HOUR, schema.MODEL)
    repeated = [schema.ACCOUNT, reduce.HOUR, schema.MODEL]
    each = hours.select(pl.col(repeated).repeat_by(reduce.EVENTS))
    each = each.explode(repeated, empty_as_null=True, keep_nulls=True)
    sums = summary.totals.filter(mine).select(
        schema.ACCOUNT, schema.INPUT_TOKENS, schema.OUTPUT_TOKENS, (pl.col("cost_micros") / 1e6).alias(schema.COST)
    )
    told = each.join(sums, on=schema.ACCOUNT, how="left", maintain_order="left").with_columns(
        pl.when(pl.col(schema.ACCOUNT).is_first_distinct()).then(pl.col(name)).alias(name)
        for name in (schema.INPUT_TOKENS, schema.OUTPUT_TOKENS, schema.COST)
    )
    start = (pl.col(reduce.HOUR) * reduce.HOUR_US).cast(schema.EVENTS[schema.TIMESTAMP]).alias(schema.TIMESTAMP)
    kinds = {**schema.EVENTS, **schema.PROVENANCE}
    told = told.with_columns(start, pl.lit(0, pl.UInt64).alias(reduce.MASK))
    missing = [pl.lit(None, kinds[name]).alias(name) for name in kinds if name not in told.columns]
    wanted = [name for name in (*schema.EVENTS, reduce.MASK) if name in columns]
    return told.with_columns(missing).select(*wanted, *schema.PROVENANCE)
