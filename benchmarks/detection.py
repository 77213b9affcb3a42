"""Measures what the analysis finds in simulated worlds, what it flags wrongly, and what that costs.

python -m benchmarks.detection --seeds 1,2 [--accounts 10000] [--without-campaigns] [--keep]

Seeds 1 to 99 are for development. 9000 to 9009 (with campaigns) and 9100 to 9119 (without) are for the published
figures: they are run when a release is measured, and nothing is changed because of one of their worlds.
"""

from __future__ import annotations

import argparse
import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from benchmarks import measuring
from extractscan import model
from extractscan.score import FLAGGED, Agreement, Scores, score


@dataclass(frozen=True, slots=True)
class Result:
    """One world: what was in it, how the report on it scores, and what the analysis cost."""

    seed: int
    events: int
    accounts_by_kind: dict[str, int]
    scores: Scores
    expected_false: float | None
    cost: measuring.Cost


def judge(seed: int, accounts: int, *, campaigns: bool, keep: bool) -> Result:
    """Write one world, analyse it in a fresh process, and score the report."""
    with measuring.world(seed, accounts, campaigns=campaigns, keep=keep) as folder:
        path, labels = folder / "report.json", folder / "labels.parquet"
        cost = measuring.analyze([folder / "logs.parquet"], folder / "accounts.parquet", path, "--shuffles", "20")
        report = model.decode(path.read_bytes())
        return Result(
            seed=seed,
            events=report.coverage.events,
            accounts_by_kind=_kinds(labels),
            scores=score(report, str(labels)),
            expected_false=report.networks[0].null.expected_false if report.networks else None,
            cost=cost,
        )


def _kinds(labels: Path) -> dict[str, int]:
    return dict(pl.read_parquet(labels, columns=["kind"])["kind"].value_counts().iter_rows())


def _number(value: float | None, digits: int = 3) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def _f1(scores: Scores, agreement: Agreement) -> float | None:
    """Leave out what compares networks with campaigns where there is no campaign."""
    return agreement.f1 if scores.campaign_accounts else None


HEAD = (
    "| seed | accounts | events | extraction networks | precision | recall | B-cubed F1 | pairwise F1 "
    "| false networks a shuffle | wall s | CPU s | peak MB |\n|---:|" + "---:|" * 11
)


def row(result: Result) -> str:
    """Draw one world as a row of the table."""
    s = result.scores
    cells = (
        *(f"{count:,}" for count in (s.accounts, result.events, s.networks_by_verdict.get(FLAGGED, 0))),
        *(_number(value) for value in (s.precision, s.recall, _f1(s, s.bcubed), _f1(s, s.pairwise))),
        _number(result.expected_false, 2),
        *(_number(value, 1) for value in (result.cost.wall, result.cost.cpu)),
        f"{result.cost.megabytes:,}",
    )
    return f"| {result.seed} | {' | '.join(cells)} |"


def total(results: Sequence[Result]) -> str:
    """Draw the last row: accounts of all worlds together, means of what is no count, and the largest peak."""
    rightly, flagged, hidden = (
        sum(getattr(r.scores, name) for r in results) for name in ("flagged_rightly", "flagged", "campaign_accounts")
    )
    cells = (
        f"{sum(r.scores.accounts for r in results):,}",
        f"{sum(r.events for r in results):,}",
        f"{sum(r.scores.networks_by_verdict.get(FLAGGED, 0) for r in results):,}",
        _number(rightly / flagged if flagged else None),
        _number(rightly / hidden if hidden else None),
        *(_mean((read(r) for r in results), digits) for read, digits in _MEANS),
        f"{max(r.cost.megabytes for r in results):,}",
    )
    return f"| all | {' | '.join(cells)} |"


_MEANS: tuple[tuple[Callable[[Result], float | None], int], ...] = (
    (lambda r: _f1(r.scores, r.scores.bcubed), 3),
    (lambda r: _f1(r.scores, r.scores.pairwise), 3),
    (lambda r: r.expected_false, 2),
    (lambda r: r.cost.wall, 1),
    (lambda r: r.cost.cpu, 1),
)


