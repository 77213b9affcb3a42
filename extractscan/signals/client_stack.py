"""Accounts that pair one user agent with one TLS fingerprint, which are rare together."""

from __future__ import annotations

import polars as pl

from extractscan import schema
from extractscan.signals.declaration import Signal

SIGNAL = Signal(
    name="client_stack",
    channel=schema.CLIENT,
    table="events",
    needs=(
        schema.USER_AGENT,
        schema.JA4,
    ),
    value=pl.when(pl.col(schema.USER_AGENT).is_not_null() & pl.col(schema.JA4).is_not_null()).then(
        pl.concat_str(schema.USER_AGENT, pl.lit(" + "), schema.JA4)
    ),
    says="pair the client and TLS fingerprint {value}",
    twins=(
        "a container image that many use",
        "a company's own app",
    ),
)
