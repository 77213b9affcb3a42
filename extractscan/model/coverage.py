"""What was read, and what could be tested on it."""

from __future__ import annotations

from extractscan.model.asked import Role
from extractscan.model.node import Node


class Rejected(Node, frozen=True):
    """Rows of one input that were not used, for one reason."""

    reason: str
    """Why."""
    count: int
    """How many rows."""
    first_at: str
    """Where the first of them stands, such as `row 17` or `line 3`."""


class Input(Node, frozen=True):
    """One file that was read, with what is needed to check that a copy is the same."""

    path: str
    """As it was typed, or found below what was typed; a member of an archive behind `!`."""
    format: str
    """What it was recognised as."""
    sha256: str
    """SHA-256 of the bytes as they are stored."""
    bytes: int
    """Their number."""
    rows: int
    """Records in it."""
    rows_used: int
    """Records that became events, or rows of the accounts table."""
    rejected: list[Rejected] = []
    """Records that did not, by reason."""
    notes: list[str] = []
    """Assumptions made while reading, such as the time zone of naive timestamps."""
    role: Role = "log"
    """What it was read for."""
    first: str | None = None
    """Time of the earliest row that was used."""
    last: str | None = None
    """Time of the latest one."""


class SignalRun(Node, frozen=True):
    """Whether one signal could be computed on this log."""

    name: str
    """The signal."""
    channel: str
    """Its channel."""
    ran: bool
    """Whether it could be computed."""
    why_not: str | None = None
    """What was missing."""


class Gap(Node, frozen=True):
    """A span of the log without any event, longer than the log's own rhythm explains."""

    start: str
    """When the first hour without an event begins."""
    end: str
    """When the last one ends."""
    hours: float
    """Its length."""


class Filtered(Node, frozen=True):
    """Events that were kept or left out by the value of one column."""

    column: str
    """Canonical name of the column."""
    include: list[str] = []
    """Only these were used; empty where all were."""
    exclude: list[str] = []
    """Events with these were left out."""
    events_left_out: int = 0
    """How many events."""


class Coverage(Node, frozen=True):
    """What the log holds and what could be tested on it."""

    first: str | None
    """Time of the first event."""
    last: str | None
    """Time of the last event."""
    events: int
    """Events that were used."""
    accounts: int
    """Accounts with an event."""
    gaps: list[Gap] = []
    """Spans without any event."""
    signals: list[SignalRun] = []
    """Every signal, and whether it ran."""
    smallest_detectable_network: int | None = None
    """Accounts that a ring planted into shuffled sightings needs before the search links it; null = none is linked."""
    filters: list[Filtered] = []
    """What was left out because it was asked for."""
    shuffles: int = 0
    """Shuffles of the sightings in which the search was run again."""
    expected_false: float | None = None
    """Networks that a shuffle gave on average, at the thresholds in use; null = none was run."""
