"""Accounts that send one exact system prompt."""

from __future__ import annotations

import polars as pl

from extractscan import schema
from extractscan.signals.declaration import Signal

SIGNAL = Signal(
    name="system_prompt",
    channel=schema.CONTENT,
    table="content",
    needs=(schema.SYSTEM_PROMPT,),
    value=pl.col(schema.SYSTEM_PROMPT),
    says="send the same system prompt ({value})",
    twins=(
        "a popular agent's own prompt",
        "a course or library example",
        "a company's own app",
    ),
    forgeable=True,
)
