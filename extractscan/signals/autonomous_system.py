"""Accounts that call from one rare autonomous system."""

from __future__ import annotations

import polars as pl

from extractscan import schema
from extractscan.signals.declaration import Signal

SIGNAL = Signal(
    name="autonomous_system",
    channel=schema.NETWORK,
    table="events",
    needs=(schema.ASN,),
    value=pl.format("AS{}", pl.col(schema.ASN)),
    says="called from {value}",
    twins=("one cloud, one carrier, one university",),
    forgeable=True,
)
