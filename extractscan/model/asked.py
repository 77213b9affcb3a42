"""What a run was asked, as the report holds it: enough to make the report again from the same inputs."""

from __future__ import annotations

from typing import Literal

from extractscan.model.node import Level, Node

Role = Literal["log", "accounts", "baseline", "rules", "allow", "suppress", "report"]
"""What an input was read for: `baseline` are logs that show what is ordinary, `report` an older report."""

Marking = Literal["clear", "green", "amber", "amber+strict", "red"]
"""Labels of the Traffic Light Protocol 2.0, widest first."""


class Filter(Node, frozen=True):
    """Events to keep or to leave out by the value of one column."""

    column: str
    include: list[str] = []
    exclude: list[str] = []


class Run(Node, frozen=True):
    """The question: paths as they were typed, and every option that can change what the report says."""

    inputs: list[str] = []
    accounts: str | None = None
    mapping: dict[str, str] = {}
    start: str | None = None
    end: str | None = None
    last: str | None = None
    baseline_logs: list[str] = []
    filters: list[Filter] = []
    rules: list[str] = []
    allow: str | None = None
    suppress: str | None = None
    baseline: str | None = None
    min_level: Level | None = None
    as_of: str | None = None
    """The day against which expiry dates were held; null where none was."""
    reproducible: bool = False
