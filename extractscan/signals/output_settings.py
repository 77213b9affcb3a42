"""Settings that get the most out of every request: log probabilities, several choices, the largest answers."""

from __future__ import annotations

import polars as pl

from extractscan import schema
from extractscan.signals.declaration import Signal

SIGNAL = Signal(
    name="output_settings",
    channel=schema.EXTRACTION,
    table="network",
    needs=(schema.MAX_TOKENS,),
    value=pl.lit(None, pl.String),
    says="ask for as much output as they can get",
    twins=(
        "evaluations that need log probabilities",
        "writers of long texts and code",
    ),
    links=False,
)
