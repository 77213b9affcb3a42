"""Prints how many events a second the simulators write, and their peak memory.

python benchmarks/simulate_speed.py [--accounts 20000] [--events 2M] [--seed 0]

With `--events` plainer worlds of millions of events, without it the labelled kinds.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path

import pyarrow.parquet as pq

from extractscan.cli.amounts import amount
from extractscan.simulate import write_world
from extractscan.simulate.bulk import write_bulk


def main() -> None:
    """Write one world into a temporary directory and measure it."""
    parser = argparse.ArgumentParser(description="Events a second that are written, by the clock and by CPU.")
    parser.add_argument("--accounts", type=int)
    parser.add_argument("--events", type=amount, help="of a large world, such as 2M")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    accounts = given.accounts or (given.events // 33 if given.events else 20_000)
    with tempfile.TemporaryDirectory() as folder:
        wall, cpu = time.perf_counter(), time.process_time()
        if given.events:
            write_bulk(Path(folder), events=given.events, accounts=accounts, seed=given.seed)
        else:
            write_world(Path(folder), accounts=accounts, seed=given.seed)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        path = Path(folder) / "logs.parquet"
        rows = pq.ParquetFile(path).metadata.num_rows
        size = path.stat().st_size
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{accounts} accounts, {rows} events, {size / 1e6:.1f} MB, peak {peak} MB")
    print(f"{rows / wall:,.0f} events/s wall, {rows / cpu:,.0f} events/s CPU")


if __name__ == "__main__":
    main()
