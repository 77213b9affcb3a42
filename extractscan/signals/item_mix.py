"""Items as alike across accounts as within one: drawn from one queue, where people have topics of their own."""

from __future__ import annotations

import polars as pl

from extractscan import schema
from extractscan.signals.declaration import Signal

SIGNAL = Signal(
    name="item_mix",
    channel=schema.EXTRACTION,
    table="network",
    needs=(schema.PROMPT,),
    value=pl.lit(None, pl.String),
    says="draw their items from one mix",
    twins=(
        "a load balancer in front of one app or one reseller",
        "an annotation vendor that hands out tasks",
    ),
    links=False,
)
