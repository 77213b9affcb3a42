"""Networks as a STIX 2.1 bundle, for threat-intelligence platforms; the extra `stix` installs the library."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from ipaddress import IPv4Network, ip_network
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from extractscan.model import Hypothesis, Network, Report
from extractscan.writers.atlas import Technique, techniques
from extractscan.writers.reading import PROMISE, ranked
from extractscan.writers.show import SENTENCE, show
from extractscan.writers.times import moment

NAMESPACE = uuid5(NAMESPACE_OID, "extractscan")
PUBLISHED = datetime(2026, 1, 1, tzinfo=UTC)
"""When what never changes was made: the tool's identity, techniques, and what a report gives no time for."""
LEAN = 3.0
"""Bits for or against, from which on an opinion agrees or disagrees; never strongly, since bits are not calibrated."""
TLP_EXTENSION = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
TLP = {
    "clear": "94868c89-83c2-464b-929b-a1a8aa3c8487",
    "green": "bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    "amber": "55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    "amber+strict": "939a9414-2ddd-4d32-a0cd-375ea402b003",
    "red": "e828b379-4e03-4974-9ac4-e53a884c97c1",
}
"""OASIS's marking definitions of TLP 2.0, which STIX 2.1 itself does not hold."""
TLP_PUBLISHED = "2022-10-01T00:00:00.000Z"
MOST_OBSERVED = 999_999_999
"""The largest count that STIX allows."""
OBSERVABLES = UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")
"""STIX 2.1's own namespace for ids of observables (section 2.9)."""


