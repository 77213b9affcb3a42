"""Measures an analysis of millions of events against the least that reading them takes.

python -m benchmarks.scale [--events 10M] [--world DIR] [--memory-limits 2GB,4GB,8GB] [--shuffles 1] [--keep]

The floor is a bare Polars scan of the same file: events, bytes of prompts, distinct accounts. Floor and analysis run in
turns, each in a process of its own, so that their ratio holds on a busy machine as well.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path

import polars as pl

from benchmarks import measuring
from benchmarks.measuring import Cost
from extractscan.cli.amounts import amount

FLOOR = (
    "import sys, polars as pl; print(pl.scan_parquet(sys.argv[1]).select(pl.len(), "
    "pl.col('prompt').str.len_bytes().sum(), pl.col('account_id').n_unique()).collect())"
)
READING = (
    "import sys; from extractscan.cli.allocators import give_memory_back; give_memory_back(); "
    "from extractscan import readers, reading; from extractscan.settings import Settings; "
    "reading.read(readers.open_logs([sys.argv[1]]), None, Settings())"
)
"""The one pass over everything: sightings, activity, wording and what texts ask for; nothing is searched yet."""


def line(name: str, cost: Cost, floor: Cost, events: int) -> str:
    """Write one row of the table."""
    ratio, each = cost.cpu / floor.cpu, cost.cpu / events * 1e6
    return f"| {name} | {cost.wall:.1f} | {cost.cpu:.1f} | {ratio:.2f} | {each:.2f} | {cost.megabytes:,} |"


def found(report: Path, labels: Path) -> str:
    """Say how many accounts of the campaigns stand in extraction networks, and how many others."""
    networks = [n for n in json.loads(report.read_bytes())["networks"] if n["verdict"] == "extraction_network"]
    accused = {one["account_id"] for network in networks for one in network["accounts"]}
    campaign = set(pl.read_parquet(labels).filter("campaign")["account_id"])
    hits = len(accused & campaign)
    others = len(accused) - hits
    return f"{len(networks)} extraction networks: {hits:,} of {len(campaign):,} campaign accounts, {others} others"


def main() -> None:
    """Write a world, or take one, and print the table as Markdown."""
    parser = argparse.ArgumentParser(description="Cost of an analysis of millions of events against a bare scan.")
    parser.add_argument("--events", default="10M")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--world", type=Path, help="a folder that `simulate --events` wrote; kept")
    parser.add_argument("--memory-limits", default="", help="such as 2GB,4GB,8GB: one more run each, its peak measured")
    parser.add_argument("--shuffles", default="1")
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--reading-only", action="store_true", help="leave the search for networks out")
    given = parser.parse_args()
    print(measuring.here(), flush=True)
    folder = given.world or Path(tempfile.mkdtemp(prefix="scale-", dir=measuring.WORLDS.parent))
    try:
        if given.world is None:
            made = measuring.tool(
                "simulate", str(folder), "--events", given.events, "--seed", str(given.seed), "-C", "-q"
            )
            rate = amount(given.events) / made.wall
            print(f"written in {made.wall:.0f} s, {rate:,.0f} events/s, {made.cpu:.0f} CPU s, {made.megabytes:,} MB")
        measure(folder, given)
    finally:
        if given.world is None and not given.keep:
            shutil.rmtree(folder, ignore_errors=True)


def measure(folder: Path, given: argparse.Namespace) -> None:
    """Run floor, reading and analysis, and print what they cost."""
    log, report = folder / "logs.parquet", folder / "report.json"
    events = int(pl.scan_parquet(log).select(pl.len()).collect().item())
    accounts = int(pl.scan_parquet(folder / "labels.parquet").select(pl.len()).collect().item())
    print(f"{events:,} events, {accounts:,} accounts, {log.stat().st_size / 1e9:.2f} GB of Parquet\n", flush=True)
    print("| | wall s | CPU s | of the floor | CPU µs an event | peak MB |\n|---|---:|---:|---:|---:|---:|")
    floor = measuring.run(sys.executable, "-c", FLOOR, str(log))
    print(line("floor: scan of account and prompt", floor, floor, events), flush=True)
    print(line("reading: one pass", measuring.run(sys.executable, "-c", READING, str(log)), floor, events), flush=True)
    if given.reading_only:
        return
    runs = ["", *filter(None, given.memory_limits.split(","))]
    for limit in runs:
        options = ("--shuffles", given.shuffles, *(("--memory-limit", limit) if limit else ()))
        floor = measuring.run(sys.executable, "-c", FLOOR, str(log))
        cost = measuring.analyze([log], folder / "accounts.parquet", report, *options)
        name = f"analyze --memory-limit {limit}" if limit else f"analyze --shuffles {given.shuffles}, end to end"
        print(line(name, cost, floor, events), flush=True)
    print(f"\n{found(report, folder / 'labels.parquet')}")


if __name__ == "__main__":
    main()
