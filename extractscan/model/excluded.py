"""What was looked at and left out of the networks; shown, not hidden."""

from __future__ import annotations

from typing import Literal

from extractscan.model.node import Node


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
    """An entry of the user's own list of known networks."""

    fingerprint: str
    reason: str
    expires: str | None = None
    state: Literal["active", "expired", "unused"] = "active"
    """An expired entry covers nothing any more; an unused one met no network."""
    networks: list[str] = []
    """Ids of the networks that it covers, or would if it had not expired."""


AllowedKind = Literal["gateway", "egress", "customer"]


class Allowed(Node, frozen=True):
    """An entry of the user's own list of gateways, egress ranges and licensed customers."""

    kind: AllowedKind
    values: list[str]
    """Ranges, accounts and organizations as they were listed."""
    reason: str
    expires: str | None = None
    state: Literal["active", "expired", "unused"] = "active"
    accounts: int = 0
    """Accounts of the log that it covers."""
    events: int = 0
    """Events whose address was given no weight."""
    networks: list[str] = []
    """Ids of the networks that have covered accounts."""


class Excluded(Node, frozen=True):
    """What was looked at and left out; shown, not hidden."""

    hubs: list[Hub] = []
    suppressed: list[Suppressed] = []
    allowed: list[Allowed] = []
    below_level: list[str] = []
    """Fingerprints of networks that were left out because their level is under the one asked for."""
    near_misses: list[NearMiss] = []
