"""Accounts first seen on one day, well after the log begins."""

from __future__ import annotations

import polars as pl

from extractscan import schema
from extractscan.signals.declaration import Signal

SIGNAL = Signal(
    name="onset",
    channel=schema.TIME,
    table="behaviour",
    needs=("first_day",),
    value=pl.when(pl.col("first_day") > pl.col("log_first_day") + pl.duration(days=1)).then(
        pl.col("first_day").cast(pl.String)
    ),
    says="were first seen on {value}",
    twins=(
        "a class, launch or promotion",
        "the start of a sampled log",
    ),
)
