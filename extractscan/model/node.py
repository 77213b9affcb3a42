"""What every value of the report is, and the words that several of them use."""

from __future__ import annotations

from typing import Literal

import msgspec

Verdict = Literal["extraction_network", "coordinated", "reseller", "explained"]
Level = Literal["critical", "high", "medium", "low", "info"]
LEVELS: tuple[Level, ...] = ("critical", "high", "medium", "low", "info")
"""From worst to least; `--fail-on LEVEL` counts that level and all before it."""


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all report values: immutable, keyword-only, compared by value."""
