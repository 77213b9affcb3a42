"""One network: what links its accounts, what its traffic is consistent with, and what would explain it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.cells import cell_len
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from extractscan.model import Evidence, Member, Network, NullTest, Template, Traits
from extractscan.writers.numbers import bits, count
from extractscan.writers.reading import standing
from extractscan.writers.terminal.evidence import evidence_lines, hypotheses_table, record_lines
from extractscan.writers.terminal.view import (
    CAUTION,
    GOOD,
    LEVEL_STYLES,
    View,
    cell,
    heading,
    labelled,
    ramp,
    sentence,
    span,
    value,
)

TOP_MEMBERS = 6
LEAST_NAME, NAME = 12, 44
"""Columns for an account's name, as the width allows; a longer name has a line of its own."""
LEAST_DAYS, MOST_DAYS = 7, 40
"""Columns for a member's activity; with less room there is none."""
TOP_TEMPLATES = 2
TOP_NAMES = 5
TOP_BRIEF = 2
LABELS = 12
"""Columns that labels take beside the facts of a network."""
SKELETON = 320
"""Characters of a template's skeleton that are shown."""


def network_section(view: View, network: Network, full_bits: float) -> Iterator[RenderableType]:
    """Draw one network; `full_bits` is what fills a bar, the most that one channel may say."""
    title = (
        f"{value(view, network.id).plain} · {network.level} · {network.verdict.replace('_', ' ')}{standing(network)}"
    )
    yield heading(view, title, LEVEL_STYLES[network.level] if network.level != "info" else "bold")
    yield sentence(view, network.title, "bold")
    if network.suppressed is not None:
        yield sentence(view, f"Known: {network.suppressed}", "yellow")
    yield _facts(view, network)
    yield ""
    yield _caption("Linked by", network.coordination_bits)
    yield from evidence_lines(view, network.evidence, full_bits)
    if network.extraction:
        yield ""
        yield _caption("Traffic is consistent with a harvest", network.extraction_bits)
        yield from evidence_lines(view, network.extraction, full_bits)
    yield from _templates(view, network.templates)
    if network.hypotheses:
        yield ""
        yield Text.assemble(("Would be explained by", "bold"), ("  in bits", "dim"))
        yield from hypotheses_table(view, network.hypotheses)
    yield ""
    yield _checks(view, network)
    yield ""
    yield from _members(view, network)
    if view.detail:
        yield from record_lines(view, [*network.evidence, *network.extraction])
    notes = labelled(4)
    for note in network.notes:
        notes.add_row(Text("note", "dim"), sentence(view, note, "dim"))
    yield notes


def network_brief(view: View, network: Network) -> Iterator[RenderableType]:
    """Draw a network that is no finding: its strongest evidence and the leading explanation."""
    yield ""
    yield Text.assemble(
        value(view, network.id, "bold"),
        (f" · {network.level} · {network.verdict.replace('_', ' ')}", LEVEL_STYLES[network.level]),
        standing(network),
        (f" · {count(len(network.accounts), 'account')} · {count(network.events, 'event')}", "dim"),
    )
    yield Padding(sentence(view, network.title), (0, 0, 0, 2))
    table = labelled(12)
    strongest: dict[str, Evidence] = {}
    for item in sorted(network.evidence, key=lambda e: (-e.bits, e.channel, e.signal)):
        strongest.setdefault(item.channel, item)
    for item in list(strongest.values())[:TOP_BRIEF]:
        linked = Text.assemble(f"{bits(item.bits)} ", value(view, item.channel), ": ", sentence(view, item.summary))
        table.add_row(Text("  linked by", "dim"), linked)
    for hypothesis in sorted(network.hypotheses, key=lambda h: (-h.bits, h.id))[:1]:
        table.add_row(
            Text("  leads", "dim"), Text(f"{hypothesis.bits:+.1f} ").append_text(sentence(view, hypothesis.title))
        )
        for reason in hypothesis.would_decide[:1]:
            table.add_row(Text("  to decide", "dim"), sentence(view, reason))
    yield table


