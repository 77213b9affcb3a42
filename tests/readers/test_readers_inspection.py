"""Inspection says what inputs are without naming anybody in them."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from reader_records import converse, event, invoke, lines, stream, write

from extractscan.readers import open_logs
from extractscan.readers.inspection import gaps_of, inspect_logs, redacted

NOON = "2026-01-02T12:00:00"


def test_an_inspection_says_what_each_input_is_and_how_full(tmp_path: Path) -> None:
    records = [event(i, session_id="s" if i % 2 else None) for i in range(100)]
    write(tmp_path / "a", lines([*records, records[0]]))
    write(tmp_path / "b", b"words\n")
    write(tmp_path / "c", lines(f(i) for i in range(3) for f in (converse, invoke, stream)))
    found = inspect_logs(open_logs([str(tmp_path)]))
    first, second, third = found.inputs
    assert (first.accounts, first.first, first.input.rows_used) == (7, "2026-03-01T10:00:00Z", 101)
    columns = {column.name: column for column in first.columns}
    assert columns["session_id"].filled == round(50 / 101, 6)
    assert (columns["prompt"].example, columns["client_ip"].example) == ("22 characters", "203.…")
    assert (columns["country"].example, columns["account_id"].example) == ("DE", "a…")
    assert second.why.startswith("text that is no JSON")
    assert {c.name: c.source for c in third.columns}["account_id"] == "identity.arn"
    assert (found.rows, found.duplicate_request_ids, found.accounts) == (110, 7, 10)
    assert "ja4" in found.missing
    assert set(found.columns).isdisjoint(found.missing)
    assert msgspec.json.decode(msgspec.json.encode(found), type=type(found)) == found


def test_an_inspection_of_logs_without_request_ids_counts_no_repeats(tmp_path: Path) -> None:
    records = [{"timestamp": f"{NOON}Z", "account_id": "a"}] * 3
    assert inspect_logs(open_logs([write(tmp_path / "x", lines(records))])).duplicate_request_ids == 0


def test_gaps_are_silences_that_are_long_for_the_log() -> None:
    assert gaps_of(set()) == []
    assert gaps_of({0, 1, 2, 6}) == []
    assert [(g.start, g.end, g.hours) for g in gaps_of({0, 1, 11})] == [
        ("1970-01-01T02:00:00Z", "1970-01-01T11:00:00Z", 9.0)
    ]
    nightly = {day * 24 + hour for day in range(20) for hour in range(8, 18)}
    assert gaps_of(nightly) == []
    assert len(gaps_of(nightly - set(range(96, 24 * 9)))) == 1


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("account_id", "customer-4711", "cust…"),
        ("api_key_id", "ab", "a…"),
        ("client_ip", "2001:db8::1", "2001…"),
        ("client_ip", "203.0.113.9", "203.…"),
        ("completion", "secret words", "12 characters"),
        ("model", "m" * 100, "m" * 80),
        ("cost_usd", 0.5, "0.5"),
        ("session_id", None, None),
    ],
)
def test_examples_name_nobody(name: str, value: object, shown: str | None) -> None:
    assert redacted(name, value) == shown
