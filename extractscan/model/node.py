"""What every value of the report is."""

from __future__ import annotations

import msgspec


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all report values: immutable, keyword-only, compared by value."""
