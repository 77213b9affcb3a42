"""One JSON object a line for each account of each network, for pipes and log stores."""

from __future__ import annotations

from typing import Any

import msgspec

from extractscan.model import Report
from extractscan.writers.heads import head


def render(report: Report) -> bytes:
    """Return one line an account of a network, in the report's order, with values exactly as they were logged.

    Each object is the member as the report has it, led by what `heads.head` says of its network. Without networks the
    result is empty.
    """
    lines: list[dict[str, Any]] = []
    for network in report.networks:
        lines.extend({**head(network), **msgspec.to_builtins(member)} for member in network.accounts)
    return b"".join(msgspec.json.encode(line) + b"\n" for line in lines)
