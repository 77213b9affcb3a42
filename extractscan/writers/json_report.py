"""The report as JSON, byte for byte what the contract says."""

from __future__ import annotations

from extractscan.model import Report, encode


def render(report: Report) -> bytes:
    """Return the report as indented JSON with a final newline."""
    return encode(report)
