"""How bits add up: each piece of evidence starts where the one before it ended."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from extractscan.model import Evidence, Network, Report
from extractscan.schema import CHANNELS


@dataclass(frozen=True, slots=True)
class Step:
    """One bar of a waterfall.

    Attributes:
        evidence: What it stands for; None for the odds at the start.
        channel: Its colour.
        bits: Its length.
        left, width: Where it lies, in per cent of the picture.
        total: Sum after it.
    """

    evidence: Evidence | None
    channel: str
    bits: float
    left: float
    width: float
    total: float


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Bars in order, where zero and the threshold lie in per cent, and the sum at the end."""

    steps: list[Step]
    zero: float
    needed: float | None
    needed_bits: float | None
    total: float


def prior_bits(report: Report, network: Network) -> float:
    """Return the odds, in bits, against a random account of the log being one of the network's members."""
    return math.log2(max(report.coverage.accounts, 1) / max(len(network.accounts), 1))


def linking(report: Report, network: Network) -> Waterfall:
    """Draw what links the members, from the odds against any one account up; channels in their order."""
    order = {name: place for place, name in enumerate(CHANNELS)}
    items = sorted(
        network.evidence, key=lambda e: (order.get(e.channel, len(order)), e.channel, -e.bits, e.signal, e.summary)
    )
    margin = report.tool.settings.get("margin_bits")
    return _fall(items, -prior_bits(report, network), margin if isinstance(margin, int | float) else None)


def harvest(report: Report, network: Network) -> Waterfall:
    """Draw what speaks for a harvest, from nothing up, against what the settings ask for."""
    items = sorted(network.extraction, key=lambda e: (-e.bits, e.signal, e.summary))
    needed = report.tool.settings.get("extraction_bits")
    return _fall(items, 0.0, needed if isinstance(needed, int | float) else None)


def _fall(items: Sequence[Evidence], start: float, needed: float | None) -> Waterfall:
    ends = [start]
    for item in items:
        ends.append(ends[-1] + item.bits)
    marks = [0.0, *ends, *([] if needed is None else [needed])]
    low, high = min(marks), max(marks)
    span = (high - low) or 1.0

    def at(bits: float) -> float:
        return round((bits - low) / span * 100, 2)

    def step(evidence: Evidence | None, begin: float, end: float) -> Step:
        left, right = sorted((at(begin), at(end)))
        channel = "prior" if evidence is None else evidence.channel
        return Step(evidence, channel, end - begin, left, max(round(right - left, 2), 0.4), end)

    steps = [step(None, 0.0, start)] if start else []
    steps += [step(item, begin, end) for item, begin, end in zip(items, ends, ends[1:], strict=False)]
    return Waterfall(steps, at(0.0), None if needed is None else at(needed), needed, ends[-1])
