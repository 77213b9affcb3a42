"""Reports of real runs, beside those made by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from extractscan import pipeline
from extractscan.model import Report
from extractscan.settings import Settings

LOGS = Path(__file__).parents[2] / "sample_logs"


def run(name: str) -> Report:
    logs, table = str(LOGS / f"{name}.parquet"), str(LOGS / f"{name}_accounts.parquet")
    return pipeline.analyze([logs], accounts=table, settings=Settings(shuffles=0), reproducible=True)


@pytest.fixture(scope="session")
def campaign() -> Report:
    """A report on the sample log that holds a campaign."""
    return run("campaign")


@pytest.fixture(scope="session")
def quiet() -> Report:
    """A report on the sample log that holds none."""
    return run("quiet")
