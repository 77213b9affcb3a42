"""Lists that commands print: formats and the kinds of groups that can be simulated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from extractscan.readers import Format
from extractscan.writers import Writer
from extractscan.writers.terminal import View, draw
from extractscan.writers.terminal.view import heading, value


def formats_page(view: View, readers: Iterable[Format], writers: Mapping[str, Writer]) -> bytes:
    """Draw what can be read, with what each format can show, and what can be written."""
    return draw(view, _formats(view, readers, writers))


def _formats(view: View, readers: Iterable[Format], writers: Mapping[str, Writer]) -> Iterator[RenderableType]:
    yield heading(view, "Read, told by content")
    for each in readers:
        yield Text.assemble((each.name, "bold"), f"  {each.title}")
        rows = [("prompts", each.carries_prompts), ("links", each.links_accounts), ("told by", each.recognised)]
        yield table(view, [("", *row) for row in rows])
    yield ""
    yield heading(view, "Written, told by suffix")
    yield table(view, [(name, " ".join(each.suffixes), each.title) for name, each in writers.items()])


def table(view: View, rows: Iterable[Sequence[object]]) -> Table:
    """Return rows as a table whose last column takes what room there is."""
    made = Table.grid(padding=(0, 2, 0, 0))
    for row in rows:
        made.add_row(*(value(view, content, limit=400) for content in row))
    for column in made.columns[:-1]:
        column.no_wrap = True
    for column in made.columns[-1:]:
        column.overflow = "fold"
    return made
