"""Accounts last seen on one day, well before the log ends."""

from __future__ import annotations

import polars as pl

from extractscan import schema
from extractscan.signals.declaration import Signal

SIGNAL = Signal(
    name="offset",
    channel=schema.TIME,
    table="behaviour",
    needs=("last_day",),
    value=pl.when(pl.col("last_day") < pl.col("log_last_day") - pl.duration(days=1)).then(
        pl.col("last_day").cast(pl.String)
    ),
    says="fell silent on {value}",
    twins=(
        "the end of a class or event",
        "an outage",
    ),
)
