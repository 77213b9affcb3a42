"""Tell from the names of folders which days they hold, so that others need not be listed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

Window = tuple[datetime | None, datetime | None]
"""From the first moment on, up to but without the second; None where open."""

LEEWAY: Final = timedelta(days=1)
"""Logs are delivered late, and days are cut in local time: the day before and after count too."""

_DAY: Final = re.compile(r"(?:\w+=)?(\d{4})-?(\d{2})-?(\d{2})(?:[T_-](\d{2}).*)?")
_PARTS: Final = (
    re.compile(r"(?:y|year)=(\d{4})|(20\d{2})"),
    re.compile(r"(?:m|month)=(\d{1,2})|(\d{2})"),
    re.compile(r"(?:d|day)=(\d{1,2})|(\d{2})"),
    re.compile(r"(?:h|hour)=(\d{1,2})|(\d{2})"),
)


def span_of(folders: Sequence[str]) -> tuple[datetime, datetime] | None:
    """Give the time that folders name: `date=2026-03-01`, `2026-03-01`, `20260301`, `2026/03/01/07`, `y=2026/m=03`.

    Returns:
        The first moment and the first moment after, in UTC; None where they name no time.
    """
    parts: list[int] = []
    for folder in folders:
        if not parts and (whole := _DAY.fullmatch(folder)):
            parts = [int(part) for part in whole.groups() if part is not None]
        elif len(parts) < len(_PARTS) and (found := _PARTS[len(parts)].fullmatch(folder)):
            parts.append(int(found[1] or found[2]))
        elif parts and len(parts) < 3:
            parts = []  # a number that was no year
    return _span(parts)


def _span(parts: Sequence[int]) -> tuple[datetime, datetime] | None:
    if not parts:
        return None
    try:
        start = datetime(*[*parts, 1, 1][:3] if len(parts) < 3 else parts, tzinfo=UTC)  # type: ignore[misc,arg-type]
        if len(parts) == 1:
            return start, start.replace(year=start.year + 1)
        if len(parts) == 2:
            return start, (start + timedelta(days=31)).replace(day=1)
        return start, start + (timedelta(days=1) if len(parts) == 3 else timedelta(hours=1))
    except (ValueError, OverflowError):
        return None


def outside(folders: Sequence[str], window: Window) -> bool:
    """Say whether all that folders name lies outside a window, with a day of leeway on both sides."""
    span = span_of(folders)
    if span is None:
        return False
    early, late = window
    return (early is not None and span[1] <= early - LEEWAY) or (late is not None and span[0] >= late + LEEWAY)
