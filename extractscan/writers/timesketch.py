"""What happened when, as JSON lines that Timesketch imports."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from extractscan.model import Network, Report
from extractscan.writers.numbers import count
from extractscan.writers.show import SENTENCE, show
from extractscan.writers.times import microseconds, moment


def render(report: Report) -> bytes:
    """Return one line an entry, by time: each network's first and last event, its days, its accounts' first and last.

    Every line has Timesketch's `message`, `datetime` and `timestamp_desc`, and `timestamp` in microseconds since the
    epoch. What has no readable time is left out, since the import would refuse it.
    """
    marked = [f"TLP:{report.tlp.upper()}"] if report.tlp else []
    lines = [line for network in report.networks for line in _entries(network, marked)]
    lines.sort(key=lambda line: (line["timestamp"], line["data_type"], line["network"], line["message"]))
    return b"".join(msgspec.json.encode(line) + b"\n" for line in lines)


def _entries(network: Network, marked: list[str]) -> Iterator[dict[str, Any]]:
    shared = {
        "network": network.id,
        "fingerprint": network.fingerprint,
        "verdict": network.verdict,
        "level": network.level,
        "suppressed": network.suppressed,
        "tag": [
            "extractscan",
            network.verdict,
            network.level,
            *["suppressed"] * (network.suppressed is not None),
            *marked,
        ],
    }

    def entry(when: str, what: str, kind: str, message: str, **more: object) -> Iterator[dict[str, Any]]:
        at = moment(when)
        if at is not None:
            stamp = {"datetime": at.isoformat(timespec="microseconds"), "timestamp": microseconds(at)}
            yield {"message": message, **stamp, "timestamp_desc": what, "data_type": kind, **shared, **more}

    said = f"{network.id}, {network.verdict.replace('_', ' ')}, {network.level}: {show(network.title, SENTENCE)}"
    yield from entry(network.first_seen, "First Seen", "extractscan:network", said)
    yield from entry(network.last_seen, "Last Seen", "extractscan:network", said)
    for point in network.timeline:
        told = f"{network.id}: {count(point.events, 'event')} of {count(point.accounts, 'account')} on this day"
        yield from entry(point.day, "Activity", "extractscan:day", told, events=point.events, accounts=point.accounts)
    for member in network.accounts:
        told = f"account {show(member.account_id)} of {network.id} ({show(member.role)}, {member.bits:.1f} bits)"
        more = {"account_id": member.account_id, "bits": member.bits, "role": member.role, "events": member.events}
        yield from entry(member.first_seen, "First Seen", "extractscan:account", told, **more)
        yield from entry(member.last_seen, "Last Seen", "extractscan:account", told, **more)
