"""Measures a job that reduces every day's log once and analyses the last thirty days each morning.

python -m benchmarks.rolling [--events 1M] [--days 30] [--sample N] [--shuffles 1] [--keep DIR]

A large world is cut into days. Each day is reduced; then the summaries are analysed together, and those of all days but
the last beside the last day's log, against one analysis of everything. The networks have to be the same ones.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import measuring

WHO = ("fingerprint", "verdict", "level", "events", "events_in_campaign")
HOW = ("coordination_bits", "extraction_bits")


CUT = """
import sys
import polars as pl
scan = pl.scan_parquet(sys.argv[1]).with_columns(pl.col("timestamp").dt.date().alias("day"))
for day in scan.select(pl.col("day").unique().sort()).collect()["day"]:
    scan.filter(pl.col("day") == day).drop("day").sink_parquet(f"{sys.argv[2]}/{day}.parquet", row_group_size=131_072)
"""
"""Cuts a log into one file a day, in a process of its own: its peak would count for all that are started later."""


def days_of(log: Path, folder: Path) -> list[Path]:
    """Cut a log into one file a day, in order."""
    folder.mkdir(exist_ok=True)
    measuring.run(sys.executable, "-c", CUT, str(log), str(folder))
    return sorted(folder.iterdir())


def networks(report: Path) -> list[dict[str, Any]]:
    """Return what a report says of its networks, without the places of rows in files."""
    found = json.loads(report.read_bytes())["networks"]
    return [{name: each[name] for name in (*WHO, *HOW)} for each in found]


def alike(found: Sequence[dict[str, Any]], whole: Sequence[dict[str, Any]]) -> str:
    """Say how far networks are the same."""
    if list(found) == list(whole):
        return "the same to the bit"
    who = [[{name: each[name] for name in WHO} for each in some] for some in (found, whole)]
    return "the same accounts, verdicts and events" if who[0] == who[1] else "OTHER networks"


def told(name: str, cost: measuring.Cost, size: int) -> str:
    """Write one row of the table."""
    return f"| {name} | {cost.wall:.1f} | {cost.cpu:.1f} | {cost.megabytes:,} | {size / 1e6:,.1f} |"


def reduced(days: Sequence[Path], folder: Path, options: Sequence[str]) -> tuple[list[Path], measuring.Cost, int]:
    """Reduce every day, and return the summaries, the median cost of a day, and bytes of all summaries."""
    costs, made = [], []
    for day in days:
        made.append(folder / day.stem)
        given = ("reduce", str(day), "-o", str(made[-1]), "--clobber", "--quiet", "--no-progress")
        costs.append(measuring.tool(*given, *options))
    usual = measuring.Cost(median(c.wall for c in costs), median(c.cpu for c in costs), max(c.megabytes for c in costs))
    return made, usual, sum(file.stat().st_size for each in made for file in each.iterdir())


def main() -> None:
    """Print the table and whether the networks are the same."""
    parser = argparse.ArgumentParser(description="Thirty daily summaries against one analysis of everything.")
    parser.add_argument("--events", default="1M")
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--shuffles", default="1")
    parser.add_argument("--sample", default="", help="prompts of an account whose wording summaries keep")
    parser.add_argument("--keep", type=Path, help="folder to work in, and to leave")
    given = parser.parse_args()
    print(measuring.here(), flush=True)
    with tempfile.TemporaryDirectory(dir=measuring.WORLDS.parent) as made:
        folder = given.keep or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        world = (
            "simulate",
            str(folder),
            "--events",
            given.events,
            "--days",
            str(given.days),
            "--seed",
            "1",
            "-C",
            "-q",
        )
        measuring.tool(*world)
        measure(folder, given)


def measure(folder: Path, given: argparse.Namespace) -> None:
    """Reduce and analyse, and compare."""
    days = days_of(folder / "logs.parquet", folder / "days")
    accounts, report = folder / "accounts.parquet", folder / "report.json"
    shuffles = ("--shuffles", given.shuffles)
    print(f"{len(days)} days\n\n| | wall s | CPU s | peak MB | MB read |\n|---|---:|---:|---:|---:|", flush=True)
    size = sum(day.stat().st_size for day in days)
    print(
        told("one analysis of all days' logs", measuring.analyze(days, accounts, report, *shuffles), size), flush=True
    )
    whole = networks(report)
    options = ("--sample", given.sample) if given.sample else ()
    summaries, usual, held = reduced(days, folder / "summaries", options)
    print(told(" ".join(("reduce of one day", *options, "(median)")), usual, size // len(days)), flush=True)
    cost = measuring.analyze(summaries, accounts, report, *shuffles)
    print(told("analyze of all summaries", cost, held), flush=True)
    first = networks(report)
    cost = measuring.analyze([*summaries[:-1], days[-1]], accounts, report, *shuffles)
    print(told("analyze of all but the last, and its log", cost, held), flush=True)
    print(f"\n{len(whole)} networks; from summaries {alike(first, whole)}; ", end="")
    print(f"with the last log {alike(networks(report), whole)}", flush=True)


if __name__ == "__main__":
    main()
