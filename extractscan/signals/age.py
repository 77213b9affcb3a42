"""Accounts of one age: made for one purpose, or grown over years."""

from __future__ import annotations

import polars as pl

from extractscan import schema
from extractscan.signals.declaration import Signal, octaves

DAY_US = 86_400_000_000

SIGNAL = Signal(
    name="age",
    channel=schema.TIME,
    table="behaviour",
    needs=("created",),
    value=octaves(((pl.col("log_last") - pl.col("created")) / DAY_US).clip(lower_bound=1)),
    says="are of one age, {value}",
    unit="days",
    twins=(
        "a class, a launch or a company's first day",
        "a young service, where all accounts are new",
    ),
)
