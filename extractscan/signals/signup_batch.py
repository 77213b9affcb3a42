"""Accounts created in one burst."""

from __future__ import annotations

import polars as pl

from extractscan import schema
from extractscan.signals.declaration import Signal

SIGNAL = Signal(
    name="signup_batch",
    channel=schema.TIME,
    table="accounts",
    needs=(schema.CREATED_AT,),
    value=pl.concat_list(
        pl.col(schema.CREATED_AT).dt.strftime("%Y-%m-%d"),
        pl.col(schema.CREATED_AT).dt.truncate("3h").dt.strftime("%Y-%m-%dT%H"),
    ),
    says="signed up in one burst, {value}",
    twins=(
        "a class or company onboarding",
        "a promotion, launch or conference",
    ),
)
