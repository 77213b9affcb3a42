"""Accounts signed up with one referral code."""

from __future__ import annotations

from extractscan import schema
from extractscan.signals.declaration import Signal, text

SIGNAL = Signal(
    name="referral",
    channel=schema.IDENTITY,
    table="accounts",
    needs=(schema.REFERRAL,),
    value=text(schema.REFERRAL),
    says="signed up with referral code {value}",
    twins=(
        "a promotion or influencer's code",
        "a class or company onboarding link",
        "somebody else's code, copied",
    ),
    forgeable=True,
)
