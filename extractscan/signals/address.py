"""Accounts that call from one address."""

from __future__ import annotations

from extractscan import schema
from extractscan.signals.declaration import Signal, text

SIGNAL = Signal(
    name="address",
    channel=schema.NETWORK,
    table="events",
    needs=(schema.CLIENT_IP,),
    value=text(schema.CLIENT_IP),
    says="called from address {value}",
    twins=(
        "a campus, office or carrier gateway",
        "a VPN exit",
        "a cloud function or gateway egress",
    ),
    forgeable=True,
)
