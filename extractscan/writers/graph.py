"""Accounts and what they share, as the vertices and edges that graph formats write down."""

from __future__ import annotations

from typing import NamedTuple

from extractscan.model import Member, Network, Report
from extractscan.writers.reading import ranked

ATTRIBUTES = {
    "kind": "string",
    "network": "string",
    "verdict": "string",
    "level": "string",
    "role": "string",
    "bits": "double",
    "events": "long",
    "suppressed": "string",
    "channel": "string",
    "signal": "string",
    "value": "string",
    "outside": "long",
}
"""Attributes of vertices with their types: an account has those up to `suppressed`, an observable the others."""
LABEL = 80


class Vertex(NamedTuple):
    """An account or an observable; ids count from 0, so that no log value has to be one."""

    id: str
    label: str
    attributes: dict[str, str | int | float]


class Graph(NamedTuple):
    """Vertices, and edges from an account to an observable that it holds, with the channel."""

    vertices: list[Vertex]
    edges: list[tuple[str, str, str]]


def graph(report: Report) -> Graph:
    """Return every member of every network, every observable that is listed, and who holds which.

    An account in two networks is one vertex with the ids of both, and what else is said is that of the worse; an
    observable of two networks ties them together. What the user's own list covers stays and is marked: `suppressed`
    says which of an account's networks, and why.
    """
    accounts: dict[str, Vertex] = {}
    shared: dict[tuple[str, str], Vertex] = {}
    edges: dict[tuple[str, str], str] = {}
    for network in ranked(report.networks):
        for member in network.accounts:
            known = accounts.get(member.account_id)
            if known is None:
                known = Vertex(f"a{len(accounts)}", member.account_id, _told(network, member))
                accounts[member.account_id] = known
            else:
                known.attributes["network"] = f"{known.attributes['network']} {network.id}"
            if network.suppressed is not None:
                before = f"{known.attributes['suppressed']}; " if "suppressed" in known.attributes else ""
                known.attributes["suppressed"] = f"{before}{network.id}: {network.suppressed}"
        for item in network.observables:
            place = Vertex(
                f"o{len(shared)}",
                f"{item.signal}: {item.value}",
                {
                    "kind": "observable",
                    "channel": item.channel,
                    "signal": item.signal,
                    "value": item.value,
                    "outside": item.outside,
                },
            )
            place = shared.setdefault((item.signal, item.value), place)
            edges |= {(accounts[who].id, place.id): item.channel for who in item.held_by if who in accounts}
    return Graph([*accounts.values(), *shared.values()], [(*ends, channel) for ends, channel in edges.items()])


def _told(network: Network, member: Member) -> dict[str, str | int | float]:
    return {
        "kind": "account",
        "network": network.id,
        "verdict": network.verdict,
        "level": network.level,
        "role": member.role,
        "bits": member.bits,
        "events": member.events,
    }
