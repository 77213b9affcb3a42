"""Accounts that call from one /24 (IPv4) or /48 (IPv6)."""

from __future__ import annotations

import polars as pl

from extractscan import schema
from extractscan.signals.declaration import Signal

SIGNAL = Signal(
    name="prefix",
    channel=schema.NETWORK,
    table="events",
    needs=(schema.CLIENT_IP,),
    value=pl.when(pl.col(schema.CLIENT_IP).str.contains(":", literal=True))
    .then(
        pl.col(schema.CLIENT_IP).str.extract(r"^([0-9A-Fa-f]+:[0-9A-Fa-f]*:[0-9A-Fa-f]*)").str.to_lowercase() + "::/48"
    )
    .otherwise(pl.col(schema.CLIENT_IP).str.extract(r"^(\d+\.\d+\.\d+)\.") + ".0/24"),
    says="called from network {value}",
    twins=(
        "a campus, office or carrier range",
        "one cloud region",
        "masked addresses, which all end alike",
    ),
    forgeable=True,
)
