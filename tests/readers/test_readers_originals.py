"""Original records of every export are found by what a report says of its inputs, and leave without their keys."""

from __future__ import annotations

import json
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from exports import EXPORTS, folder_of
from reader_records import write
from test_readers_secrets import BARE, leaked, secrets_of

from extractscan import originals
from extractscan.readers import credentials, csv_table, open_logs
from extractscan.readers.plan import Plan
from extractscan.readers.stored import Stored


def _report(folder: Path) -> Any:
    logs = open_logs([str(folder)])
    return SimpleNamespace(inputs=logs.records(), run=SimpleNamespace(mapping={}))


@pytest.mark.parametrize("name", EXPORTS)
def test_all_records_of_an_export_are_cut_whatever_other_inputs_they_need(name: str) -> None:
    folder = folder_of(name)
    logs = open_logs([str(folder)])
    refs = sorted(pl.concat(logs.batches([])).select("source_file", "source_row").rows())
    known = {(logs.files[index].path, row): data for (index, row), data in logs.originals(refs)}
    wanted = [originals.Wanted(input=logs.files[index].path, row=row) for index, row in refs]
    cut = list(originals.cut(_report(folder), wanted))
    assert {(each.wanted.input, each.wanted.row): each.content for each in cut} == known
    assert not leaked(secrets_of(folder) - BARE, "".join(each.shown.decode("utf-8", "replace") for each in cut))
    assert all((each.shown == each.content) == (each.cut == 0) for each in cut)


def test_an_input_that_cannot_be_read_any_more_leaves_the_others(tmp_path: Path) -> None:
    line = b'{"timestamp":"2026-03-01T10:00:00Z","account_id":"a"}'
    paths = [write(tmp_path / name, line + b"\n") for name in ("a.ndjson", "b.ndjson", "c.ndjson")]
    report = _report(tmp_path)
    Path(paths[0]).write_bytes(b"\0\0\0")
    Path(paths[2]).unlink()
    found = originals.cut(report, [originals.Wanted(input=path, row=0) for path in paths])
    assert [(each.wanted.input, each.content) for each in found] == [(paths[1], line)]


def test_cells_of_a_column_that_holds_keys_are_cut_out_of_csv(tmp_path: Path) -> None:
    text = 'timestamp,account_id,api_key,note\n2026-03-01T10:00:00Z,a,"op""aque9",fine\n2026-03-01T10:00:01Z,b,,none\n'
    logs = open_logs([write(tmp_path / "x.csv", text.encode())])
    cut = logs.cutter(0)
    assert cut(b'2026-03-01T10:00:00Z,a,"op""aque9",fine') == (b'2026-03-01T10:00:00Z,a,"[cut]",fine', 1)
    assert cut(b"2026-03-01T10:00:01Z,b,,none") == (b"2026-03-01T10:00:01Z,b,,none", 0)
    assert cut(b"short") == (b"short", 0)
    assert cut(b"x" * 200_000) == (b"x" * 200_000, 0)


def test_a_header_that_cannot_be_read_names_nothing(tmp_path: Path) -> None:
    path = Path(write(tmp_path / "x.csv.gz", b"\x1f\x8b" + b"broken" * 9))
    assert csv_table.names(Plan(Stored(path), layers="gzip", framing=",")) == []


CUT_RECORDS = [
    (b'{"headers": {"X-Api-Key": "k9", "n": 1}}', b'{"headers": {"X-Api-Key": "[cut]", "n": 1}}', 1),
    (b'{"api_key": "a\\"b", "n": 1}', b'{"api_key": "[cut]", "n": 1}', 1),
    (b'{"h": "{\\"x-api-key\\": \\"k9\\"}"}', b'{"h": "{\\"x-api-key\\": \\"[cut]\\"}"}', 1),
    (b'1,"{""x-api-key"": ""k9""}"', b'1,"{""x-api-key"": ""[cut]""}"', 1),
    (b'{"apikey": ["k9"]}', b'{"apikey": ["[cut]"]}', 1),
    (b'[{"name": "Cookie", "value": "k9"}]', b'[{"name": "Cookie", "value": "[cut]"}]', 1),
    (b'{"key":"x-api-key","value":{"stringValue":"k9"}}', b'{"key":"x-api-key","value":{"stringValue":"[cut]"}}', 1),
    (b"{'x-api-key': 'k9'}", b"{'x-api-key': '[cut]'}", 1),
    (b"Incorrect API key provided: abc123def", b"Incorrect API key provided: [cut]", 1),
    (b'"Authorization": "Bearer abcdef1234"', b'"Authorization": "[cut]"', 1),
    (b"\xff?key=k9 \xfe", b"\xff?key=[cut] \xfe", 1),
    (b'{"resultSignature": "200", "prompt_tokens": "5"}', b'{"resultSignature": "200", "prompt_tokens": "5"}', 0),
    (b"the key differentiators", b"the key differentiators", 0),
    (b"[cut] stays", b"[cut] stays", 0),
]


@pytest.mark.parametrize(("record", "left", "count"), CUT_RECORDS)
def test_keys_are_cut_out_of_a_raw_record_and_nothing_else(record: bytes, left: bytes, count: int) -> None:
    assert credentials.cut_record(record) == (left, count)


@pytest.mark.parametrize("text", ["a." * 15_000, '"' * 60_000, "\\" * 60_000, "key " * 30_000, '"key":"' * 20_000])
def test_no_text_takes_long_to_cut(text: str) -> None:
    start = time.process_time()
    credentials.cut_record(text.encode())
    assert time.process_time() - start < 3


def test_cells_of_a_columnar_table_are_cut_out_where_their_column_holds_keys(tmp_path: Path) -> None:
    def table(names: list[str], rows: list[list[Any]]) -> dict[str, Any]:
        return {"name": "t", "columns": [{"name": name} for name in names], "rows": rows}

    names = ["timestamp", "account_id", "api_key", "note"]
    rows = [["2026-03-01T10:00:00Z", "a", "opaque77", "é"], ["never", "a", "opaque78", "none"]]
    path = write(tmp_path / "t.json", json.dumps({"tables": [table(names, rows)]}).encode())
    logs = open_logs([path])
    list(logs.batches())
    ((_, data),) = logs.originals([(0, 0)])
    shown, count = logs.cutter(0)(data)
    assert json.loads(shown) == ["2026-03-01T10:00:00Z", "a", "[cut]", "é"]
    assert count == 1
    (entry,) = logs.quarantine()
    assert entry.raw is not None
    assert json.loads(entry.raw) == ["never", "a", "[cut]", "none"]
    assert logs.cutter(0)(b"[broken") == (b"[broken", 0)
