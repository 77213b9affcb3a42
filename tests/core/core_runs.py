"""Runs of the whole analysis, and what of a report has to be the same whenever the events are the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from extractscan import model, pipeline
from extractscan.settings import Settings

QUICK = Settings(shuffles=2)


def analyze(
    paths: list[Path], accounts: Path | None = None, settings: Settings = QUICK, **options: Any
) -> model.Report:
    """Analyse with few shuffles and without the wall clock."""
    table = None if accounts is None else str(accounts)
    found = [str(path) for path in paths]
    return pipeline.analyze(found, accounts=table, settings=settings, reproducible=True, **options)


def analyze_frames(
    folder: Path, events: pl.DataFrame, accounts: pl.DataFrame | None = None, **options: Any
) -> model.Report:
    """Write frames to a folder and analyse them."""
    events.write_parquet(folder / "events.parquet")
    if accounts is not None:
        accounts.write_parquet(folder / "accounts.parquet")
    return analyze([folder / "events.parquet"], None if accounts is None else folder / "accounts.parquet", **options)


def essence(report: model.Report) -> dict[str, Any]:
    """Everything in a report but the files it was made from, and where in them the shown records stand."""
    document: dict[str, Any] = msgspec.to_builtins(report)
    del document["inputs"]
    for network in document["networks"]:
        for item in network["evidence"]:
            item["rows"] = len(item["rows"])
        network["campaign_rows"] = sum(each["count"] for each in network["campaign_rows"])
    return document


def groups(report: model.Report) -> dict[str, frozenset[str]]:
    """Verdict and members of each network."""
    return {f"{n.id} {n.verdict}": frozenset(m.account_id for m in n.accounts) for n in report.networks}


def accused(report: model.Report) -> set[frozenset[str]]:
    """Members of each extraction network."""
    return {frozenset(m.account_id for m in n.accounts) for n in report.networks if n.verdict == "extraction_network"}
