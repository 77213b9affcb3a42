"""Accounts that moved a third of their traffic to a new model within a day of its first appearance."""

from __future__ import annotations

import polars as pl

from extractscan import schema
from extractscan.signals.declaration import Signal

SIGNAL = Signal(
    name="pivot",
    channel=schema.TIME,
    table="behaviour",
    needs=("pivot_model",),
    value=pl.col("pivot_model"),
    says="moved within 24 hours to {value}",
    twins=(
        "release-day curiosity",
        "an alias that a gateway repointed",
    ),
)
