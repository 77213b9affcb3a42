"""Measures a whole analysis against the least that reading the same columns takes, and the start of the command.

python -m benchmarks.whole_run [--accounts 10000] [--seed 1] [--rounds 3]

Analysis and floor alternate, so that the ratio holds on a busy machine as well; the best of each is taken.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Callable, Sequence

import polars as pl

from benchmarks import measuring
from benchmarks.measuring import Cost

FLOOR = "import sys, polars as pl; pl.scan_parquet(sys.argv[1]).select(pl.all().exclude('completion')).collect()"
"""Answers are the one column that the analysis leaves alone."""


def best(costs: Sequence[Cost]) -> Cost:
    """Take the least of each figure."""
    return Cost(min(c.wall for c in costs), min(c.cpu for c in costs), min(c.megabytes for c in costs))


def median(rounds: int, start: Callable[[], Cost]) -> float:
    """Median wall time in seconds of a command started again and again."""
    return statistics.median(start().wall for _ in range(rounds))


def main() -> None:
    """Print seconds, peak memory and their ratios as Markdown."""
    parser = argparse.ArgumentParser(description="Time and memory of a whole analysis against a bare scan.")
    parser.add_argument("--accounts", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    print(measuring.here())
    with measuring.world(given.seed, given.accounts) as folder:
        log = folder / "logs.parquet"
        events = int(pl.scan_parquet(log).select(pl.len()).collect().item())
        print(f"{given.accounts:,} accounts, {events:,} events, {log.stat().st_size / 1e6:.0f} MB of Parquet\n")
        runs, floors = [], []
        for _ in range(given.rounds):
            floors.append(measuring.run(sys.executable, "-c", FLOOR, str(log)))
            runs.append(measuring.analyze([log], folder / "accounts.parquet", folder / "report.json"))
    run, floor = best(runs), best(floors)
    print("| | wall s | CPU s | peak MB |\n|---|---:|---:|---:|")
    for name, cost in (("analyze", run), ("scan of the same columns", floor)):
        print(f"| {name} | {cost.wall:.2f} | {cost.cpu:.2f} | {cost.megabytes:,} |")
    print(
        f"| ratio | {run.wall / floor.wall:.1f} | {run.cpu / floor.cpu:.1f} | {run.megabytes / floor.megabytes:.1f} |"
    )
    print(f"\n`--help` {median(9, lambda: measuring.tool('--help')):.3f} s, ", end="")
    print(f"`--version` {median(9, lambda: measuring.tool('--version')):.3f} s, ", end="")
    print(f"`python -c pass` {median(9, lambda: measuring.run(sys.executable, '-c', 'pass')):.3f} s (medians of 9)")


if __name__ == "__main__":
    main()
