"""A saved report, and a pipeline that returns it, so that the command line is tested alone."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cli_networks import SAVED, make_network
from typer.testing import CliRunner, Result

import extractscan
from extractscan import model
from extractscan.cli import app


@pytest.fixture
def saved() -> Path:
    """A report with one extraction network (critical) and three others."""
    return SAVED


@pytest.fixture
def report() -> model.Report:
    """The same report, decoded."""
    return model.decode(SAVED.read_bytes())


@pytest.fixture
def run() -> Callable[..., Result]:
    """Run the command line in this process; stdout and stderr are kept apart."""
    return lambda *arguments, **options: CliRunner().invoke(app, [str(each) for each in arguments], **options)


class Pipeline(types.ModuleType):
    """Stands in for the pipeline: notes what it was asked, and returns or raises what it was told to."""

    def __init__(self, outcome: Any) -> None:
        super().__init__("extractscan.pipeline")
        self.outcome = outcome
        self.calls: list[dict[str, Any]] = []

    def analyze(self, paths: list[str], **options: Any) -> model.Report:
        self.calls.append({"paths": paths, **options})
        options["progress"]("read", 1, 2)
        options["progress"]("link", 2, 2)
        if isinstance(self.outcome, BaseException):
            raise self.outcome
        return self.outcome


@pytest.fixture
def pipeline(monkeypatch: pytest.MonkeyPatch, report: model.Report) -> Pipeline:
    """The stand-in, in the place of the pipeline."""
    made = Pipeline(msgspec.structs.replace(report, inputs=[]))
    monkeypatch.setitem(sys.modules, "extractscan.pipeline", made)
    monkeypatch.setattr(extractscan, "pipeline", made, raising=False)
    return made


@pytest.fixture
def network() -> Callable[..., model.Network]:
    """Make a network of the given accounts, with what tests of changes need and nothing else."""
    return make_network


@pytest.fixture
def saves(report: model.Report, tmp_path: Path) -> Callable[..., Path]:
    """Save a report with these networks under a name, and return its path."""

    def save(name: str, *networks: model.Network) -> Path:
        path = tmp_path / name
        path.write_bytes(model.encode(msgspec.structs.replace(report, networks=list(networks), inputs=[])))
        return path

    return save


@pytest.fixture(autouse=True)
def _no_width_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runners that share tests out tell their workers how wide the screen is; a file is as wide as ever."""
    monkeypatch.delenv("COLUMNS", raising=False)
