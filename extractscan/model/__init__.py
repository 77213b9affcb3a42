"""The report: the one document that analysis ends in and every output is drawn from.

Field names are the JSON contract. Times are ISO 8601 strings in UTC, `bits` are log2 likelihood ratios with three
decimals (integer millibits divided once, on the way out), counts are integers. Empty means `[]`, `{}` or null.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from extractscan.model.asked import Role, Run
from extractscan.model.node import Node
from extractscan.model.shared import Observable, Part
from extractscan.model.traits import Traits

SCHEMA_VERSION = "1.1"

Verdict = Literal["extraction_network", "coordinated", "reseller", "explained"]
Level = Literal["critical", "high", "medium", "low", "info"]
LEVELS: tuple[Level, ...] = ("critical", "high", "medium", "low", "info")
"""From worst to least; `--fail-on LEVEL` counts that level and all before it."""


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


class Coverage(Node, frozen=True):
    """What the log holds and what could be tested on it."""

    first: str | None
    last: str | None
    events: int
    accounts: int
    gaps: list[Gap] = []
    signals: list[SignalRun] = []
    smallest_detectable_network: int | None = None
    """Members that a network needs before its bits can reach the threshold on this log; null = cannot be tested."""


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


class SingleSource(Node, frozen=True):
    """One account or one declared customer whose traffic looks like a harvest; no network."""

    account_ids: list[str]
    organization_id: str | None
    events: int
    events_in_campaign: int
    extraction_bits: float
    summary: str
    evidence: list[Evidence] = []


class Hub(Node, frozen=True):
    """An observable held by so many accounts that it says nothing, and was given no weight."""

    channel: str
    signal: str
    value: str
    accounts: int


class NearMiss(Node, frozen=True):
    """An account or group close to a network that was left out, and why."""

    account_ids: list[str]
    network: str | None
    bits: float
    needed: float
    reason: str


class Suppressed(Node, frozen=True):
    """A network that the user's own list covers."""

    fingerprint: str
    reason: str
    expires: str | None = None


class Excluded(Node, frozen=True):
    """What was looked at and left out; shown, not hidden."""

    hubs: list[Hub] = []
    suppressed: list[Suppressed] = []
    near_misses: list[NearMiss] = []


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
    run: Run = Run()
    """What was asked."""


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
    """Return the JSON Schema (2020-12) of the report."""
    schema = msgspec.json.schema(Report)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "extractscan report", **schema}
