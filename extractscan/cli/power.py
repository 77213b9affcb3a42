"""Which planted rings would have been found, as a page; and the sizes to plant, from the command line."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType
from rich.text import Text

from extractscan.cli.tables import table
from extractscan.errors import UsageError
from extractscan.selftest import Power, SelfTest
from extractscan.writers.numbers import count
from extractscan.writers.terminal import View, draw
from extractscan.writers.terminal.view import heading

SMALLEST = 2
LARGEST = 5000


def parse_sizes(text: str) -> list[int]:
    """Read `5,10,30,100`.

    Raises:
        UsageError: for anything but whole numbers from 2 to 5000.
    """
    try:
        sizes = [int(part) for part in text.split(",")]
    except ValueError:
        sizes = []
    if not sizes or any(not SMALLEST <= size <= LARGEST for size in sizes):
        raise UsageError(
            f"--sizes {text!r} is no list of sizes",
            hint=f"whole numbers from {SMALLEST} to {LARGEST}, joined by commas: 5,10,30,100",
        )
    return sorted(set(sizes))


def power_page(view: View, shown: SelfTest) -> bytes:
    """Draw a row for every size and strength, then what the log lacks and what the figures mean."""
    return draw(view, _page(view, shown))


def _page(view: View, shown: SelfTest) -> Iterator[RenderableType]:
    yield heading(view, "Planted rings, and what would have been found")
    yield Text(
        f"Into {count(shown.events, 'event')} of {count(shown.accounts, 'account')}, of which {shown.flagged_before:,} "
        "are flagged as they are; one ring at a time, in memory."
    )
    yield ""
    head = ("accounts", "operator", "found", "as another verdict", "missed", "of members", "false additions")
    yield table(view, [("", *head), *(("", *_row(one)) for one in shown.power)])
    yield ""
    yield heading(view, "What the rings have in common")
    yield table(
        view, [("", "shared in", ", ".join(shown.shared)), ("", "not in this log", ", ".join(shown.absent) or "–")]
    )
    yield ""
    yield Text(
        "Found: half of the ring or more stands in extraction networks. Of members: the share that does. "
        "False additions: accounts of the log that are flagged with the ring, and were not without. Rings are made as "
        "this tool thinks that operators work: one who shares nothing that the log records would not be found."
    )


def _row(one: Power) -> tuple[str, ...]:
    of = f" of {one.rounds}"
    return (
        f"{one.size:,}",
        one.strength,
        f"{one.found}{of}",
        f"{one.as_another}{of}",
        f"{one.missed}{of}",
        f"{one.share_flagged:.0%}",
        f"{one.false_additions:,}",
    )
