"""Scores of groups against labels, the setting that labels would choose, and the table of all peers."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.evaluation.metrics import bcubed, pairwise

LEAST = (3, 5, 10, 20)
"""Smallest group that counts: a threshold that labels may choose for every peer."""
COLUMNS = (
    "precision", "recall", "innocents flagged", "B-cubed F1", "pairwise F1", "flagged where there is no campaign",
    "s", "peak MB",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Score:
    """One setting on one world; precision is 1 where nothing is flagged, the rest is 1 where nothing is to be found."""

    precision: float
    recall: float
    innocents: int
    bcubed: float
    pairwise: float


@dataclass(frozen=True, slots=True)
class Run:
    """One setting of one peer on one world: the group of every account in one, seconds, peak memory in MB."""

    found: Mapping[str, str]
    seconds: float
    megabytes: int


def assigned(groups: Iterable[Iterable[str]], customer: Mapping[str, str], least: int) -> dict[str, str]:
    """Return the group of every account in one that counts; an account in several counts for the first.

    Accounts of one declared `customer` count as one, as they do for extractscan: a company is no network. A group needs
    `least` of them.
    """
    found: dict[str, str] = {}
    for number, members in enumerate(list(group) for group in groups):
        if len({customer.get(account, account) for account in members}) >= least:
            for account in members:
                found.setdefault(account, str(number))
    return found


def score(found: Mapping[str, str], truth: Mapping[str, str]) -> Score:
    """Compare groups with campaigns, each by account; all that stands in a group counts as flagged."""
    right = len(found.keys() & truth.keys())
    return Score(
        precision=right / len(found) if found else 1.0,
        recall=right / len(truth) if truth else 1.0,
        innocents=len(found) - right,
        bcubed=bcubed(found, truth),
        pairwise=pairwise(found, truth),
    )


def best(tried: Mapping[str, Sequence[Score]]) -> str:
    """Return the setting with the highest mean B-cubed F1 over all worlds: one setting for all; of equals the first."""
    return max(tried, key=lambda setting: statistics.fmean(one.bcubed for one in tried[setting]))


def row(title: str, setting: str, scores: Sequence[Score], runs: Sequence[Run], quiet: Sequence[Run]) -> str:
    """Write a line of the table: means over worlds, the largest peak; `quiet` are worlds without campaigns."""

    def mean(values: Iterable[float]) -> float:
        return statistics.fmean(list(values))

    flagged = f"{mean(len(run.found) for run in quiet):,.0f}" if quiet else "–"
    cells = (
        title,
        setting or "default",
        f"{mean(one.precision for one in scores):.3f}",
        f"{mean(one.recall for one in scores):.3f}",
        f"{mean(one.innocents for one in scores):,.0f}",
        f"{mean(one.bcubed for one in scores):.3f}",
        f"{mean(one.pairwise for one in scores):.3f}",
        flagged,
        f"{mean(run.seconds for run in runs):,.1f}",
        f"{max(run.megabytes for run in runs):,}",
    )
    return f"| {' | '.join(cells)} |"


def head() -> list[str]:
    """Return the two lines above the rows."""
    names = ("approach", "best setting", *COLUMNS)
    return [f"| {' | '.join(names)} |", f"|---|---|{'---:|' * len(COLUMNS)}"]
