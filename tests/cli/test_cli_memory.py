"""Limits on memory and the place of temporary files."""

from __future__ import annotations

from pathlib import Path

import pytest

from extractscan import readers, scratch, survey
from extractscan.cli import allocators

LOGS = Path(__file__).parents[2] / "sample_logs"


def test_a_small_limit_of_memory_changes_no_byte(run, tmp_path, monkeypatch) -> None:
    """What does not fit goes to files, and the report is the same."""
    monkeypatch.setattr(scratch, "folder", lambda: tmp_path)
    rooms = []
    small = {400 << 20: 1 << 20}
    monkeypatch.setattr(
        survey, "within", lambda memory, given=survey.within: rooms.append(memory) or given(small.get(memory, memory))
    )
    options = ["--accounts", LOGS / "quiet_accounts.parquet", "--reproducible", "--shuffles", "0", "-q"]
    for name, more in (("a", []), ("b", ["--memory-limit", "400MB"])):
        result = run("analyze", LOGS / "quiet.parquet", *options, "-o", tmp_path / f"{name}.json", *more)
        assert result.exit_code == 0, result.stderr
    assert rooms == [allocators.whole_memory() * 3 // 4, 400 << 20]
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.json", "b.json"]


def test_temporary_files_go_where_they_are_told(run, tmp_path, monkeypatch) -> None:
    """The folder is set before anything is read."""
    seen = []
    monkeypatch.setattr(readers, "open_logs", lambda *_a, **_k: seen.append(allocators.tempfile.tempdir))
    monkeypatch.setattr(allocators.tempfile, "tempdir", None)
    monkeypatch.setenv("TMPDIR", "elsewhere")
    run("analyze", LOGS / "quiet.parquet", "--tmp-dir", tmp_path)
    assert seen == [str(tmp_path)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--memory-limit", "much"], "--memory-limit 'much' is no amount of memory"),
        (["--memory-limit", "0"], "is no"),
        (["--memory-limit", "100MB"], "GB of memory, and 0.1 GB are to be kept within"),
        (["--tmp-dir", "/nowhere/at/all"], "--tmp-dir /nowhere/at/all: no folder that can be written to"),
    ],
)
def test_wrong_limits_and_places_are_refused(run, arguments, message) -> None:
    """Before anything is read."""
    result = run("analyze", LOGS / "quiet.parquet", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr


def test_a_container_may_use_less_than_the_machine_has() -> None:
    """The least of all limits counts."""
    assert 1 << 28 < allocators.whole_memory() < 1 << 46
