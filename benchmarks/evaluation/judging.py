"""Judge one cell: make its world, analyse it, score the report, and say all that tables need in one dictionary."""

from __future__ import annotations

import resource
import time
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks.evaluation import evasions, kinds, metrics, small_world
from benchmarks.evaluation.cells import Cell
from benchmarks.evaluation.small_world import Paths
from extractscan import model, pipeline
from extractscan.errors import CannotTestError
from extractscan.settings import Settings

Result = dict[str, Any]
GUILTY = kinds.H1


def analyse(paths: Paths, settings: Settings) -> model.Report:
    """Analyse the tables of one world."""
    return pipeline.analyze(
        [str(paths.logs)],
        accounts=str(paths.accounts) if paths.accounts.exists() else None,
        baseline_logs=[str(paths.earlier)] if paths.earlier.exists() else [],
        settings=settings,
    )


def judge(cell: Cell, folder: Path, settings: Settings) -> Result:
    """Make, analyse and score one world; everything that is left lies in the folder."""
    paths = small_world.write(cell, folder)
    labels = pl.read_parquet(paths.labels)
    begun, why = time.perf_counter(), ""
    report: model.Report | None = None
    try:
        report = analyse(paths, settings)
        (folder / "report.json").write_bytes(model.encode(report))
    except CannotTestError as error:
        why = str(error)
    found: Result = {
        "cell": cell.id,
        "world": cell.world,
        "axis": cell.axis,
        "kind": cell.kind,
        "size": cell.size,
        "share": cell.share,
        "evasion": cell.evasion,
        "missing": cell.missing,
        "scene": cell.scene,
        "seed": cell.seed,
        "nothing_shared": evasions.shares_nothing(cell.evasion),
        "cannot_test": why,
        "seconds": round(time.perf_counter() - begun, 2),
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "accounts": len(labels),
        "events": int(labels["events"].sum()),
    }
    return found | (scored(report, labels) if report else _untested(labels))


def _population(labels: pl.DataFrame) -> dict[str, int]:
    innocent = labels.filter(~pl.col("campaign"))
    return {str(kind): int(n) for kind, n in innocent.group_by("kind").len().sort("kind").iter_rows()}


def _untested(labels: pl.DataFrame) -> Result:
    """A log on which nothing could be tested: everything is missed, nobody is accused."""
    groups = labels.filter("campaign").group_by("group_id").len().sort("group_id")
    return {
        "flagged": 0,
        "right": 0,
        "groups": {g: [0, 0, n] for g, n in groups.iter_rows()},
        "false": {},
        "population": _population(labels),
        "networks": [],
    }


def scored(report: model.Report, labels: pl.DataFrame) -> Result:
    """Scores of one report: by campaign, by innocent kind, by network."""
    scores = metrics.score(report, labels)
    rows = {r["account_id"]: r for r in labels.iter_rows(named=True)}
    flagged = {m.account_id for n in report.networks if n.verdict == metrics.HARVEST for m in n.accounts}
    return {
        "flagged": len(flagged),
        "right": sum(rows[a]["campaign"] for a in flagged),
        "bcubed": round(scores.bcubed, 4),
        "pairwise": round(scores.pairwise, 4),
        "events_precision": round(scores.events_precision, 4),
        "events_recall": round(scores.events_recall, 4),
        "split": scores.split,
        "merged": scores.merged,
        "groups": {g: [f.flagged, f.linked, f.accounts] for g, f in scores.groups.items()},
        "missed_as": {g: f.missed_as for g, f in scores.groups.items() if f.missed_as},
        "false": {kind: n for kind, (n, _) in scores.innocents.items()},
        "population": _population(labels),
        "networks": [network(n, rows) for n in report.networks],
    }


def network(one: model.Network, rows: dict[str, dict[str, Any]]) -> Result:
    """What a network is in truth, beside what the report says of it."""
    members = [rows[m.account_id] for m in one.accounts]
    group, most = Counter(str(m["group_id"]) for m in members).most_common(1)[0]
    mine = next(m for m in members if str(m["group_id"]) == group)
    bits = {h.id.split()[0]: h.bits for h in one.hypotheses}
    rival = max((b for name, b in bits.items() if name != GUILTY), default=0.0)
    return {
        "verdict": one.verdict,
        "accounts": len(members),
        "of": mine["kind"],
        "group": group,
        "share": round(most / len(members), 3),
        "campaign": round(sum(m["campaign"] for m in members) / len(members), 3),
        "lead": round(bits.get(GUILTY, 0.0) - rival, 2),
        "leading": max(sorted(bits), key=bits.__getitem__, default=""),
        "coordination": one.coordination_bits,
        "extraction": one.extraction_bits,
        "as_strong": one.null.as_strong,
        "shuffles": one.null.shuffles,
        "expected_false": one.null.expected_false,
        "survives_without": one.survives_without,
        "notes": one.notes,
    }
