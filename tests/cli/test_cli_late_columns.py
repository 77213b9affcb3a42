"""What every command makes of a column that has its first value far behind the head of a log."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import polars as pl
import pytest


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Eight thousand records in one file, of which the last hundred name an address."""
    path = tmp_path / "late.ndjson.gz"
    with gzip.open(path, "wt") as handle:
        for i in range(8000):
            record = {"timestamp": 1_772_000_000 + i, "account_id": f"u{i % 40}", "prompt": f"question {i % 90}"}
            handle.write(json.dumps(record | ({"client_ip": f"198.51.100.{i % 5}"} if i >= 7900 else {})) + "\n")
    return path


def test_inspect_shows_it(run, log) -> None:
    found = json.loads(run("inspect", log, "--json").stdout)
    (columns,) = (each["columns"] for each in found["inputs"])
    assert {each["name"]: each["filled"] for each in columns}["client_ip"] == 0.0125
    assert "client_ip" not in found["missing"]
    assert "address" in found["signals_running"]


def test_convert_keeps_it(run, log, tmp_path) -> None:
    assert run("convert", log, "-o", tmp_path / "kept").exit_code == 0
    (path,) = (tmp_path / "kept").glob("events-*.parquet")
    assert pl.read_parquet(path)["client_ip"].is_not_null().sum() == 100
    manifest = json.loads((tmp_path / "kept" / "_manifest.json").read_text())
    assert "client_ip" in manifest["columns"]
    assert [each["rows"] for each in manifest["outputs"]] == [8000]


def test_reduce_keeps_it_and_analyze_counts_with_it(run, log, tmp_path) -> None:
    """Alone, from a summary, and from a summary beside another log."""
    assert run("reduce", log, "-o", tmp_path / "day").exit_code == 0
    assert "client_ip" in json.loads((tmp_path / "day" / "summary.json").read_text())["columns"]
    other = tmp_path / "other.ndjson"
    other.write_text('{"timestamp": 1772100000, "account_id": "u1", "prompt": "another"}\n')
    for i, inputs in enumerate(([log], [tmp_path / "day"], [log, other])):
        out = tmp_path / f"{i}.json"
        asked = run("analyze", *inputs, "--shuffles", "0", "-q", "-o", out)
        assert asked.exit_code == 0, asked.stderr
        report = json.loads(out.read_text())
        runs = {each["name"]: each for each in report["coverage"]["signals"]}
        assert runs["address"]["ran"]
    assert run("reduce", other, tmp_path / "day", "-o", tmp_path / "both").exit_code == 0
