"""The report: the one document that analysis ends in and every output is drawn from.

Field names are the JSON contract. Times are ISO 8601 strings in UTC, `bits` are log2 likelihood ratios with three
decimals (integer millibits divided once, on the way out), counts are integers. Empty means `[]`, `{}` or null.
"""

from __future__ import annotations

from typing import Any

import msgspec

from extractscan.model.asked import Filter, Marking, Role, Run
from extractscan.model.coverage import Coverage, Filtered, Gap, Input, Rejected, SignalRun
from extractscan.model.excluded import Allowed, AllowedKind, Excluded, Hub, NearMiss, Suppressed
from extractscan.model.network import (
    Evidence,
    Hypothesis,
    Member,
    Network,
    NullTest,
    Row,
    Template,
    TimelinePoint,
)
from extractscan.model.node import LEVELS, Level, Node, Verdict
from extractscan.model.redacted import Redaction
from extractscan.model.shared import Observable, Part, Rows
from extractscan.model.since import Baseline, Change
from extractscan.model.traits import Traits

__all__ = [
    "LEVELS",
    "SCHEMA_VERSION",
    "Allowed",
    "AllowedKind",
    "Baseline",
    "Change",
    "Coverage",
    "Evidence",
    "Excluded",
    "Filter",
    "Filtered",
    "Gap",
    "Hub",
    "Hypothesis",
    "Input",
    "Level",
    "Marking",
    "Member",
    "NearMiss",
    "Network",
    "Node",
    "NullTest",
    "Observable",
    "Part",
    "Redaction",
    "Rejected",
    "Report",
    "Role",
    "Row",
    "Rows",
    "Run",
    "SignalRun",
    "SingleSource",
    "Suppressed",
    "Template",
    "TimelinePoint",
    "Tool",
    "Traits",
    "Verdict",
    "decode",
    "encode",
    "json_schema",
]

SCHEMA_VERSION = "1.1"


class Tool(Node, frozen=True):
    """What made the report, so that a sceptic can make it again."""

    name: str
    """Always `extractscan`."""
    version: str
    """Its version."""
    settings: dict[str, Any]
    """Every threshold that was in use, by its key."""
    settings_sha256: str
    """SHA-256 of the settings as sorted, compact JSON: equal settings, equal hash."""
    seed: int
    """Seed of the shuffles and of the community search."""
    generated_at: str | None = None
    """The only wall-clock field; `--reproducible` leaves it null."""
    libraries: dict[str, str] = {}
    """Versions of Python and of the libraries that count and draw."""


class SingleSource(Node, frozen=True):
    """One account or one declared customer whose traffic looks like a harvest; no network."""

    account_ids: list[str]
    """The account, or those of the customer."""
    organization_id: str | None
    """The declared organization, where there is one."""
    events: int
    """Its events."""
    events_in_campaign: int
    """Those that look like a harvest."""
    extraction_bits: float
    """Bits that they are one."""
    summary: str
    """One sentence."""
    evidence: list[Evidence] = []
    """What speaks for it."""
    allowed: str | None = None
    """Why the user's own list covers it."""


class Report(Node, frozen=True):
    """Everything one analysis found, cleared, and could not test."""

    schema_version: str
    """Version of this schema; the first number changes when a reader has to."""
    tool: Tool
    """What made the report."""
    inputs: list[Input]
    """Everything that was read."""
    coverage: Coverage
    """What the log holds, and what could be tested on it."""
    networks: list[Network]
    """Every network that was found, whatever its verdict."""
    single_sources: list[SingleSource] = []
    """What harvests openly, and is linked to nobody."""
    excluded: Excluded = Excluded()
    """What was looked at and left out."""
    limits: list[str] = []
    """What the report does not prove."""
    baseline: Baseline | None = None
    """The older report, where one was given."""
    run: Run = Run()
    """What was asked."""
    redaction: Redaction | None = None
    """How original values were taken out; null where they are all there."""
    tlp: Marking | None = None
    """How far the report may be passed on (Traffic Light Protocol 2.0), where somebody said so."""


def encode(report: Report) -> bytes:
    """Serialise a report as indented UTF-8 JSON with a final newline; same report, same bytes."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"


def decode(data: bytes) -> Report:
    """Read a saved report.

    Raises:
        msgspec.ValidationError: where the document does not follow the schema.
        msgspec.DecodeError: where it is not JSON.
    """
    return msgspec.json.decode(data, type=Report)


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the report; its `$id` names the version, and every key says what it means."""
    from extractscan.model.described import described  # reads sources: only for who wants the schema

    named = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:extractscan:report:{SCHEMA_VERSION}",
        "title": "extractscan report",
    }
    return named | described(msgspec.json.schema(Report), Report)
