"""Answers that are longer than other people's: what is asked for in full is paid for in full."""

from __future__ import annotations

import polars as pl

from extractscan import schema
from extractscan.signals.declaration import Signal

SIGNAL = Signal(
    name="long_answers",
    channel=schema.EXTRACTION,
    table="network",
    needs=(schema.OUTPUT_TOKENS,),
    value=pl.lit(None, pl.String),
    says="get longer answers than others do",
    twins=(
        "writers of long texts and code",
        "translators of whole documents",
    ),
    links=False,
)
