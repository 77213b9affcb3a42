"""Evidence and explanations, each with its bits drawn beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from extractscan.model import Evidence, Hypothesis
from extractscan.writers.numbers import bits
from extractscan.writers.reading import holders
from extractscan.writers.terminal.view import CONTRARY, COOL, GOOD, View, bar, sentence, value

TOP_HYPOTHESES = 3
TOP_REASONS = 3
WIDEST_NAME = 12
"""Columns for a channel's name at most; those of the schema are shorter."""


def evidence_lines(view: View, evidence: Sequence[Evidence], full_bits: float) -> Iterator[RenderableType]:
    """Draw evidence grouped by channel, strongest channel first, with bits as bars of at most `full_bits`.

    With details each piece is followed by the original records it points at.
    """
    strongest: dict[str, float] = {}
    for item in evidence:
        strongest[item.channel] = max(item.bits, strongest.get(item.channel, item.bits))
    width = 10 if view.narrow else 20
    names = min(max((len(channel) for channel in strongest), default=0), WIDEST_NAME)
    before = None
    for item in sorted(evidence, key=lambda e: (-strongest[e.channel], e.channel, -e.bits, e.signal, e.summary)):
        table = Table.grid(padding=(0, 2, 0, 0))
        for column in (2, names, width, 5):
            table.add_column(width=column, no_wrap=True)
        table.add_column(overflow="fold")
        drawn = Text(bar(view, item.bits, full_bits, width), GOOD if item.bits >= 0 else CONTRARY)
        label = value(view, item.channel if item.channel != before else "")
        table.add_row("", label, drawn, Text(bits(item.bits), justify="right"), sentence(view, item.summary))
        table.add_row("", "", "", "", _background(view, item))
        yield table
        yield from _records(view, item)
        before = item.channel


def _background(view: View, item: Evidence) -> Text:
    """Name the signal, and who holds what it shows."""
    told = holders(item)
    return value(view, item.signal, "dim").append(f" · {told}" if told else "")


def _records(view: View, item: Evidence) -> Iterator[RenderableType]:
    """Name the rows that show it; `record_lines` gives their hashes."""
    places: dict[str, list[int]] = {}
    for row in item.rows if view.detail else ():
        places.setdefault(row.file, []).append(row.row)
    for file, rows in places.items():
        place = Text(f"row{'s' * (len(rows) > 1)} {', '.join(map(str, rows))} of ", "dim")
        yield Padding(place.append_text(value(view, file)), (0, 0, 0, 6))


def record_lines(view: View, evidence: Sequence[Evidence]) -> Iterator[RenderableType]:
    """List the records that evidence points at, each once with its hash, by file."""
    hashes: dict[str, dict[int, str]] = {}
    for item in evidence:
        for row in item.rows:
            hashes.setdefault(row.file, {})[row.row] = row.sha256
    if not hashes:
        return
    yield ""
    yield Text.assemble(("Records", "bold"), ("  rows count from 0; SHA-256 of each as it was read", "dim"))
    for file, rows in sorted(hashes.items()):
        yield Padding(value(view, file), (0, 0, 0, 2))
        width = len(str(max(rows)))
        for number, digest in sorted(rows.items()):
            yield Padding(Text.assemble(f"{number:>{width}}  ", value(view, digest, "dim")), (0, 0, 0, 4))


def hypotheses_table(view: View, hypotheses: Sequence[Hypothesis]) -> Iterator[RenderableType]:
    """Draw the explanations, best first, each with what speaks for it, against it, and what would decide."""
    ordered = sorted(hypotheses, key=lambda h: (-h.bits, h.id))
    shown = ordered if view.detail else ordered[:TOP_HYPOTHESES]
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(width=2)
    table.add_column(width=6, no_wrap=True)
    table.add_column(overflow="fold")
    for hypothesis in shown:
        name = value(view, hypothesis.title, "bold")
        name.append_text(value(view, f"  {hypothesis.id}", "dim"))
        table.add_row("", Text(f"{hypothesis.bits:+.1f}", justify="right"), name)
        for mark, style, reasons in (
            ("for", GOOD, hypothesis.for_),
            ("against", CONTRARY, hypothesis.against),
            ("decide", COOL, hypothesis.would_decide),
        ):
            for line in _reasons(view, mark, style, reasons):
                table.add_row("", "", line)
    yield table
    if len(shown) < len(ordered):
        rest = ", ".join(f"{value(view, h.id).plain} {h.bits:+.1f}" for h in ordered[len(shown) :])
        yield Padding(Text(f"and {rest}", style="dim"), (0, 0, 0, 4))


def _reasons(view: View, mark: str, style: str, reasons: Sequence[str]) -> Iterator[Text]:
    labels = {"for": "for: ", "against": "against: ", "decide": "would decide: "}
    shown = reasons if view.detail else reasons[:TOP_REASONS]
    for reason in shown:
        yield Text.assemble((labels[mark], style), sentence(view, reason))
    if len(shown) < len(reasons):
        yield Text(f"and {len(reasons) - len(shown)} more", style="dim")
