"""Accounts that call with one rare user agent."""

from __future__ import annotations

from extractscan import schema
from extractscan.signals.declaration import Signal, text

SIGNAL = Signal(
    name="user_agent",
    channel=schema.CLIENT,
    table="events",
    needs=(schema.USER_AGENT,),
    value=text(schema.USER_AGENT),
    says="call with the client {value}",
    twins=(
        "a popular tool or SDK (then common outside as well)",
        "a company's own app",
    ),
)
