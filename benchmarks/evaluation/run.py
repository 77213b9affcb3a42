"""Judge the analysis on worlds: `python -m benchmarks.evaluation.run --seeds 1,2,3 --recipe mixed`."""

from __future__ import annotations

import argparse
import json
import multiprocessing
import re
import resource
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.evaluation import corpus, judging, metrics, table, world
from extractscan import model, pipeline
from extractscan.settings import PROFILES, Settings

REPORTING = range(1000, 1060)
"""Seeds kept for the published figures; nothing may be tuned on them."""


def folder(seed: int, scale: float, recipe: str, drop: str) -> Path:
    """Where a world is kept: beside the texts, named after all that decides it."""
    parts = [recipe.replace(":", "-"), f"x{scale:g}", *(["no-" + re.sub(r"\W+", "-", drop)] if drop else []), str(seed)]
    return corpus.WORLDS / "-".join(parts)


def judge(seed: int, scale: float, recipe: str, drop: str, profile: str) -> dict[str, Any]:
    """Make the world if it is not there, analyse it, keep the report beside it, and score it."""
    place = folder(seed, scale, recipe, drop)
    note = place / "world.json"
    if not note.exists() or json.loads(note.read_text()).get("maker") != world.maker():
        world.write(seed, scale, recipe, place, drop)
    labels = pl.read_parquet(place / "labels.parquet")
    settings = Settings(**PROFILES[profile])  # type: ignore[arg-type]
    begun = time.perf_counter()
    report = pipeline.analyze(
        [str(place / "logs.parquet")], accounts=str(place / "accounts.parquet"), settings=settings
    )
    seconds = time.perf_counter() - begun
    (place / "report.json").write_bytes(model.encode(report))
    return {
        "seed": seed,
        "events": int(labels["events"].sum()),
        "scores": metrics.score(report, labels),
        "judged": judging.scored(report, labels),
        "seconds": seconds,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def _line(result: dict[str, Any]) -> str:
    s: metrics.Scores = result["scores"]
    verdicts = " ".join(f"{name[:4]}:{count}" for name, count in s.verdicts.items())
    return (
        f"{result['seed']:>6} {s.precision:6.3f} {s.recall:6.3f} {s.bcubed:6.3f} {s.pairwise:6.3f} "
        f"{s.events_precision:6.3f} {s.events_recall:6.3f} {s.split:5} {s.merged:6} "
        f"{result['seconds']:6.1f} {result['megabytes']:6} {result['events']:>8,}  {verdicts}"
    )


HEAD = (
    f"{'seed':>6} {'prec':>6} {'recall':>6} {'bcubed':>6} {'pairs':>6} {'ev.p':>6} {'ev.r':>6} "
    f"{'split':>5} {'merged':>6} {'sec':>6} {'MB':>6} {'events':>8}  verdicts"
)


def _details(results: list[dict[str, Any]]) -> None:
    kinds: dict[str, list[str]] = {}
    for result in results:
        s: metrics.Scores = result["scores"]
        for group, fate in s.groups.items():
            kind = re.sub(r"(-\d+)+$", "", group)
            also = f" ({fate.missed_as})" if fate.missed_as and fate.flagged < fate.accounts else ""
            kinds.setdefault(kind, []).append(f"{result['seed']}: {fate.flagged}/{fate.accounts}{also}")
    print("\nflagged by campaign, and as what the rest was held (harvest: bits for extraction)")
    for kind, entries in sorted(kinds.items()):
        print(f"  {kind}")
        for entry in entries:
            print(f"    {entry}")
    print("\ninnocents flagged, of all of their kind")
    for result in results:
        s = result["scores"]
        caught = ", ".join(f"{kind} {n}/{total}" for kind, (n, total) in s.innocents.items()) or "none"
        whole = ", ".join(f"{n} of {kind}" for kind, n in s.innocent_networks.items())
        print(f"  {result['seed']:>6}  {caught}" + (f"; whole networks: {whole}" if whole else ""))
    print("\nleading explanations of linked innocents: right ones, of all networks of their kind")
    for kind, total, right, instead in table.leading([result["judged"] for result in results]):
        print(f"  {kind} {right}/{total}" + (f" ({instead} led instead)" if instead else ""))


def main() -> None:
    """Judge every seed in a process of its own, so that peak memory is its own, and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", default="1,2,3", help="numbers joined by commas, or A-B")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--recipe", default="mixed")
    parser.add_argument("--drop", default="")
    parser.add_argument("--profile", default="balanced", choices=sorted(PROFILES))
    given = parser.parse_args()
    first, dash, last = given.seeds.partition("-")
    seeds = range(int(first), int(last) + 1) if dash else [int(s) for s in given.seeds.split(",")]
    if set(seeds) & set(REPORTING):
        print("reporting seeds: for the figures of a release only", file=sys.stderr)
    results: list[dict[str, Any]] = []
    failed: list[int] = []
    print(HEAD)
    for seed in seeds:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            try:
                results.append(pool.apply(judge, (seed, given.scale, given.recipe, given.drop, given.profile)))
            except Exception as error:  # noqa: BLE001 one world that breaks the analysis is a result, not the end
                failed.append(seed)
                print(f"{seed:>6} failed: {type(error).__name__}: {error}", flush=True)
                continue
        print(_line(results[-1]), flush=True)
    if not results:
        sys.exit(1)
    fields = ("precision", "recall", "bcubed", "pairwise", "events_precision", "events_recall")
    means = [statistics.mean(getattr(r["scores"], f) for r in results) for f in fields]
    print(f"{'mean':>6} " + " ".join(f"{m:6.3f}" for m in means))
    _details(results)
    if failed:
        sys.exit(f"the analysis failed on {', '.join(map(str, failed))}")


if __name__ == "__main__":
    main()
