"""What the linked traffic was for: the stream inside it, its items, and how much of it is a harvest.

Coordination is judged elsewhere. Here a group's own events are read once more, with the text: which of them carry the
group's private wording, whether two members ever send the same item, and what the requests ask for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Final

import numpy as np
import polars as pl

from extractscan import schema, worded
from extractscan.worded import Hits

NETWORK: Final = "network"
SIZE: Final = "size"
MASK: Final = "mask"
PROMPT_KEY: Final = "prompt_key"
SYSTEM_KEY: Final = "system_key"
HEAD: Final = "head"
IN_TEMPLATE: Final = "in_template"
SHARED_ITEM: Final = "shared_item"
REPEATED: Final = "repeated"
IN_STREAM: Final = "in_stream"
THREADED: Final = "threaded"
MEMBERS_PART: Final = "members_part"
ITEMS_PART: Final = "items_part"
WEIGHED: Final = (
    MASK, SIZE, SYSTEM_KEY, HEAD, SHARED_ITEM, REPEATED, THREADED, MEMBERS_PART, ITEMS_PART, "fixed", "common",
    schema.END_USER, schema.SESSION, schema.USER_AGENT, schema.MAX_TOKENS, schema.TEMPERATURE,
)  # fmt: skip
"""Columns that only the facts are drawn from: once they are, two fifths of what an event takes."""

COLUMNS: Final = (
    schema.TIMESTAMP, schema.ACCOUNT, schema.REQUEST, schema.END_USER, schema.SESSION, schema.CLIENT_IP,
    schema.COUNTRY, schema.ASN, schema.ENDPOINT, schema.PLATFORM, schema.USER_AGENT, schema.MODEL, schema.PROMPT,
    schema.SYSTEM_PROMPT, schema.INPUT_TOKENS, schema.OUTPUT_TOKENS, schema.MAX_TOKENS, schema.TEMPERATURE,
    schema.COST,
)  # fmt: skip
"""Event columns that the second reading needs; all but the first two may be missing."""
REPEATS: Final = 1.5
"""Events an account, over which shared wording is a template (sent again and again) and not an item (sent once)."""
COVER: Final = 0.2
"""Share of a group's events, over which shared wording is a template even if every account sends it once."""
SAMPLED: Final = "sampled"
HEADS: Final = 8
"""Prompts of a sampled member, with the group's wording and without, whose heads are kept."""
SHARERS: Final = 3
SHARERS_SHARE: Final = 0.1
"""Members that must send one item before it counts as everybody's, at least, and as a share: two may be a retry through
another account, and a few of hundreds may have drawn it by chance."""


LONG: Final = 8
READER: Final = 0.7
TEXTS: Final = 6.0
"""Windows of a text long enough to be read and not just used; share of a request that it makes up; and how many such
texts (perplexity) make a reading list."""
THREAD: Final = 0.02
ASKED: Final = 0.1
"""Share of a group's traffic from which its wording, or without one what it asks for, is a stream of its own."""
LEAST_ASKED: Final = 0.02
UNUSUAL: Final = 5.0
"""How many times more often than elsewhere a request has to occur to mark the stream."""


def classify(events: pl.DataFrame, hits: Sequence[Hits], system_prompts: frozenset[str]) -> pl.DataFrame:
    """Tell for each event of one group whether it carries the group's wording, and whether others sent its item.

    Args:
        events: The group's, as from `Reading.take`.
        hits: Theirs.
        system_prompts: System prompts that are private to the group.

    Returns:
        The group's events with `in_template`, `shared_item` and `repeated` (three sent the very prompt)
        added, in an order that does not depend on the files'.
    """
    least = many(events[schema.ACCOUNT].n_unique())
    account = (events[schema.ACCOUNT].rank("dense").cast(pl.UInt32) - 1).to_numpy()
    marks = max((int(part.mark.max()) + 1 for part in hits if len(part.mark)), default=0)
    sent, senders = worded.uses(hits, account, marks)
    fixed = (sent >= REPEATS * senders) | (sent >= COVER * len(events))
    items = ~fixed & (senders >= least)
    counts = {
        "fixed": worded.inside(hits, fixed & (senders >= 2), len(events)),
        "common": worded.inside(hits, items, len(events)),
        "held": _readers(hits, senders >= SHARERS, len(events)),
    }
    same = pl.col(schema.ACCOUNT).n_unique().over(PROMPT_KEY)
    listed = max(int(np.count_nonzero(items)), 1)
    parts = worded.spread(hits, account, items)[account] / listed
    return (
        events.with_columns(pl.Series(name, values, dtype=pl.UInt32) for name, values in counts.items())
        .with_columns(pl.Series(MEMBERS_PART, parts), (pl.col("common") / listed).alias(ITEMS_PART))
        .with_columns(
            ((pl.col("fixed") > 0) | pl.col(SYSTEM_KEY).is_in(list(system_prompts)).fill_null(value=False)).alias(
                IN_TEMPLATE
            ),
            (
                (pl.col(PROMPT_KEY).is_not_null() & (same >= least))
                | ((pl.col("common") >= 2) & (pl.col("common") * 2 >= pl.col(SIZE).cast(pl.Int64) - pl.col("fixed")))
                | ((pl.col("held") > 0) & (pl.col("held") >= READER * pl.col(SIZE)))
            ).alias(SHARED_ITEM),
            (pl.col(PROMPT_KEY).is_not_null() & (same >= SHARERS)).alias(REPEATED),
        )
        .drop("held")
    )


