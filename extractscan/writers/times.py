"""Times of a report as other formats want them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(text: str | None) -> datetime | None:
    """Read a time or a day of the report as a moment in UTC; None where there is none, or it is no time."""
    try:
        read = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


def microseconds(when: datetime) -> int:
    """Return the microseconds since the epoch, exactly."""
    return (when - EPOCH) // timedelta(microseconds=1)
