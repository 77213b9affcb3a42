"""Reads one large gzipped NDJSON file, in one pass, in a process of its own: peak memory, rows, speed.

Records are those of `ndjson_speed`, with prompts of random words out of 20,000; gzip leaves about a fifth of them.
The file consists of gzip members, as log rotation leaves them; some 600 MB are made, and repeated until the file is
large enough. It is removed afterwards.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

import msgspec
from isal import igzip

from benchmarks.measuring import here, run
from benchmarks.ndjson_speed import payload

READ = """
import sys
from pathlib import Path
from extractscan.readers import open_logs
logs = open_logs([sys.argv[1]])
rows = sum(frame.height for frame in logs.batches(logs.columns - {"completion"}))
(record,) = logs.records()
assert rows == record.rows_used == record.rows == int(sys.argv[2]), record
assert record.sha256
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:"))
Path(sys.argv[3]).write_text(peak.split()[1])
"""
"""What `analyze` reads of a log, counted; fails where a single row is missing. Its peak is its own word:
what the caller could say of a child is never less than its own."""

MEMBERS, RECORDS = 16, 24_000


def members() -> list[bytes]:
    """Make gzip members of different records, about 1.5 KB each."""
    rng = random.Random(1)
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["".join(rng.choices(letters, k=rng.randint(2, 10))) for _ in range(20_000)]
    made = []
    for number in range(MEMBERS):
        lines = []
        for i in range(RECORDS):
            record = payload(number * RECORDS + i, rng)
            text = " ".join(rng.choices(words, k=60))
            record["messages"] = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": text}]
            record["id"] = f"chatcmpl-{rng.getrandbits(128):032x}"
            lines.append(msgspec.json.encode(record))
        made.append(b"\n".join(lines) + b"\n")
    return made


def main() -> None:
    """Make the file, read it, and print one row of a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=10.0, help="of the compressed file")
    parser.add_argument("--folder", help="where there is room for the file (default: the folder for temporary files)")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        path, plain, rows = Path(folder) / "big.ndjson.gz", 0, 0
        texts = members()
        packed = [igzip.compress(text, compresslevel=1) for text in texts]
        with path.open("wb") as handle:
            while handle.tell() < asked.gigabytes * 1e9:
                handle.write(packed[rows // RECORDS % MEMBERS])
                plain, rows = plain + len(texts[rows // RECORDS % MEMBERS]), rows + RECORDS
        del texts, packed
        size = path.stat().st_size
        peak = Path(folder) / "peak"
        cost = run(sys.executable, "-c", READ, str(path), str(rows), str(peak))
        megabytes = int(peak.read_text()) // 1024
        print(here())
        print("| gzip GB | GB within | rows | wall s | CPU s | MB within a wall s | peak MB |")
        print("|---:|---:|---:|---:|---:|---:|---:|")
        print(
            f"| {size / 1e9:.2f} | {plain / 1e9:.2f} | {rows:,} | {cost.wall:.0f} | {cost.cpu:.0f} |"
            f" {plain / 1e6 / cost.wall:,.0f} | {megabytes:,} |"
        )


if __name__ == "__main__":
    main()
