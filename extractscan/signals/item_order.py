"""One list that everybody runs: a benchmark, an assignment, a public set of seeds."""

from __future__ import annotations

import polars as pl

from extractscan import schema
from extractscan.signals.declaration import Signal

SIGNAL = Signal(
    name="item_order",
    channel=schema.EXTRACTION,
    table="network",
    needs=(schema.PROMPT,),
    value=pl.lit(None, pl.String),
    says="send the same items",
    twins=("speaks for innocence: a dealer would not pay twice",),
    links=False,
)
