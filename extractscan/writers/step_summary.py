"""What a CI job says of a report in a few lines: Markdown for GitHub's step summary."""

from __future__ import annotations

from collections.abc import Iterator

from extractscan.model import Report
from extractscan.writers.markdown import code, prose
from extractscan.writers.numbers import count, losses
from extractscan.writers.reading import PROMISE, bottom_line, nothing_found, ranked

ROWS = 20
"""Networks that are listed; GitHub takes 1 MiB a step, and nobody reads that."""


def render(report: Report) -> bytes:
    """Return a heading, an alert where an extraction network stands, one row a network, and what was not tested."""
    return "".join(f"{line}\n" for line in _lines(report)).encode("utf-8", "backslashreplace")


def _lines(report: Report) -> Iterator[str]:
    coverage, networks = report.coverage, ranked(report.networks)
    stands = any(n.verdict == "extraction_network" and n.suppressed is None for n in networks)
    yield f"### extractscan: {bottom_line(report)}"
    yield ""
    yield from ([f"**TLP:{report.tlp.upper()}**", ""] if report.tlp else [])
    yield f"> [!{'WARNING' if stands else 'NOTE'}]"
    yield f"> {PROMISE if networks else prose(nothing_found(report))}"
    yield ""
    if networks:
        yield "| network | fingerprint | verdict | level | accounts | in campaign | link bits | harvest bits |"
        yield "|---|---|---|---|---:|---:|---:|---:|"
        for one in networks[:ROWS]:
            listed = " (on the user's own list)" if one.suppressed is not None else ""
            yield (
                f"| {code(one.id, in_table=True)} | {code(one.fingerprint, in_table=True)} "
                f"| {one.verdict.replace('_', ' ')}{listed} | {one.level} | {len(one.accounts):,} "
                f"| {one.events_in_campaign:,} | {one.coordination_bits:.1f} | {one.extraction_bits:.1f} |"
            )
        yield ""
        if len(networks) > ROWS:
            yield f"and {len(networks) - ROWS:,} networks more."
            yield ""
    lost = sum(reason.count for source in report.inputs for reason in source.rejected)
    untested = sum(not signal.ran for signal in coverage.signals)
    yield (
        f"Read {count(coverage.events, 'event')} of {count(coverage.accounts, 'account')}; "
        f"{f'{losses(lost)} rejected' if lost else 'nothing rejected'}; "
        f"{untested} of {count(len(coverage.signals), 'signal')} could not be computed."
    )
