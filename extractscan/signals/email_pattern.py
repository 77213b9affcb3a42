"""Accounts whose mail names were made by one scheme."""

from __future__ import annotations

import polars as pl

from extractscan import schema
from extractscan.signals.declaration import Signal

SIGNAL = Signal(
    name="email_pattern",
    channel=schema.IDENTITY,
    table="accounts",
    needs=(schema.EMAIL,),
    value=pl.col(schema.EMAIL)
    .str.extract(r"^([^@]+)@")
    .str.to_lowercase()
    .str.replace_all(r"[a-z]", "a")
    .str.replace_all(r"[0-9]", "0")
    .str.replace_all(r"[^\x00-\x7f]", "u")
    .str.replace_all(r"a+", "a"),
    says="have mail names of the form {value}",
    twins=(
        "a company's or school's naming scheme",
        "a mail service's own suggestions",
    ),
)
