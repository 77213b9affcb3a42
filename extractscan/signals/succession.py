"""Accounts that start when others of the group fall silent or are banned."""

from __future__ import annotations

import polars as pl

from extractscan import schema
from extractscan.signals.declaration import Signal

SIGNAL = Signal(
    name="succession",
    channel=schema.TIME,
    table="network",
    needs=(schema.TIMESTAMP,),
    value=pl.lit(None, pl.String),
    says="take over where others stopped",
    twins=(
        "a user who signs up again after a mistaken ban",
        "staff that come and go",
    ),
    links=False,
)
