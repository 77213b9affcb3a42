"""Read client addresses as gateways write them: with ports, in lists, or as names that are no addresses."""

from __future__ import annotations

import re
from functools import lru_cache
from socket import AF_INET, AF_INET6, inet_pton
from typing import Any, Final

_PORT: Final = re.compile(r"\A(\d+\.\d+\.\d+\.\d+|\[[^\]]+\]):\d+\Z")


def address(value: Any) -> str | None:
    """Give an address without its port and brackets; None for anything else, such as a host name."""
    return _address(value) if isinstance(value, str) else None


@lru_cache(maxsize=1 << 16)
def _address(value: str) -> str | None:
    text = value.strip()
    if found := _PORT.match(text):
        text = found[1]
    text = text.removeprefix("[").removesuffix("]")
    for family in (AF_INET, AF_INET6):
        try:
            inet_pton(family, text)
        except (OSError, ValueError):
            continue
        return text
    return None


def forwarded(value: Any) -> str | None:
    """Give the first address of a forwarding header: the client's, as far as the proxies before it can be believed."""
    parts = value if isinstance(value, list) else str(value).split(",") if isinstance(value, str) else []
    return next((found for part in parts if (found := address(part))), None)
