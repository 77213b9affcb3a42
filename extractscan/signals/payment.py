"""Accounts paid with the instrument."""

from __future__ import annotations

from extractscan import schema
from extractscan.signals.declaration import Signal, text

SIGNAL = Signal(
    name="payment",
    channel=schema.IDENTITY,
    table="accounts",
    needs=(schema.PAYMENT,),
    value=text(schema.PAYMENT),
    says="paid with the instrument {value}",
    twins=(
        "a company or university card",
        "a family's card",
        "a hackathon sponsor's card",
        "a reseller's invoice",
    ),
)
