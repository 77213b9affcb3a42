"""Accounts at full load from their first day, without the ramp of a person who learns a tool."""

from __future__ import annotations

import polars as pl

from extractscan import schema
from extractscan.signals.declaration import Signal

SIGNAL = Signal(
    name="ramp",
    channel=schema.TIME,
    table="behaviour",
    needs=("ramp_hours",),
    value=pl.when((pl.col("events") >= 24) & pl.col("ramp_hours").is_not_null()).then(
        pl.when(pl.col("ramp_hours") <= 24).then(pl.lit("full load on the first day")).otherwise(pl.lit("a ramp"))
    ),
    says="start with {value}",
    twins=(
        "a migration to a new key",
        "an enterprise onboarding",
        "a hackathon",
    ),
)
