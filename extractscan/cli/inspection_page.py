"""What inputs are and hold, drawn for a terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rich.cells import cell_len
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from extractscan.forecast import Cost
from extractscan.readers.inspection import Inspected, Inspection
from extractscan.writers.numbers import count, share, size
from extractscan.writers.terminal import View, draw
from extractscan.writers.terminal.view import bar, bullets, heading, labelled, sentence, span, value


@dataclass(frozen=True, slots=True)
class Drawn:
    """What is drawn: the inputs, the accounts table, and the signals that lack fields and those that do not."""

    inspection: Inspection
    cost: Cost
    accounts: Mapping[str, Any] | None
    lacking: Sequence[Mapping[str, Any]]
    running: Sequence[str]
    told: Mapping[str, Any] | None = None
    """What inputs themselves tell of accounts."""


def inspection_page(view: View, drawn: Drawn) -> bytes:
    """Draw all inputs, then what they hold together and what could not be tested on them."""
    return draw(view, _page(view, drawn))


def _page(view: View, drawn: Drawn) -> Iterator[RenderableType]:
    found, accounts, lacking = drawn.inspection, drawn.accounts, drawn.lacking
    for each in found.inputs:
        yield from _input(view, each)
        yield ""
    if accounts is not None:
        yield heading(view, "Accounts table")
        yield value(view, accounts["path"], "bold", 200)
        yield Text(f"{count(accounts['accounts'], 'account')} · {', '.join(accounts['columns'])}")
        yield bullets(sentence(view, note) for note in accounts["notes"])
        yield ""
    yield heading(view, "Together")
    facts = labelled()
    facts.add_row(Text("rows", "dim"), f"{count(found.rows_used)} of {count(found.rows)} used · {size(found.bytes)}")
    facts.add_row(Text("accounts", "dim"), count(found.accounts))
    if found.first:
        facts.add_row(Text("span", "dim"), span(view, found.first, found.last))
    if found.duplicate_request_ids:
        facts.add_row(
            Text("repeated", "dim"), f"{count(found.duplicate_request_ids, 'row')} with a request id seen before"
        )
    if drawn.told is not None:
        about = f"{', '.join(drawn.told['columns'])} of {count(drawn.told['accounts'], 'account')}"
        facts.add_row(Text("inputs tell", "dim"), about)
    if found.missing:
        facts.add_row(Text("not there", "dim"), ", ".join(found.missing))
    cost = drawn.cost
    time, memory = _seconds(cost.seconds), size(cost.megabytes << 20)
    more = "" if cost.rehearsed_events else "; --plan says more"
    facts.add_row(Text("a run", "dim"), f"takes about {time} and {memory} of memory{more}")
    if drawn.running:
        facts.add_row(Text("can run", "dim"), ", ".join(drawn.running))
    yield facts
    yield from _planned(view, cost)
    yield from _untested(view, found, lacking)
    yield from _changes(view, found)


def _planned(view: View, cost: Cost) -> Iterator[RenderableType]:
    """Draw what each stage of a run would take, where that was tried on a few accounts."""
    if not cost.rehearsed_events:
        return
    yield ""
    yield heading(view, "What a run would take")
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    most = max(stage.cpu_seconds for stage in cost.stages)
    for stage in cost.stages:
        table.add_row(stage.name, f"{stage.cpu_seconds:,.1f} s", bar(view, stage.cpu_seconds, most, 20))
    table.add_row("CPU in all", f"{cost.cpu_seconds:,.1f} s", Text(f"{_seconds(cost.seconds)} by the clock", "dim"))
    table.add_row("memory", size(cost.megabytes << 20), Text("at its peak", "dim"))
    asked = "" if cost.shuffles == cost.shuffles_asked else f" of {cost.shuffles_asked}, if chance does not come near"
    table.add_row("bytes read", size(cost.bytes_read), Text(f"{count(cost.shuffles, 'shuffle')}{asked}", "dim"))
    yield table
    tried = count(cost.rehearsed_events, "event")
    yield Text(f"From rates, and what all stages took on {tried} of a few accounts just now.", "dim")


def _share(part: float) -> str:
    return share(part) if part else "0%"


def _seconds(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 120 else f"{max(seconds, 1):.0f} s"


def _changes(view: View, found: Inspection) -> Iterator[RenderableType]:
    if found.drift:
        yield ""
        yield heading(view, "Columns that change within the log")
        yield bullets(
            Text(f"{each.column}: {_share(each.before)} filled before {each.day}, {_share(each.after)} from then on")
            for each in found.drift
        )
    if found.skew:
        yield ""
        yield heading(view, "The same requests in two inputs")
        yield bullets(
            sentence(view, f"{count(each.requests)} in {each.first} and {each.second}: {each.seconds:+g} s apart")
            for each in found.skew
        )


def _input(view: View, each: Inspected) -> Iterator[RenderableType]:
    yield heading(view, value(view, each.input.path, limit=200).plain)
    facts = labelled()
    facts.add_row(Text("what", "dim"), sentence(view, each.title))
    facts.add_row(Text("told by", "dim"), sentence(view, each.why))
    rows = f"{count(each.input.rows_used)} of {count(each.input.rows)} used · {size(each.input.bytes)}"
    facts.add_row(Text("rows", "dim"), rows)
    if each.first:
        facts.add_row(Text("span", "dim"), f"{span(view, each.first, each.last)} · {count(each.accounts, 'account')}")
    if each.out_of_order:
        back = f"{count(each.out_of_order, 'row')} earlier than the one before, by up to {each.furthest_back_s:,g} s"
        facts.add_row(Text("order", "dim"), back)
    facts.add_row(Text("sha256", "dim"), value(view, each.input.sha256))
    for reason in each.input.rejected:
        lost = f"{count(reason.count)}, first at {reason.first_at}: {reason.reason}"
        facts.add_row(Text("rejected", "dim"), sentence(view, lost, "yellow"))
    for note in each.input.notes:
        facts.add_row(Text("note", "dim"), sentence(view, note))
    yield facts
    if each.columns:
        yield Padding(_columns(view, each), (1, 0, 0, 0))


def _columns(view: View, each: Inspected) -> Table:
    """Draw how full columns are and where they come from; bars go where names of fields would lack the room."""
    paths = [[value(view, path).plain for path in column.source.split(_OR)] for column in each.columns]
    examples = [value(view, "" if column.example is None else column.example, "dim", 60) for column in each.columns]
    longest = max(cell_len(path) + 2 * (len(some) > 1) for some in paths for path in some)
    beside = max(cell_len(example.plain) for example in examples)
    free = view.width - max(cell_len(column.name) for column in each.columns) - _SHARE
    bars = free - _BAR >= longest + min(beside, _EXAMPLE)
    room = max(free - bars * _BAR - beside, min(longest, free - bars * _BAR - _EXAMPLE), _LEAST)
    table = Table.grid(padding=(0, 2, 0, 0))
    for width in (None, 10)[: 1 + bars]:
        table.add_column(width=width, no_wrap=True)
    named = [packed(some, room) for some in paths]
    table.add_column(justify="right", no_wrap=True)
    table.add_column(width=max(cell_len(line) for lines in named for line in lines), overflow="fold")
    table.add_column(overflow="fold")
    heads = ("column", "filled", "", "from", "such as") if bars else ("column", "", "from", "such as")
    table.add_row(*(Text(name, "dim") for name in heads))
    for column, lines, example in zip(each.columns, named, examples, strict=True):
        filled = Text(bar(view, column.filled, 1.0, 10), "green" if column.filled else "dim")
        part = share(column.filled) if column.filled else "0%"
        table.add_row(column.name, *((filled,) if bars else ()), part, Text("\n".join(lines)), example)
    return table


_OR: Final = " | "
"""Stands between the fields that a column comes from, best first."""
_SHARE, _BAR, _EXAMPLE, _LEAST = 10, 12, 18, 24
"""Columns that a share and the gaps take, that a bar takes, that an example has at least, and the names of fields."""
_JOINT: Final = re.compile(r"(?<=[._/-])")


def packed(paths: Sequence[str], room: int) -> list[str]:
    """Lay alternatives out on lines of so many columns; names that are longer break behind dots and underscores."""
    lines = [""]
    for number, path in enumerate(paths):
        more = _OR.rstrip() if number + 1 < len(paths) else ""
        if lines[-1] and cell_len(f"{lines[-1]} {path}{more}") <= room:
            lines[-1] += f" {path}{more}"
            continue
        lines.append("")
        for part in _JOINT.split(path + more):
            if cell_len(lines[-1] + part.rstrip()) > room and lines[-1]:
                lines.append("  ")
            lines[-1] += part
    return [line for line in lines if line]


def _untested(view: View, found: Inspection, lacking: Sequence[Mapping[str, Any]]) -> Iterator[RenderableType]:
    if lacking:
        yield ""
        yield heading(view, "Signals that lack fields")
        table = Table.grid(padding=(0, 2, 0, 0))
        for _ in range(3):
            table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for each in lacking:
            where = "accounts table" if each["table"] == "accounts" else "logs"
            needs = f"{', '.join(each['missing'])} in the {where}"
            table.add_row("", each["name"], Text(each["channel"], "dim"), needs)
        yield table
    if found.gaps:
        yield ""
        yield heading(view, "Silences")
        yield bullets(Text(f"{gap.start} to {gap.end} ({gap.hours:.0f} h)") for gap in found.gaps)
