"""`--redact` takes original values out of whatever is written, with a key that is checked before anything is read."""

from __future__ import annotations

import pytest

from extractscan.model import decode
from extractscan.settings import Settings

KEY = "a key that nobody else has, of 40 bytes!"


@pytest.fixture
def key(tmp_path):
    """A key with a line break behind it, as an editor leaves it."""
    path = tmp_path / "key"
    path.write_text(f"{KEY}\n")
    return path


def test_a_saved_report_is_redacted(run, saved, report, key, tmp_path) -> None:
    """`report --redact` gives pseudonyms in every file; how many must share what stays is in the report's settings."""
    outputs = [part for end in ("json", "md", "csv") for part in ("-o", tmp_path / f"r.{end}")]
    assert run("report", saved, "--redact", "--key-file", key, *outputs).exit_code == 0
    hidden = decode((tmp_path / "r.json").read_bytes())
    assert hidden.redaction is not None
    assert hidden.redaction.least_accounts == Settings().redaction_accounts
    account = report.networks[0].accounts[0].account_id
    for end in ("json", "md", "csv"):
        content = (tmp_path / f"r.{end}").read_text()
        assert account not in content
        assert "acct_" in content


def test_a_new_report_is_redacted(run, pipeline, report, key, tmp_path) -> None:
    """`analyze --redact` gives the same pseudonyms as redacting the saved report does."""
    options = ("--redact", "--key-file", key, "-o", tmp_path / "r.json", "--manifest", tmp_path / "m.json")
    assert run("analyze", "x", *options).exit_code == 0
    content = (tmp_path / "r.json").read_text()
    assert report.networks[0].accounts[0].account_id not in content
    assert decode(content.encode()).run.inputs[0].startswith("file_")
    assert pipeline.calls


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--redact"], "without --key-file"),
        (["--key-file", "key"], "without --redact"),
        (["--redact", "--key-file", "no/such/file"], "cannot read the key"),
        (["--redact", "--key-file", "short"], "5 bytes"),
    ],
)
@pytest.mark.parametrize("command", ["report", "analyze"])
def test_a_key_that_cannot_work_is_refused(
    run, saved, pipeline, tmp_path, monkeypatch, command: str, options: list[str], says: str
) -> None:
    """Before anything is read: nobody shares a report that he believes redacted."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "short").write_text("short")
    result = run(command, saved, *options)
    assert result.exit_code == 2
    assert says in result.stderr
    assert not pipeline.calls


def test_a_key_is_never_written_over(run, saved, key) -> None:
    """The key is an input like others."""
    assert run("report", saved, "--redact", "--key-file", key, "--format", "json", "-o", key, "-C").exit_code == 2
    assert key.read_text().strip() == KEY


def test_a_redacted_report_is_refused_for_redaction(run, saved, key, tmp_path) -> None:
    """Pseudonyms of pseudonyms match nothing."""
    path = tmp_path / "r.json"
    assert run("report", saved, "--redact", "--key-file", key, "-o", path).exit_code == 0
    again = run("report", path, "--redact", "--key-file", key)
    assert again.exit_code == 2
    assert "already" in again.stderr
    assert run("report", path).exit_code == 0


@pytest.mark.parametrize("told", ["flag", "file"])
def test_lost_rows_are_not_written_beside_a_redacted_report(run, pipeline, key, tmp_path, monkeypatch, told) -> None:
    """A row that could not be read cannot be redacted either: refused before anything is read, wherever it was told."""
    monkeypatch.chdir(tmp_path)
    options = ("--quarantine", "lost.ndjson") if told == "flag" else ()
    if told == "file":
        (tmp_path / "extractscan.toml").write_text('quarantine = "lost.ndjson"\n')
    result = run("analyze", "x", "--redact", "--key-file", key, *options)
    assert result.exit_code == 2
    assert "--quarantine lost.ndjson with --redact" in result.stderr
    assert "extractscan report r.json --redact" in result.stderr
    assert not pipeline.calls
    assert not (tmp_path / "lost.ndjson").exists()


def test_originals_are_not_cut_by_a_redacted_report(run, saved, key, tmp_path) -> None:
    """It names no file: that is said, and no folder is made."""
    assert run("report", saved, "--redact", "--key-file", key, "-o", tmp_path / "r.json").exit_code == 0
    result = run("evidence", tmp_path / "r.json", "N1", "-o", tmp_path / "N1")
    assert result.exit_code == 2
    assert "does not say in which files" in result.stderr
    assert not (tmp_path / "N1").exists()
