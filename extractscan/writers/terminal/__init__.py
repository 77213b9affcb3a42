"""The report for a person at a terminal: the overview on one screen, then the reasons."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from itertools import chain

from rich.console import Console, RenderableType
from rich.text import Text

from extractscan.model import Network, Report
from extractscan.writers.numbers import count
from extractscan.writers.reading import ranked
from extractscan.writers.terminal.closing import closing
from extractscan.writers.terminal.network import network_brief, network_section
from extractscan.writers.terminal.overview import marking, overview
from extractscan.writers.terminal.view import ASCII, View, heading
from extractscan.writers.terminal.waterfall import waterfall

SECTIONS = 10
"""Networks drawn in full unless all details are asked for."""

__all__ = ["View", "draw", "render", "render_member", "render_network"]


def render(report: Report, view: View = View()) -> bytes:  # noqa: B008
    """Draw a whole report."""
    return draw(view, _report(view, report))


def render_network(report: Report, network: Network, view: View) -> bytes:
    """Draw one network of a report, with every detail that the view asks for."""
    return draw(view, chain(marking(report), network_section(view, network, full_bits(report))))


def render_member(report: Report, network: Network, account: str, view: View) -> bytes:
    """Draw how one member's bits add up to its membership.

    Raises:
        KeyError: where the account is no member.
    """
    return draw(view, chain(marking(report), waterfall(view, report, network, account, full_bits(report))))


def full_bits(report: Report) -> float:
    """Return what fills a bar: the most that one channel may say under the settings of the report."""
    cap = report.tool.settings.get("channel_cap_bits")
    return float(cap) if isinstance(cap, int | float) and cap > 0 else 10.0


def _report(view: View, report: Report) -> Iterator[RenderableType]:
    yield from overview(view, report)
    networks = ranked(report.networks)
    full = [each for each in networks if view.detail or each.verdict == "extraction_network"]
    brief = [each for each in networks if each not in full]
    cut = None if view.detail else SECTIONS
    for network in full[:cut]:
        yield ""
        yield from network_section(view, network, full_bits(report))
    if brief:
        yield ""
        yield heading(view, "Networks that are no finding")
    for network in brief[:cut]:
        yield from network_brief(view, network)
    left = len(networks) - len(full[:cut]) - len(brief[:cut])
    if left:
        yield ""
        yield Text(f"{count(left, 'network')} more: -v draws them, `explain REPORT ID` draws one", "dim")
    yield from closing(view, report, full_bits(report))


def draw(view: View, parts: Iterable[RenderableType]) -> bytes:
    """Draw parts one below the other, without trailing blanks and without a byte the terminal cannot show."""
    page = io.StringIO()
    console = Console(
        file=page,
        width=view.width,
        force_terminal=view.colour,
        color_system="256" if view.colour else None,
        no_color=not view.colour,
        markup=False,
        emoji=False,
        highlight=False,
        legacy_windows=False,
        _environ={},
    )
    for part in parts:
        console.print(part)
    lines = "".join(f"{line.rstrip()}\n" for line in page.getvalue().split("\n"))[:-1]
    if view.unicode:
        return lines.encode("utf-8", "backslashreplace")
    return lines.translate(ASCII).encode("ascii", "backslashreplace")
