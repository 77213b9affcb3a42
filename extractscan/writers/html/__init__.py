"""The report as one HTML page: no request to anywhere, readable on paper, alive where scripts run.

Everything is drawn from the report alone. Templates escape whatever they print, log values are made visible first
(`show`), data for scripts stands in blocks that cannot end early, and a content security policy forbids every request
and every script but the page's own, which it knows by their hashes.
"""

from __future__ import annotations

from extractscan.model import Report

__all__ = ["render"]


def render(report: Report) -> bytes:
    """Return the report as one HTML document in UTF-8; same report, same bytes."""
    from extractscan.writers.html.page import page  # templates are compiled only where a page is wanted

    return page(report).encode("utf-8", "backslashreplace")
