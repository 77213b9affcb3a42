"""Accounts that use far more than others on the same plan."""

from __future__ import annotations

import polars as pl

from extractscan import schema
from extractscan.signals.declaration import Signal

SIGNAL = Signal(
    name="plan_use",
    channel=schema.TIME,
    table="behaviour",
    needs=("plan",),
    value=pl.when(pl.col("plan_rank") >= 0.99).then(pl.format("top 1 % of plan {}", pl.col("plan"))),
    says="are in the top percent of their plan",
    twins=(
        "a heavy agentic coder",
        "a small start-up",
    ),
    links=False,
)
