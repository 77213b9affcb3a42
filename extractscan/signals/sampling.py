"""Accounts that ask with one rare combination of sampling settings."""

from __future__ import annotations

import polars as pl

from extractscan import schema
from extractscan.signals.declaration import Signal

SIGNAL = Signal(
    name="sampling",
    channel=schema.CLIENT,
    table="events",
    needs=(schema.MAX_TOKENS,),
    value=pl.when(pl.col(schema.MAX_TOKENS).is_not_null()).then(
        pl.concat_str(
            pl.lit("max_tokens="),
            pl.col(schema.MAX_TOKENS).cast(pl.String),
            pl.lit(" temperature="),
            (pl.col(schema.TEMPERATURE) * 1000).round().cast(pl.Int64).cast(pl.String).fill_null("-"),
            pl.lit("/1000"),
        )
    ),
    says="ask with the same settings {value}",
    twins=(
        "a library's default settings",
        "a tutorial's example",
    ),
)