def _mean(values: Iterable[float | None], digits: int) -> str:
    known = [value for value in values if value is not None]
    return _number(statistics.mean(known) if known else None, digits)


def campaigns_table(results: Sequence[Result]) -> str:
    """Draw recall by kind of campaign, accounts of all worlds together, and as what else its accounts were reported."""
    names = "| campaign | flagged | of accounts | recall | campaigns | missed by more than half | in other networks |"
    lines = [names, "|---|" + "---:|" * 5 + "---|"]
    for kind in sorted({kind for r in results for kind in r.scores.recall_by_kind}):
        found = [r.scores.recall_by_kind[kind] for r in results if kind in r.scores.recall_by_kind]
        groups = [one for r in results for name, one in r.scores.recall_by_group.items() if name.startswith(f"{kind}-")]
        flagged, accounts = sum(one.flagged for one in found), sum(one.accounts for one in found)
        missed = sum(one.recall < 0.5 for one in groups)
        counts = f"{flagged:,} | {accounts:,} | {flagged / accounts:.3f} | {len(groups)} | {missed or ''}"
        lines.append(f"| {kind} | {counts} | {_otherwise(kind, results)} |")
    return "\n".join(lines)


def _otherwise(kind: str, results: Sequence[Result]) -> str:
    held: Counter[str] = Counter()
    for result in results:
        by_verdict = result.scores.accounts_by_verdict
        held.update({verdict: kinds.get(kind, 0) for verdict, kinds in by_verdict.items() if verdict != FLAGGED})
    return ", ".join(f"{verdict} {count:,}" for verdict, count in sorted(held.items()) if count)


def innocents_table(results: Sequence[Result]) -> str:
    """Draw which innocents were flagged, of all of their kind; in words if there are none."""
    flagged: Counter[str] = Counter()
    there: Counter[str] = Counter()
    for result in results:
        flagged.update(result.scores.flagged_by_innocent_kind)
        there.update(result.accounts_by_kind)
    if not flagged:
        return "No innocent account was flagged."
    lines = ["| innocent kind | flagged | of accounts |", "|---|---:|---:|"]
    return "\n".join([*lines, *(f"| {kind} | {n:,} | {there[kind]:,} |" for kind, n in sorted(flagged.items()))])


def faults(results: Sequence[Result]) -> str:
    """Name the campaigns that were missed, split or merged, world by world."""
    lines = []
    for result in results:
        s = result.scores
        missed = [f"{name} {one.flagged}/{one.accounts}" for name, one in s.recall_by_group.items() if one.recall < 0.5]
        split = [f"{name} into {count}" for name, count in s.networks_split.items()]
        merged = [" + ".join(names) for names in s.networks_merged.values()]
        said = [f"{word} {', '.join(v)}" for word, v in (("missed", missed), ("split", split), ("merged", merged)) if v]
        lines.extend([f"- {result.seed}: {'; '.join(said)}"] if said else [])
    return "\n".join(lines) or "No campaign was missed by more than half, split or merged."


def main() -> None:
    """Judge the worlds one after the other and print everything as Markdown."""
    parser = argparse.ArgumentParser(description="Score the analysis on simulated worlds.")
    parser.add_argument("--seeds", type=measuring.seeds_of, default=[1, 2], help="numbers joined by commas, or A-B")
    parser.add_argument("--accounts", type=int, default=10_000)
    parser.add_argument("--without-campaigns", action="store_true", help="whatever is flagged is wrong")
    parser.add_argument("--keep", action="store_true", help="leave worlds and reports in benchmarks/worlds")
    given = parser.parse_args()
    print(f"{measuring.here()}\n\n{HEAD}", flush=True)
    results = []
    for seed in given.seeds:
        results.append(judge(seed, given.accounts, campaigns=not given.without_campaigns, keep=given.keep))
        print(row(results[-1]), flush=True)
    print(total(results))
    if not given.without_campaigns:
        print(f"\n{campaigns_table(results)}\n\n{faults(results)}")
    print(f"\n{innocents_table(results)}")


if __name__ == "__main__":
    main()
