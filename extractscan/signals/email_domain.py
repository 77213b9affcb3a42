"""Accounts whose mail addresses are at one rare domain."""

from __future__ import annotations

import polars as pl

from extractscan import schema
from extractscan.signals.declaration import Signal

SIGNAL = Signal(
    name="email_domain",
    channel=schema.IDENTITY,
    table="accounts",
    needs=(schema.EMAIL_DOMAIN,),
    value=pl.col(schema.EMAIL_DOMAIN),
    says="use the mail domain {value}",
    twins=(
        "a company, university or school domain",
        "a popular free mail service (which then is common outside as well)",
    ),
)
