"""Events to sightings: small tables that merge by sum, minimum and maximum, in any order, with the same result.

Every table is keyed by account. Times are int64 microseconds since the epoch, costs int64 micro-dollars; nothing is a
float, so that merging is exact.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Final

import polars as pl

from extractscan import schema, shingles

KIND: Final = "kind"
VALUE: Final = "value"
COUNT: Final = "count"
FIRST: Final = "first"
LAST: Final = "last"
HOUR: Final = "hour"
MASK: Final = "mask"
SHINGLE: Final = "shingle"
TEXT: Final = "text"
EVENTS: Final = "events"

HOUR_US: Final = 3_600_000_000
TEXT_KEPT: Final = 4000
LARGE_ANSWER: Final = 16_000
"""Tokens: several times what chat clients ask for by default."""
CONTENT_SLICES: Final = 32

SUMS: Final = {
    schema.INPUT_TOKENS: pl.Int64(),
    schema.OUTPUT_TOKENS: pl.Int64(),
    "cost_micros": pl.Int64(),
    "errors": pl.Int64(),
    "greedy": pl.Int64(),
    "prompts": pl.Int64(),
}

Intent = Callable[[pl.Series], pl.Series]
"""Texts to a UInt64 mask of the rules that match."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What is kept of events: six tables, each the sum of what its parts held.

    Of one pass over a log, accounts, kinds, values and models are numbers of names (`Enum`, `Categorical`) in the large
    tables, which no part is merged with; `plain` writes them out.

    Attributes:
        totals: account_id, events, first, last, and the sums of `SUMS`.
        sightings: account_id, kind, value, count, first, last.
        activity: account_id, hour (since the epoch), model, events.
        intent: account_id, mask of matching rules, count; events that match none are left out.
        content: account key (64-bit), shingle, count of events; one in three shingles (see `shingles.marks`).
        texts: value (digest as hex), the head of the system prompt it stands for.
    """

    totals: pl.DataFrame
    sightings: pl.DataFrame
    activity: pl.DataFrame
    intent: pl.DataFrame
    content: pl.DataFrame
    texts: pl.DataFrame


_KEYS: Final = {
    "totals": [schema.ACCOUNT],
    "sightings": [KIND, schema.ACCOUNT, VALUE],
    "activity": [schema.ACCOUNT, HOUR, schema.MODEL],
    "intent": [schema.ACCOUNT, MASK],
    "content": [SHINGLE, schema.ACCOUNT],
    "texts": [VALUE],
}


def account_key(account_id: str) -> int:
    """Return the 64-bit key that stands for an account in the content table."""
    return shingles.digest(account_id)


def reduce(batch: pl.DataFrame, values: Mapping[str, pl.Expr]) -> Summary:
    """Reduce one batch of canonical events (any rows, any order) to its summary.

    Args:
        batch: Canonical columns, and `mask` from `event_intent`; missing ones are treated as all null.
        values: For each kind of event observable, the expression of its value (string; null = not seen).
    """
    frame = complete(batch)
    lazy = frame.lazy()
    tables = pl.collect_all(
        [_totals(lazy), _activity(lazy), *(_sightings(lazy, kind, v) for kind, v in values.items())]
    )
    by_event, texts = digests(frame)
    seen = _sightings(frame.lazy().with_columns(by_event.alias(VALUE)), "system_prompt", pl.col(VALUE)).collect()
    sightings = [*tables[2:], seen]
    return Summary(
        totals=tables[0],
        activity=tables[1],
        sightings=pl.concat([table.select(_SIGHTING) for table in sightings]),
        intent=intent_of(frame),
        content=_content(frame),
        texts=texts,
    )


def plain(summary: Summary) -> Summary:
    """Return a summary with names and values as text and content by the keys of accounts: as parts are, that merge."""
    coded = (pl.Enum, pl.Categorical)
    tables = {field.name: getattr(summary, field.name) for field in fields(Summary)}
    tables["activity"] = summary.activity.cast({HOUR: pl.Int64(), EVENTS: pl.Int64()})
    who = summary.content[schema.ACCOUNT]
    if isinstance(who.dtype, pl.Enum):
        keys = pl.Series([account_key(name) for name in who.dtype.categories], dtype=pl.UInt64)
        tables["content"] = summary.content.with_columns(keys.gather(who.to_physical()).alias(schema.ACCOUNT))
    return Summary(
        **{
            name: table.cast({column: pl.String() for column, kind in table.schema.items() if isinstance(kind, coded)})
            for name, table in tables.items()
        }
    )


def merge(parts: Iterable[Summary], *, least: int = 1) -> Summary:
    """Merge summaries by sum, minimum and maximum; associative, commutative, sorted by key.

    Args:
        parts: Any number of summaries, in any order.
        least: Leave out shingles that fewer accounts hold. Only the last merge may: a pruned summary lacks what another
            part could have raised over the limit.
    """
    held = [plain(part) for part in parts]
    tables = {}
    for field in fields(Summary):
        keys = _KEYS[field.name]
        if field.name != "content":
            stacked = pl.concat([getattr(part, field.name) for part in held])
            merged = stacked.group_by(keys).agg(_merged(name) for name in stacked.columns if name not in keys)
            tables[field.name] = merged.select(stacked.columns).sort(keys)
    return Summary(**tables, content=_merged_content([part.content for part in held], least))


def _merged_content(parts: Sequence[pl.DataFrame], least: int) -> pl.DataFrame:
    """Merge content tables slice by slice of the hash range, so that memory holds one slice beside the result."""
    done = []
    for number in range(CONTENT_SLICES):
        mine = pl.col(SHINGLE) // ((1 << 64) // CONTENT_SLICES) == number
        stacked = pl.concat([part.filter(mine) for part in parts])
        summed = stacked.group_by(SHINGLE, schema.ACCOUNT).agg(pl.col(COUNT).sum())
        if least > 1:
            held = summed.group_by(SHINGLE).agg(pl.len().alias("holders")).filter(pl.col("holders") >= least)
            summed = summed.join(held, on=SHINGLE, how="semi")
        done.append(summed.select(schema.ACCOUNT, SHINGLE, COUNT).sort(SHINGLE, schema.ACCOUNT))
    return pl.concat(done)


_SIGHTING: Final = (schema.ACCOUNT, KIND, VALUE, COUNT, FIRST, LAST)


def _merged(name: str) -> pl.Expr:
    if name in {FIRST, TEXT}:
        return pl.col(name).min()
    return pl.col(name).max() if name == LAST else pl.col(name).sum()


def complete(batch: pl.DataFrame) -> pl.DataFrame:
    """Add the columns that a batch lacks as nulls, and `at`: microseconds since the epoch."""
    missing = [pl.lit(None, dtype).alias(name) for name, dtype in schema.EVENTS.items() if name not in batch.columns]
    return batch.with_columns(*missing, pl.col(schema.TIMESTAMP).to_physical().alias("at"))


def _span() -> tuple[pl.Expr, pl.Expr]:
    return pl.col("at").min().alias(FIRST), pl.col("at").max().alias(LAST)


def measures() -> dict[str, pl.Expr]:
    """Return what is summed of the events of an account, in the order of `SUMS`; whole numbers and truth values."""
    bad = (pl.col(schema.STATUS_CODE) >= 400) | pl.col(schema.ERROR).is_not_null()
    return {
        schema.INPUT_TOKENS: pl.col(schema.INPUT_TOKENS),
        schema.OUTPUT_TOKENS: pl.col(schema.OUTPUT_TOKENS),
        "cost_micros": (pl.col(schema.COST) * 1e6).round().cast(pl.Int64),
        "greedy": _greedy().fill_null(value=False),
        "errors": bad.fill_null(value=False),
        "prompts": pl.col(schema.PROMPT).is_not_null(),
    }


def _totals(lazy: pl.LazyFrame) -> pl.LazyFrame:
    sums = (each.sum().cast(pl.Int64).alias(name) for name, each in measures().items())
    return lazy.group_by(schema.ACCOUNT).agg(pl.len().cast(pl.Int64).alias(EVENTS), *_span(), *sums)


def _greedy() -> pl.Expr:
    """Tell which requests ask for all that one answer can give: log probabilities, many choices, the largest size."""
    several = pl.col(schema.N_CHOICES).fill_null(1) > 1
    return pl.col(schema.LOGPROBS).fill_null(value=False) | several | (pl.col(schema.MAX_TOKENS) >= LARGE_ANSWER)


def _activity(lazy: pl.LazyFrame) -> pl.LazyFrame:
    return lazy.group_by(schema.ACCOUNT, (pl.col("at") // HOUR_US).alias(HOUR), pl.col(schema.MODEL).fill_null("")).agg(
        pl.len().cast(pl.Int64).alias(EVENTS)
    )


def _sightings(lazy: pl.LazyFrame, kind: str, value: pl.Expr) -> pl.LazyFrame:
    return (
        lazy.select(schema.ACCOUNT, "at", value.alias(VALUE))
        .filter(pl.col(VALUE).is_not_null())
        .group_by(schema.ACCOUNT, VALUE)
        .agg(pl.len().cast(pl.Int64).alias(COUNT), *_span())
        .with_columns(pl.lit(kind).alias(KIND))
    )


def digests(frame: pl.DataFrame) -> tuple[pl.Series, pl.DataFrame]:
    """Return the key of the system prompt of every event, null without one, and the heads that the keys stand for."""
    distinct = frame[schema.SYSTEM_PROMPT].drop_nulls().unique()
    distinct = distinct.filter(distinct.str.strip_chars() != "")
    keys = pl.Series([shingles.text_key(text) for text in distinct], dtype=pl.String)
    by_event = frame[schema.SYSTEM_PROMPT].replace_strict(distinct, keys, default=None, return_dtype=pl.String)
    texts = pl.DataFrame({VALUE: keys, TEXT: distinct.str.head(TEXT_KEPT)})
    return by_event, texts.group_by(VALUE).agg(pl.col(TEXT).min())


def heads(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Merge the heads that keys stand for: of several spellings the smallest."""
    return pl.concat(parts).group_by(VALUE).agg(pl.col(TEXT).min()).sort(VALUE)


