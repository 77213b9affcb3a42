"""Any field can be mapped to a canonical column; mistakes list what exists."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from reader_records import event, lines, read_all, refusal, spend_row, write

from extractscan.errors import EXIT_USAGE, UsageError
from extractscan.readers import open_logs

MAPPING = {"timestamp": "ts", "account_id": "who.id", "client_ip": "request.headers.x-forwarded-for", "prompt": "body"}


def _foreign(i: int) -> dict[str, Any]:
    body = json.dumps({"messages": [{"role": "user", "content": f"q{i}"}], "system": "s"})
    return {
        "ts": 1767323045 + i,
        "who": {"id": i},
        "request": {"headers": {"x-forwarded-for": "192.0.2.1"}},
        "body": body,
    }


@pytest.mark.parametrize("container", ["ndjson", "csv", "parquet", "array"])
def test_any_fields_can_be_mapped_by_dotted_paths(tmp_path: Path, container: str) -> None:
    records = [_foreign(i) for i in range(5)]
    path = tmp_path / "x"
    if container == "csv":
        flat = [{k: json.dumps(v) if isinstance(v, dict) else v for k, v in r.items()} for r in records]
        pl.DataFrame(flat).write_csv(path)
    elif container == "parquet":
        pl.DataFrame(records).write_parquet(path)
    else:
        path.write_bytes(lines(records) if container == "ndjson" else json.dumps(records).encode())
    logs = open_logs([str(path)], mapping=MAPPING | {"system_prompt": "body"})
    frame = read_all(logs)
    assert frame["account_id"].to_list() == ["0", "1", "2", "3", "4"]
    assert frame["client_ip"].unique().to_list() == ["192.0.2.1"]
    assert frame["prompt"].to_list() == [f"q{i}" for i in range(5)]
    assert frame["system_prompt"].unique().to_list() == ["s"]
    assert read_all(logs, ["prompt"]).equals(frame.select("prompt", "source_file", "source_row"))
    assert logs.records()[0].format.startswith("mapped (")


def test_a_mapping_goes_over_a_recognised_source(tmp_path: Path) -> None:
    path = write(tmp_path / "x", lines([spend_row(0)]))
    mapping = {"account_id": "metadata.requester_ip_address", "device_id": "request_tags.2"}
    row = read_all(open_logs([path], mapping=mapping)).row(0, named=True)
    assert (row["account_id"], row["device_id"], row["model"], row["prompt"]) == (
        "198.51.100.7",
        "team-a",
        "large",
        "question 0",
    )


def test_a_mapping_over_canonical_columns_keeps_the_others(tmp_path: Path) -> None:
    path = tmp_path / "x"
    pl.DataFrame([event(0, fingerprint="t13", other="o")]).write_parquet(path)
    row = read_all(open_logs([str(path)], mapping={"ja4": "fingerprint"})).row(0, named=True)
    assert (row["ja4"], row["model"], row["account_id"]) == ("t13", "m-large", "a0")


def test_keys_that_hold_dots_win_over_nested_ones(tmp_path: Path) -> None:
    record = {
        "timestamp": 1767323045,
        "account_id": "a",
        "gen.model": "literal",
        "gen": {"model": "nested", "b.c": [{"d": "deep"}]},
    }
    path = write(tmp_path / "x", lines([record]))
    mapping = {"model": "gen.model", "endpoint": "gen.b.c.-1.d", "ja4": "gen.b.c.0.d"}
    row = read_all(open_logs([path], mapping=mapping)).row(0, named=True)
    assert (row["model"], row["endpoint"], row["ja4"]) == ("literal", "deep", "deep")


@pytest.mark.parametrize(
    ("mapping", "says", "hint"),
    [
        ({"acount_id": "who.id"}, "no canonical column named 'acount_id'", "account_id"),
        ({"account_id": "who.idd"}, "no input has a field 'who.idd'", "who.id"),
        ({"timestamp": "tss", "account_id": "who.id"}, "'tss'", "ts"),
    ],
)
def test_a_mistyped_mapping_lists_what_exists(tmp_path: Path, mapping: dict[str, str], says: str, hint: str) -> None:
    path = write(tmp_path / "x", lines([_foreign(i) for i in range(5)]))
    with pytest.raises(UsageError) as caught:
        open_logs([path], mapping=mapping)
    assert says in str(caught.value)
    assert hint in caught.value.hint
    assert caught.value.exit_code == EXIT_USAGE


def test_a_mapping_that_leaves_a_required_column_open_says_which(tmp_path: Path) -> None:
    path = write(tmp_path / "x", lines([_foreign(0)]))
    error = refusal(path, {"timestamp": "ts"})
    assert "no field for account_id" in str(error)
    assert "--map account_id=FIELD" in error.hint


def test_many_fields_are_cut_in_the_hint(tmp_path: Path) -> None:
    path = write(tmp_path / "x", lines([{f"field_{i:03}": i for i in range(90)}]))
    with pytest.raises(UsageError) as caught:
        open_logs([path], mapping={"account_id": "none"})
    assert caught.value.hint.endswith("field_059 and 30 more.")


def test_a_note_on_where_a_column_comes_from_goes_when_the_user_names_another_field(tmp_path: Path) -> None:
    path = write(tmp_path / "x", lines([spend_row(0)]))
    told = "account_id is the proxy's user, else the caller's end user, else the key's hash"
    assert told in open_logs([path]).records()[0].notes
    notes = open_logs([path], mapping={"account_id": "team_id"}).records()[0].notes
    assert told not in notes
    assert any(note.startswith("client_ip is ") for note in notes)
