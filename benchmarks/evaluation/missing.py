"""Logs as they are exported in practice: tables, fields and rows that are not there."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from benchmarks.evaluation.people import Rng
from extractscan import schema

Tables = tuple[pl.DataFrame, pl.DataFrame]
"""Events and accounts."""

_TEXTS = (schema.SYSTEM_PROMPT, schema.PROMPT, schema.COMPLETION)
_NAMES = (
    schema.ORGANIZATION, schema.API_KEY, schema.SESSION, schema.END_USER, schema.CLIENT_IP, schema.USER_AGENT,
    schema.JA4, schema.DEVICE, schema.EMAIL, schema.EMAIL_DOMAIN, schema.PHONE, schema.PAYMENT, schema.REFERRAL,
    schema.SIGNUP_IP, schema.SIGNUP_DEVICE,
)  # fmt: skip
OFTEN_MISSING = (
    schema.JA4, schema.DEVICE, schema.EMAIL, schema.EMAIL_DOMAIN, schema.COMPLETION, schema.ORGANIZATION,
    schema.VERIFIED, schema.SESSION, schema.ASN, schema.PHONE, schema.SIGNUP_IP, schema.SIGNUP_DEVICE, schema.REFERRAL,
    schema.TOOL_NAMES, schema.USER_AGENT, schema.TEMPERATURE, schema.MAX_TOKENS, schema.LATENCY, schema.COST,
    schema.END_USER, schema.COUNTRY, schema.STATUS, schema.PLAN,
)  # fmt: skip
"""What a third of the ordinary worlds lack a few of."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One way of losing fields or rows."""

    events: Callable[[pl.DataFrame, Rng], pl.DataFrame] = lambda events, _rng: events
    """Which rows are left; labels count those."""
    tables: Callable[[Tables, Rng], Tables] = lambda tables, _rng: tables
    """What is left of the columns."""
    side: bool = True
    """Whether the analysis is given the accounts table."""


def some_columns(tables: Tables, rng: Rng) -> Tables:
    """Leave out one to six of the columns that exports often lack, in a third of the worlds."""
    if rng.random() < 0.66:
        return tables
    names = [str(c) for c in rng.choice(OFTEN_MISSING, int(rng.integers(1, 7)), replace=False)]
    return tables[0].drop(names, strict=False), tables[1].drop(names, strict=False)


def _no_texts(tables: Tables, _rng: Rng) -> Tables:
    return tables[0].drop(_TEXTS, strict=False), tables[1]


def _only_prompts(tables: Tables, _rng: Rng) -> Tables:
    return tables[0].select(schema.TIMESTAMP, schema.ACCOUNT, schema.SYSTEM_PROMPT, schema.PROMPT), tables[1]


def _hashed(tables: Tables, rng: Rng) -> Tables:
    """Every name that could tell who somebody is becomes a keyed hash; texts stay out."""
    key = rng.bytes(16)

    def digest(value: str) -> str:
        return hashlib.blake2b(value.encode(), key=key, digest_size=12).hexdigest()

    def hidden(table: pl.DataFrame) -> pl.DataFrame:
        columns = [c for c in _NAMES if c in table.columns]
        known = {v for c in columns for v in table[c].drop_nulls().unique()}
        codes = {v: digest(v) for v in sorted(known)}
        return table.with_columns(
            pl.col(c).replace_strict(codes, default=None, return_dtype=pl.String) for c in columns
        )

    return hidden(tables[0].drop(_TEXTS, strict=False)), hidden(tables[1])


def _masked(tables: Tables, _rng: Rng) -> Tables:
    """Addresses lose their last part: `203.0.113.*`, `2a01:4f8:1:2:*`."""

    def mask(column: str) -> pl.Expr:
        four = pl.col(column).str.replace(r"\.\d+$", ".*")
        return (
            pl.when(pl.col(column).str.contains(":")).then(pl.col(column).str.replace(r":[^:]*$", ":*")).otherwise(four)
        )

    return tables[0].with_columns(mask(schema.CLIENT_IP)), tables[1].with_columns(mask(schema.SIGNUP_IP))


def _one_day(events: pl.DataFrame, rng: Rng) -> pl.DataFrame:
    """The busiest day of the harvest, or any where there is none."""
    day = pl.col(schema.TIMESTAMP).dt.date()
    busy = events.group_by(day.alias("day")).agg(pl.col("harvest").sum(), pl.len()).sort("harvest", "len", "day")
    best = busy["day"][-1] if busy["harvest"].sum() else busy["day"][int(rng.integers(len(busy)))]
    return events.filter(day == best)


def _tenth_of_events(events: pl.DataFrame, rng: Rng) -> pl.DataFrame:
    return events.filter(pl.Series(rng.random(len(events)) < 0.1))


def _tenth_of_accounts(events: pl.DataFrame, rng: Rng) -> pl.DataFrame:
    everyone = np.array(sorted(events[schema.ACCOUNT].unique()))
    kept = everyone[rng.random(len(everyone)) < 0.1].tolist()
    return events.filter(pl.col(schema.ACCOUNT).is_in(kept))


CHANNELS: dict[str, tuple[str, ...]] = {
    schema.CLIENT: (
        schema.USER_AGENT, schema.JA4, schema.DEVICE, schema.TOOL_NAMES, schema.TEMPERATURE, schema.MAX_TOKENS,
        schema.N_CHOICES, schema.LOGPROBS, schema.STREAM,
    ),
    schema.CONTENT: _TEXTS,
    schema.IDENTITY: (
        schema.ORGANIZATION, schema.VERIFIED, schema.EMAIL, schema.EMAIL_DOMAIN, schema.PHONE, schema.PAYMENT,
        schema.REFERRAL, schema.SIGNUP_IP, schema.SIGNUP_DEVICE,
    ),
    schema.NETWORK: (schema.CLIENT_IP, schema.ASN),
}  # fmt: skip
"""Channel: the columns that its evidence is drawn from."""


def _without(columns: tuple[str, ...]) -> Callable[[Tables, Rng], Tables]:
    """Leave out columns of both tables."""
    return lambda tables, _rng: (tables[0].drop(columns, strict=False), tables[1].drop(columns, strict=False))


WITHOUT: dict[str, str] = {f"without_{name}": name for name in CHANNELS}
"""Exports that lack one channel, and the channel."""

VARIANTS: dict[str, Variant] = {
    "-": Variant(tables=some_columns),
    "whole": Variant(),
    **{name: Variant(tables=_without(CHANNELS[channel])) for name, channel in WITHOUT.items()},
    "no_accounts_table": Variant(side=False),
    "no_prompts": Variant(tables=_no_texts),
    "only_prompts": Variant(tables=_only_prompts, side=False),
    "hashed": Variant(tables=_hashed),
    "masked_addresses": Variant(tables=_masked),
    "one_day": Variant(events=_one_day),
    "tenth_of_events": Variant(events=_tenth_of_events),
    "tenth_of_accounts": Variant(events=_tenth_of_accounts),
}
"""By name; `-` is an export that may lack a few columns."""
