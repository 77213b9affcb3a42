"""`convert` keeps a log so that analyzing the copy finds the same."""

from __future__ import annotations

import json
from pathlib import Path

SAMPLES = Path(__file__).parents[2] / "sample_logs"


def test_the_copy_gives_the_same_networks(run, tmp_path) -> None:
    """Networks, members, bits and hypotheses are those of the source; only the rows of evidence lie elsewhere."""
    source, copy = SAMPLES / "campaign.parquet", tmp_path / "copy"
    result = run("convert", source, "-o", copy)
    assert result.exit_code == 0, result.stderr
    assert "nothing rejected" in result.stderr
    found = []
    for name, logs in (("a.json", source), ("b.json", copy)):
        asked = ("analyze", logs, "--accounts", SAMPLES / "campaign_accounts.parquet", "--shuffles", "0", "-q")
        assert run(*asked, "--reproducible", "-o", tmp_path / name).exit_code == 0
        report = json.loads((tmp_path / name).read_text())
        for network in report["networks"]:
            network.pop("campaign_rows")
            for item in (*network["evidence"], *network["extraction"]):
                item.pop("rows")
        found.append(report["networks"])
    assert found[0]
    assert found[0] == found[1]


def test_a_folder_that_is_not_empty_is_left_alone(run, tmp_path) -> None:
    """Unless --clobber is given, which replaces an earlier run."""
    log = tmp_path / "x.ndjson"
    log.write_text('{"timestamp": "2026-03-01T00:00:00Z", "account_id": "a"}\n{bad\n')
    target = tmp_path / "copy"
    first = run("convert", log, "-o", target)
    assert first.exit_code == 0
    assert "1 event" in first.stderr
    assert "rejected" in first.stderr
    assert run("convert", log, "-o", target).exit_code == 2
    assert run("convert", log, "-o", target, "-C", "-q").stderr == ""
    assert sorted(file.name for file in target.iterdir()) == ["_manifest.json", "events-00000.parquet"]


def test_what_logs_tell_of_accounts_is_kept_beside(run, tmp_path) -> None:
    """And the option that uses it is named."""
    fixtures = Path(__file__).parents[1] / "readers" / "fixtures"
    found = [run("convert", folder, "-o", tmp_path / folder.name) for folder in sorted(fixtures.iterdir())]
    told = [result.stderr for result in found if "what the logs tell of accounts" in result.stderr]
    assert told
    assert all("_accounts.parquet" in line for line in told)
