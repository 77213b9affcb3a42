"""One JSON object a line for each account of each network, for pipes and log stores."""

from __future__ import annotations

from typing import Any

import msgspec

from extractscan.model import Report


def render(report: Report) -> bytes:
    """Return one line an account of a network, in the report's order, with values exactly as they were logged.

    Each object is the member as the report has it, led by `network`, `fingerprint`, `verdict`, `level`,
    `coordination_bits` and `extraction_bits` of its network. Without networks the result is empty.
    """
    lines: list[dict[str, Any]] = []
    for network in report.networks:
        shared = {
            "network": network.id,
            "fingerprint": network.fingerprint,
            "verdict": network.verdict,
            "level": network.level,
            "coordination_bits": network.coordination_bits,
            "extraction_bits": network.extraction_bits,
        }
        lines.extend({**shared, **msgspec.to_builtins(member)} for member in network.accounts)
    return b"".join(msgspec.json.encode(line) + b"\n" for line in lines)
