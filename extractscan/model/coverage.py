"""What was read, and what could be tested on it."""

from __future__ import annotations

from extractscan.model.asked import Role
from extractscan.model.node import Node


class Rejected(Node, frozen=True):
    """Rows of one input that were not used, for one reason."""

    reason: str
    count: int
    first_at: str
    """Where the first of them stands, such as `row 17` or `line 3`."""


class Input(Node, frozen=True):
    """One file that was read, with what is needed to check that a copy is the same."""

    path: str
    format: str
    sha256: str
    bytes: int
    rows: int
    rows_used: int
    rejected: list[Rejected] = []
    notes: list[str] = []
    """Assumptions made while reading, such as the time zone of naive timestamps."""
    role: Role = "log"
    first: str | None = None
    last: str | None = None
    """Times of the earliest and the latest row that was used."""


class SignalRun(Node, frozen=True):
    """Whether one signal could be computed on this log."""

    name: str
    channel: str
    ran: bool
    why_not: str | None = None


class Gap(Node, frozen=True):
    """A span of the log without any event, longer than the log's own rhythm explains."""

    start: str
    end: str
    hours: float


class Filtered(Node, frozen=True):
    """Events that were kept or left out by the value of one column."""

    column: str
    include: list[str] = []
    """Only these were used; empty where all were."""
    exclude: list[str] = []
    events_left_out: int = 0


class Coverage(Node, frozen=True):
    """What the log holds and what could be tested on it."""

    first: str | None
    last: str | None
    events: int
    accounts: int
    gaps: list[Gap] = []
    signals: list[SignalRun] = []
    smallest_detectable_network: int | None = None
    """Accounts that a ring planted into shuffled sightings needs before the search links it; null = none is linked."""
    filters: list[Filtered] = []
    """What was left out because it was asked for."""
