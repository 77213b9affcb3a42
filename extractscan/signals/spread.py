"""Accounts each used from many addresses and clients at once."""

from __future__ import annotations

import polars as pl

from extractscan import schema
from extractscan.signals.declaration import Signal

SIGNAL = Signal(
    name="spread",
    channel=schema.CLIENT,
    table="behaviour",
    needs=(
        "addresses",
        "clients",
    ),
    value=pl.when((pl.col("addresses") >= 4) & (pl.col("clients") >= 3)).then(pl.lit("many addresses and clients")),
    says="are each used from many addresses and clients",
    twins=(
        "CI runners",
        "a key inside a mobile app",
        "the owner of a key that somebody else uses too",
    ),
    links=False,
)
