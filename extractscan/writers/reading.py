"""What every drawn output says the same way: the order networks are read in, and what a report does not prove."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

from extractscan.model import LEVELS, Allowed, Evidence, Network, Report, Verdict
from extractscan.writers.numbers import count, share

PROMISE = (
    "A shared signal is a reason to look, not proof. Bits are log2 likelihood ratios, not calibrated to a "
    "probability. The report links accounts; it says nothing about who runs them or why."
)
HARVEST = "extraction"
"""Channel of evidence that says what traffic was for."""
_GIST = "reason to look, not proof"
_VERDICTS = get_args(Verdict)


def ranked(networks: Iterable[Network]) -> list[Network]:
    """Return networks as they should be read: by verdict, then level, then coordination bits, then id."""
    return sorted(
        networks, key=lambda n: (_VERDICTS.index(n.verdict), LEVELS.index(n.level), -n.coordination_bits, n.id)
    )


def said(report: Report) -> bool:
    """Return whether the report's own limits already say what `PROMISE` says."""
    return any(_GIST in limit for limit in report.limits)


def bottom_line(report: Report) -> str:
    """Say in a few words how many networks were found, and of what sort."""
    found = sum(network.verdict == "extraction_network" for network in report.networks)
    others = len(report.networks) - found
    if not report.networks:
        return "no network stands out"
    return f"{found} extraction network{'' if found == 1 else 's'}, {others} other{'' if others == 1 else 's'}"


def nothing_found(report: Report) -> str:
    """Say what a report without networks does not mean, with the reasons that hold for this log."""
    coverage = report.coverage
    reasons = ["That is no proof that there is none:"]
    if coverage.smallest_detectable_network is None:
        reasons.append("how small a network this log could show is not known;")
    else:
        reasons.append(
            f"networks of fewer than {coverage.smallest_detectable_network:,} accounts cannot be told from chance here;"
        )
    if coverage.expected_false is not None:
        reasons.append(f"chance alone gives {by_chance(report)};")
    untested = sum(not signal.ran for signal in coverage.signals)
    if untested:
        reasons.append(f"{untested} of {len(coverage.signals)} signals could not be computed, as listed below;")
    reasons.append("accounts that share nothing in these fields cannot be linked by them.")
    return " ".join(reasons)


def by_chance(report: Report) -> str:
    """Say how many networks shuffled sightings gave; nothing where none were shuffled."""
    coverage = report.coverage
    if coverage.expected_false is None:
        return ""
    return f"{coverage.expected_false:.3g} networks (mean of {count(coverage.shuffles, 'shuffle')})"


def called(report: Report, fingerprint: str) -> str:
    """Return the id of the network with this fingerprint, or the fingerprint where the report has no such network."""
    return next((each.id for each in report.networks if each.fingerprint == fingerprint), fingerprint)


def meaning(network: Network, signal: str, value: str) -> str:
    """Return a shared value as people know it: wording by the template that holds it, a system prompt by its words."""
    for template in network.templates if signal == "template" else ():
        if template.id == value:
            return " ".join(template.skeleton.split())
    if signal == "system_prompt":
        quoted = next((e.value for e in network.evidence if e.signal == signal and e.value), None)
        return f"{quoted} ({value})" if quoted else value
    return value


def holders(item: Evidence) -> str:
    """Say who holds what a piece of evidence shows, inside and outside.

    Nothing where there is nothing to hold: a price for what members lack, and how the traffic of a whole network is
    made up, of which no share of others was measured.
    """
    measured = item.background > 0 or item.channel != HARVEST
    if not item.held_by or not measured:
        return ""
    outside = "no other" if item.background <= 0 else f"{share(item.background)} of all others"
    return f"held by {item.held_by:,}, by {outside}"


def standing(network: Network) -> str:
    """Say in words whether the user's own list covers a network, and what it was in an older report; mostly nothing."""
    said = ""
    if network.suppressed is not None:
        said += ", on the user's own list"
    if network.change is not None:
        said += f", {network.change.state} since the older report{', risen' if network.change.risen else ''}"
    return said


def allowed_line(entry: Allowed) -> str:
    """Say what an entry of the user's list of gateways, ranges and customers covered; quotes what the user wrote."""
    until = f" until {entry.expires}" if entry.expires is not None else ""
    what = f"{entry.kind} {', '.join(entry.values)}{until}: {entry.reason}"
    if entry.state != "active":
        return f"{what} ({entry.state})"
    events = f", {count(entry.events, 'event')} without the weight of the address" if entry.events else ""
    return f"{what} ({count(entry.accounts, 'account')}{events})"
