"""What events ask for: those that may match an intent rule, and the rules that they do match."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Final

import polars as pl

from extractscan import reduce, rules, schema

LEAST_AT_ONCE: Final = 131_072
MOST_AT_ONCE: Final = 524_288
TEXT_SHARE: Final = 24 << 10
"""Texts that are marked at once, and bytes of a limit of memory for one of them. Each call makes some thousand patterns
ready, which takes a second or more; of a text some copies are held meanwhile."""


def at_once(memory: int | None) -> int:
    """Say how many texts to mark at once so as to stay within some bytes of memory; None is any number."""
    return MOST_AT_ONCE if memory is None else max(LEAST_AT_ONCE, min(memory // TEXT_SHARE, MOST_AT_ONCE))


def suspects(batch: pl.DataFrame, ruleset: Sequence[rules.Rule]) -> pl.DataFrame:
    """Keep the events whose prompt or system prompt may match a rule, with what marking them needs."""
    missing = [pl.lit(None, dtype).alias(name) for name, dtype in _SUSPECT.items() if name not in batch.columns]
    frame = batch.with_columns(missing).select(*_SUSPECT, *(name for name in _NUMBERS if name in batch.columns))
    systems = frame[schema.SYSTEM_PROMPT].unique()
    odd = systems.filter(rules.suspect(systems, ruleset))
    hit = rules.suspect(frame[schema.PROMPT], ruleset) | frame[schema.SYSTEM_PROMPT].is_in(odd.implode())
    # copied: a view of the few would keep all prompts of the batch in memory
    return frame.filter(hit).with_columns(pl.col(schema.PROMPT) + "")


_SUSPECT = {name: schema.EVENTS[name] for name in (schema.ACCOUNT, schema.PROMPT, schema.SYSTEM_PROMPT)} | dict(
    schema.PROVENANCE
)


_NUMBERS = ("who", "level")
"""Number of the account and level of a sampled event."""


def marked(found: pl.DataFrame, ruleset: Sequence[rules.Rule]) -> pl.DataFrame:
    """Mark suspects by the rules that they match; those that match none go."""
    mask = reduce.event_intent(found, partial(rules.match, rules=ruleset, suspected=True))
    told = found.drop(schema.PROMPT, schema.SYSTEM_PROMPT).with_columns(pl.Series(reduce.MASK, mask, dtype=pl.UInt64))
    return told.filter(pl.col(reduce.MASK) != 0)


def marked_in(batches: Iterable[pl.DataFrame], ruleset: Sequence[rules.Rule], together: int) -> Iterator[pl.DataFrame]:
    """Add to each of some batches the rules that its events match; so many events or more are matched at once."""
    held: list[pl.DataFrame] = []
    for batch in batches:
        held.append(batch)
        if sum(map(len, held)) >= together:
            yield from _marked_together(held, ruleset)
            held = []
    if held:
        yield from _marked_together(held, ruleset)


def _marked_together(held: Sequence[pl.DataFrame], ruleset: Sequence[rules.Rule]) -> Iterator[pl.DataFrame]:
    found = marked(pl.concat([suspects(batch, ruleset) for batch in held]), ruleset)
    for batch in held:
        place = list(schema.PROVENANCE)
        told = batch.join(found.select(*place, reduce.MASK), on=place, how="left", maintain_order="left")
        yield told.with_columns(pl.col(reduce.MASK).fill_null(0))
