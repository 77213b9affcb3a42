"""Read client addresses as gateways write them: with ports, in lists, or as names that are no addresses."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Any, Final

_PORT: Final = re.compile(r"\A(\d+\.\d+\.\d+\.\d+|\[[^\]]+\]):\d+\Z")


def address(value: Any) -> str | None:
    """Give an address without its port and brackets; None for anything else, such as a host name."""
    if not isinstance(value, str):
        return None
    text = value.strip()
    if found := _PORT.match(text):
        text = found[1]
    text = text.removeprefix("[").removesuffix("]")
    try:
        ip_address(text)
    except ValueError:
        return None
    return text


def forwarded(value: Any) -> str | None:
    """Give the first address of a forwarding header: the client's, as far as the proxies before it can be believed."""
    parts = value if isinstance(value, list) else str(value).split(",") if isinstance(value, str) else []
    return next((found for part in parts if (found := address(part))), None)
