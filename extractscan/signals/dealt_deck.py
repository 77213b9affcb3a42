"""A work list dealt out: one wording over many accounts, and hardly an item twice."""

from __future__ import annotations

import polars as pl

from extractscan import schema
from extractscan.signals.declaration import Signal

SIGNAL = Signal(
    name="dealt_deck",
    channel=schema.EXTRACTION,
    table="network",
    needs=(schema.PROMPT,),
    value=pl.lit(None, pl.String),
    says="deal one list out among them",
    twins=(
        "one company sharding a batch over its own keys",
        "an annotation vendor that hands out tasks",
    ),
    links=False,
)
