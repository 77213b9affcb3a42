"""Accounts that each work from one fixed text of their own, over items dealt from one queue."""

from __future__ import annotations

import polars as pl

from extractscan import schema
from extractscan.signals.declaration import Signal

SIGNAL = Signal(
    name="own_wording",
    channel=schema.EXTRACTION,
    table="network",
    needs=(schema.PROMPT,),
    value=pl.lit(None, pl.String),
    says="each work from one fixed text of their own",
    twins=(
        "developers who each have a program of their own",
        "an application of each tenant",
    ),
    links=False,
)
