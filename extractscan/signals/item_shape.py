"""Requests that are all set up in one way, as a dispatcher does, or in many, as customers do."""

from __future__ import annotations

import polars as pl

from extractscan import schema
from extractscan.signals.declaration import Signal

SIGNAL = Signal(
    name="item_shape",
    channel=schema.EXTRACTION,
    table="network",
    needs=(schema.PROMPT, schema.MAX_TOKENS, schema.TEMPERATURE),
    value=pl.lit(None, pl.String),
    says="set their requests up in one way",
    twins=(
        "one program with fixed settings",
        "a nightly job",
    ),
    links=False,
)
