"""What was looked at and left out of the networks; shown, not hidden."""

from __future__ import annotations

from typing import Literal

from extractscan.model.node import Node


class Hub(Node, frozen=True):
    """An observable held by so many accounts that it says nothing, and was given no weight."""

    channel: str
    """Its channel."""
    signal: str
    """Its kind."""
    value: str
    """The value."""
    accounts: int
    """Accounts that hold it."""


class NearMiss(Node, frozen=True):
    """An account or group close to a network that was left out, and why."""

    account_ids: list[str]
    """The account, or those of one customer."""
    network: str | None
    """Fingerprint of the network that it came close to."""
    bits: float
    """Bits that tie it."""
    needed: float
    """Bits that membership needs."""
    reason: str
    """Why it was left out."""


class Suppressed(Node, frozen=True):
    """An entry of the user's own list of known networks."""

    fingerprint: str
    """Fingerprint or id that was listed, or one over the accounts that were."""
    reason: str
    """As the user wrote it."""
    expires: str | None = None
    """The last day on which it holds."""
    state: Literal["active", "expired", "unused"] = "active"
    """An expired entry covers nothing any more; an unused one met no network."""
    networks: list[str] = []
    """Ids of the networks that it covers, or would if it had not expired."""


AllowedKind = Literal["gateway", "egress", "customer"]


class Allowed(Node, frozen=True):
    """An entry of the user's own list of gateways, egress ranges and licensed customers."""

    kind: AllowedKind
    """What is listed."""
    values: list[str]
    """Ranges, accounts and organizations as they were listed."""
    reason: str
    """As the user wrote it."""
    expires: str | None = None
    """The last day on which it holds."""
    state: Literal["active", "expired", "unused"] = "active"
    """An expired entry covers nothing any more; an unused one met nothing."""
    accounts: int = 0
    """Accounts of the log that it covers."""
    events: int = 0
    """Events whose address was given no weight."""
    networks: list[str] = []
    """Ids of the networks that have covered accounts."""


class Excluded(Node, frozen=True):
    """What was looked at and left out; shown, not hidden."""

    hubs: list[Hub] = []
    """Values that too many hold."""
    suppressed: list[Suppressed] = []
    """The user's list of known networks, entry by entry."""
    allowed: list[Allowed] = []
    """The user's list of gateways, ranges and customers, entry by entry."""
    below_level: list[str] = []
    """Fingerprints of networks that were left out because their level is under the one asked for."""
    near_misses: list[NearMiss] = []
    """Accounts close to a network."""
