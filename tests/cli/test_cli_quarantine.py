"""`analyze --quarantine` writes lost rows out, and mapping files serve as `--map` does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log of own field names with a line that is no JSON."""
    path = tmp_path / "own.ndjson"
    rows = [{"when": f"2026-03-01T0{i}:00:00Z", "user": {"id": f"u{i % 3}"}, "ip": f"203.0.113.{i}"} for i in range(9)]
    path.write_text("{bad\n" + "".join(f"{json.dumps(row)}\n" for row in rows))
    (tmp_path / "own.toml").write_text('timestamp = "when"\naccount_id = "user.id"\nclient_ip = "nothing"\n')
    return path


def test_lost_rows_are_written_beside_the_report(run, log, tmp_path) -> None:
    """The file holds the raw row; a second run does not overwrite it; --strict still ends with 4."""
    mapping = ("--map", f"@{tmp_path / 'own.toml'}", "--map", "client_ip=ip")
    target, report = tmp_path / "lost.ndjson", tmp_path / "r.json"
    asked = ("analyze", log, *mapping, "--shuffles", "0", "-o", report, "--quarantine", target)
    result = run(*asked, "--strict")
    assert result.exit_code == 4, result.stderr
    assert "wrote" in result.stderr
    (entry,) = [json.loads(line) for line in target.read_text().splitlines()]
    assert (entry["raw"], entry["row"], entry["reason"], entry["place"]) == ("{bad", 0, "not JSON", "line 1")
    assert json.loads(report.read_text())["inputs"][0]["rows_used"] == 9
    again = run(*asked, "-C", "-q", "--no-strict", "--quarantine", report)
    assert again.exit_code == 2
    assert "also an input or an output" in again.stderr
    report.unlink()
    assert "exists already" in run(*asked).stderr
    assert run(*asked, "-C", "-q").exit_code == 0


@pytest.mark.parametrize(
    ("content", "says"),
    [(None, "cannot read"), ("= 1", "no TOML"), ("nope = 'a'", "no column 'nope'"), ("prompt = 3", "names no field")],
)
def test_a_mapping_file_that_is_none_is_refused(run, log, tmp_path, content, says) -> None:
    """With what is wrong in it, before anything is read."""
    path = tmp_path / "m.toml"
    if content is not None:
        path.write_text(content)
    result = run("inspect", log, "--map", f"@{path}")
    assert result.exit_code == 2
    assert says in result.stderr
