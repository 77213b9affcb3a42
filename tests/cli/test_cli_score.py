"""A report is held against labels, for people and for programs."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from extractscan.model import Report


@pytest.fixture
def labels(report: Report, tmp_path: Path) -> Path:
    """Labels that make the fixture's finding half right: its even accounts are one campaign, the others two crowds."""
    rows = []
    for network in report.networks:
        for place, member in enumerate(network.accounts):
            campaign = network.id == "N1" and place % 2 == 0
            kind = "work_queue" if campaign else "company"
            group = f"{kind}-{place % 4}" if campaign else None
            rows.append((member.account_id, kind, group, campaign, 10, 10 if campaign else 0))
    for number, kind in enumerate(["work_queue", "ordinary"]):
        campaign = kind == "work_queue"
        rows.append((f"other{number}", kind, "work_queue-0" if campaign else None, campaign, 5, 5 if campaign else 0))
    rows.append(("acct_77001", "permitted_researcher", None, False, 8000, 0))
    path = tmp_path / "labels.parquet"
    names = ["account_id", "kind", "group_id", "campaign", "events", "events_in_campaign"]
    pl.DataFrame(rows, schema=names, orient="row").write_parquet(path)
    return path


def test_scores_are_drawn(run, saved, labels) -> None:
    """The page has precision, recall, every kind, and what went wrong, with its figures."""
    result = run("score", saved, labels)
    assert result.exit_code == 0, result.stderr
    page = " ".join(result.stdout.split())
    assert "precision 0.500 20 of 40 flagged accounts" in page
    assert "recall 0.952 20 of 21 campaign accounts" in page
    assert "work_queue 0.952 20 of 21" in page
    assert "company 20" in page
    assert "N1 work_queue-0, work_queue-2" in page
    assert "permitted_researcher 1" in page


def test_scores_are_printed_as_json(run, saved, labels) -> None:
    """--json gives every field of the scores."""
    from extractscan.score import Scores

    scores = json.loads(run("score", saved, labels, "--json").stdout)
    assert scores.keys() == set(Scores.__struct_fields__)
    assert scores["precision"] == 0.5


def test_nothing_to_count_is_said(run, report, tmp_path) -> None:
    """Without findings and campaigns there is no ratio, and none is invented."""
    import msgspec

    from extractscan.model import encode

    saved, labels = tmp_path / "r.json", tmp_path / "l.parquet"
    saved.write_bytes(encode(msgspec.structs.replace(report, networks=[], single_sources=[])))
    row = {"account_id": "a", "kind": "ordinary", "group_id": None, "campaign": False, "events": 1}
    pl.DataFrame([{**row, "events_in_campaign": 0}], schema_overrides={"group_id": pl.String}).write_parquet(labels)
    assert "none to count" in run("score", saved, labels).stdout


def test_missing_labels_are_no_input(run, saved, tmp_path) -> None:
    """A labels file that is not there ends with 3."""
    assert run("score", saved, tmp_path / "none.parquet").exit_code == 3
