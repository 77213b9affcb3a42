"""Accounts with the same spread over the hours of the day, round the clock at the extreme."""

from __future__ import annotations

import polars as pl

from extractscan import schema
from extractscan.signals.declaration import Signal

SIGNAL = Signal(
    name="duty",
    channel=schema.TIME,
    table="behaviour",
    needs=("active_share",),
    value=pl.when(pl.col("events") >= 8).then(pl.format("{} of 8 day-parts", pl.col("day_parts").clip(0, 8))),
    says="spread over the day alike, {value}",
    twins=(
        "global back ends",
        "night jobs and monitors",
    ),
)
