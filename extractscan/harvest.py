"""What the linked traffic was for: the stream inside it, its items, and how much of it is a harvest.

Coordination is judged elsewhere. Here a group's own events are read once more, with the text: which of them carry the
group's private wording, whether two members ever send the same item, and what the requests ask for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Final

import numpy as np
import polars as pl

from extractscan import schema, shingles, worded
from extractscan.worded import Hits, Wording

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
    NETWORK, MASK, SIZE, SYSTEM_KEY, HEAD, SHARED_ITEM, REPEATED, THREADED, MEMBERS_PART, ITEMS_PART, "fixed", "common",
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
SAMPLE_CHARS: Final = 1500
SAMPLED: Final = "sampled"
TELLING: Final = "telling"
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
_SPACES: Final = r"[^\S ]\s*| \s+"
"""White space that is not one blank: three times as fast as replacing every blank by itself."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The second reading of all groups' events, by the number of their network, in parts as they were read.

    Attributes:
        events: One row an event: network, the columns of `COLUMNS` with the head of the prompt instead of texts, prompt
            and system prompt keys, mask of matching rules, number of shingles, source file and row.
        hits: Where the wording that is rare outside the event's network occurs in them.
    """

    events: dict[int, list[pl.DataFrame]] = field(default_factory=dict)
    hits: dict[int, list[Hits]] = field(default_factory=dict)

    def take(self, network: int) -> tuple[pl.DataFrame, list[Hits]]:
        """Return the events of a network as one table, and the hits in them, and forget them."""
        read = pl.concat(self.events.pop(network))
        return read.with_columns(pl.when(_few()).then(HEAD).alias(HEAD)).drop(TELLING), self.hits.pop(network)


def read_again(
    batches: Iterable[pl.DataFrame],
    network_of: pl.DataFrame,
    wording: Mapping[int, np.ndarray],
    systems: Mapping[int, frozenset[str]],
) -> Reading:
    """Read the events of all groups once more.

    Args:
        batches: Canonical events of the member accounts, with provenance and `mask`: the rules that each matches.
        network_of: account_id, network (Int64), sampled (whether heads of its prompts are kept).
        wording: For each network the distinct shingles that are common inside and rare outside it.
        systems: For each network the system prompts that are.
    """
    known, secret = Wording(wording), _systems_table(systems)
    done: dict[int, int] = {}
    reading = Reading()
    for batch in batches:
        part = _complete(batch).join(network_of, on=schema.ACCOUNT, how="inner", maintain_order="left")
        part = part.sort(NETWORK, maintain_order=True)
        network = part[NETWORK].to_numpy()
        row, value = shingles.marks(part[schema.PROMPT])
        hits = known.stands(network, row, value)
        worded = np.zeros(len(part), dtype=np.bool_)
        worded[hits.event] = True
        sizes = pl.Series(SIZE, shingles.distinct(row, value, len(part)))
        slim = _slim(part, pl.Series(worded), secret).with_columns(sizes)
        numbers, firsts = np.unique(network, return_index=True)
        for number, first, last in zip(numbers.tolist(), firsts, np.append(firsts, len(part))[1:], strict=True):
            own = slice(*np.searchsorted(hits.event, (first, last)))
            event = hits.event[own] - np.uint32(first) + np.uint32(done.get(number, 0))
            reading.events.setdefault(number, []).append(slim[first:last])
            reading.hits.setdefault(number, []).append(Hits(event, hits.mark[own]))
            done[number] = done.get(number, 0) + int(last - first)
    return reading


def _systems_table(systems: Mapping[int, frozenset[str]]) -> pl.DataFrame:
    rows = [(number, key) for number, keys in sorted(systems.items()) for key in sorted(keys)]
    return pl.DataFrame(rows, schema={NETWORK: pl.Int64, SYSTEM_KEY: pl.String}, orient="row")


def _complete(batch: pl.DataFrame) -> pl.DataFrame:
    missing = [pl.lit(None, schema.EVENTS[name]).alias(name) for name in COLUMNS if name not in batch.columns]
    return batch.with_columns(missing)


def _slim(part: pl.DataFrame, worded: pl.Series, secret: pl.DataFrame) -> pl.DataFrame:
    key = pl.col(schema.PROMPT).str.to_lowercase().str.replace_all(_SPACES, " ").str.strip_chars().hash(1)
    part = part.with_columns(_system_keys(part[schema.SYSTEM_PROMPT]).alias(SYSTEM_KEY))
    told = part.select(NETWORK, SYSTEM_KEY).join(
        secret.with_columns(under=True), on=[NETWORK, SYSTEM_KEY], how="left", maintain_order="left"
    )
    telling = worded | told["under"].fill_null(value=False) | (part[MASK] != 0)
    return (
        part.with_columns(
            pl.when(pl.col(schema.PROMPT).is_not_null()).then(key).alias(PROMPT_KEY),
        )
        .with_columns(telling.alias(TELLING))
        .with_columns(pl.when(SAMPLED, _few()).then(pl.col(schema.PROMPT).str.head(SAMPLE_CHARS)).alias(HEAD))
        .with_columns(pl.col(HEAD) + "")  # a copy: a view would keep all prompts of the batch in memory
        .drop(schema.SYSTEM_PROMPT, schema.PROMPT, SAMPLED)
    )


def _few() -> pl.Expr:
    """Of each member the smallest prompt keys, with the group's wording and without.

    Taken batch by batch, to hold few texts, and once more from all, so that no split of the input changes the choice.
    """
    return pl.col(PROMPT_KEY).rank("dense").over(schema.ACCOUNT, TELLING) <= HEADS


def _system_keys(prompts: pl.Series) -> pl.Series:
    distinct = prompts.drop_nulls().unique()
    keys = [shingles.text_key(text) for text in distinct]
    return prompts.replace_strict(distinct, pl.Series(keys, dtype=pl.String), default=None, return_dtype=pl.String)


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
                | ((pl.col("common") >= 2) & (pl.col("common") * 2 >= pl.col(SIZE) - pl.col("fixed")))
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
