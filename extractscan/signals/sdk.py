"""Accounts that call with one rare kit, whatever its version."""

from __future__ import annotations

import polars as pl

from extractscan import schema
from extractscan.signals.declaration import Signal

SIGNAL = Signal(
    name="sdk",
    channel=schema.CLIENT,
    table="events",
    needs=(schema.USER_AGENT,),
    value=pl.col(schema.USER_AGENT).str.extract(r"^\s*([^/\s()]{2,60})").str.to_lowercase(),
    says="call with the kit {value}",
    twins=(
        "a popular SDK (then common outside as well)",
        "a company's own app",
    ),
)
