"""The command that keeps what logs come to."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest

LOGS = Path(__file__).parents[2] / "sample_logs"


def test_logs_are_reduced_and_analyzed_later(run, tmp_path, monkeypatch) -> None:
    """The folder is said to be written, and a report on it has the networks of the log."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    accounts = LOGS / "campaign_accounts.parquet"
    made = run(
        "reduce", LOGS / "campaign.parquet", "--accounts", accounts, "-o", tmp_path / "kept", "--tmp-dir", tmp_path
    )
    assert made.exit_code == 0, made.stderr
    assert "kept (" in made.stderr
    assert "nothing rejected" in made.stderr
    options = ["--reproducible", "--shuffles", "0", "-q"]
    for name, inputs in (("a", [tmp_path / "kept"]), ("b", [LOGS / "campaign.parquet", "--accounts", accounts])):
        result = run("analyze", *inputs, *options, "-o", tmp_path / f"{name}.json")
        assert result.exit_code == 0, result.stderr
    one, other = (json.loads((tmp_path / f"{name}.json").read_bytes()) for name in "ab")
    assert one["networks"] == other["networks"]
    assert one["networks"]
    assert run("verify", tmp_path / "a.json").exit_code == 0
    manifest = tmp_path / "kept" / "summary.json"
    manifest.write_bytes(manifest.read_bytes() + b" ")
    assert run("verify", tmp_path / "a.json").exit_code == 1


def test_a_quiet_reduction_says_nothing(run, tmp_path) -> None:
    """-q; and one thread is enough."""
    made = run("reduce", LOGS / "quiet.parquet", "-o", tmp_path / "kept", "-q", "--threads", "1")
    assert (made.exit_code, made.stderr) == (0, "")
    kept = json.loads((tmp_path / "kept" / "summary.json").read_bytes())
    assert kept["key"] is None
    assert [each["rows"] for each in kept["inputs"]] == [kept["events"]]


def test_a_key_is_read_and_named(run, tmp_path) -> None:
    """Under a key no account keeps its name."""
    (tmp_path / "key").write_bytes(b"0123456789abcdef0123456789abcdef")
    made = run("reduce", LOGS / "quiet.parquet", "-o", tmp_path / "kept", "--key-file", tmp_path / "key")
    assert made.exit_code == 0, made.stderr
    assert len(json.loads((tmp_path / "kept" / "summary.json").read_bytes())["key"]) == 16


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["nowhere.parquet", "-o", "kept"], 3, "nowhere.parquet"),
        ([LOGS / "quiet.parquet", "-o", "full"], 2, "full is not empty"),
        ([LOGS / "quiet.parquet", "-o", "kept", "--key-file", "none"], 2, "cannot read the key none"),
        ([LOGS / "quiet.parquet", "-o", "kept", "--memory-limit", "x"], 2, "no amount of memory"),
    ],
)
def test_what_cannot_be_reduced_is_refused(run, tmp_path, monkeypatch, arguments, code, message) -> None:
    """With the exit code of its sort."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("x")
    result = run("reduce", *arguments)
    assert result.exit_code == code
    assert message in result.stderr
