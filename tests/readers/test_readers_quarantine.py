"""Whatever is not used can be seen: its place, the reason and the record itself, without the credentials in it."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import polars as pl
import pytest
from reader_records import event, lines, read_all, write

from extractscan.readers import open_logs, tally
from extractscan.readers.quarantine import encode

GOOD = [event(i) for i in range(5)]
KEY = "sk-" + "Ab3" * 16


def _entries(path: Path | str) -> list[dict[str, object]]:
    logs = open_logs([str(path)])
    found = [json.loads(line) for line in encode(logs.quarantine())]
    lost = sum(loss.count for record in logs.records() for loss in record.rejected)
    assert sum(int(entry.get("count", 1)) for entry in found) == lost, "each loss that the report counts is there"
    return found


def test_lost_lines_are_given_as_they_lie_in_the_file(tmp_path: Path) -> None:
    bad = [b"{broken", b"[1, 2]", b'{"account_id": "\xff"}', json.dumps(event(6, timestamp="never")).encode()]
    bad.append(json.dumps(event(7, account_id=None, note=f"Authorization: Bearer {KEY}")).encode())
    data = lines(GOOD[:2]) + b"\n" + b"\n".join(bad) + b"\n" + lines(GOOD[2:])
    found = _entries(write(tmp_path / "x", gzip.compress(data)))
    assert [(e["row"], e["place"], e["reason"]) for e in found] == [
        (2, "line 4", "not JSON"),
        (3, "line 5", "not a JSON object"),
        (4, "line 6", "not UTF-8"),
        (5, "row 5", "timestamp: not a time"),
        (6, "row 6", "account_id: missing"),
    ]
    assert [e["raw"] for e in found[:4]] == [line.decode("utf-8", "backslashreplace") for line in bad[:4]]
    assert KEY not in str(found[4])
    assert str(found[4]["raw"]).startswith('{"timestamp"')


def test_tables_and_documents_give_their_rows_too(tmp_path: Path) -> None:
    frame = pl.DataFrame([*GOOD, event(5, account_id="")])
    csv = frame.write_csv().encode() + b'"unbalanced\n'
    assert [e["reason"] for e in _entries(write(tmp_path / "c", csv))] == ["account_id: missing", "unbalanced quotes"]
    frame.write_parquet(tmp_path / "p")
    (entry,) = _entries(tmp_path / "p")
    assert '"request_id":"r5"' in str(entry["raw"])
    (entry,) = _entries(write(tmp_path / "d", json.dumps([*GOOD, "words"]).encode()))
    assert (entry["row"], entry["raw"]) == (5, '"words"')
    (entry,) = _entries(write(tmp_path / "w", lines([{"records": [*GOOD[:2], {"x": 1}]}, {"records": GOOD[2:]}])))
    assert (entry["row"], entry["raw"], entry["place"]) == (2, '{"x": 1}', "row 2")


def test_what_has_no_row_is_told_without_one(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    write(folder / "a", gzip.compress(lines([event(i, prompt=f"{i * 7919}" * 40) for i in range(9000)]))[:-400])
    write(folder / "b", b"words\n")
    cut, skipped = _entries(folder)
    assert (cut["reason"], "row" in cut, "raw" in cut) == ("truncated gzip stream", False, False)
    assert (skipped["file"], skipped["place"]) == (str(folder / "b"), "the whole file")


def test_values_of_used_rows_are_no_lost_rows(tmp_path: Path) -> None:
    logs = open_logs([write(tmp_path / "x", lines([event(0, input_tokens="many")]))])
    assert read_all(logs).height == 1
    assert list(logs.quarantine()) == []
    assert logs.records()[0].rejected[0].reason == "input_tokens: not a number"


def test_more_than_the_limit_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from extractscan.readers import quarantine

    for module in (tally, quarantine):
        monkeypatch.setattr(module, "MOST_KEPT", 3)
    found = _entries(write(tmp_path / "x", lines(GOOD) + b"{bad\n" * 4 + lines([event(9, account_id=None)] * 4)))
    assert [e.get("row") for e in found] == [5, 6, 7, None]
    assert (found[3]["reason"], found[3]["count"]) == ("losses beyond those listed", 5)
