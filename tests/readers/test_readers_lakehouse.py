"""Delta and Iceberg tables: the newest version counts, deleted rows do not, and files beside them are read too."""

from __future__ import annotations

import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import polars as pl
import pytest
from reader_records import event, lines, read_all, refusal, write

from extractscan.errors import UsageError
from extractscan.readers import open_logs

FRAME = pl.DataFrame([event(i) for i in range(400)])


def _delta(folder: Path) -> str:
    from deltalake import DeltaTable, write_deltalake

    path = folder / "delta_table"
    write_deltalake(path, FRAME[:300].to_arrow(), partition_by=["account_id"])
    write_deltalake(path, FRAME[300:].to_arrow(), mode="append")
    DeltaTable(path).delete("request_id = 'r7'")
    return str(path)


def _iceberg(folder: Path) -> str:
    from pyiceberg.catalog.sql import SqlCatalog

    catalog = SqlCatalog("c", uri=f"sqlite:///{folder}/catalog.db", warehouse=f"file://{folder}/warehouse")
    catalog.create_namespace("n")
    table = catalog.create_table("n.t", schema=FRAME.to_arrow().schema)
    table.append(FRAME[:300].to_arrow())
    table.append(FRAME[300:].to_arrow())
    table.delete("request_id = 'r7'")
    catalog.engine.dispose()
    return f"{folder}/warehouse/n/t"


MAKERS: dict[str, Callable[[Path], str]] = {"delta": _delta, "iceberg": _iceberg}
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.mark.parametrize("kind", sorted(MAKERS))
def test_the_newest_version_is_read(kind: str, tmp_path: Path) -> None:
    path = MAKERS[kind](tmp_path)
    logs = open_logs([path])
    frame = read_all(logs)
    assert sorted(frame["request_id"]) == sorted({f"r{i}" for i in range(400)} - {"r7"})
    assert read_all(logs).equals(frame)
    both = read_all(logs, ["model", "request_id"])
    assert both.equals(frame.select(both.columns))
    (record,) = logs.records()
    assert (record.path, record.format, record.rows, record.rows_used) == (path, f"canonical ({kind})", 399, 399)
    assert any("hash is of" in note for note in record.notes)
    inner = Path(path) / ("_delta_log" if kind == "delta" else "metadata")
    assert record.sha256 in {sha256(file.read_bytes()).hexdigest() for file in inner.glob("*.json")}


@pytest.mark.parametrize("kind", sorted(MAKERS))
def test_rows_can_be_found_again(kind: str, tmp_path: Path) -> None:
    logs = open_logs([MAKERS[kind](tmp_path)])
    few = read_all(logs, ["request_id"], accounts=pl.Series(["a3"]))
    every = read_all(logs, ["request_id"])
    assert (
        few["source_row"].to_list()
        == every.filter(pl.col("request_id").is_in(few["request_id"].implode()))["source_row"].to_list()
    )
    for row, name in few.select("source_row", "request_id").head(3).iter_rows():
        ((_, raw),) = logs.originals([(0, row)])
        assert f'"request_id":"{name}"'.encode() in raw


@pytest.mark.parametrize("kind", sorted(MAKERS))
def test_tables_lie_beside_other_files(kind: str, tmp_path: Path) -> None:
    MAKERS[kind](tmp_path)
    write(tmp_path / "zz.ndjson", lines([event(1000)]))
    records = {r.format: r for r in open_logs([str(tmp_path)]).records() if r.format != "skipped"}
    assert set(records) == {f"canonical ({kind})", "canonical (ndjson)"}


@pytest.mark.parametrize("kind", sorted(MAKERS))
def test_a_table_with_a_lost_file_is_told(kind: str, tmp_path: Path) -> None:
    path = MAKERS[kind](tmp_path)
    for file in sorted(Path(path).rglob("*.parquet")):
        file.unlink()
    assert "the table cannot be" in str(refusal(path))


@pytest.mark.parametrize("kind", sorted(MAKERS))
def test_a_missing_library_is_named(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = MAKERS[kind](tmp_path)
    for name in [name for name in sys.modules if name.partition(".")[0] in {"deltalake", "pyiceberg"}]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "deltalake", None)
    monkeypatch.setitem(sys.modules, "pyiceberg", None)
    with pytest.raises(UsageError) as caught:
        open_logs([path])
    assert "extractscan[lakehouse]" in caught.value.hint


def test_a_folder_with_an_empty_log_is_no_table(tmp_path: Path) -> None:
    (tmp_path / "_delta_log").mkdir()
    write(tmp_path / "x", lines([event(1)]))
    assert open_logs([str(tmp_path)]).records()[0].format == "canonical (ndjson)"
