"""Compares reports on one log in other shapes: rows shuffled, split into files, another number of threads.

python -m benchmarks.same_bytes [--accounts 3000] [--seeds 1,2]

Files and rows have other names in another shape, so `inputs` and the rows of evidence are left out; on the same files
with another number of threads nothing is. Ends with 1 if anything differs.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from benchmarks import measuring

PIECES = 7


def bare(report: Path) -> bytes:
    """Return a report without what names files and rows."""
    whole = json.loads(report.read_bytes())
    del whole["inputs"], whole["run"]
    for network in whole["networks"]:
        del network["campaign_rows"]
        for evidence in (*network["evidence"], *network["extraction"]):
            del evidence["rows"]
    for source in whole["single_sources"]:
        for evidence in source["evidence"]:
            del evidence["rows"]
    return json.dumps(whole, indent=2).encode()


def shuffled(log: Path, folder: Path) -> list[Path]:
    """Write the rows of a log in another order."""
    path = folder / "shuffled.parquet"
    pl.read_parquet(log).sample(fraction=1.0, shuffle=True, seed=7).write_parquet(path, row_group_size=20_000)
    return [path]


def split(log: Path, folder: Path) -> list[Path]:
    """Deal the rows of a log into files of unequal size."""
    rows = pl.read_parquet(log).with_row_index("at")
    names = [folder / f"split-{number}.parquet" for number in range(PIECES)]
    for number, path in enumerate(names):
        rows.filter((pl.col("at").sqrt().cast(pl.Int64) % PIECES) == number).drop("at").write_parquet(path)
    return names


def compared(folder: Path) -> Iterator[tuple[str, bool, int]]:
    """Analyse a world in each shape; yield name, whether the bytes are the same, and how many were compared."""
    log, side = folder / "logs.parquet", folder / "accounts.parquet"

    def report(name: str, inputs: list[Path], *options: str) -> Path:
        path = folder / f"{name}.json"
        measuring.analyze(inputs, side, path, *options)
        return path

    first = report("first", [log])
    for threads in ("1", "3"):
        again = report("threads", [log], "--threads", threads)
        yield f"{threads} threads", again.read_bytes() == first.read_bytes(), len(first.read_bytes())
    for name, make in (("rows shuffled", shuffled), (f"{PIECES} files", split)):
        other = report("other", make(log, folder))
        yield name, bare(other) == bare(first), len(bare(first))


def main() -> None:
    """Print what is the same and what differs as Markdown."""
    parser = argparse.ArgumentParser(description="Same log in another shape, same report?")
    parser.add_argument("--accounts", type=int, default=3_000)
    parser.add_argument("--seeds", type=measuring.seeds_of, default=[1, 2])
    given = parser.parse_args()
    print(f"{measuring.here()}\n\n| seed | log | bytes compared | |\n|---:|---|---:|---|")
    differs = False
    for seed in given.seeds:
        with measuring.world(seed, given.accounts) as folder:
            for name, same, size in compared(folder):
                differs |= not same
                print(f"| {seed} | {name} | {size:,} | {'same' if same else 'DIFFERS'} |", flush=True)
    sys.exit(int(differs))


if __name__ == "__main__":
    main()
