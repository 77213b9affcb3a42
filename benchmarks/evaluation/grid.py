"""Judge the analysis on many small worlds: `python -m benchmarks.evaluation.grid --seeds 1-3 --budget 1200`."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.evaluation import apart, cells, corpus, judging, table, world
from benchmarks.evaluation.cells import Cell
from benchmarks.measuring import seeds_of
from extractscan.settings import PROFILES, Settings

RESULTS = corpus.WORLDS / "grid.jsonl"


def state(profile: str, shuffles: int) -> str:
    """What a stored result must have been made with to count."""
    return f"{apart.tool_state()}-{world.maker()}-{profile}-{shuffles}"


def single(cell: Cell, folder: Path | None, profile: str, shuffles: int) -> dict[str, Any]:
    """Judge one cell in this process; its world goes unless a folder is given."""
    place = folder or Path(tempfile.mkdtemp(prefix="cell-", dir=corpus.WORLDS))
    settings = Settings(**PROFILES[profile], shuffles=shuffles)  # type: ignore[arg-type]
    try:
        return judging.judge(cell, place, settings)
    finally:
        if folder is None:
            shutil.rmtree(place)


def _line(result: dict[str, Any]) -> str:
    if "failed" in result:
        return f"{result['cell']}: failed: {result['failed'].strip().splitlines()[-1:]}"
    fates = " ".join(f"{f}/{n}" for f, _, n in result["groups"].values())
    wrong = ", ".join(f"{n} {kind}" for kind, n in result["false"].items())
    said = f"cannot test: {result['cannot_test']}" if result["cannot_test"] else f"found {fates or 'nothing to find'}"
    return f"{result['cell']}: {said}; falsely flagged {wrong or 'none'}; {result['seconds']:.0f} s"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="1", help="1 to 999, or 5000 to 5999 for reporting: 1,2 or 1-3")
    parser.add_argument("--axes", default="", help="kind,size,evasion,missing,channel,scene,nobody or some of them")
    parser.add_argument("--match", default="", help="only cells whose name holds this")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--budget", type=float, default=float("inf"), help="seconds after which no world is begun")
    parser.add_argument("--profile", default="balanced", choices=sorted(PROFILES))
    parser.add_argument("--shuffles", type=int, default=0)
    parser.add_argument("--results", type=Path, default=RESULTS, help="one JSON line a world; a second run goes on")
    parser.add_argument("-o", "--output", type=Path, help="the table; without it, on the terminal")
    parser.add_argument("--cell", help="judge this one world and nothing else")
    parser.add_argument("--keep", type=Path, help="with --cell: leave world and report in this folder")
    parser.add_argument("--json", action="store_true", help="with --cell: only the result")
    return parser


def _one(given: argparse.Namespace) -> None:
    result = single(cells.parse(given.cell), given.keep, given.profile, given.shuffles)
    result["state"] = state(given.profile, given.shuffles)
    print(json.dumps(result) if given.json else json.dumps(result, indent=1))


def main() -> None:
    """Judge all cells that have no result yet, keep each result, and write one table of all."""
    given = _parser().parse_args()
    corpus.WORLDS.mkdir(parents=True, exist_ok=True)
    if given.cell:
        _one(given)
        return
    seeds = seeds_of(given.seeds)
    cells.allowed(seeds)
    axes = [a for a in given.axes.split(",") if a]
    wanted = {c.id: c for seed in seeds for c in cells.of_seed(seed, axes) if given.match in c.id}
    made_with = state(given.profile, given.shuffles)
    results = apart.stored(given.results, "cell", made_with)
    options = ["--profile", given.profile, "--shuffles", str(given.shuffles), "--json"]
    missing = {name: ["--cell", name, *options] for name in wanted if name not in results}
    print(f"{len(wanted)} worlds, {len(wanted) - len(missing)} of them judged before", file=sys.stderr)
    with given.results.open("a") as out:
        for name, result in apart.run("benchmarks.evaluation.grid", missing, given.jobs, given.budget):
            known = {"cell": name, "axis": wanted[name].axis, "seed": wanted[name].seed, "state": made_with}
            results[name] = result | known
            out.write(json.dumps(results[name]) + "\n")
            out.flush()
            print(_line(results[name]), file=sys.stderr, flush=True)
    text = table.markdown([r for name, r in results.items() if name in wanted], len(wanted))
    if given.output:
        given.output.write_text(text)
    else:
        print(text)


if __name__ == "__main__":
    main()
