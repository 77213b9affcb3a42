"""Networks as OCSF Detection Findings (class 2004), for SIEMs and data lakes."""

from __future__ import annotations

from typing import Any

import msgspec

from extractscan.model import Evidence, Network, Report
from extractscan.writers.atlas import Technique, techniques
from extractscan.writers.reading import PROMISE, ranked
from extractscan.writers.show import SENTENCE, show
from extractscan.writers.times import microseconds, moment

OCSF_VERSION = "1.5.0"
_SEVERITY = {"critical": 5, "high": 4, "medium": 3, "low": 2, "info": 1}
_NEW, _SUPPRESSED = 1, 3
_BEHAVIOURAL = 2


def render(report: Report) -> bytes:
    """Return a JSON array with one Detection Finding for each network.

    Only an extraction network is an alert; what the user's own list covers has the status Suppressed. The time of a
    finding is that of its last event, so that the same report gives the same bytes. Evidence carries the report's own
    fields as its data; nothing is claimed about confidence, as bits are not calibrated.
    """
    found = [_finding(network, report) for network in ranked(report.networks)]
    return msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n"


def _finding(network: Network, report: Report) -> dict[str, Any]:
    suppressed = network.suppressed is not None
    first, last = _milliseconds(network.first_seen), _milliseconds(network.last_seen)
    seen = {"first_seen_time": first, "last_seen_time": last}
    attacks = [_attack(technique) for technique in techniques(network)]
    marked = {"labels": [f"TLP:{report.tlp.upper()}"]} if report.tlp else {}
    product = {"name": report.tool.name, "vendor_name": report.tool.name, "version": report.tool.version}
    return {
        "category_uid": 2,
        "class_uid": 2004,
        "activity_id": 1,
        "type_uid": 200401,
        "time": last or 0,
        "severity_id": _SEVERITY[network.level],
        "status_id": _SUPPRESSED if suppressed else _NEW,
        "is_alert": network.verdict == "extraction_network" and not suppressed,
        "message": show(network.title, SENTENCE),
        "metadata": {"version": OCSF_VERSION, "product": product, **marked},
        "finding_info": {
            "uid": network.fingerprint,
            "title": show(network.title, SENTENCE),
            "desc": PROMISE,
            "types": [network.verdict],
            **{name: number for name, number in seen.items() if number is not None},
            "analytic": {"name": "account linkage", "type_id": _BEHAVIOURAL, "version": report.tool.version},
            **({"attacks": attacks} if attacks else {}),
        },
        "resources": [
            {
                "uid": member.account_id,
                "type": "account",
                "labels": [member.role],
                "data": {"bits": member.bits, "events": member.events, "events_in_campaign": member.events_in_campaign},
            }
            for member in network.accounts
        ],
        "evidences": [
            _evidence(axis, item)
            for axis, items in (("coordination", network.evidence), ("extraction", network.extraction))
            for item in items
        ],
        "unmapped": {
            "network": network.id,
            "coordination_bits": network.coordination_bits,
            "extraction_bits": network.extraction_bits,
            "hypotheses": [{"id": one.id, "title": one.title, "bits": one.bits} for one in network.hypotheses],
        },
    }


def _evidence(axis: str, item: Evidence) -> dict[str, Any]:
    return {"name": f"{axis} {item.signal}", "data": msgspec.to_builtins(item)}


def _attack(technique: Technique) -> dict[str, Any]:
    named = {"uid": technique.id, "name": technique.name, "src_url": technique.url}
    if technique.parent is None:
        return {"technique": named}
    uid, name = technique.parent
    return {"technique": {"uid": uid, "name": name}, "sub_technique": named}


def _milliseconds(text: str) -> int | None:
    when = moment(text)
    return None if when is None else microseconds(when) // 1000
