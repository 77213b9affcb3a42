"""What a network looks like beyond its sums: the part of the report that pictures are drawn from.

Lists that grow with a network are cut, and say by how much. Names, times and counts are as everywhere in the report.
"""

from __future__ import annotations

from extractscan.model.node import Node


class MemberDays(Node, frozen=True):
    """Events of one member on each of the network's days."""

    account_id: str
    """The member."""
    events: list[int]
    """One number for each of `activity.days`."""


class Activity(Node, frozen=True):
    """Who was active when: one column for each UTC day from the network's first to its last."""

    days: list[str] = []
    """The days, in UTC."""
    members: list[MemberDays] = []
    """The members with the most events."""
    others: list[int] = []
    """Events of all other members together."""
    left_out: int = 0
    """How many members `others` stands for."""


class Dealt(Node, frozen=True):
    """How many different items one member sent, and how many of them another member sent too."""

    account_id: str
    """The member."""
    items: int
    """Different items that it sent."""
    shared: int
    """Those of them that another member sent too."""


class Partition(Node, frozen=True):
    """How the campaign's items are spread over the members; an item is one distinct prompt."""

    events: int
    """Events of the campaign that carry an item."""
    items: int
    """Different items."""
    shared: int
    """Items that two or more members sent."""
    expected: float
    """Items that two or more members would have sent, had each drawn as many as it sent from these items at random."""
    members: list[Dealt] = []
    """The members with the most items."""
    left_out: int = 0
    """Members that are not listed."""


class Handover(Node, frozen=True):
    """One member that fell silent, and one that started within two days."""

    stopped: str
    """The member that fell silent."""
    started: str
    """The member that started."""
    stopped_at: str
    """Its last event."""
    started_at: str
    """Its first event."""
    hours: float
    """Time between the two."""
    carried: list[str] = []
    """Signals of which both hold the same value."""


class AccountFacts(Node, frozen=True):
    """What was declared for one account, beside where it was used from; null where nobody knows."""

    account_id: str
    """The member."""
    plan: str | None = None
    """Its plan."""
    status: str | None = None
    """Its status."""
    created_at: str | None = None
    """When it signed up."""
    billing_country: str | None = None
    """Where it is billed."""
    signup_country: str | None = None
    """Country in which the network's calls place the address that the account signed up from, or its /24."""
    countries: list[str] = []
    """Countries of its calls, most used first."""
    mismatches: list[str] = []
    """Pairs of these that differ, such as `billing/use`."""


class Compliance(Node, frozen=True):
    """How the members came in, what they declared, and where the traffic came from."""

    plans: dict[str, int] = {}
    """Accounts by plan."""
    statuses: dict[str, int] = {}
    """Accounts by status."""
    billing_countries: dict[str, int] = {}
    """Accounts by billing country."""
    signup_countries: dict[str, int] = {}
    """Accounts by each; the unknown are not counted."""
    use_countries: dict[str, int] = {}
    """Accounts by the country that most of their calls came from."""
    mismatched: int = 0
    """Accounts of which two known countries differ."""
    compared: int = 0
    """Accounts of which two of the three countries are known."""
    endpoints: dict[str, int] = {}
    """Events by endpoint."""
    platforms: dict[str, int] = {}
    """Events by platform."""
    systems: dict[str, int] = {}
    """Events by autonomous system, most used first, cut."""
    hosting_share: float | None = None
    """Share of the events with a known autonomous system that come from one known to sell hosting."""
    models_by_country: dict[str, dict[str, int]] = {}
    """Events by model, then by country of the address."""
    accounts: list[AccountFacts] = []
    """Those with a mismatch first."""
    left_out: int = 0
    """Accounts that are not listed."""


class Traits(Node, frozen=True):
    """What the pictures of one network are drawn from."""

    activity: Activity = Activity()
    """Who was active when."""
    partition: Partition | None = None
    """Null where the log has no text, or the network no campaign."""
    handovers: list[Handover] = []
    """Members that stop, and those that start."""
    handovers_left_out: int = 0
    """Pairs that are not listed."""
    compliance: Compliance = Compliance()
    """Pathways, account types and countries."""