def render(report: Report) -> bytes:
    """Return a bundle in which each network is a grouping of user accounts and of what was observed.

    A network that an innocent explanation explains is not shared. Each explanation is a note on the grouping with an
    opinion on the note; techniques of MITRE ATLAS stand beside a harvest. There is no threat actor and no intrusion
    set: the report says nothing about who acts. Ids are derived from the report, times are those of the log; a note's
    and an opinion's from what it says, so that a later judgement stands beside the earlier one.
    """
    marks = {"object_marking_refs": [f"marking-definition--{TLP[report.tlp]}"]} if report.tlp else {}
    objects: dict[str, dict[str, Any]] = {}
    for one in _objects(report, marks):
        if one["id"] not in objects:
            objects[one["id"]] = one if isinstance(one, dict) else json.loads(one.serialize())
    listed = list(objects.values())
    named = uuid5(NAMESPACE, json.dumps(listed))
    bundle = {"type": "bundle", "id": f"bundle--{named}", "objects": listed}
    return json.dumps(bundle, indent=2, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"


def _id(kind: str, *parts: str) -> str:
    return f"{kind}--{uuid5(NAMESPACE, json.dumps([kind, *parts]))}"


def _objects(report: Report, marks: dict[str, Any]) -> Iterator[Any]:
    from stix2 import v21

    if report.tlp:
        extension = {"extension_type": "property-extension", "tlp_2_0": report.tlp}
        yield v21.MarkingDefinition(
            id=marks["object_marking_refs"][0],
            created=TLP_PUBLISHED,
            name=f"TLP:{report.tlp.upper()}",
            extensions={TLP_EXTENSION: extension},
        )
    tool = v21.Identity(
        id=_id("identity", report.tool.name),
        name=report.tool.name,
        identity_class="system",
        created=PUBLISHED,
        modified=PUBLISHED,
        **marks,
    )
    yield tool
    for network in ranked(report.networks):
        if network.verdict != "explained":
            yield from _network(network, {"created_by_ref": tool.id, **marks}, marks)


def _network(network: Network, made: dict[str, Any], marks: dict[str, Any]) -> Iterator[Any]:
    from stix2 import v21

    seen = sorted(when for when in (moment(network.first_seen), moment(network.last_seen)) if when) or [PUBLISHED]
    made = {**made, "created": seen[-1], "modified": seen[-1]}
    things = [_account(member.account_id, marks) for member in network.accounts]
    things += _addresses(network, marks)
    yield from things
    observed = v21.ObservedData(
        id=_id("observed-data", network.fingerprint),
        first_observed=seen[0],
        last_observed=seen[-1],
        number_observed=min(max(network.events, 1), MOST_OBSERVED),
        object_refs=list(dict.fromkeys(thing["id"] for thing in things)),
        **made,
    )
    yield observed
    patterns = [_pattern(technique, made) for technique in techniques(network)]
    yield from patterns
    grouping = v21.Grouping(
        id=_id("grouping", network.fingerprint),
        name=f"{network.id} {network.fingerprint}",
        description=f"{show(network.title, SENTENCE)} {PROMISE}",
        context="suspicious-activity" if network.verdict == "extraction_network" else "unspecified",
        labels=[network.verdict, network.level, *(["suppressed"] if network.suppressed is not None else [])],
        object_refs=list(dict.fromkeys([*observed.object_refs, observed.id, *(pattern.id for pattern in patterns)])),
        **made,
    )
    yield grouping
    content = "\n".join(_evidence(network))
    yield v21.Note(
        id=_id("note", network.fingerprint, content),
        abstract="Linked by",
        content=content,
        object_refs=[grouping.id],
        **made,
    )
    if network.suppressed is not None:
        known = show(network.suppressed, SENTENCE)
        yield v21.Note(
            id=_id("note", network.fingerprint, "suppressed", known),
            abstract="On the user's own list of known networks",
            content=known,
            object_refs=[grouping.id],
            **made,
        )
    for one in network.hypotheses:
        yield from _explanation(one, network, grouping.id, made)


def _account(name: str, marks: dict[str, Any]) -> dict[str, Any]:
    """Return what the library makes of an account, byte for byte: it takes long for one, and there are thousands."""
    told = json.dumps({"user_id": name}, separators=(",", ":"), ensure_ascii=False)
    made = {"type": "user-account", "spec_version": "2.1", "id": f"user-account--{uuid5(OBSERVABLES, told)}"}
    return {**made, **marks, "user_id": name}


def _addresses(network: Network, marks: dict[str, Any]) -> list[Any]:
    """Return the addresses and prefixes that members share; a value that is no address, as a pseudonym, is left out."""
    from stix2 import v21

    found = []
    for item in network.observables:
        if item.signal in ("address", "prefix"):
            try:
                four = isinstance(ip_network(item.value), IPv4Network)
            except ValueError:
                continue
            found.append((v21.IPv4Address if four else v21.IPv6Address)(value=item.value, **marks))
    return found


def _pattern(technique: Technique, made: dict[str, Any]) -> Any:
    from stix2 import v21

    reference = {"source_name": "mitre-atlas", "external_id": technique.id, "url": technique.url}
    return v21.AttackPattern(
        id=_id("attack-pattern", technique.id),
        name=technique.name,
        external_references=[reference],
        **{**made, "created": PUBLISHED, "modified": PUBLISHED},
    )


def _evidence(network: Network) -> Iterator[str]:
    for item in network.evidence:
        yield f"{item.bits:+.1f} bits, {show(item.channel)}, {show(item.signal)}: {show(item.summary, SENTENCE)}"
    for item in network.extraction:
        yield f"{item.bits:+.1f} bits of a harvest, {show(item.signal)}: {show(item.summary, SENTENCE)}"
    null = network.null
    yield f"{null.as_strong} of {null.shuffles} shuffles of the log gave a network this strong"


def _explanation(one: Hypothesis, network: Network, grouping: str, made: dict[str, Any]) -> Iterator[Any]:
    from stix2 import v21

    told = [
        *(f"for: {show(reason, SENTENCE)}" for reason in one.for_),
        *(f"against: {show(reason, SENTENCE)}" for reason in one.against),
        *(f"would decide: {show(reason, SENTENCE)}" for reason in one.would_decide),
    ]
    content = "\n".join([f"{show(one.id)}: {one.bits:+.1f} bits", *told])
    note = v21.Note(
        id=_id("note", network.fingerprint, content),
        abstract=f"Would be explained by: {show(one.title, SENTENCE)}",
        content=content,
        object_refs=[grouping],
        **made,
    )
    yield note
    yield v21.Opinion(
        id=_id("opinion", note.id),
        opinion="agree" if one.bits >= LEAN else "disagree" if one.bits <= -LEAN else "neutral",
        explanation=f"{one.bits:+.1f} bits, not calibrated to a probability",
        object_refs=[note.id],
        **made,
    )
