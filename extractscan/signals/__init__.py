"""The signals, one file each; this table is the list that everything else reads."""

from __future__ import annotations

from types import MappingProxyType

from extractscan.signals import (
    address,
    age,
    autonomous_system,
    client_stack,
    device,
    duty,
    email_domain,
    email_pattern,
    load,
    offset,
    onset,
    organization,
    payment,
    phone,
    pivot,
    plan_use,
    prefix,
    ramp,
    referral,
    sampling,
    signup_address,
    signup_batch,
    signup_device,
    spread,
    system_prompt,
    template,
    tls_fingerprint,
    tools,
    user_agent,
)
from extractscan.signals.declaration import Signal

SIGNALS: MappingProxyType[str, Signal] = MappingProxyType(
    {
        module.SIGNAL.name: module.SIGNAL
        for module in (
            payment, phone, email_domain, email_pattern, referral, signup_address, signup_device, organization,
            address, prefix, autonomous_system,
            user_agent, tls_fingerprint, client_stack, device, sampling, tools, spread,
            system_prompt, template,
            signup_batch, age, load, duty, onset, offset, ramp, pivot, plan_use,
        )
    }
)  # fmt: skip
"""All signals by name, in the order of the report."""
