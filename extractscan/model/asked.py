"""What a run was asked, as the report holds it: enough to make the report again from the same inputs."""

from __future__ import annotations

from typing import Literal

from extractscan.model.node import Level, Node

Role = Literal["log", "accounts", "baseline", "rules", "allow", "suppress", "report", "summary"]
"""What an input was read for: `baseline` are logs that show what is ordinary, `report` an older report."""

Marking = Literal["clear", "green", "amber", "amber+strict", "red"]
"""Labels of the Traffic Light Protocol 2.0, widest first."""


class Filter(Node, frozen=True):
    """Events to keep or to leave out by the value of one column."""

    column: str
    """Canonical name of the column."""
    include: list[str] = []
    """Only events with these values are kept; empty keeps all."""
    exclude: list[str] = []
    """Events with these values are left out."""


class Run(Node, frozen=True):
    """The question: paths as they were typed, and every option that can change what the report says."""

    inputs: list[str] = []
    """Logs, as they were typed."""
    accounts: str | None = None
    """The accounts table."""
    mapping: dict[str, str] = {}
    """Canonical column to the log's field."""
    start: str | None = None
    """`--from`."""
    end: str | None = None
    """`--to`."""
    last: str | None = None
    """`--last`."""
    baseline_logs: list[str] = []
    """Older logs."""
    filters: list[Filter] = []
    """Events that were asked for."""
    rules: list[str] = []
    """Files and folders of intent rules."""
    allow: str | None = None
    """The user's list of gateways, ranges and customers."""
    suppress: str | None = None
    """The user's list of known networks."""
    baseline: str | None = None
    """The older report."""
    min_level: Level | None = None
    """Level under which networks are left out."""
    as_of: str | None = None
    """The day against which expiry dates were held; null where none was."""
    reproducible: bool = False
    """Whether wall-clock time was left out."""
