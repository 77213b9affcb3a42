"""What a terminal can draw, and the few small drawings the report uses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from extractscan.model import TimelinePoint
from extractscan.writers.show import SENTENCE, VALUE, show

NARROW = 110
"""Columns under which tables lose their roomy form."""
ALARM, CAUTION, GOOD, COOL, CONTRARY = (f"color({number})" for number in (160, 130, 28, 31, 133))
"""Colours of the 256 that keep a contrast of 3.9 at least on black and on white alike; the first 16 are the terminal's
own, and its yellow and cyan cannot be read on white."""
LEVEL_STYLES = {"critical": f"bold {ALARM}", "high": ALARM, "medium": CAUTION, "low": COOL, "info": "dim"}
BLOCKS = " ▏▎▍▌▋▊▉█"
RAMP = "▁▂▃▄▅▆▇█"
ASCII = str.maketrans({"─": "-", "·": "-", "•": "*", "█": "#", "│": "|", "░": "~", "→": ">", "–": "-"})
"""Own glyphs for terminals without Unicode, one for one so that columns stay; bars and ramps choose their own."""
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class View:
    """How a report is to be drawn: columns, colour, Unicode, and whether lists are given whole."""

    width: int = 100
    colour: bool = False
    unicode: bool = True
    detail: bool = False

    @property
    def narrow(self) -> bool:
        """Whether tables must do without their roomy form."""
        return self.width < NARROW


def value(view: View, content: object, style: str = "", limit: int = VALUE) -> Text:
    """Return one log value as text that can neither style nor control anything."""
    return Text(show(content, limit, ascii_only=not view.unicode), style=style)


def sentence(view: View, content: object, style: str = "") -> Text:
    """Return a sentence of the report, which may quote log values, as harmless text."""
    return value(view, content, style, SENTENCE)


def cell(text: Text | str, width: int, *, right: bool = False) -> Text:
    """Return text of exactly `width` columns, cut or padded; the cut never splits a wide character."""
    made = text.copy() if isinstance(text, Text) else Text(text)
    made.truncate(width, overflow="ellipsis")
    room = " " * max(width - cell_len(made.plain), 0)
    return Text(room).append_text(made) if right else made.append(room)


def bar(view: View, amount: float, full: float, width: int) -> str:
    """Draw `amount` of `full` as a bar of `width` columns; a negative amount is drawn hatched."""
    eighths = round(min(abs(amount) / full, 1.0) * width * 8) if full > 0 else 0
    if amount and not eighths:
        eighths = 1
    if amount < 0 or not view.unicode:
        mark = "#" if amount >= 0 else "~" if not view.unicode else "░"
        return (mark * -(-eighths // 8)).ljust(width)
    whole, part = divmod(eighths, 8)
    return ("█" * whole + (BLOCKS[part] if part else "")).ljust(width)


def sparkline(view: View, timeline: Sequence[TimelinePoint], width: int) -> str:
    """Draw events a day in at most `width` columns; days without events count, and are drawn as a dot.

    A longer span puts several days in one column and draws their busiest. Days that are no dates are left out.
    """
    days = {point.day[:10]: point.events for point in timeline if _DAY.fullmatch(point.day[:10])}
    try:
        numbered = {date.fromisoformat(day).toordinal(): events for day, events in days.items()}
    except ValueError:
        return ""
    if not numbered or not width:
        return ""
    first, span = min(numbered), max(numbered) - min(numbered) + 1
    columns = [0] * min(span, width)
    for day, events in numbered.items():
        place = (day - first) * len(columns) // span
        columns[place] = max(columns[place], events)
    return ramp(view, columns)


def ramp(view: View, columns: Sequence[int]) -> str:
    """Draw each number as the height of one column, the largest full; nothing is a dot."""
    heights, empty = (RAMP, "·") if view.unicode else (".-=+*#", " ")
    top = max(columns, default=0)
    return "".join(empty if n <= 0 else heights[min((n * len(heights) - 1) // top, len(heights) - 1)] for n in columns)


def span(view: View, first: object, last: object) -> str:
    """Return two times as their days."""
    return " to ".join(show(str(moment or "?")[:10], ascii_only=not view.unicode) for moment in (first, last))


def labelled(width: int = 11) -> Table:
    """Return an empty table of labels and texts whose further lines stay clear of the label."""
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(width=width, no_wrap=True)
    table.add_column(overflow="fold")
    return table


def bullets(lines: Iterable[Text]) -> Table:
    """Return texts as a list, their further lines indented."""
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(width=1)
    table.add_column(width=1)
    table.add_column(overflow="fold")
    for line in lines:
        table.add_row("", "•", line)
    return table


def heading(view: View, title: str, style: str = "bold") -> Text:
    """Return a title with a line to the right edge."""
    line = "─" * max(view.width - cell_len(title) - 4, 0)
    return Text.assemble(("── ", "dim"), (title, style), (f" {line}", "dim"))
