"""Prints how many events a second `write_world` writes, and its peak memory.

python benchmarks/simulate_speed.py [ACCOUNTS] [SEED]
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

import pyarrow.parquet as pq

from extractscan.simulate import write_world


def main() -> None:
    """Write one world into a temporary directory and measure it."""
    accounts, seed = (int(value) for value in [*sys.argv[1:], *("20000", "0")[len(sys.argv) - 1 :]])
    with tempfile.TemporaryDirectory() as folder:
        wall, cpu = time.perf_counter(), time.process_time()
        write_world(Path(folder), accounts=accounts, seed=seed)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        path = Path(folder) / "logs.parquet"
        rows = pq.ParquetFile(path).metadata.num_rows
        size = path.stat().st_size
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{accounts} accounts, {rows} events, {size / 1e6:.1f} MB, peak {peak} MB")
    print(f"{rows / wall:,.0f} events/s wall, {rows / cpu:,.0f} events/s CPU")


if __name__ == "__main__":
    main()