def _caption(title: str, total: float) -> Text:
    return Text.assemble((title, "bold"), (f"  {bits(total)} bits in all", "dim"))


def _facts(view: View, network: Network) -> Table:
    cost = f" · {network.cost_usd:,.2f} USD" if network.cost_usd is not None else ""
    table = labelled()
    campaign = f"{count(network.events_in_campaign)} of {count(network.events, 'event')} in the campaign"
    table.add_row(Text("traffic", "dim"), f"{campaign} · {count(network.tokens, 'token')}{cost}")
    table.add_row(Text("seen", "dim"), span(view, network.first_seen, network.last_seen))
    for label, counts in (("models", network.models), ("countries", network.countries)):
        if counts:
            table.add_row(Text(label, "dim"), names(view, counts))
    if network.traits is not None:
        for label, line in traits_lines(view, network.traits):
            table.add_row(Text(label, "dim"), line)
    table.add_row(Text("fingerprint", "dim"), value(view, network.fingerprint))
    return table


def traits_lines(view: View, traits: Traits) -> Iterator[tuple[str, Text]]:
    """Say how the work is split, who takes over, and how declared countries stand to those of use."""
    work = traits.partition
    if work is not None:
        sent = f"{count(work.shared)} of {count(work.items, 'item')} sent by two or more members"
        yield "work", Text.assemble(sent, (f"; {work.expected:,.0f} if each had drawn from them at random", "dim"))
    pairs = len(traits.handovers) + traits.handovers_left_out
    if pairs:
        carried = sum(bool(pair.carried) for pair in traits.handovers)
        shown = f"; of {count(len(traits.handovers), 'pair')}, {count(carried)} hold the same values"
        yield "hand-over", Text.assemble(f"{count(pairs)} started soon after another fell silent", (shown, "dim"))
    facts = traits.compliance
    if facts.plans:
        yield "plans", names(view, facts.plans)
    if facts.billing_countries:
        yield "billed in", names(view, facts.billing_countries)
    if facts.compared:
        differ = f"for {count(facts.mismatched)} of {count(facts.compared, 'account')}"
        yield "differ", Text.assemble(differ, (" billing, sign-up or use are in different countries", "dim"))


