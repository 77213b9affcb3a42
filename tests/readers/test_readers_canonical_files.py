"""A converted log holds the same events as its source, points back at its records, and is whole by its manifest."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest
from reader_records import converse, event, lines, payload, read_all, spend_row, write

from extractscan.errors import UsageError
from extractscan.readers import canonical_files, open_logs
from extractscan.readers.canonical_files import MANIFEST, clear, keep
from extractscan.readers.logset import LogSet

SOURCES = {"canonical": event, "spend": spend_row, "payload": payload, "bedrock": converse}


def _kept(logs: LogSet, folder: Path, **options: object) -> canonical_files.Manifest:
    folder.mkdir(exist_ok=True)
    return keep(logs, folder, mapping={}, **options)


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_the_same_events_come_back(name: str, tmp_path: Path) -> None:
    path = write(tmp_path / "x", lines(SOURCES[name](i) for i in range(50)) + b"{bad\n")
    logs = open_logs([path])
    manifest = _kept(logs, tmp_path / "kept")
    again = open_logs([str(tmp_path / "kept")])
    before, after = read_all(logs), read_all(again).drop("source_file", "source_row")
    assert after.equals(before.select(after.columns))
    assert all(before[name].null_count() == 50 for name in logs.columns - again.columns)
    (record,) = again.records()
    assert (record.rows, record.rows_used, record.rejected) == (50, 50, [])
    assert manifest.inputs == logs.records()
    assert manifest.inputs[0].rejected[0].reason == "not JSON"


def test_the_manifest_tells_what_was_read_and_written(tmp_path: Path) -> None:
    path = write(tmp_path / "x", lines(event(i) for i in range(50)))
    _kept(
        open_logs([path]),
        tmp_path / "kept",
        window=(datetime(2026, 3, 5, tzinfo=UTC), datetime(2026, 3, 9, tzinfo=UTC)),
    )
    told = json.loads((tmp_path / "kept" / MANIFEST).read_bytes())
    assert told["inputs"][0]["sha256"] == sha256(Path(path).read_bytes()).hexdigest()
    (output,) = told["outputs"]
    file = tmp_path / "kept" / output["path"]
    assert (output["sha256"], output["bytes"]) == (sha256(file.read_bytes()).hexdigest(), file.stat().st_size)
    frame = pl.read_parquet(file)
    assert output["rows"] == frame.height == 8
    assert set(frame["timestamp"].dt.day()) == {5, 6, 7, 8}
    assert frame["request_id"].to_list() == [f"r{row}" for row in frame["source_row"]]


def test_row_groups_are_even_and_files_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canonical_files, "MAX_ROWS", 100)
    monkeypatch.setattr(canonical_files, "GROUPS_A_FILE", 2)
    for part in range(3):
        write(tmp_path / f"{part}", lines(event(i) for i in range(part * 170, part * 170 + 170)))
    logs = open_logs([str(tmp_path / f"{part}") for part in range(3)])
    manifest = _kept(logs, tmp_path / "kept")
    files = [pq.ParquetFile(tmp_path / "kept" / file.path) for file in manifest.outputs]
    groups = [[f.metadata.row_group(i).num_rows for i in range(f.num_row_groups)] for f in files]
    assert groups == [[100, 100], [100, 100], [100, 10]]
    assert files[0].metadata.row_group(0).column(0).compression == "ZSTD"
    assert read_all(open_logs([str(tmp_path / "kept")]))["request_id"].to_list() == [f"r{i}" for i in range(510)]


def test_an_earlier_run_is_cleared_by_its_manifest_alone(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    _kept(open_logs([write(tmp_path / "x", lines([event(1)]))]), folder)
    write(folder / "own.txt", b"mine")
    clear(folder)
    assert [file.name for file in folder.iterdir()] == ["own.txt"]
    clear(folder)
    write(folder / MANIFEST, b"{}")
    with pytest.raises(UsageError, match="no manifest"):
        clear(folder)


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    logs = open_logs([write(tmp_path / "x", lines([event(1)]))])
    with pytest.raises(UsageError, match="No such file"):
        keep(logs, tmp_path / "none", mapping={})
