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
    version: str
    settings: dict[str, Any]
    settings_sha256: str
    seed: int
    generated_at: str | None = None
    """The only wall-clock field; `--reproducible` leaves it null."""
    libraries: dict[str, str] = {}
    """Versions of Python and of the libraries that count and draw."""


class NullTest(Node, frozen=True):
    """How often shuffled sightings, which keep every degree, gave a network as strong."""

    shuffles: int
    as_strong: int
    expected_false: float


class Row(Node, frozen=True):
    """One original record: input path, 0-based record number, SHA-256 of the record as it was read."""

    file: str
    row: int
    sha256: str


class Member(Node, frozen=True):
    """One account of a network and what ties it there."""

    account_id: str
    bits: float
    role: str
    """`core` (linked by its own evidence), `heir` (took over from another), `pool` (only meets shared pools)."""
    events: int
    events_in_campaign: int
    first_seen: str
    last_seen: str
    channels: dict[str, float] = {}
    """Bits by channel; `bits` is their sum."""
    status: str | None = None
    """What the accounts table says of it, such as `active` or `banned`."""


class Evidence(Node, frozen=True):
    """One reason to hold the members together."""

    channel: str
    signal: str
    bits: float
    background: float
    """Share of accounts outside the network that show the same."""
    held_by: int
    summary: str
    rows: list[Row] = []
    phrase: str | None = None
    """The summary with `{value}` where it quotes the log; null where it quotes nothing."""
    value: str | None = None
    """What stands there: the value that most members share, cut for reading."""
    value_held_by: int = 0
    """Members that hold it."""


class Template(Node, frozen=True):
    """A fixed text around varying slots that members send."""

    id: str
    skeleton: str
    accounts: int
    events: int
    outside_accounts: int
    parts: list[Part] = []
    """The skeleton's fixed parts in their order, with how many of the sampled accounts sent exactly that."""


class Hypothesis(Node, frozen=True):
    """One explanation of a network, with what speaks for and against it."""

    id: str
    title: str
    bits: float
    for_: list[str] = msgspec.field(default_factory=list, name="for")
    against: list[str] = []
    would_decide: list[str] = []


class TimelinePoint(Node, frozen=True):
    """Activity of a network on one UTC day."""

    day: str
    events: int
    accounts: int


class Network(Node, frozen=True):
    """A set of accounts held to have one operator, and what its traffic was for."""

    id: str
    fingerprint: str
    verdict: Verdict
    level: Level
    title: str
    """One sentence for a reader in a hurry."""
    coordination_bits: float
    extraction_bits: float
    null: NullTest
    accounts: list[Member]
    events: int
    events_in_campaign: int
    tokens: int
    cost_usd: float | None
    models: dict[str, int]
    countries: dict[str, int]
    first_seen: str
    last_seen: str
    evidence: list[Evidence]
    extraction: list[Evidence] = []
    """What speaks for a harvest, kept apart from what links the accounts."""
    templates: list[Template] = []
    hypotheses: list[Hypothesis] = []
    survives_without: dict[str, bool] = {}
    timeline: list[TimelinePoint] = []
    notes: list[str] = []
    observables: list[Observable] = []
    """What members share, by channel, signal and holders; `observables_omitted` more are not listed."""
    observables_omitted: int = 0
    traits: Traits | None = None
    """Activity, work, hand-overs and pathways, for pictures; null in reports of schema 1.0."""
    campaign_rows: list[Rows] = []
    """The records of the harvest: all of them, or the first of each input where `campaign_rows_omitted` says so."""
    campaign_rows_omitted: int = 0
    suppressed: str | None = None
    """Why the user's own list covers it; it is a finding all the same, but fails no run."""
    change: Change | None = None
    """What it was in the older report; null where none was given."""


class SingleSource(Node, frozen=True):
    """One account or one declared customer whose traffic looks like a harvest; no network."""

    account_ids: list[str]
    organization_id: str | None
    events: int
    events_in_campaign: int
    extraction_bits: float
    summary: str
    evidence: list[Evidence] = []
    allowed: str | None = None
    """Why the user's own list covers it."""


class Report(Node, frozen=True):
    """Everything one analysis found, cleared, and could not test."""

    schema_version: str
    tool: Tool
    inputs: list[Input]
    coverage: Coverage
    networks: list[Network]
    single_sources: list[SingleSource] = []
    excluded: Excluded = Excluded()
    limits: list[str] = []
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
    """Return the JSON Schema (2020-12) of the report; its `$id` names the version."""
    named = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:extractscan:report:{SCHEMA_VERSION}",
        "title": "extractscan report",
    }
    return named | msgspec.json.schema(Report)
