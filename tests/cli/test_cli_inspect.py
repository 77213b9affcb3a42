"""`inspect` says what inputs hold without analyzing them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

EVENTS = [
    {"timestamp": "2026-03-01T00:00:00Z", "account_id": "a", "model": "\x1b[3m", "request_id": "r1", "prompt": "hush"},
    {"timestamp": "2026-03-01T01:00:00Z", "account_id": "b", "model": None, "request_id": "r1", "prompt": "words"},
    {"timestamp": "2026-03-03T01:00:00Z", "account_id": "b", "model": "m", "request_id": "r2", "prompt": None},
    {"timestamp": "never", "account_id": "b", "model": "m", "request_id": "r3", "prompt": None},
]  # fmt: skip


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """Four rows: one without a time, one with a repeated request id."""
    path = tmp_path / "logs.ndjson"
    path.write_text("".join(f"{json.dumps(event)}\n" for event in EVENTS))
    return path


@pytest.fixture
def accounts(tmp_path: Path) -> Path:
    """A side table with one field of use, and an account given twice."""
    path = tmp_path / "accounts.csv"
    path.write_text("account_id,payment_fingerprint\na,card1\nb,card1\nb,card2\n")
    return path


def test_inputs_are_described(run, logs) -> None:
    """Rows used and rejected, fill, span, repeats and missing fields are all said; texts are not shown."""
    result = run("inspect", logs)
    assert result.exit_code == 0, result.stderr
    page = " ".join(result.stdout.split())
    for words in (
        "3 of 4 used", "1, first at row", "67%", "2026-03-01 to 2026-03-03", "1 row with a request id seen before",
        "not there", "client_ip in the logs", "payment_fingerprint in the accounts table",
    ):  # fmt: skip
        assert words in page, words
    assert "hush" not in page
    assert "\x1b" not in result.stdout


def test_the_accounts_table_is_described(run, logs, accounts) -> None:
    """With --accounts its columns are named, what was odd in it is said, and its signals lack nothing."""
    page = " ".join(run("inspect", logs, "--accounts", accounts).stdout.split())
    assert "2 accounts · account_id, payment_fingerprint" in page
    assert "•" in page.partition("Accounts table")[2].partition("Together")[0]
    assert "payment_fingerprint in the accounts table" not in page


def test_a_mapping_is_followed(run, tmp_path) -> None:
    """--map reads columns from the log's own fields."""
    path = tmp_path / "own.ndjson"
    path.write_text('{"when": "2026-03-01T00:00:00Z", "user": {"id": "a"}}\n')
    result = run("inspect", path, "--map", "timestamp=when", "--map", "account_id=user.id", "--json")
    assert json.loads(result.stdout)["accounts"] == 1


def test_silences_are_listed(run, tmp_path) -> None:
    """Two days without an event, in a log that is never silent for long, are named with their length."""
    path = tmp_path / "gap.ndjson"
    hours = ["01T00", "01T02", "01T04", "01T06", "03T06"]
    path.write_text("".join(f'{{"timestamp": "2026-03-{hour}:00:00Z", "account_id": "a"}}\n' for hour in hours))
    assert "2026-03-01T07:00:00Z to 2026-03-03T06:00:00Z (47 h)" in run("inspect", path).stdout


def test_json_holds_the_same(run, logs, accounts) -> None:
    """--json gives the whole inspection, the accounts table, and the signals that lack fields."""
    found = json.loads(run("inspect", logs, "--accounts", accounts, "--json").stdout)
    assert found["rows_used"] == 3
    assert found["duplicate_request_ids"] == 1
    assert found["accounts_table"]["columns"] == ["account_id", "payment_fingerprint"]
    lacking = {each["name"]: each["missing"] for each in found["signals_lacking_fields"]}
    assert lacking["address"] == ["client_ip"]
    assert "payment" not in lacking
    assert json.loads(run("inspect", logs, "--json").stdout)["accounts_table"] is None


def test_nothing_readable_ends_with_3(run, tmp_path) -> None:
    """Where no input can be read there is nothing to say."""
    assert run("inspect", tmp_path / "none").exit_code == 3


def test_a_whole_log_lacks_nothing(run, tmp_path) -> None:
    """A simulated world has every column that a signal needs, and no silence."""
    assert run("simulate", tmp_path / "w", "--accounts", "40", "--days", "2", "--kind", "company").exit_code == 0
    logs, accounts = tmp_path / "w" / "logs.parquet", tmp_path / "w" / "accounts.parquet"
    page = run("inspect", logs, "--accounts", accounts).stdout
    assert "lack fields" not in page
    assert "not there" not in page
    assert "Silences" not in page


def test_a_file_that_is_not_read_says_why(run, logs) -> None:
    """In a folder, what is no log is named with the reason, and without columns."""
    (logs.parent / "empty.ndjson").touch()
    page = run("inspect", logs.parent).stdout
    part = page.partition("empty.ndjson")[2].partition("sha256")[0]
    assert "not read" in part
    assert "span" not in part


def test_inputs_without_times_have_no_span() -> None:
    """Where no row was used there is no span, and no fill but an empty one."""
    from extractscan.cli.inspection_page import inspection_page
    from extractscan.model import Input, Rejected
    from extractscan.readers.inspection import Column, Inspected, Inspection
    from extractscan.writers.terminal import View

    lost = [Rejected(reason="no account", count=1, first_at="row 0")]
    kept = Input(path="x", format="f", sha256="0", bytes=1, rows=1, rows_used=0, rejected=lost, notes=["as UTC"])
    column = Column(name="prompt", source="q", filled=0.0, example=None)
    each = Inspected(input=kept, title="t", why="w", columns=[column])
    found = Inspection(
        inputs=[each], bytes=1, rows=1, rows_used=0, accounts=0, first=None, last=None,
        gaps=[], duplicate_request_ids=0, columns=["prompt"], missing=["model"],
    )  # fmt: skip
    page = inspection_page(View(), found, None, []).decode()
    assert "span" not in page
    assert "0%" in page
    assert "as UTC" in page
    assert "1, first at row 0: no account" in page
