"""The rest of the report: what is listed apart, cleared, untested and limited, and what was read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from extractscan.model import Hub, Input, NearMiss, Report, SingleSource, Suppressed
from extractscan.writers.numbers import bits, count, size
from extractscan.writers.reading import PROMISE, allowed_line, called, said
from extractscan.writers.terminal.evidence import evidence_lines
from extractscan.writers.terminal.view import CAUTION, View, bullets, heading, sentence, value

TOP = 8
"""Lines of each list unless all details are asked for."""
NAMED = 3
"""Accounts that a line names before it counts."""


def closing(view: View, report: Report, full_bits: float) -> Iterator[RenderableType]:
    """Draw everything that is not a network."""
    yield from _single_sources(view, report, full_bits)
    yield from _cleared(view, report)
    yield from _untested(view, report)
    if report.inputs:
        yield ""
        yield heading(view, "Inputs")
    for source in report.inputs:
        yield from _input(view, source)
    if report.limits:
        yield ""
        yield heading(view, "Limits")
        yield bullets(sentence(view, limit) for limit in report.limits)
    if not said(report):
        yield ""
        yield Text(PROMISE, style="italic")


def _more(view: View, total: int) -> Iterator[RenderableType]:
    if total > TOP and not view.detail:
        yield Text(f"  and {total - TOP:,} more: -v lists them all", style="dim")


def _limit(view: View) -> int | None:
    return None if view.detail else TOP


def _single_sources(view: View, report: Report, full_bits: float) -> Iterator[RenderableType]:
    sources = report.single_sources
    if not sources:
        return
    yield ""
    yield heading(view, "Single sources")
    yield Text("Traffic like a harvest from one account or one declared customer; linked to no other, so no network.")
    for source in sources[: _limit(view)]:
        yield bullets([_single_source(view, source)])
        if view.detail and source.evidence:
            yield from evidence_lines(view, source.evidence, full_bits)
    yield from _more(view, len(sources))


def _single_source(view: View, source: SingleSource) -> Text:
    who = accounts(view, source.account_ids)
    if source.organization_id is not None:
        who.append(" of ").append_text(value(view, source.organization_id, limit=60))
    campaign = f"{count(source.events_in_campaign)} of {count(source.events, 'event')}"
    who.append(f" · {campaign} · harvest {bits(source.extraction_bits)} bits\n", "dim")
    return who.append_text(sentence(view, source.summary))


def accounts(view: View, ids: Sequence[str]) -> Text:
    """Draw the first few of some accounts, and how many more there are."""
    who = Text(", ").join(value(view, name, "bold", 60) for name in ids[:NAMED])
    return who.append(f" and {len(ids) - NAMED:,} more") if len(ids) > NAMED else who


def _cleared(view: View, report: Report) -> Iterator[RenderableType]:
    excluded = report.excluded
    groups = (
        ("Held by too many to say anything, given no weight", [_hub(view, hub) for hub in excluded.hubs]),
        ("Close to a network, but in none", [_near_miss(view, report, miss) for miss in excluded.near_misses]),
        ("Covered by the user's own list", [_suppressed(view, each) for each in excluded.suppressed]),
        ("Known beforehand, by the user's own list", [sentence(view, allowed_line(each)) for each in excluded.allowed]),
    )
    if any(lines for _, lines in groups):
        yield ""
        yield heading(view, "Looked at and left out")
    for title, lines in groups:
        if lines:
            yield Text(title, style="bold")
            yield bullets(lines[: _limit(view)])
            yield from _more(view, len(lines))


def _hub(view: View, hub: Hub) -> Text:
    holders = (f" · {count(hub.accounts, 'account')}", "dim")
    return Text.assemble(value(view, hub.signal), " ", value(view, hub.value, "bold"), holders)


def _near_miss(view: View, report: Report, miss: NearMiss) -> Text:
    line = accounts(view, miss.account_ids)
    if miss.network is not None:
        line.append(" near ").append_text(value(view, called(report, miss.network)))
    line.append(f" · {bits(miss.bits)} of {bits(miss.needed)} bits · ", "dim")
    return line.append_text(sentence(view, miss.reason))


def _suppressed(view: View, suppressed: Suppressed) -> Text:
    until = f" until {suppressed.expires}" if suppressed.expires is not None else ""
    state = "" if suppressed.state == "active" else f" ({suppressed.state})"
    return sentence(view, f"{suppressed.fingerprint}{until}{state}: {suppressed.reason}")


def _untested(view: View, report: Report) -> Iterator[RenderableType]:
    skipped = [signal for signal in report.coverage.signals if not signal.ran]
    gaps = report.coverage.gaps
    if not skipped and not gaps:
        return
    yield ""
    yield heading(view, "Could not be tested")
    table = Table.grid(padding=(0, 2, 0, 0))
    for signal in skipped:
        why = sentence(view, signal.why_not or "no reason given")
        table.add_row("", value(view, signal.name), value(view, signal.channel, "dim"), why)
    yield table
    lines = [f"no event at all from {gap.start} to {gap.end} ({gap.hours:.1f} h)" for gap in gaps[: _limit(view)]]
    yield bullets(sentence(view, line) for line in lines)
    yield from _more(view, len(gaps))


def _input(view: View, source: Input) -> Iterator[RenderableType]:
    used = f"{count(source.rows_used)} of {count(source.rows, 'row')} used"
    yield Padding(value(view, source.path, "bold", 200), (0, 0, 0, 2))
    facts = value(view, source.format, "dim").append(f" · {size(source.bytes)} · {used}")
    yield Padding(facts.append("\nsha256 ").append_text(value(view, source.sha256)), (0, 0, 0, 4))
    for reason in source.rejected:
        lost = f"{count(reason.count)} rejected, first at {reason.first_at}: {reason.reason}"
        yield Padding(sentence(view, lost, CAUTION), (0, 0, 0, 4))
    for note in source.notes:
        yield Padding(sentence(view, note, "dim"), (0, 0, 0, 4))
