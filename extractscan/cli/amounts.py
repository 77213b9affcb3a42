"""Numbers as people write them on a command line: `10M` events, `8GB` of memory."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Final

from extractscan.errors import UsageError

_COUNTS: Final = MappingProxyType({"": 1, "k": 1_000, "m": 1_000_000, "g": 1_000_000_000})
_SIZES: Final = MappingProxyType({"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40})


def amount(text: str) -> int:
    """Read a count such as `250000`, `250k`, `10M` or `1.5M`.

    Raises:
        UsageError: for anything else, and for less than one.
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmg]?)", text.strip().lower())
    value = int(float(found[1]) * _COUNTS[found[2]]) if found else 0
    if value < 1:
        raise UsageError(f"{text!r} is no number of events", hint="250000, 250k, 10M and 1.5M are")
    return value


def memory(text: str, place: str = "") -> int:
    """Read a size in bytes such as `8GB`, `512MB` or `1.5GiB`; units are powers of 1,024.

    Args:
        text: What was written.
        place: Where, as an error names it.

    Raises:
        UsageError: for anything else, and for less than one byte.
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?", text.strip().lower())
    value = int(float(found[1]) * _SIZES[found[2]]) if found else 0
    if value < 1:
        raise UsageError(f"{place} {text!r} is no amount of memory".strip(), hint="8GB, 512MB and 1.5GiB are")
    return value
