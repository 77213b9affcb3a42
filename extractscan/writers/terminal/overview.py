"""The first screen: what was read, what was found, and one row a network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from extractscan.model import LEVELS, Network, Report
from extractscan.writers.numbers import bits, count, losses, short
from extractscan.writers.reading import by_chance, nothing_found, ranked
from extractscan.writers.terminal.view import (
    CAUTION,
    LEVEL_STYLES,
    View,
    cell,
    labelled,
    sentence,
    span,
    sparkline,
    value,
)

VERDICTS = {
    "extraction_network": "extraction",
    "coordinated": "coordinated",
    "reseller": "reseller",
    "explained": "explained",
}
"""Verdicts as the overview abbreviates them, from what needs a reader most to what needs one least."""
TLP_STYLES = {
    "clear": "bold white on black",
    "green": "bold color(82) on black",
    "amber": "bold color(214) on black",
    "amber+strict": "bold color(214) on black",
    "red": "bold color(196) on black",
}
"""The colours that the Traffic Light Protocol asks for, always on black."""
ROWS = 20
"""Networks in the overview unless all details are asked for."""
LEAST_ACTIVITY, WIDEST_ACTIVITY = 6, 60
"""Columns of the activity; with less room it is left out."""
TITLED = 8
"""With more networks than this the overview leaves their sentences to the sections below."""


def overview(view: View, report: Report) -> Iterator[RenderableType]:
    """Draw the overview; 80 columns and one screen are enough for a handful of networks."""
    tool = report.tool
    yield from marking(report)
    yield Text.assemble(
        value(view, f"{tool.name} {tool.version}", "bold"),
        (f" · report {report.schema_version} · seed {tool.seed}", "dim"),
    )
    yield ""
    facts = labelled(8)
    for label, line in _facts(view, report):
        facts.add_row(Text(label, "dim"), line)
    yield facts
    yield ""
    networks = ranked(report.networks)
    if not networks:
        yield Text("No network stands out from this log.", style="bold")
        yield sentence(view, nothing_found(report))
        return
    shown = networks if view.detail else networks[:ROWS]
    yield _header(view)
    for network in shown:
        yield _row(view, network)
        if len(shown) <= TITLED:
            yield Padding(_under(view, network), (0, 0, 0, 5))
    if view.narrow:
        yield Text("link: bits for one operator · harvest: bits for a harvest", style="dim")
    if len(shown) < len(networks):
        yield Text(f"and {count(len(networks) - len(shown), 'network')} more: -v lists them all", "dim")


def marking(report: Report) -> Iterator[Text]:
    """Give the report's label of the Traffic Light Protocol as a line of its own, where it has one."""
    if report.tlp is not None:
        yield Text(f"TLP:{report.tlp.upper()}", TLP_STYLES[report.tlp])


def _facts(view: View, report: Report) -> Iterator[tuple[str, Text]]:
    coverage = report.coverage
    read = f"{count(coverage.events, 'event')} of {count(coverage.accounts, 'account')}"
    if coverage.first:
        read += f" · {span(view, coverage.first, coverage.last)}"
    yield "read", Text(read)
    yield "found", _found(report)
    signals = coverage.signals
    if signals:
        ran = sum(signal.ran for signal in signals)
        smallest = coverage.smallest_detectable_network
        floor = (
            f"smallest network this log can show: {count(smallest, 'account')}"
            if smallest is not None
            else "no network can be tested on this log"
        )
        yield "tested", Text(f"{ran} of {len(signals)} signals · {floor}")
    if coverage.expected_false is not None:
        yield "chance", Text(by_chance(report))
    rejected = sum(reason.count for source in report.inputs for reason in source.rejected)
    if rejected:
        yield "rejected", Text(f"{losses(rejected)}, listed under inputs", style=CAUTION)


def _found(report: Report) -> Text:
    parts = []
    for verdict, word in VERDICTS.items():
        levels = Counter(network.level for network in report.networks if network.verdict == verdict)
        if verdict == "extraction_network" and levels:
            worst = [Text(f"{levels[level]:,} {level}", LEVEL_STYLES[level]) for level in LEVELS if levels[level]]
            parts.append(Text.assemble(f"{count(levels.total(), 'extraction network')} (", Text(", ").join(worst), ")"))
        elif levels:
            parts.append(Text(f"{levels.total():,} {word}"))
    if report.single_sources:
        parts.append(Text(count(len(report.single_sources), "single source")))
    return Text(" · ").join(parts) if parts else Text("no network")


def _widths(view: View) -> list[int]:
    """Columns of id, level, verdict, accounts, events, link bits, harvest bits, span, activity."""
    if view.narrow:
        fixed = [4, 8, 11, 6, 14, 5, 7, 0]
        rest = view.width - sum(fixed) - 2 * 7
    else:
        fixed = [4, 8, 18, 8, 26, 9, 12, 24]
        rest = view.width - sum(fixed) - 2 * 8
    return [*fixed, min(rest, WIDEST_ACTIVITY) if rest >= LEAST_ACTIVITY else 0]


_RIGHT = (False, False, False, True, True, True, True, False, False)


def _line(view: View, cells: list[Text | str]) -> Text:
    drawn = [
        cell(content, width, right=right)
        for content, width, right in zip(cells, _widths(view), _RIGHT, strict=True)
        if width
    ]
    line = Text("  ").join(drawn)
    line.rstrip()
    return line


def _header(view: View) -> Text:
    names = (
        ["id", "level", "verdict", "accts", "in campaign of", "link", "harvest", "", "activity"]
        if view.narrow
        else [
            "id",
            "level",
            "verdict",
            "accounts",
            "events in campaign of all",
            "link bits",
            "harvest bits",
            "span",
            "events a day",
        ]
    )
    line = _line(view, list(names))
    line.stylize("dim")
    return line


def _row(view: View, network: Network) -> Text:
    number = short if view.narrow else count
    verdict = VERDICTS[network.verdict] if view.narrow else network.verdict.replace("_", " ")
    widths = _widths(view)
    return _line(
        view,
        [
            value(view, network.id, "bold"),
            Text(network.level, LEVEL_STYLES[network.level]),
            verdict,
            number(len(network.accounts)),
            f"{number(network.events_in_campaign)} of {number(network.events)}",
            bits(network.coordination_bits),
            bits(network.extraction_bits),
            span(view, network.first_seen, network.last_seen),
            Text(sparkline(view, network.timeline, widths[-1]), LEVEL_STYLES[network.level]),
        ],
    )


def _under(view: View, network: Network) -> Text:
    line = sentence(view, network.title, "dim")
    if view.narrow:
        when = span(view, network.first_seen, network.last_seen)
        return Text.assemble((f"{when} · ", "dim"), line)
    return line
