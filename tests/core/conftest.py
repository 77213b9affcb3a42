"""One small labelled world for the whole session, and its report."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from core_runs import analyze

from extractscan import model, simulate


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """600 accounts: a campaign, a hackathon, stolen keys, a campus, a company, an application, a researcher."""
    folder = tmp_path_factory.mktemp("world")
    kinds = ["work_queue", "hackathon", "stolen_keys", "campus_nat", "company", "app_backend", "permitted_researcher"]
    simulate.write_world(folder, accounts=600, seed=8, kinds=kinds, load=8, days=10)
    return folder


@pytest.fixture(scope="session")
def events(world: Path) -> pl.DataFrame:
    """The world's log."""
    return pl.read_parquet(world / "logs.parquet")


@pytest.fixture(scope="session")
def accounts(world: Path) -> pl.DataFrame:
    """The world's accounts table."""
    return pl.read_parquet(world / "accounts.parquet")


@pytest.fixture(scope="session")
def labels(world: Path) -> dict[str, str]:
    """The kind of each account."""
    return dict(pl.read_parquet(world / "labels.parquet").select("account_id", "kind").iter_rows())


@pytest.fixture(scope="session")
def report(world: Path) -> model.Report:
    """The world's report."""
    return analyze([world / "logs.parquet"], world / "accounts.parquet")
