"""Count what was read and what was lost, per input."""

from __future__ import annotations

from extractscan import model


class Tally:
    """What one input gave: the only part of a log set that changes while it is read.

    Each pass fills a fresh one and `absorb` takes it over, so that reading twice never counts twice.
    """

    __slots__ = ("complete", "notes", "rejected", "rows", "sha256", "used")

    def __init__(self) -> None:
        self.rows = 0
        self.used = 0
        self.rejected: dict[str, tuple[int, str]] = {}
        self.notes: set[str] = set()
        self.sha256: str | None = None
        self.complete = False

    def reject(self, reason: str, place: str, count: int = 1) -> None:
        """Count rows or values lost for one reason; the first place that is told stays."""
        before, first = self.rejected.get(reason, (0, place))
        self.rejected[reason] = (before + count, first)

    def absorb(self, other: Tally) -> None:
        """Take over the counts of another pass over the same input; the fuller pass wins."""
        self.rows = max(self.rows, other.rows)
        self.used = max(self.used, other.used)
        for reason, found in other.rejected.items():
            if found[0] > self.rejected.get(reason, (0, ""))[0]:
                self.rejected[reason] = found
        self.notes |= other.notes
        self.sha256 = self.sha256 or other.sha256
        self.complete = self.complete or other.complete

    def losses(self) -> list[model.Rejected]:
        """The rejected rows and values by reason, sorted by reason."""
        return [
            model.Rejected(reason=reason, count=count, first_at=place)
            for reason, (count, place) in sorted(self.rejected.items())
        ]
