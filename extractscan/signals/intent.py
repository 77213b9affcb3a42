"""Requests for what a harvest needs: hidden reasoning, instructions, rubrics, tool traces (see the rules)."""

from __future__ import annotations

import polars as pl

from extractscan import schema
from extractscan.signals.declaration import Signal

SIGNAL = Signal(
    name="intent",
    channel=schema.EXTRACTION,
    table="network",
    needs=(schema.PROMPT,),
    value=pl.lit(None, pl.String),
    says="ask for what a harvest asks for",
    twins=(
        "researchers, teachers, red teams and test benches",
        "tutorials on prompting",
    ),
    links=False,
)