def intent_of(frame: pl.DataFrame) -> pl.DataFrame:
    """Count masks by account: the intent table of events that were marked; empty without a `mask` column."""
    if MASK not in frame.columns:
        return pl.DataFrame(schema={schema.ACCOUNT: pl.String, MASK: pl.UInt64, COUNT: pl.Int64})
    asked = frame.lazy().filter(pl.col(MASK) != 0).group_by(schema.ACCOUNT, MASK)
    return asked.agg(pl.len().cast(pl.Int64).alias(COUNT)).collect()


def event_intent(frame: pl.DataFrame, intent: Intent) -> pl.Series:
    """Return for each event the mask of rules that its prompt or its system prompt matches."""
    systems = frame[schema.SYSTEM_PROMPT].unique()
    # asked together: to make the rules ready costs more than to ask them of a thousand texts
    masks = intent(pl.concat([systems, frame[schema.PROMPT].alias(systems.name)]))
    by_system = pl.DataFrame({schema.SYSTEM_PROMPT: systems, MASK: masks.head(len(systems))})
    joined = frame.select(schema.SYSTEM_PROMPT).join(
        by_system, on=schema.SYSTEM_PROMPT, how="left", maintain_order="left", nulls_equal=True
    )
    return masks.slice(len(systems)) | joined[MASK].fill_null(0)


def _content(frame: pl.DataFrame) -> pl.DataFrame:
    row, value = shingles.marks(frame[schema.PROMPT])
    pairs = pl.DataFrame({"row": row, SHINGLE: value}).unique()
    ids = frame[schema.ACCOUNT].unique()
    keys = pl.DataFrame({schema.ACCOUNT: ids, "key": pl.Series([account_key(i) for i in ids], dtype=pl.UInt64)})
    by_row = frame.select(schema.ACCOUNT).join(keys, on=schema.ACCOUNT, how="left", maintain_order="left")["key"]
    return (
        pairs.select(by_row.gather(pairs["row"]).alias(schema.ACCOUNT), SHINGLE)
        .group_by(schema.ACCOUNT, SHINGLE)
        .agg(pl.len().cast(pl.Int32).alias(COUNT))
    )


def empty(values: Sequence[str] = ()) -> Summary:
    """Return the summary of no events: the neutral element of `merge`."""
    nothing = pl.DataFrame(schema=dict(schema.EVENTS))
    return reduce(nothing, {kind: pl.lit(None, pl.String) for kind in values})
