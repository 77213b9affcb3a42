"""Accounts created on one device."""

from __future__ import annotations

from extractscan import schema
from extractscan.signals.declaration import Signal, text

SIGNAL = Signal(
    name="signup_device",
    channel=schema.IDENTITY,
    table="accounts",
    needs=(schema.SIGNUP_DEVICE,),
    value=text(schema.SIGNUP_DEVICE),
    says="signed up on device {value}",
    twins=(
        "a shared family or lab computer",
        "an administrator who opens accounts for staff",
    ),
)
