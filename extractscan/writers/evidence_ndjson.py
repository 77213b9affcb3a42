"""One JSON object a line for each piece of evidence, for pipes and log stores."""

from __future__ import annotations

from typing import Any

import msgspec

from extractscan.model import Report
from extractscan.writers.heads import head


def render(report: Report) -> bytes:
    """Return one line a piece of evidence, in the report's order, with values exactly as they were logged.

    Each object is the evidence as the report has it, led by what `heads.head` says of its network and by `axis`:
    `coordination` for what links the accounts, `extraction` for what speaks for a harvest.
    """
    lines: list[dict[str, Any]] = []
    for network in report.networks:
        for axis, evidence in (("coordination", network.evidence), ("extraction", network.extraction)):
            lines.extend({**head(network), "axis": axis, **msgspec.to_builtins(item)} for item in evidence)
    return b"".join(msgspec.json.encode(line) + b"\n" for line in lines)
