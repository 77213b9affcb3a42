"""Accounts that carry the same number of requests on an active day."""

from __future__ import annotations

import polars as pl

from extractscan import schema
from extractscan.signals.declaration import Signal, octaves

SIGNAL = Signal(
    name="load",
    channel=schema.TIME,
    table="behaviour",
    needs=("events_per_active_day",),
    value=octaves(pl.col("events_per_active_day")),
    says="carry the same load, {value}",
    unit="events a day",
    twins=(
        "a rate limit that everybody runs into",
        "a benchmark of fixed length",
        "a nightly job of fixed size",
    ),
)
