"""Accounts that offer the model one rare set of tools."""

from __future__ import annotations

from extractscan import schema
from extractscan.signals.declaration import Signal, text

SIGNAL = Signal(
    name="tools",
    channel=schema.CLIENT,
    table="events",
    needs=(schema.TOOL_NAMES,),
    value=text(schema.TOOL_NAMES),
    says="offer the same tools {value}",
    twins=(
        "a popular agent's own tool set",
        "a company's own app",
    ),
)
