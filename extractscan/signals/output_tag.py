"""Accounts that ask for answers inside one rare tag: the tag is read by the operator's own parser."""

from __future__ import annotations

import polars as pl

from extractscan import schema
from extractscan.signals.declaration import Signal

SIGNAL = Signal(
    name="output_tag",
    channel=schema.CONTENT,
    table="events",
    needs=(schema.PROMPT,),
    value=pl.col(schema.PROMPT).str.extract(r"</([A-Za-z][A-Za-z0-9_.:-]{2,39})>").str.to_lowercase(),
    says="write about the tag <{value}>",
    twins=(
        "a markup language (then common outside as well)",
        "a class assignment or public template that names the tag",
        "an app's own output format",
    ),
    forgeable=True,
)
