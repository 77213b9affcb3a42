"""Accounts that are busier than they use to be at the same time of day, at the same moments."""

from __future__ import annotations

import polars as pl

from extractscan import schema
from extractscan.signals.declaration import Signal

SIGNAL = Signal(
    name="co_activity",
    channel=schema.TIME,
    table="behaviour",
    needs=("bursts",),
    value=pl.col("bursts"),
    says="are unusually busy together, at {value}",
    twins=(
        "a release day or an outage that everybody retries after (then common outside as well)",
        "a class, a hackathon or a deadline",
    ),
)