def in_order(columns: list[pl.Series]) -> pl.DataFrame:
    """Put events into an order that does not depend on the files', one column at a time, and empty the list.

    Where nothing else holds the columns, no more than one of them is there twice.
    """
    by = [schema.TIMESTAMP, schema.ACCOUNT, schema.REQUEST, PROMPT_KEY]
    place = pl.DataFrame(columns).select(pl.arg_sort_by(by, nulls_last=True)).to_series()
    done = []
    while columns:
        done.append(columns.pop(0).gather(place))
    return pl.DataFrame(done)


def many(members: int) -> int:
    """Say how many members have to send one item before it counts as everybody's."""
    return max(SHARERS, ceil(SHARERS_SHARE * members))


def _readers(hits: Sequence[Hits], shared: worded.Flags, events: int) -> worded.Ints:
    """Count for each event the windows that it has from a text which several members send, where they send many texts.

    A class that works through the same twenty texts, everybody with requests of his own around them, has no template:
    a template is one text or a few, and these are the list.

    Args:
        hits: Of the group.
        shared: Which marks several members send.
        events: Of the group.

    Returns:
        Windows of each event; 0 where they are few, and everywhere where the group's long shared texts are few.
    """
    held = worded.inside(hits, shared, events)
    long = held >= LONG
    text = pl.Series("text", worded.smallest(hits, shared, events)[long])
    share = text.value_counts()["count"] / max(len(text), 1)
    entropy = float((-(share * share.log())).sort().sum())
    texts = float(np.exp(entropy)) if len(text) else 0.0
    return np.where(long, held, 0) if texts >= TEXTS else np.zeros(events, dtype=np.int64)


def mark_stream(
    events: pl.DataFrame, families: Mapping[str, int], outside: Mapping[str, float], *, worded: bool
) -> pl.DataFrame:
    """Add `in_stream`: the events that carry the group's wording, or ask for what the group asks for most unusually.

    Without either, all of a group's traffic is its stream, and `threaded` is false.

    Args:
        events: As from `classify`.
        families: Bits of each family of requests.
        outside: Share of everybody else's events that asks for it.
        worded: Whether the group has a wording of its own at all; phrases that a few tasks share are none.
    """
    if not worded:
        events = events.with_columns(pl.lit(value=False).alias(IN_TEMPLATE))

    def excess(name: str) -> float:
        here = float(((events[MASK] & families[name]) != 0).mean() or 0.0)  # type: ignore[arg-type]
        return here / (outside[name] + 0.002) if here >= LEAST_ASKED else 0.0

    best = max(sorted(families), key=excess, default=None)
    asked = pl.lit(value=False)
    if best is not None and excess(best) >= UNUSUAL:
        asked = (pl.col(MASK) & families[best]) != 0
    marked = events.with_columns((pl.col(IN_TEMPLATE) | asked).alias(IN_STREAM), pl.lit(value=True).alias(THREADED))
    if float(marked[IN_STREAM].mean() or 0.0) < (THREAD if worded else ASKED):  # type: ignore[arg-type]
        return marked.with_columns(pl.lit(value=True).alias(IN_STREAM), pl.lit(value=False).alias(THREADED))
    return marked
