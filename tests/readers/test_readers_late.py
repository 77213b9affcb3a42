"""Columns that the sample of an input does not show, and that have values somewhere else, are read all the same."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from reader_records import converse, event, lines, payload, read_all, refusal, spend_row, write

from extractscan.errors import UsageError
from extractscan.readers import LogSet, gathering, open_logs
from extractscan.readers.inspection import inspect_logs
from extractscan.readers.lines import views

MANY = 4000


def _first_shown_after(count: int, make: Callable[[int], dict[str, Any]], **late: Any) -> list[dict[str, Any]]:
    """Records of which only one has some fields, with many on both sides of it that fill the sample."""
    return [make(i) | (late if i == count else {}) for i in range(2 * count)]


def _array(records: list[dict[str, Any]]) -> bytes:
    return json.dumps(records).encode()


def _pages(records: list[dict[str, Any]]) -> bytes:
    return lines({"records": records[at : at + 100]} for at in range(0, len(records), 100))


def _wide(logs: LogSet) -> LogSet:
    """Read all once, and give what is found to be there."""
    read_all(logs)
    return logs.widened()


def _mapped(i: int) -> dict[str, Any]:
    return {"at": 1_772_000_000 + i, "who": f"u{i % 9}", "took": None}


@pytest.mark.parametrize("columns_from", [0, 1 << 60], ids=["by blocks", "one by one"])
@pytest.mark.parametrize("pack", [lines, _array, _pages], ids=["lines", "array", "pages"])
@pytest.mark.parametrize(
    ("make", "late", "column", "value", "mapping"),
    [
        (event, {"ja4": "t13d"}, "ja4", "t13d", None),
        (payload, {"trace_id": "t1"}, "session_id", "t1", None),
        (spend_row, {"end_user": "c1"}, "end_user_id", "c1", None),
        (_mapped, {"took": 12}, "latency_ms", 12, {"timestamp": "at", "account_id": "who", "latency_ms": "took"}),
    ],
    ids=["canonical", "payloads", "spend logs", "mapped"],
)
def test_a_column_of_one_record_in_thousands_is_read(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    make: Callable[[int], dict[str, Any]],
    late: dict[str, Any],
    column: str,
    value: Any,
    mapping: dict[str, str] | None,
    pack: Callable[[list[dict[str, Any]]], bytes],
    columns_from: int,
) -> None:
    monkeypatch.setattr(gathering, "BLOCKS_FROM", columns_from)
    path = write(tmp_path / "x.gz", pack(_first_shown_after(MANY, make, **late)), "gzip")
    logs = open_logs([path], mapping=mapping)
    assert column not in logs.columns
    wide = _wide(logs)
    assert wide.columns - logs.columns == {column}
    assert any(note.startswith(f"{column} appears only after") for note in logs.records()[0].notes)
    frame = read_all(wide)
    assert frame[column].drop_nulls().to_list() == [value]
    assert frame.filter(pl.col(column).is_not_null())["source_row"].to_list() == [MANY]
    assert not any("appears only after" in note for note in wide.records()[0].notes)
    assert wide.records()[0].rows_used == 2 * MANY
    assert wide.widened().columns == wide.columns


@pytest.mark.parametrize("nothing", [None, "", "None", [], {}])
def test_a_field_that_appears_late_and_says_nothing_is_no_column(tmp_path: Path, nothing: Any) -> None:
    path = write(tmp_path / "x.gz", lines(_first_shown_after(MANY, event, tool_names=nothing)), "gzip")
    logs = open_logs([path])
    assert _wide(logs).columns == logs.columns


def test_what_one_input_shows_late_and_another_at_once_is_read_in_one_pass(tmp_path: Path) -> None:
    late = write(tmp_path / "a.gz", lines(_first_shown_after(MANY, event, ja4="t13d")), "gzip")
    soon = write(tmp_path / "b", lines([event(0, ja4="t12")]))
    logs = open_logs([late, soon])
    assert read_all(logs)["ja4"].drop_nulls().to_list() == ["t13d", "t12"]
    assert logs.widened().columns == logs.columns
    found = inspect_logs(logs)
    assert [{column.name: column.filled for column in each.columns}["ja4"] for each in found.inputs] == [0.000125, 1.0]


def test_inputs_can_be_asked_for_columns_that_their_samples_lack(tmp_path: Path) -> None:
    path = write(tmp_path / "x.gz", lines(_first_shown_after(MANY, event, ja4="t13d")), "gzip")
    logs = open_logs([path]).wanting({"ja4", "cost_usd"})
    assert read_all(logs, ["ja4"])["ja4"].drop_nulls().to_list() == ["t13d"]


@pytest.mark.parametrize("pack", [lines, _array], ids=["lines", "array"])
def test_a_mapped_field_that_no_sample_shows_is_no_mistake(
    tmp_path: Path, pack: Callable[[list[dict[str, Any]]], bytes]
) -> None:
    records = _first_shown_after(MANY, event, box={"serial": "d1"})
    path = write(tmp_path / "x.gz", pack(records), "gzip")
    logs = _wide(open_logs([path], mapping={"device_id": "box.serial"}))
    assert read_all(logs)["device_id"].drop_nulls().to_list() == ["d1"]
    with pytest.raises(UsageError, match=r"no input has a field 'box\.seriol'"):
        open_logs([path], mapping={"device_id": "box.seriol"})


def test_a_mapped_field_is_looked_for_in_what_can_be_read_of_a_broken_file(tmp_path: Path) -> None:
    data = gzip.compress(lines(_first_shown_after(MANY, event, box="d1")), compresslevel=1)
    path = write(tmp_path / "x.gz", data[: len(data) // 4])
    with pytest.raises(UsageError, match="no input has a field 'box'"):
        open_logs([path], mapping={"device_id": "box"})


def test_what_a_log_beside_tells_late_is_filled_in(tmp_path: Path) -> None:
    """Of thousands of trail events one names a client, and it is that of a call."""
    calls = [converse(i) for i in range(4)]
    trail = [
        {
            "eventTime": "2026-03-01T10:00:00Z", "eventSource": "bedrock.amazonaws.com", "eventName": "Converse",
            "userIdentity": {"arn": "arn:aws:iam::123456789012:user/u", "accountId": "123456789012"},
            "requestID": calls[2]["requestId"] if i == MANY else f"other-{i}", "recipientAccountId": "123456789012",
            **({"userAgent": "Boto3/1.35.0"} if i == MANY else {}),
        }
        for i in range(2 * MANY)
    ]  # fmt: skip
    paths = [
        write(tmp_path / "calls.jsonl", lines(calls)),
        write(tmp_path / "trail.jsonl.gz", lines(trail), "gzip"),
    ]
    logs = open_logs(paths)
    assert "user_agent" not in logs.columns
    wide = _wide(logs)
    assert read_all(wide)["user_agent"].to_list() == [None, None, "Boto3/1.35.0", None]
    assert wide.widened().columns == wide.columns


@pytest.mark.parametrize("pack", [lines, _array, _pages], ids=["lines", "array", "pages"])
@pytest.mark.parametrize("needed", ["account_id", "timestamp"])
def test_what_every_event_needs_may_stand_only_far_behind_the_head(
    tmp_path: Path, needed: str, pack: Callable[[list[dict[str, Any]]], bytes]
) -> None:
    records = [event(i) for i in range(2 * MANY)]
    for record in records[:MANY]:
        del record[needed]
    logs = open_logs([write(tmp_path / "x.gz", pack(records), "gzip")])
    assert read_all(logs)["source_row"].to_list() == list(range(MANY, 2 * MANY))
    assert [(each.reason, each.count) for each in logs.records()[0].rejected] == [(f"{needed}: missing", MANY)]


def test_a_source_that_names_its_accounts_late_is_read(tmp_path: Path) -> None:
    records = [spend_row(i) for i in range(2 * MANY)]
    for record in records[:MANY]:
        for name in ("user", "end_user", "api_key", "metadata"):
            record.pop(name, None)
    logs = open_logs([write(tmp_path / "x.gz", lines(records), "gzip")])
    assert read_all(logs).height == MANY


def test_what_shows_nothing_that_is_needed_is_looked_through_up_to_a_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = [{"a": i} for i in range(2 * MANY)]
    path = write(tmp_path / "x.gz", lines([*records, *(event(i) for i in range(MANY))]), "gzip")
    assert read_all(open_logs([path])).height == MANY
    monkeypatch.setattr("extractscan.readers.detect._FURTHEST", MANY)
    monkeypatch.setattr("extractscan.readers.json_lines.views", lambda stream: views(stream, 1 << 10))
    monkeypatch.setattr("extractscan.readers.stored.PIECE", 1 << 10)
    assert "not a log format that is known" in str(refusal(path))
