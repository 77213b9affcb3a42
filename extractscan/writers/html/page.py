"""Puts the page together: templates, what they may call, and the pictures that need positions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

import jinja2
import msgspec
from markupsafe import Markup, escape

from extractscan.model import LEVELS, Evidence, Network, Report, TimelinePoint
from extractscan.schema import CHANNELS
from extractscan.writers.html import assets, steps
from extractscan.writers.html.graph import picture
from extractscan.writers.html.payload import block, network_data, readable
from extractscan.writers.numbers import bits, count, losses, short, size
from extractscan.writers.reading import PROMISE, called, holders, nothing_found, ranked, said
from extractscan.writers.show import SENTENCE, show

SECTIONS = 60
"""Networks with a section of their own; the overview lists them all."""
ROWS_LISTED = 40
RECORDS_LISTED = 24
OBSERVABLES_LISTED = 40
COUNTED = 8
"""Lengths of lists on the page, beyond which it says how many more there are."""
SKELETON = 4000
IN_BRIEF = 3
"""Findings that the top of the page gives the gist of."""
TITLED = 8
"""With more networks than this the overview leaves their sentences to their sections."""
_WEIGHT = re.compile(r"([+-][0-9]+\.[0-9]) ")
VERDICTS = {
    "extraction_network": "extraction network",
    "coordinated": "coordinated",
    "reseller": "reseller",
    "explained": "explained",
}
CHANNEL_WORDS = {
    "identity": "payment, phone, e-mail, sign-up",
    "network": "addresses, prefixes, autonomous systems",
    "client": "user agents, TLS fingerprints, tools, sampling",
    "content": "system prompts, templates, output tags",
    "time": "rhythm, load, sign-up batches, hand-over",
}


def page(report: Report) -> str:
    """Return the whole document."""
    networks = ranked(report.networks)
    return environment().get_template("page.html.j2").render(
        report=report,
        networks=networks,
        pictures={network.id: picture(network) for network in networks[:SECTIONS]},
        assets=assets.assets(report.tlp),
        found=_found(networks),
        promise=None if said(report) else PROMISE,
        nothing=nothing_found(report),
    )  # fmt: skip


@cache
def environment() -> jinja2.Environment:
    """Return the templates with what they may call; every value is escaped, and every name has to exist."""
    made = jinja2.Environment(
        loader=jinja2.DictLoader(assets.templates()),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "see": show,
        "sentence": lambda text: show(text, SENTENCE),
        "count": count,
        "short": short,
        "bits": bits,
        "signed": lambda number: f"{number:+.1f}".replace("-", "\u2212"),
        "size": size,
        "losses": losses,
        "day": lambda moment: show(str(moment or "?")[:10]),
        "moment": _moment,
        "verdict": lambda verdict: VERDICTS.get(verdict, show(verdict)),
        "quoted": _quoted,
        "counted": _counted,
        "reason": _reason,
        "holders": holders,
    }
    made.globals |= {
        "linking": steps.linking, "harvest": steps.harvest, "sparkline": sparkline, "block": block,
        "asked": _asked, "network_data": network_data, "readable": readable, "observables": _observables,
        "records": _records, "named": _named,
        "LEVELS": LEVELS, "VERDICTS": VERDICTS, "CHANNELS": CHANNELS, "CHANNEL_WORDS": CHANNEL_WORDS,
        "SKELETON": SKELETON,
        "SECTIONS": SECTIONS, "ROWS_LISTED": ROWS_LISTED, "COUNTED": COUNTED, "IN_BRIEF": IN_BRIEF, "TITLED": TITLED,
    }  # fmt: skip
    return made


def _asked(report: Report) -> list[tuple[str, str]]:
    """Return what the run was asked and did not leave at its default, by the names of the report."""
    run = msgspec.to_builtins(report.run)
    return [(show(name.replace("_", " ")), _told(value)) for name, value in run.items() if value]


def _told(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} = {_told(each)}" for name, each in value.items() if each)
    return "; ".join(map(_told, value)) if isinstance(value, list) else "yes" if value is True else str(value)


def _found(networks: Sequence[Network]) -> dict[str, Counter[str]]:
    """Count networks by verdict and level, verdicts in the order in which they need a reader."""
    return {verdict: Counter(n.level for n in networks if n.verdict == verdict) for verdict in VERDICTS}


def _moment(moment: object) -> str:
    """Return a time of the report to the second, without the letters that machines want."""
    text = str(moment or "?")
    return show(f"{text[:10]} {text[11:19]}".strip() if text[10:11] == "T" else text, 40)


def _quoted(item: Evidence) -> Markup:
    """Return an evidence's sentence with the value that it quotes set apart."""
    if item.phrase is None or item.value is None or "{value}" not in item.phrase:
        return escape(show(item.summary, SENTENCE))
    before, after = item.phrase.split("{value}", 1)
    value = Markup("<code>{}</code>").format(show(item.value))
    return Markup("{}{}{}").format(show(before, SENTENCE), value, show(after, SENTENCE))


def _reason(text: str) -> tuple[str, str]:
    """Part a reason into the bits that it starts with, if it does, and what it says."""
    found = _WEIGHT.match(text)
    if found is None:
        return "", show(text, SENTENCE)
    return found.group(1).replace("-", "\u2212"), show(text[found.end() :], SENTENCE)


def _counted(counts: dict[str, int], limit: int = COUNTED) -> list[tuple[str, int]]:
    """Return counts, largest first, cut."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:limit]
    return [(show(name, 60), number) for name, number in ordered]


def _named(report: Report, fingerprint: str) -> Markup:
    """Return the id by which the page knows a network, or its fingerprint where the page has it nowhere."""
    name = called(report, fingerprint)
    if name == fingerprint:
        return Markup("<code>{}</code>").format(show(name))
    return Markup("<b>{}</b>").format(show(name))


def _observables(network: Network) -> list[Any]:
    """Return the values to list: most members first, those with fewest strangers before others."""
    ordered = sorted(network.observables, key=lambda o: (-len(o.held_by), o.outside, o.channel, o.signal, o.value))
    return ordered[:OBSERVABLES_LISTED]


def _records(network: Network) -> list[tuple[Evidence, Any]]:
    """Return the original records that evidence points at, each with the evidence that names it first."""
    seen: dict[tuple[str, int], tuple[Evidence, Any]] = {}
    for item in sorted(network.evidence, key=lambda e: (-e.bits, e.channel, e.signal)):
        for row in item.rows:
            seen.setdefault((row.file, row.row), (item, row))
    return list(seen.values())[:RECORDS_LISTED]


def sparkline(timeline: Sequence[TimelinePoint], width: int = 120, height: int = 28) -> Markup:
    """Return events a day as the outline of a small picture, days without events at the bottom."""
    try:
        days = {date.fromisoformat(point.day[:10]).toordinal(): point.events for point in timeline}
    except ValueError:
        days = {}
    if not days:
        return Markup("")
    first, last, top = min(days), max(days), max(*days.values(), 1)
    step = width / (last - first + 1)
    path = [f"M0 {height}"]
    for number in range(last - first + 1):
        y = height - round(days.get(first + number, 0) / top * (height - 2), 1)
        path.append(f"L{number * step:.1f} {y} H{(number + 1) * step:.1f}")
    path.append(f"V{height}Z")
    return Markup('<svg class="spark" viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true">'
                  '<path d="{}"/></svg>').format(width, height, " ".join(path))  # fmt: skip
