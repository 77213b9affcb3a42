"""What becomes of a shared value when a report is redacted, by the signal that found it."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from extractscan.redaction.names import Names

IDENTIFIERS: Final = MappingProxyType(
    {
        "payment": "pay",
        "phone": "phone",
        "email_domain": "mail",
        "email_pattern": "mail",
        "referral": "ref",
        "signup_address": "ip",
        "address": "ip",
        "prefix": "cidr",
        "signup_device": "dev",
        "device": "dev",
        "organization": "org",
        "template": "tmpl",
    }
)
"""Signals whose values name somebody or something of his, with the kind of their pseudonym."""
SHARED: Final = frozenset(
    {
        "autonomous_system",
        "user_agent",
        "sdk",
        "tls_fingerprint",
        "client_stack",
        "sampling",
        "tools",
        "output_tag",
        "system_prompt",
    }
)
"""Signals whose values stay where enough accounts hold them; a client or tool that one customer has names him."""
MEASURES: Final = frozenset(
    {
        "signup_batch",
        "age",
        "load",
        "duty",
        "co_activity",
        "onset",
        "offset",
        "succession",
        "ramp",
        "pivot",
        "plan_use",
        "spread",
        "intent",
        "dealt_deck",
        "item_mix",
        "item_shape",
        "own_wording",
        "item_order",
        "output_settings",
        "long_answers",
    }
)
"""Signals whose values are times, amounts and names of models."""
CHARACTERS: Final = 60
"""Of wording that a sentence quotes."""


def redacted(signal: str, value: str, holders: int, least: int, names: Names) -> str:
    """Return what stands for a value: itself, or a pseudonym; a signal that is not known here gives a pseudonym.

    Args:
        signal: What found it.
        value: As the log has it.
        holders: Accounts that hold it.
        least: Accounts that must hold it before a shared value stays.
        names: Gives the pseudonyms.
    """
    if signal in MEASURES or (signal in SHARED and holders >= least):
        return value
    return names.of(IDENTIFIERS.get(signal, "value"), value)


COLUMNS: Final = MappingProxyType(
    {
        "account_id": "acct",
        "organization_id": "org",
        "api_key_id": "key",
        "request_id": "req",
        "session_id": "session",
        "end_user_id": "user",
        "client_ip": "ip",
        "device_id": "dev",
    }
)
"""Columns by whose values events can be filtered, with the kind of their pseudonym; other columns' values stay."""
