"""The signals, one file each; this table is the list that everything else reads."""

from __future__ import annotations

from types import MappingProxyType

from extractscan.signals import (
    address,
    age,
    autonomous_system,
    client_stack,
    co_activity,
    dealt_deck,
    device,
    duty,
    email_domain,
    email_pattern,
    intent,
    item_mix,
    item_order,
    item_shape,
    load,
    long_answers,
    offset,
    onset,
    organization,
    output_settings,
    output_tag,
    own_wording,
    payment,
    phone,
    pivot,
    plan_use,
    prefix,
    ramp,
    referral,
    sampling,
    sdk,
    signup_address,
    signup_batch,
    signup_device,
    spread,
    succession,
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
            user_agent, sdk, tls_fingerprint, client_stack, device, sampling, tools, spread,
            system_prompt, template, output_tag,
            signup_batch, age, load, duty, co_activity, onset, offset, succession, ramp, pivot, plan_use,
            intent, dealt_deck, item_mix, item_order, item_shape, own_wording, output_settings,
            long_answers,
        )
    }
)  # fmt: skip
"""All signals by name, in the order of the report."""
