"""Accounts that call from one address; a masked one (`203.0.113.*`) is none."""

from __future__ import annotations

import polars as pl

from extractscan import schema
from extractscan.signals.declaration import Signal, text

SIGNAL = Signal(
    name="address",
    channel=schema.NETWORK,
    table="events",
    needs=(schema.CLIENT_IP,),
    value=pl.when(~pl.col(schema.CLIENT_IP).str.contains("*", literal=True)).then(text(schema.CLIENT_IP)),
    says="called from address {value}",
    twins=(
        "a campus, office or carrier gateway",
        "a VPN exit",
        "a cloud function or gateway egress",
    ),
    forgeable=True,
)
