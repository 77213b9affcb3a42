"""Accounts verified the phone number."""

from __future__ import annotations

from extractscan import schema
from extractscan.signals.declaration import Signal, text

SIGNAL = Signal(
    name="phone",
    channel=schema.IDENTITY,
    table="accounts",
    needs=(schema.PHONE,),
    value=text(schema.PHONE),
    says="verified the phone {value}",
    twins=(
        "a family or office number",
        "a reused prepaid number",
    ),
)
