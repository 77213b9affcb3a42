"""Laws: hostile bytes never give anything but an expected error, and repetition and splitting change no row."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import sqlite3
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reader_records import converse, event, invoke, lines, payload, read_all, spend_row, stream, write

from extractscan.errors import ExtractscanError
from extractscan.readers import open_logs, read_accounts

QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


def _parquet() -> bytes:
    out = io.BytesIO()
    pl.DataFrame([event(i) for i in range(60)]).write_parquet(out, row_group_size=20)
    return out.getvalue()


EVENTS = lines(event(i, prompt=f"é “{i}” \n next") for i in range(40))
BEDROCK = lines(f(i) for i in range(5) for f in (converse, invoke, stream))


def _zip(data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.ndjson", data)
    return out.getvalue()


def _tar(data: bytes) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("x.ndjson")
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


TABLE = {
    "name": "t",
    "columns": [{"name": name} for name in event(0)],
    "rows": [list(event(i).values()) for i in range(9)],
}


def _sqlite() -> bytes:
    database = sqlite3.connect(":memory:")
    database.execute(f"CREATE TABLE log ({', '.join(event(0))})")
    marks = ", ".join("?" * len(event(0)))
    database.executemany(f"INSERT INTO log VALUES ({marks})", [tuple(event(i).values()) for i in range(200)])
    database.commit()
    data = database.serialize()
    database.close()
    return data


FILES = {
    "sqlite": _sqlite(),
    "parquet": _parquet(),
    "ndjson": EVENTS,
    "csv": pl.DataFrame([event(i, prompt='a,"b"\nc') for i in range(40)]).write_csv().encode(),
    "array": json.dumps([event(i) for i in range(20)]).encode(),
    "gzip": gzip.compress(EVENTS),
    "zstd": zstandard.compress(EVENTS),
    "bzip2": bz2.compress(EVENTS),
    "xz": lzma.compress(EVENTS),
    "utf-16": EVENTS.decode().encode("utf-16"),
    "zip": _zip(EVENTS),
    "tar": _tar(EVENTS),
    "tar.gz": gzip.compress(_tar(EVENTS)),
    "tables": json.dumps({"tables": [TABLE]}).encode(),
    "hits": json.dumps({"hits": {"hits": [{"_source": event(i)} for i in range(9)]}}).encode(),
    "documents": b"\n".join(json.dumps(event(i), indent=1).encode() for i in range(9)),
    "spend": lines(spend_row(i) for i in range(10)),
    "payload": json.dumps(payload(1), indent=1).encode(),
    "bedrock": BEDROCK,
    "cloudwatch": json.dumps({"logEvents": [{"message": json.dumps(converse(i))} for i in range(5)]}).encode(),
}


def _survives(data: bytes) -> None:
    """Read hostile bytes in every way that the interface offers; only expected errors may come out."""
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder) / "x", data)
        try:
            logs = open_logs([path])
            frames = list(logs.batches())
            some = list(logs.batches(["prompt", "model"], accounts=pl.Series(["a1"])))
            record = logs.records()[0]
            logs.record_hashes([(0, 0), (0, 3)])
        except ExtractscanError:
            return
        used = sum(frame.height for frame in frames)
        assert used == record.rows_used <= record.rows
        assert sum(frame.height for frame in some) <= used
        assert (
            sum(frame.null_count().select("timestamp", "account_id").sum_horizontal().item() for frame in frames) == 0
        )


@QUICK
@given(st.sampled_from(sorted(FILES)), st.floats(0, 1))
def test_truncation_anywhere_gives_rows_or_an_expected_error(name: str, share: float) -> None:
    data = FILES[name]
    _survives(data[: int(len(data) * share)])


@QUICK
@given(
    st.sampled_from(sorted(FILES)),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=8),
)
def test_flipped_bytes_anywhere_give_rows_or_an_expected_error(name: str, flips: list[tuple[float, int]]) -> None:
    data = bytearray(FILES[name])
    for place, value in flips:
        data[int(place * len(data))] = value
    _survives(bytes(data))


@QUICK
@given(st.binary(max_size=200))
def test_arbitrary_bytes_give_rows_or_an_expected_error(data: bytes) -> None:
    _survives(data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
MAKERS: dict[str, Callable[[int], dict[str, object]]] = {
    "event": event,
    "spend": spend_row,
    "payload": payload,
    "bedrock": converse,
}


@QUICK
@given(st.sampled_from(sorted(MAKERS)), st.data())
def test_any_json_in_any_field_gives_rows_or_an_expected_error(kind: str, data: st.DataObject) -> None:
    record = MAKERS[kind](0)
    names = data.draw(st.lists(st.sampled_from(sorted(record)), max_size=5))
    odd = record | {name: data.draw(JSON) for name in names}
    _survives(lines([MAKERS[kind](1), MAKERS[kind](2), odd]))


@QUICK
@given(st.lists(st.integers(0, 39), min_size=1, max_size=30))
def test_repeated_lines_are_repeated_rows(order: list[int]) -> None:
    all_lines = EVENTS.splitlines(keepends=True)
    with tempfile.TemporaryDirectory() as folder:
        frame = read_all(open_logs([write(Path(folder) / "x", b"".join(all_lines[i] for i in order))]))
    assert frame["request_id"].to_list() == [f"r{i}" for i in order]


@QUICK
@given(st.lists(st.integers(0, 40), max_size=4))
def test_splitting_a_file_changes_no_row(cuts: list[int]) -> None:
    all_lines = EVENTS.splitlines(keepends=True)
    edges = sorted({0, *cuts, 40})
    with tempfile.TemporaryDirectory() as folder:
        for number, (start, end) in enumerate(pairwise(edges)):
            write(Path(folder) / f"{number}", b"".join(all_lines[start:end]))
        frame = read_all(open_logs([folder]))
    assert frame["request_id"].to_list() == [f"r{i}" for i in range(40)]


@QUICK
@given(st.binary(max_size=200) | st.sampled_from([FILES["csv"], FILES["parquet"], FILES["array"]]))
def test_accounts_tables_of_arbitrary_bytes_give_a_table_or_an_expected_error(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            frame = read_accounts(write(Path(folder) / "x", data))
        except ExtractscanError:
            return
    assert frame["account_id"].is_sorted()
    assert frame["account_id"].is_unique().all()


@pytest.mark.parametrize("name", ["spend", "payload", "bedrock", "cloudwatch"])
@pytest.mark.parametrize("column", ["client_ip", "prompt", "status_code", "latency_ms", "user_agent", "model"])
def test_each_column_of_a_source_is_the_same_alone_as_among_all(name: str, column: str, tmp_path: Path) -> None:
    logs = open_logs([write(tmp_path / "x", FILES[name])])
    alone = read_all(logs, [column])
    assert alone.equals(read_all(logs).select(alone.columns))
