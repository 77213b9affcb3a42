"""Accounts that show one rare TLS fingerprint."""

from __future__ import annotations

from extractscan import schema
from extractscan.signals.declaration import Signal, text

SIGNAL = Signal(
    name="tls_fingerprint",
    channel=schema.CLIENT,
    table="events",
    needs=(schema.JA4,),
    value=text(schema.JA4),
    says="show the TLS fingerprint {value}",
    twins=(
        "one library version on one system",
        "a corporate TLS proxy",
    ),
)
