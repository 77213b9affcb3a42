"""Accounts created from one address."""

from __future__ import annotations

from extractscan import schema
from extractscan.signals.declaration import Signal, text

SIGNAL = Signal(
    name="signup_address",
    channel=schema.IDENTITY,
    table="accounts",
    needs=(schema.SIGNUP_IP,),
    value=text(schema.SIGNUP_IP),
    says="signed up from address {value}",
    twins=(
        "a campus, office or carrier gateway",
        "a conference network",
    ),
    forgeable=True,
)
