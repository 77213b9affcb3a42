"""Accounts used on one device."""

from __future__ import annotations

from extractscan import schema
from extractscan.signals.declaration import Signal, text

SIGNAL = Signal(
    name="device",
    channel=schema.CLIENT,
    table="events",
    needs=(schema.DEVICE,),
    value=text(schema.DEVICE),
    says="use the device {value}",
    twins=(
        "a shared family or lab computer",
        "a device id that a library hard-codes",
    ),
)
