"""Run extractscan on one world as the peers are run: `python -m benchmarks.peers.own WORLD OUT`."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

import extractscan
from benchmarks.evaluation.metrics import HARVEST
from benchmarks.peers.one import peak
from extractscan import pipeline


def main() -> None:
    """Analyse with the settings that everybody gets; groups are the networks with the verdict of a harvest."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("world", type=Path)
    parser.add_argument("output", type=Path)
    given = parser.parse_args()
    begun = time.perf_counter()
    report = pipeline.analyze([str(given.world / "logs.parquet")], accounts=str(given.world / "accounts.parquet"))
    seconds = round(time.perf_counter() - begun, 2)
    groups = [[m.account_id for m in one.accounts] for one in report.networks if one.verdict == HARVEST]
    told = {
        "package": f"extractscan {extractscan.__version__}",
        "megabytes": peak(),
        "tried": [{"setting": {}, "seconds": seconds, "groups": groups}],
    }
    part = given.output.with_suffix(".part")
    part.write_text(json.dumps(told))
    part.replace(given.output)


if __name__ == "__main__":
    main()