def names(view: View, counts: Mapping[str, int]) -> Text:
    """Draw counts by name as a list, most frequent first; lines end between entries, never within one."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    shown = ordered if view.detail else ordered[:TOP_NAMES]
    parts = [Text.assemble(value(view, name, limit=60), (f" {number:,}", "dim")) for name, number in shown]
    if len(shown) < len(ordered):
        parts.append(Text(f"{len(ordered) - len(shown)} more", "dim"))
    lines, room = [Text()], view.width - LABELS
    for number, part in enumerate(parts, 1):
        entry = part.append(",") if number < len(parts) else part
        if lines[-1].plain and lines[-1].cell_len + 1 + entry.cell_len > room:
            lines.append(Text())
        lines[-1].append(" " if lines[-1].plain else "").append_text(entry)
    return Text("\n").join(lines)


def _templates(view: View, templates: Sequence[Template]) -> Iterator[RenderableType]:
    shown = templates if view.detail else templates[:TOP_TEMPLATES]
    for template in shown:
        outside = f"{count(template.outside_accounts)} outside"
        yield ""
        yield Text.assemble(
            ("Template ", "bold"),
            value(view, template.id, "bold"),
            (f"  {count(template.events, 'event')} of {count(template.accounts, 'account')}, {outside}", "dim"),
        )
        if template.skeleton:
            yield Padding(value(view, template.skeleton, "italic", SKELETON), (0, 0, 0, 4))
    if len(shown) < len(templates):
        yield Text(f"and {count(len(templates) - len(shown), 'template')} more", style="dim")


def _checks(view: View, network: Network) -> Table:
    table = labelled()
    table.add_row(Text("Null test", "bold"), _null_test(network.null))
    survives = network.survives_without
    if survives:
        groups = (
            ("stands", GOOD, [name for name, kept in survives.items() if kept]),
            ("falls", CAUTION, [name for name, kept in survives.items() if not kept]),
        )
        parts = [
            Text.assemble((word, style), " without ", value(view, ", ".join(sorted(names))))
            for word, style, names in groups
            if names
        ]
        table.add_row(Text("Left out", "bold"), Text("; ").join(parts))
    return table


def _null_test(null: NullTest) -> Text:
    if not null.shuffles:
        return Text("not run: no shuffles were asked for", CAUTION)
    return Text.assemble(
        (f"{null.as_strong} of {count(null.shuffles, 'shuffle')}", CAUTION if null.as_strong else GOOD),
        f" gave a network this strong; on average a shuffle gave {null.expected_false:.3g} at the threshold in use",
    )


def _members(view: View, network: Network) -> Iterator[RenderableType]:
    members = network.accounts
    days = {} if network.traits is None else {one.account_id: one.events for one in network.traits.activity.members}
    ordered = sorted(members, key=lambda m: (-m.bits, m.account_id))
    shown = ordered if view.detail else ordered[:TOP_MEMBERS]
    yield Text.assemble(("Accounts", "bold"), (f"  {count(len(members))}, by bits", "dim"))
    yield from member_lines(view, shown, days)
    if len(shown) < len(ordered):
        yield Text(f"  and {count(len(ordered) - len(shown))} more: -v lists them, csv has a row for each", "dim")


def member_lines(view: View, members: Sequence[Member], days: Mapping[str, Sequence[int]]) -> Iterator[RenderableType]:
    """Draw one line an account; laid out by hand, because a table of 20,000 rows takes rich a quarter of a minute.

    `days` gives events a day of some of them, which a wide view draws.
    """
    header = ["account", "bits", "role", "in campaign of", "seen"]
    rows = [
        [
            value(view, member.account_id, limit=60).plain,
            bits(member.bits),
            value(view, member.role, limit=20).plain,
            f"{count(member.events_in_campaign)} of {count(member.events)}",
            span(view, member.first_seen, member.last_seen),
        ]
        for member in members
    ]
    widths = [max(map(cell_len, column)) for column in zip(header, *rows, strict=True)]
    widths[0] = min(widths[0], NAME, max(view.width - sum(widths[1:]) - 2 * len(widths), LEAST_NAME))
    yield Text(_row(header, widths), style="dim")
    for member, row in zip(members, rows, strict=True):
        if cell_len(row[0]) > widths[0]:
            yield Padding(Text(row[0]), (0, 0, 0, 2))
            row[0] = ""
        line = Text(_row(row, widths))
        if not view.narrow:
            line.append("  ").append_text(_channels(view, member))
            room = min(view.width - line.cell_len - 3, MOST_DAYS)
            line.append("  ").append(_activity(view, days.get(member.account_id, ()), room), "dim")
        yield line


def _activity(view: View, events: Sequence[int], room: int) -> str:
    """Draw events a day, the busiest of several in a column where there are more days than room."""
    if room < LEAST_DAYS or not events:
        return ""
    columns = [0] * min(len(events), room)
    for day, number in enumerate(events):
        place = day * len(columns) // len(events)
        columns[place] = max(columns[place], number)
    return ramp(view, columns)


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    placed = [
        cell(content, width, right=place in (1, 3)).plain
        for place, (content, width) in enumerate(zip(cells, widths, strict=True))
    ]
    return "  " + "  ".join(placed)


def _channels(view: View, member: Member) -> Text:
    ordered = sorted(member.channels.items(), key=lambda item: (-item[1], item[0]))
    return Text(" · ", "dim").join(value(view, f"{name} {amount:.1f}") for name, amount in ordered)
