"""Count what was read and what was lost, per input."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from extractscan import model

MOST_KEPT: Final = 100_000
"""Lost rows of one input that are kept for the quarantine; the counts go on."""


class Lost(NamedTuple):
    """One loss: why, where as people count, and the row; None where it is not known which rows were lost."""

    reason: str
    place: str
    row: int | None
    event: bool = False
    """Whether the row is an event's: where records hold several, these are counted apart."""


class Tally:
    """What one input gave: the only part of a log set that changes while it is read.

    Each pass fills a fresh one and `absorb` takes it over, so that reading twice never counts twice.
    """

    __slots__ = (
        "complete", "counts", "extra", "first", "last", "late", "lost", "notes", "rejected", "rows", "sha256", "used"
    )  # fmt: skip

    def __init__(self, *, keeps: bool = False) -> None:
        self.rows = 0
        """Records that the container gave."""
        self.extra = 0
        """Rows beyond those: parts of records that hold several, less the records themselves."""
        self.used = 0
        self.counts: dict[str, int] = {}
        """Rows that are no loss and yet worth a sentence: set aside, joined."""
        self.first: datetime | None = None
        self.last: datetime | None = None
        self.rejected: dict[str, tuple[int, str]] = {}
        self.notes: set[str] = set()
        self.late: set[str] = set()
        """Columns that have values somewhere although the sample of the input showed none."""
        self.sha256: str | None = None
        self.complete = False
        self.lost: list[Lost] | None = [] if keeps else None
        """Every loss of whole rows, where somebody wants to see them."""

    def reject(self, reason: str, place: str, count: int = 1, *, rows: Sequence[int] | None = None) -> None:
        """Count rows or values lost for one reason; the first place that is told stays.

        `rows` are the records of the container that were lost: none where values of used rows were, None where it is
        not known which.
        """
        before, first = self.rejected.get(reason, (0, place))
        self.rejected[reason] = (before + count, first)
        if self.lost is not None and rows is None:
            self.lost.append(Lost(reason, place, None))
        elif self.lost is not None and rows:
            place = place if len(rows) == 1 else ""
            self.lost += [
                Lost(reason, place or f"row {row}", row) for row in rows[: max(MOST_KEPT - len(self.lost), 0)]
            ]

    def reject_events(self, reason: str, rows: Sequence[int]) -> None:
        """Count events lost for one reason, by their rows."""
        self.reject(reason, f"row {min(rows)}", len(rows), rows=())
        if self.lost is not None:
            self.lost += [
                Lost(reason, f"row {row}", row, event=True) for row in rows[: max(MOST_KEPT - len(self.lost), 0)]
            ]

    def count(self, what: str, count: int) -> None:
        """Count rows of which a note says something, such as `rows set aside: no model call`."""
        if count:
            self.counts[what] = self.counts.get(what, 0) + count

    def use(self, count: int, first: datetime, last: datetime) -> None:
        """Count used rows, and widen the span of their times."""
        self.used += count
        self.first = first if self.first is None else min(self.first, first)
        self.last = last if self.last is None else max(self.last, last)

    def absorb(self, other: Tally) -> None:
        """Take over the counts of another pass over the same input; the fuller pass wins."""
        self.extra = other.extra if other.rows >= self.rows else self.extra
        self.rows = max(self.rows, other.rows)
        self.used = max(self.used, other.used)
        self.first, self.last = self.first or other.first, self.last or other.last
        self.counts.update((what, max(n, self.counts.get(what, 0))) for what, n in other.counts.items())
        for reason, found in other.rejected.items():
            if found[0] > self.rejected.get(reason, (0, ""))[0]:
                self.rejected[reason] = found
        self.notes |= other.notes
        self.late |= other.late
        self.sha256 = self.sha256 or other.sha256
        self.complete = self.complete or other.complete

    def recall(self, record: model.Input) -> None:
        """Take over what a report says of the same input."""
        self.rows, self.used, self.sha256 = record.rows, record.rows_used, record.sha256
        self.first, self.last = _moment(record.first), _moment(record.last)
        self.rejected = {each.reason: (each.count, each.first_at) for each in record.rejected}
        self.notes |= set(record.notes)
        self.complete = True

    def losses(self) -> list[model.Rejected]:
        """The rejected rows and values by reason, sorted by reason."""
        return [
            model.Rejected(reason=reason, count=count, first_at=place)
            for reason, (count, place) in sorted(self.rejected.items())
        ]

    def counted(self) -> list[str]:
        """The counts as sentences, sorted."""
        return [f"{count:,} {what}" for what, count in sorted(self.counts.items())]


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def iso(moment: datetime | None) -> str | None:
    """Write a time in UTC as ISO 8601, to the microsecond."""
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
