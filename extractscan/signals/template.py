"""Accounts whose prompts share fixed wording in varying text, anywhere in the prompt."""

from __future__ import annotations

import polars as pl

from extractscan import schema
from extractscan.signals.declaration import Signal

SIGNAL = Signal(
    name="template",
    channel=schema.CONTENT,
    table="content",
    needs=(schema.PROMPT,),
    value=pl.col(schema.PROMPT),
    says="send text around one fixed wording ({value})",
    twins=(
        "a class assignment",
        "a benchmark's or tool's public template",
        "a viral prompt",
        "an app's own template",
    ),
    forgeable=True,
)
