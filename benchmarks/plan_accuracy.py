"""Holds what `inspect --plan` predicts against what `analyze` takes, and fits the rates that it predicts by.

python -m benchmarks.plan_accuracy [FOLDER...] [--events 1M] [--shuffles 20] [--fit]

Measured are the sample logs, a large world, NDJSON of LiteLLM payloads, and whatever folders with logs.parquet and
accounts.parquet are named. With `--fit` stage by stage, and the tables of `extractscan/forecast.py` are printed anew.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

import msgspec
import numpy as np
import polars as pl
from scipy.optimize import nnls

from benchmarks import measuring, ndjson_speed
from extractscan import forecast
from extractscan.forecast import Load

SAMPLES: Final = Path(__file__).parents[1] / "sample_logs"
LEAST: Final = 0.1
"""Share of a run under which the error of a stage is held against the run, and not against the stage itself."""
COMMAND: Final = 0.35
"""CPU seconds of the command line and of writing one report, which `benchmarks.stages` does without."""
LOOK: Final = """
import json, sys, time, msgspec
from extractscan import forecast, readers
from extractscan.readers.inspection import inspect_logs
from extractscan.rehearsal import rehearse
from extractscan.settings import Settings
log, accounts, shuffles = sys.argv[1], sys.argv[2], int(sys.argv[3])
logs = readers.open_logs([log])
sample = forecast.Sample(forecast.REHEARSED)
seen = inspect_logs(logs, time.process_time, sample.add)
table = readers.completed(readers.read_accounts(accounts) if accounts else None, logs.accounts())
kernel = forecast.speed()[0] * forecast.KERNEL_SECONDS
part, spent, _ = rehearse(sample.events(), table, Settings(shuffles=shuffles))
load = forecast.Load(seen.rows_used, sample.texts, seen.accounts, seen.cpu_seconds, shuffles)
print(json.dumps([msgspec.to_builtins(load), msgspec.to_builtins(part), spent, kernel]))
"""
"""What a plan is made from, of one log."""


@dataclass(frozen=True, slots=True)
class Known:
    """One log: what a plan is made from, and what the stages of an analysis took."""

    name: str
    load: Load
    part: Load
    spent: Mapping[str, float]
    kernel: float
    took: Mapping[str, float]
    megabytes: float


def logs(folders: Sequence[Path], events: str, made: Path) -> Iterator[tuple[str, Path, Path | None]]:
    """Name the logs that are measured, with their accounts tables; those that are not there are made."""
    for name in ("campaign", "quiet"):
        yield name, SAMPLES / f"{name}.parquet", SAMPLES / f"{name}_accounts.parquet"
    yield "litellm, gzip", SAMPLES / "litellm.ndjson.gz", None
    for megabytes in (5, 100):
        path = made / f"payload{megabytes}.ndjson"
        with path.open("wb") as file:  # block by block: the peak of this process would count for all that it starts
            file.writelines(ndjson_speed.blocks(megabytes << 20))
        yield f"LiteLLM payloads, {megabytes} MB", path, None
    for folder in folders:
        yield folder.name, folder / "logs.parquet", folder / "accounts.parquet"
    for size in dict.fromkeys(("200k", events)):
        world = made / size
        measuring.tool("simulate", str(world), "--events", size, "--seed", "1", "-C", "-q")
        yield f"simulate --events {size}", world / "logs.parquet", world / "accounts.parquet"
        if size == "200k":
            bare = made / "bare.parquet"
            pl.scan_parquet(world / "logs.parquet").drop("prompt", "system_prompt").sink_parquet(bare)
            yield f"simulate --events {size}, without prompts", bare, world / "accounts.parquet"


def planned(log: Path, accounts: Path | None, shuffles: int) -> dict[str, Any]:
    """Ask the tool what an analysis would take."""
    given = [str(log), *(("--accounts", str(accounts)) if accounts else ()), "--shuffles", str(shuffles)]
    command = [sys.executable, "-m", "extractscan", "inspect", *given, "--plan", "--json"]
    said = subprocess.run(command, capture_output=True, check=True)
    found: dict[str, Any] = json.loads(said.stdout)["cost"]
    return found


def known(name: str, log: Path, accounts: Path | None, shuffles: int) -> Known:
    """Measure one log for the fit, each part in a process of its own."""
    table = str(accounts) if accounts else ""
    look = subprocess.run([sys.executable, "-c", LOOK, str(log), table, str(shuffles)], capture_output=True, check=True)
    load, part, spent, kernel = json.loads(look.stdout)
    given = [str(log), *(("--accounts", table) if table else ()), "--shuffles", str(shuffles), "--json"]
    ran = subprocess.run([sys.executable, "-m", "benchmarks.stages", *given], capture_output=True, check=True)
    stages = json.loads(ran.stdout)["stages"]
    took = {stage: stages[stage][0] for stage in forecast.RATES if stage in stages}
    took["report"] = stages["all"][0] - sum(took.values())
    took["start"] += COMMAND
    return Known(name, Load(**load), Load(**part), spent, kernel, took, stages["all"][1])


def fitted(found: Sequence[Known]) -> None:
    """Print the tables anew: least squares of relative errors, no rate below zero; then how each log comes out."""
    kernel = median(each.kernel for each in found)
    pace = [each.kernel / kernel for each in found]
    rates = {}
    for stage, names in forecast.RATES.items():
        fixed = [each.load.decoded if stage == "reading" else 0.0 for each in found]
        took = [each.took[stage] for each in found]
        kept = [name for name in names if stage != "reading" or name != "decoded"]
        rows = [[each.load.features()[name] * slow for name in kept] for each, slow in zip(found, pace, strict=True)]
        scale = [max(each.took[stage], LEAST * sum(each.took.values())) for each in found]
        rates[stage] = dict(
            zip(kept, _fit(rows, [a - b for a, b in zip(took, fixed, strict=True)], scale), strict=True)
        )
        rates[stage] |= {"decoded": 1.0} if stage == "reading" else {}
    print(f"\nKERNEL_SECONDS = {kernel:.4f}\nRATES = {json.dumps(rates, indent=4)}")
    forecast.RATES = rates  # type: ignore[misc]
    forecast.KERNEL_SECONDS = kernel  # type: ignore[misc]
    trust, thinning = {}, {}
    for stage in forecast.RATES:
        if stage != "start":
            trust[stage], thinning[stage] = _exponents(found, stage)
    print(f"TRUST = {trust}\nTHINNING = {thinning}")
    forecast.TRUST, forecast.THINNING = trust, thinning  # type: ignore[misc]
    names = [name for name in forecast.MEMORY if name != "shingles"]  # as many as texts: 20 of 12 bytes each, as before
    apart = forecast.MEMORY["shingles"]
    judged = [_stage(each, "judgement") * kernel / each.kernel for each in found]
    features = [each.load.features() | {"judged": seconds} for each, seconds in zip(found, judged, strict=True)]
    rows = [[each[name] for name in names] for each in features]
    memory = [each.megabytes for each in found]
    rest = [each.megabytes - apart * seen["shingles"] for each, seen in zip(found, features, strict=True)]
    forecast.MEMORY = dict(zip(names, _fit(rows, rest, memory), strict=True)) | {"shingles": apart}  # type: ignore[misc]
    print(f"MEMORY = {forecast.MEMORY}\n")
    for each in found:
        plan = forecast.forecast(each.load, 0, here=(each.kernel / kernel, 1.0), cores=2, part=(each.part, each.spent))
        stages = ", ".join(f"{one.name} {one.cpu_seconds:.1f} for {each.took[one.name]:.1f}" for one in plan.stages)
        cpu, peak = plan.cpu_seconds / sum(each.took.values()), plan.megabytes / each.megabytes
        print(f"{each.name}: CPU {cpu:.2f}, memory {peak:.2f}; {stages}")


def _exponents(found: Sequence[Known], stage: str) -> tuple[float, float]:
    """Choose how far what a part took is believed, and how it grows, for the least error by share of the runs."""
    weight = [each.took[stage] / sum(each.took.values()) for each in found]
    best = (np.inf, 1.0, 0.0)
    for trust in np.linspace(0.3, 1, 8):
        for thinning in np.linspace(0, 0.5, 11):
            forecast.TRUST, forecast.THINNING = {stage: float(trust)}, {stage: float(thinning)}  # type: ignore[misc]
            errors = [np.log(max(_stage(each, stage), 1e-3) / max(each.took[stage], 1e-3)) for each in found]
            error = float(np.average(np.square(errors), weights=weight))
            best = min(best, (error, round(float(trust), 2), round(float(thinning), 2)))
    return best[1], best[2]


def _stage(each: Known, stage: str) -> float:
    slower = each.kernel / forecast.KERNEL_SECONDS
    part = (each.part, each.spent)
    decoded = each.load.decoded if stage == "reading" else 0.0
    return decoded + (forecast.usual(each.load)[stage] - decoded) * slower * forecast.heavier(
        stage, each.load, slower, part
    )


def _fit(rows: Sequence[Sequence[float]], wanted: Sequence[float], scale: Sequence[float]) -> list[float]:
    by = np.array(scale)
    found = nnls(np.array(rows) / by[:, None], np.maximum(np.array(wanted), 0.0) / by)[0]
    return [round(float(rate), 3) for rate in found]


def main() -> None:
    """Print one line a log: predicted, measured and their ratio; with `--fit` the tables before."""
    parser = argparse.ArgumentParser(description="What inspect --plan predicts against what analyze takes.")
    parser.add_argument("folders", nargs="*", type=Path, help="worlds: logs.parquet and accounts.parquet")
    parser.add_argument("--events", default="1M", help="of the large world")
    parser.add_argument("--shuffles", type=int, default=20)
    parser.add_argument("--fit", action="store_true", help="measure stage by stage, and print the rates anew")
    parser.add_argument("--measured", type=Path, help="with --fit: keep what was measured here, or take it from here")
    given = parser.parse_args()
    print(measuring.here(), flush=True)
    with tempfile.TemporaryDirectory(dir=measuring.WORLDS.parent) as made:
        found = list(logs(given.folders, given.events, Path(made)))
        if given.fit:
            if given.measured is None or not given.measured.exists():
                data = [known(*each, given.shuffles) for each in found]
            else:
                data = msgspec.json.decode(given.measured.read_bytes(), type=list[Known])
            if given.measured is not None:
                given.measured.write_bytes(msgspec.json.encode(data))
            fitted(data)
            return
        print("| log | CPU s: planned | measured | ratio | MB: planned | measured | ratio |")
        print("|---|---:|---:|---:|---:|---:|---:|")
        report = Path(made) / "report.json"
        for name, log, accounts in found:
            plan = planned(log, accounts, given.shuffles)
            table = ("--accounts", str(accounts)) if accounts else ()
            options = ("-o", str(report), "--clobber", "--quiet", "--no-progress", "--shuffles", str(given.shuffles))
            cost = measuring.tool("analyze", str(log), *table, *options)
            cpu, peak = plan["cpu_seconds"], plan["megabytes"]
            print(
                f"| {name} | {cpu:.1f} | {cost.cpu:.1f} | {cpu / cost.cpu:.2f} "
                f"| {peak:,} | {cost.megabytes:,} | {peak / cost.megabytes:.2f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
