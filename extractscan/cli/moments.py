"""Times and spans as people type them, checked before anything is read."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from extractscan.errors import UsageError

_SPAN = re.compile(r"([1-9][0-9]{0,5})([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def moment(text: str, option: str, *, end: bool = False) -> datetime:
    """Return a time in UTC from a date, or a date and time, in ISO 8601; without a zone it is UTC.

    Args:
        text: What was typed.
        option: The option it was typed for, for the error.
        end: Read a plain date as the end of that day, so that `--to 2026-03-31` includes the 31st.

    Raises:
        UsageError: where it is no time.
    """
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is None:
            found = found.replace(tzinfo=UTC)
        if end and _DATE.fullmatch(text):
            found += timedelta(days=1)
        return found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"{option} {text!r} is no time", hint="write 2026-03-31 or 2026-03-31T18:00:00Z; UTC without a zone"
        ) from error


def span(text: str, option: str) -> timedelta:
    """Return a span of time such as 90m, 12h, 30d or 4w.

    Raises:
        UsageError: where it is no span.
    """
    found = _SPAN.fullmatch(text)
    if found is None:
        raise UsageError(f"{option} {text!r} is no span of time", hint="write a number and a unit: 90m, 12h, 30d, 4w")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def window(
    start: str | None, end: str | None, last: str | None
) -> tuple[datetime | None, datetime | None, timedelta | None]:
    """Return the window of `--from`, `--to` and `--last`.

    Raises:
        UsageError: where one of them cannot be read, or they contradict each other.
    """
    if last is not None and start is not None:
        raise UsageError("--last and --from both say where to start", hint="give one of them")
    begins = moment(start, "--from") if start is not None else None
    ends = moment(end, "--to", end=True) if end is not None else None
    if begins is not None and ends is not None and begins >= ends:
        raise UsageError(f"--from {start} is not before --to {end}", hint="swap them, or leave one out")
    return begins, ends, span(last, "--last") if last is not None else None
