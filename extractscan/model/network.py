"""One network of the report: its members, what links them, what their traffic was for, what else would explain it."""

from __future__ import annotations

import msgspec

from extractscan.model.node import Level, Node, Verdict
from extractscan.model.shared import Observable, Part, Rows
from extractscan.model.since import Change
from extractscan.model.traits import Traits


class NullTest(Node, frozen=True):
    """How often shuffled sightings, which keep every degree, gave a network as strong."""

    shuffles: int
    """How many times the sightings were dealt out anew; 0 where the test was not asked for."""
    as_strong: int
    """Shuffles in which the search gave a network with as many bits."""
    expected_false: float
    """Networks that one shuffle gave on average at the threshold in use."""


class Row(Node, frozen=True):
    """One original record: input path, 0-based record number, SHA-256 of the record as it was read."""

    file: str
    """Path of the input, as under `inputs`."""
    row: int
    """Number of the record from 0 on."""
    sha256: str
    """SHA-256 of the record's bytes as they lie in the input; of a row of a table, of its columns as JSON with sorted
    keys."""


class Member(Node, frozen=True):
    """One account of a network and what ties it there."""

    account_id: str
    """The account, as the log has it."""
    bits: float
    """Bits that tie it to the network, before the odds against any one account."""
    role: str
    """`core` (linked by its own evidence), `heir` (took over from another), `pool` (only meets shared pools)."""
    events: int
    """Its events in the log."""
    events_in_campaign: int
    """Those of them that belong to the harvest."""
    first_seen: str
    """Its first event."""
    last_seen: str
    """Its last event."""
    channels: dict[str, float] = {}
    """Bits by channel; `bits` is their sum."""
    status: str | None = None
    """What the accounts table says of it, such as `active` or `banned`."""


class Evidence(Node, frozen=True):
    """One reason to hold the members together."""

    channel: str
    """What fails together with it: identity, network, client, content, time; or extraction."""
    signal: str
    """The kind of observable or behaviour."""
    bits: float
    """Its part of the network's bits: in each channel a member's strongest signal stands for it."""
    background: float
    """Share of accounts outside the network that show the same."""
    held_by: int
    """Members that show it; 0 for a price that members pay for what they lack."""
    summary: str
    """One sentence."""
    rows: list[Row] = []
    """Original records that show it, a few of them."""
    phrase: str | None = None
    """The summary with `{value}` where it quotes the log; null where it quotes nothing."""
    value: str | None = None
    """What stands there: the value that most members share, cut for reading."""
    value_held_by: int = 0
    """Members that hold it."""


class Template(Node, frozen=True):
    """A fixed text around varying slots that members send."""

    id: str
    """Names the template in this report."""
    skeleton: str
    """The fixed parts in their order, with `…` where the text varies."""
    accounts: int
    """Members that send it."""
    events: int
    """Their events with it."""
    outside_accounts: int
    """Accounts outside the network that send it too."""
    parts: list[Part] = []
    """The skeleton's fixed parts in their order, with how many of the sampled accounts sent exactly that."""


class Hypothesis(Node, frozen=True):
    """One explanation of a network, with what speaks for and against it."""

    id: str
    """`H1 extraction_operator`, `H2 single_customer`, `H3 shared_infrastructure`, `H4 reseller`, `H5 compromised_keys`
    or `H6 popular_content`."""
    title: str
    """The explanation in words."""
    bits: float
    """Sum of what speaks for and against it."""
    for_: list[str] = msgspec.field(default_factory=list, name="for")
    """Reasons for it, each with its bits."""
    against: list[str] = []
    """Reasons against it, each with its bits."""
    would_decide: list[str] = []
    """Fields or facts that would decide, and that the log does not hold."""


class TimelinePoint(Node, frozen=True):
    """Activity of a network on one UTC day."""

    day: str
    """The day, in UTC."""
    events: int
    """Events of members on it."""
    accounts: int
    """Members with an event on it."""


class Network(Node, frozen=True):
    """A set of accounts held to have one operator, and what its traffic was for."""

    id: str
    """`N1`, `N2`, …; stable within one report alone."""
    fingerprint: str
    """SHA-256 over the sorted account ids, 16 digits: the same in every report, whatever the files."""
    verdict: Verdict
    """Whether it is a finding: only `extraction_network` is."""
    level: Level
    """What it is and how large: an extraction network is `medium`, with 8 accounts `high`, with 50, or 50,000 events,
    `critical`; others are `low`, explained ones `info`."""
    title: str
    """One sentence for a reader in a hurry."""
    coordination_bits: float
    """Mean over the members of the bits that tie them; the evidence adds up to it."""
    extraction_bits: float
    """Bits that the traffic is a harvest; they never link accounts."""
    null: NullTest
    """What chance does on this very log."""
    accounts: list[Member]
    """The members."""
    events: int
    """All events of the members."""
    events_in_campaign: int
    """Events that belong to the harvest."""
    tokens: int
    """Input and output tokens of all events."""
    cost_usd: float | None
    """Cost of all events where the log has it."""
    models: dict[str, int]
    """Events by model."""
    countries: dict[str, int]
    """Events by country of the address."""
    first_seen: str
    """First event of a member."""
    last_seen: str
    """Last event of a member."""
    evidence: list[Evidence]
    """What links the accounts."""
    extraction: list[Evidence] = []
    """What speaks for a harvest, kept apart from what links the accounts."""
    templates: list[Template] = []
    """Wording of their own."""
    hypotheses: list[Hypothesis] = []
    """The six explanations."""
    survives_without: dict[str, bool] = {}
    """For each channel, whether the network still holds together without it."""
    timeline: list[TimelinePoint] = []
    """Activity by day."""
    notes: list[str] = []
    """What a reader has to know besides."""
    observables: list[Observable] = []
    """What members share, by channel, signal and holders; `observables_omitted` more are not listed."""
    observables_omitted: int = 0
    """Observables that are not listed."""
    traits: Traits | None = None
    """Activity, work, hand-overs and pathways, for pictures; null in reports of schema 1.0."""
    campaign_rows: list[Rows] = []
    """The records of the harvest: all of them, or the first of each input where `campaign_rows_omitted` says so."""
    campaign_rows_omitted: int = 0
    """Records of the harvest that are not named."""
    suppressed: str | None = None
    """Why the user's own list covers it; it is a finding all the same, but fails no run."""
    change: Change | None = None
    """What it was in the older report; null where none was given."""
