"""Reports of real runs, beside those made by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from extractscan import pipeline, simulate
from extractscan.model import Report, decode, encode
from extractscan.settings import Settings

LOGS = Path(__file__).parents[2] / "sample_logs"


def run(name: str) -> Report:
    logs, table = str(LOGS / f"{name}.parquet"), str(LOGS / f"{name}_accounts.parquet")
    return pipeline.analyze([logs], accounts=table, settings=Settings(shuffles=0), reproducible=True)


WORLDS = {
    "five": ["work_queue", "succession", "trace_injection", "release_pivot", "paraphrased"],
    "clean": ["campus_nat", "company", "coding_agent", "family_cards", "class_assignment"],
}
"""Kinds of groups in a simulated world: campaigns, or innocent groups alone."""


@pytest.fixture(scope="session")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Report]:
    """Reports on a world with five campaigns and on one with innocent groups alone, saved and read again."""
    found = {}
    for name, groups in WORLDS.items():
        folder = tmp_path_factory.mktemp(name)
        simulate.write_world(folder, accounts=800, seed=4, kinds=groups, load=8, days=10)
        logs, table = str(folder / "logs.parquet"), str(folder / "accounts.parquet")
        report = pipeline.analyze([logs], accounts=table, settings=Settings(shuffles=1), reproducible=True)
        found[name] = decode(encode(report))
    return found


@pytest.fixture(scope="session")
def campaign() -> Report:
    """A report on the sample log that holds a campaign."""
    return run("campaign")


@pytest.fixture(scope="session")
def quiet() -> Report:
    """A report on the sample log that holds none."""
    return run("quiet")
