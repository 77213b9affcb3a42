"""Networks as SARIF 2.1.0, for code-scanning pages and their viewers."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

import msgspec

from extractscan.model import Evidence, Network, Report, SingleSource
from extractscan.model.shared import fingerprint
from extractscan.writers.atlas import Technique, techniques
from extractscan.writers.reading import PROMISE, ranked
from extractscan.writers.show import SENTENCE, show

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
RULES = {
    "extraction_network": "Accounts linked as by one operator, whose traffic is consistent with a harvest",
    "coordinated": "Accounts linked as by one operator, without a harvest that stands",
    "reseller": "Accounts linked as by a reseller, without a harvest that stands",
    "explained": "Accounts linked in a way that an innocent explanation explains",
    "single_source": "One account or customer whose traffic is consistent with a harvest; no network",
}
"""What each rule id means; ids are the verdicts of the report."""
HELP = "`extractscan explain REPORT NETWORK` shows what the bits are the sum of, down to the records."
LOCATIONS = 10
"""Records a result points at; viewers list them all at once."""
_LEVELS = {"critical": "error", "high": "error", "medium": "warning", "low": "note", "info": "note"}
_ONE_LINE = (".jsonl", ".ndjson")


def render(report: Report) -> bytes:
    """Return one run with a result for each network and each single source.

    Only an extraction network has the kind `fail` and a level; everything else is for review or information.
    `partialFingerprints` hold the network's fingerprint, which neither the order nor the place of inputs changes; URIs
    are relative. What the user's own list covers is there with its suppression.
    """
    networks = ranked(report.networks)
    mapped = {technique.id: technique for network in networks for technique in techniques(network)}
    run: dict[str, Any] = {
        "tool": {"driver": _driver(report, supported=bool(mapped))},
        "automationDetails": {"id": "extractscan/"},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": _untested(report)}],
        "artifacts": [
            {
                "location": {"uri": relative_uri(source.path)},
                "length": source.bytes,
                "hashes": {"sha-256": source.sha256},
            }
            for source in report.inputs
        ],
        "results": [
            *(_network(network, report) for network in networks),
            *(_single(source, report) for source in report.single_sources),
        ],
        "columnKind": "unicodeCodePoints",
    }
    if report.tlp:
        run["properties"] = {"tlp": f"TLP:{report.tlp.upper()}"}
    if mapped:
        run["taxonomies"] = [{"name": "MITRE ATLAS", "taxa": [_taxon(one) for one in mapped.values()]}]
    return msgspec.json.format(msgspec.json.encode({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})) + b"\n"


def message(content: str) -> str:
    """Return text in which nothing is a link: a word joiner parts what a viewer would take for one."""
    return show(content, SENTENCE).replace("](", "]\u2060(")


def relative_uri(path: str) -> str:
    """Return a path as a relative URI: no root, no steps upwards, everything unusual percent-encoded."""
    parts = [part for part in PurePosixPath(path.replace("\\", "/")).parts if part not in ("/", "//", "..")]
    return "/".join(quote(part, safe="", errors="replace") for part in parts) or "input"


def _driver(report: Report, *, supported: bool) -> dict[str, Any]:
    driver: dict[str, Any] = {
        "name": report.tool.name,
        "version": report.tool.version,
        "rules": [
            {
                "id": name,
                "shortDescription": {"text": text},
                "fullDescription": {"text": f"{text}. {PROMISE}"},
                "help": {"text": f"{text}. {PROMISE} {HELP}"},
                "defaultConfiguration": {"level": "error" if name == "extraction_network" else "none"},
            }
            for name, text in RULES.items()
        ],
    }
    if supported:
        driver["supportedTaxonomies"] = [{"name": "MITRE ATLAS"}]
    return driver


def _taxon(technique: Technique) -> dict[str, Any]:
    return {"id": technique.id, "name": technique.name, "helpUri": technique.url}


def _untested(report: Report) -> list[dict[str, Any]]:
    """Say as notifications what could not be tested: no result is no proof."""
    return [
        {
            "level": "note",
            "message": {"text": message(f"{signal.name} was not computed: {signal.why_not or 'no reason'}")},
        }
        for signal in report.coverage.signals
        if not signal.ran
    ]


def _network(network: Network, report: Report) -> dict[str, Any]:
    stands = network.verdict == "extraction_network"
    strongest = sorted(network.evidence, key=lambda item: (-item.bits, item.channel, item.signal))
    linked = "; ".join(item.summary for item in strongest[:3])
    told = f"{network.title}. Linked by ({network.coordination_bits:.1f} bits): {linked}"
    result = _result(
        network.verdict, told, {"network/v1": network.fingerprint}, _places([*strongest, *network.extraction], report)
    )
    result["kind"] = "fail" if stands else "informational" if network.verdict == "explained" else "review"
    result["level"] = _LEVELS[network.level] if stands else "none"
    result["properties"] = {
        "network": network.id,
        "level": network.level,
        "coordination_bits": network.coordination_bits,
        "extraction_bits": network.extraction_bits,
        "accounts": [member.account_id for member in network.accounts],
        "hypotheses": {one.id: one.bits for one in network.hypotheses},
    }
    if found := techniques(network):
        result["taxa"] = [{"id": technique.id, "toolComponent": {"name": "MITRE ATLAS"}} for technique in found]
    if network.suppressed is not None:
        result["suppressions"] = [{"kind": "external", "justification": show(network.suppressed, SENTENCE)}]
    return result


def _single(source: SingleSource, report: Report) -> dict[str, Any]:
    prints = {"accounts/v1": fingerprint(source.account_ids)}
    result = _result("single_source", source.summary, prints, _places(source.evidence, report))
    result |= {"kind": "review", "level": "none"}
    result["properties"] = {"accounts": source.account_ids, "extraction_bits": source.extraction_bits}
    return result


def _result(rule: str, told: str, fingerprints: dict[str, str], places: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "ruleId": rule,
        "ruleIndex": list(RULES).index(rule),
        "message": {"text": message(told)},
        "partialFingerprints": fingerprints,
        "locations": places,
    }


def _places(evidence: list[Evidence], report: Report) -> list[dict[str, Any]]:
    """Point at the evidence's first records; where it names none, at the first input, since viewers want a place."""
    places = []
    for item in evidence:
        for row in item.rows[:1]:
            place: dict[str, Any] = {"artifactLocation": {"uri": relative_uri(row.file)}}
            if row.file.lower().removesuffix(".gz").endswith(_ONE_LINE):
                place["region"] = {"startLine": row.row + 1}
            places.append(
                {
                    "physicalLocation": place,
                    "logicalLocations": [{"name": f"record {row.row}", "kind": "object"}],
                    "message": {"text": message(f"{item.channel} {item.signal}: {item.summary}")},
                }
            )
    if not places and report.inputs:
        places = [{"physicalLocation": {"artifactLocation": {"uri": relative_uri(report.inputs[0].path)}}}]
    return places[:LOCATIONS]
