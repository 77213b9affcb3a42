"""Accounts that name one organization which nobody verified; verified ones are merged before linking."""

from __future__ import annotations

import polars as pl

from extractscan import schema
from extractscan.signals.declaration import Signal

SIGNAL = Signal(
    name="organization",
    channel=schema.IDENTITY,
    table="accounts",
    needs=(schema.ORGANIZATION, schema.VERIFIED),
    value=pl.when(pl.col(schema.VERIFIED).not_().fill_null(value=False)).then(pl.col(schema.ORGANIZATION)),
    says="name the unverified organization {value}",
    twins=("a young company before its verification",),
)
