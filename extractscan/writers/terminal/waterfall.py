"""How one member's bits add up: from the odds against, channel by channel, to its sum."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from extractscan.model import Member, Network, Report
from extractscan.writers.numbers import bits, count
from extractscan.writers.reading import meaning
from extractscan.writers.terminal.evidence import evidence_lines, record_lines
from extractscan.writers.terminal.view import CONTRARY, GOOD, LEVEL_STYLES, View, heading, span, value

SHARED = 24
"""Values that a member has in common with others, listed."""
WORDS = 90
"""Characters of a value among them."""


def waterfall(view: View, report: Report, network: Network, account: str, full_bits: float) -> Iterator[RenderableType]:
    """Draw a member's sum of bits, then the evidence in the channels that it has bits in."""
    member = {each.account_id: each for each in network.accounts}[account]
    yield heading(
        view,
        f"{value(view, member.account_id, limit=40).plain} in {value(view, network.id).plain}",
        LEVEL_STYLES[network.level],
    )
    campaign = f"{count(member.events_in_campaign)} of {count(member.events, 'event')} in the campaign"
    seen = span(view, member.first_seen, member.last_seen)
    yield Text(f"{value(view, member.role).plain} · {campaign} · {seen}")
    yield ""
    yield _steps(view, report, network, member)
    yield ""
    yield from _verdict(report, network, member)
    yield from _shared(view, network, member)
    evidence = [item for item in network.evidence if member.channels.get(item.channel)]
    if evidence:
        yield ""
        yield Text("Evidence of the network in these channels", "bold")
        yield from evidence_lines(replace(view, detail=True), evidence, full_bits)
        yield from record_lines(view, evidence)


def _shared(view: View, network: Network, member: Member) -> Iterator[RenderableType]:
    """List the values that this member and others hold, by what their channel says and how many hold them."""
    held = [item for item in network.observables if member.account_id in item.held_by]
    if not held:
        return
    held.sort(key=lambda o: (-member.channels.get(o.channel, 0.0), o.channel, -len(o.held_by), o.signal, o.value))
    yield ""
    yield Text.assemble(("What it has in common", "bold"), ("  members that hold it too, and others", "dim"))
    table = Table.grid(padding=(0, 2, 0, 0))
    for column, justify in ((2, "left"), (10, "left"), (17, "left"), (7, "right"), (7, "right")):
        table.add_column(width=column, justify=justify, no_wrap=True)  # type: ignore[arg-type]
    table.add_column(overflow="fold")
    before = None
    for item in held[:SHARED]:
        name = value(view, item.channel if item.channel != before else "")
        counts = (count(len(item.held_by)), count(item.outside))
        table.add_row(
            "",
            name,
            value(view, item.signal),
            *counts,
            value(view, meaning(network, item.signal, item.value), limit=WORDS),
        )
        before = item.channel
    yield table
    if len(held) > SHARED:
        yield Text(f"    and {count(len(held) - SHARED)} more; the json output holds them all", "dim")


def prior_bits(report: Report, network: Network) -> float:
    """Return the odds, in bits, against a random account of the log being one of the network's members."""
    return math.log2(max(report.coverage.accounts, 1) / max(len(network.accounts), 1))


def _steps(view: View, report: Report, network: Network, member: Member) -> Table:
    prior = prior_bits(report, network)
    held = sorted(((name, amount) for name, amount in member.channels.items() if amount), key=lambda s: (-s[1], s[0]))
    steps = [("prior", -prior), *held]
    positions = [0.0]
    for _, amount in steps:
        positions.append(positions[-1] + amount)
    low, high = min(positions), max(positions)
    width = max(view.width - 36, 20)
    table = Table.grid(padding=(0, 2, 0, 0))
    for column, justify in ((0, "left"), (10, "left"), (6, "right"), (6, "right"), (width, "left")):
        table.add_column(width=column, justify=justify, no_wrap=True)  # type: ignore[arg-type]
    table.add_row("", *(Text(name, "dim") for name in ("", "bits", "sum", "")))
    for (name, amount), start, end in zip(steps, positions, positions[1:], strict=False):
        style = GOOD if amount >= 0 else CONTRARY
        table.add_row(
            "", value(view, name), f"{amount:+.1f}", bits(end),
            Text(_floating(start, end, low, high, width, hatched=amount < 0), style),
        )  # fmt: skip
    return table


def _floating(start: float, end: float, low: float, high: float, width: int, *, hatched: bool) -> str:
    scale = (width - 1) / (high - low) if high > low else 0.0
    left, right = sorted((round((start - low) * scale), round((end - low) * scale)))
    return " " * left + ("░" if hatched else "█") * max(right - left, 1)


def _verdict(report: Report, network: Network, member: Member) -> Iterator[RenderableType]:
    prior = prior_bits(report, network)
    accounts = f"log2({count(report.coverage.accounts)} accounts / {count(len(network.accounts))} members)"
    yield Text(f"prior: {accounts} = {bits(prior)} bits against any one account")
    margin = report.tool.settings.get("margin_bits")
    needed = ""
    if isinstance(margin, int | float):
        needed = f"; membership asks for about {bits(prior)} + {bits(margin)} = {bits(prior + margin)}"
    yield Text(f"sum of channels: {bits(member.bits)} bits{needed}", style="bold")
