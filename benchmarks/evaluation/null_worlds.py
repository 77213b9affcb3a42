"""Does the null test mean something? `python -m benchmarks.evaluation.null_worlds --worlds 200 --planted 20`.

Worlds without campaigns: how many networks of strangers are found, and how many do the reports expect. Worlds with one:
how often does a shuffle give a network as strong as the campaign's.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from scipy import stats

from benchmarks.evaluation import apart, cells, corpus, judging, small_world, table, world
from benchmarks.evaluation.cells import Cell
from benchmarks.evaluation.kinds import CAMPAIGNS
from extractscan.errors import CannotTestError
from extractscan.settings import Settings

Result = dict[str, Any]
MODULE = "benchmarks.evaluation.null_worlds"
RESULTS = corpus.WORLDS / "null_worlds.jsonl"

THRESHOLDS: dict[str, dict[str, float]] = {
    "default": {},
    "low": {"margin_bits": -6.0, "seed_bits": -8.0, "channel_floor_bits": 1.0},
}
"""Low is so low that chance gives networks, which leaves something to count."""


def wanted_cells(seed: int, worlds: int, planted: int) -> list[Cell]:
    """Worlds without campaigns, and one campaign each of kinds in turn."""
    rng = np.random.default_rng([seed, 13])
    kinds = [str(k) for k in rng.permutation(sorted(CAMPAIGNS))]
    sizes = [int(n) for n in rng.integers(8, 60, planted)]
    empty = [Cell(cells.NOBODY, i, 0, "-", "-", "-", seed) for i in range(worlds)]
    return empty + [Cell(kinds[i % len(kinds)], n, 100, "-", "-", "-", seed) for i, n in enumerate(sizes)]


def judge(cell: Cell, threshold: str, shuffles: int, folder: Path) -> Result:
    """Analyse one world of 300 to 900 accounts and count networks of strangers against what the report expects."""
    background = int(np.random.default_rng([cell.seed, cell.size, 17]).integers(300, 900))
    paths = small_world.write(cell, folder, background)
    rows = {r["account_id"]: r for r in pl.read_parquet(paths.labels).iter_rows(named=True)}
    chosen = Settings(shuffles=shuffles, **THRESHOLDS[threshold])  # type: ignore[arg-type]
    try:
        report = judging.analyse(paths, chosen)
    except CannotTestError:
        return {"networks": 0, "strangers": 0, "harvests": 0, "expected": None, "campaigns": [], "ranks": []}
    found = [judging.network(n, rows) for n in report.networks]
    chance = [n for n in found if strangers(n)]
    return {
        "networks": len(found),
        "strangers": len(chance),
        "harvests": sum(n["verdict"] == "extraction_network" and not n["campaign"] for n in found),
        "expected": report.coverage.expected_false,
        "campaigns": [n["as_strong"] for n in found if n["campaign"] >= 0.5 and not strangers(n)],
        "ranks": [n["as_strong"] for n in chance],
    }


def strangers(network: Result) -> bool:
    """Whether no group has more than half of a network: nothing but chance holds it together."""
    return bool(network["group"] == "None" or network["share"] <= 0.5)


def interval(count: int, level: float = 0.95) -> tuple[float, float]:
    """Exact bounds for the mean of a Poisson count (Garwood 1936)."""
    tail = (1 - level) / 2
    low = float(stats.chi2.ppf(tail, 2 * count)) / 2 if count else 0.0
    return low, float(stats.chi2.ppf(1 - tail, 2 * count + 2)) / 2


def agreement(results: Sequence[Result]) -> list[object]:
    """Worlds, how many said what they expect, observed, expected, bounds for the observed mean, and whether they agree.

    Only worlds whose report states an expectation are compared: where nothing could be tested there is none.
    """
    told = [r for r in results if r["expected"] is not None]
    seen, expected = sum(r["strangers"] for r in told), sum(r["expected"] for r in told)
    low, high = interval(seen)
    harvests = sum(r["harvests"] for r in results)
    agrees = "yes" if low <= expected <= high else "no"
    return [len(results), len(told), seen, f"{expected:.2f}", f"{low:.1f}–{high:.1f}", agrees, harvests]


def markdown(results: Iterable[Result], shuffles: int) -> str:
    """Two tables: chance networks against expectation, and campaigns against shuffles."""
    empty: dict[str, list[Result]] = defaultdict(list)
    planted: dict[str, list[int]] = defaultdict(list)
    broken = []
    for r in results:
        if "failed" in r:
            broken.append(r["name"])
        elif r["kind"] == cells.NOBODY:
            empty[r["threshold"]].append(r)
        else:
            planted[r["threshold"]] += r["campaigns"]
    head = ("threshold", "worlds", "with an expectation", "networks of strangers", "expected", "95 % of the mean",
            "agree", "called a harvest")  # fmt: skip
    first = table.grid(head, [[name, *agreement(rows)] for name, rows in sorted(empty.items())])
    rows = [
        (name, len(ranks), sum(not k for k in ranks), f"{max(ranks, default=0)} of {shuffles}")
        for name, ranks in sorted(planted.items())
    ]
    second = table.grid(("threshold", "campaigns' networks", "reproduced by no shuffle", "at most by"), rows)
    parts = ["## Without campaigns", first, "## Planted campaigns", second]
    return "\n\n".join(parts + [f"The analysis broke on `{name}`." for name in broken]) + "\n"


def _one(given: argparse.Namespace) -> None:
    threshold, _, name = given.only.partition(" ")
    place = Path(tempfile.mkdtemp(prefix="null-", dir=corpus.WORLDS))
    try:
        print(json.dumps(judge(cells.parse(name), threshold, given.shuffles, place)))
    finally:
        shutil.rmtree(place)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--worlds", type=int, default=200)
    parser.add_argument("--planted", type=int, default=20)
    parser.add_argument("--thresholds", default=",".join(sorted(THRESHOLDS)), help="low takes ten times as long")
    parser.add_argument("--shuffles", type=int, default=20)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--budget", type=float, default=float("inf"), help="seconds after which no world is begun")
    parser.add_argument("--results", type=Path, default=RESULTS, help="one JSON line a world; a second run goes on")
    parser.add_argument("-o", "--output", type=Path, help="the tables; without it, on the terminal")
    parser.add_argument("--only", help="THRESHOLD and CELL: judge this one and print it as JSON")
    return parser


def main() -> None:
    """Judge what has no result yet under both thresholds, keep each result, and write the tables."""
    given = _parser().parse_args()
    corpus.WORLDS.mkdir(parents=True, exist_ok=True)
    if given.only:
        _one(given)
        return
    cells.allowed([given.seed])
    made_with = f"{apart.tool_state()}-{world.maker()}-{given.shuffles}"
    drawn = wanted_cells(given.seed, given.worlds, given.planted)
    order = np.random.default_rng(given.seed).permutation(len(drawn))  # so that a short run touches both tables
    pairs = [(t, drawn[int(i)]) for i in order for t in given.thresholds.split(",")]
    wanted = {f"{t} {c.id}": {"threshold": t, "kind": c.kind} for t, c in pairs}
    results = apart.stored(given.results, "name", made_with)
    missing = {n: ["--only", n, "--shuffles", str(given.shuffles)] for n in wanted if n not in results}
    with given.results.open("a") as out:
        for name, result in apart.run(MODULE, missing, given.jobs, given.budget):
            results[name] = result | wanted[name] | {"name": name, "state": made_with}
            out.write(json.dumps(results[name]) + "\n")
            out.flush()
            print(json.dumps(result), name, file=sys.stderr, flush=True)
    text = markdown([r for n, r in results.items() if n in wanted], given.shuffles)
    if given.output:
        given.output.write_text(text)
    else:
        print(text)


if __name__ == "__main__":
    main()
