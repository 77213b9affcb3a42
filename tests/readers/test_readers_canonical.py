"""Canonical logs give the same frame from every container, and every loss is counted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from reader_records import event, lines, read_all, write

from extractscan import schema
from extractscan.errors import InputError, UsageError
from extractscan.readers import gathering, open_logs

EVENTS = [event(i) for i in range(300)]
CONTAINERS = ["ndjson", "crlf", "array", "pretty", "page", "csv", "semicolons", "parquet"]


def packed(folder: Path, container: str, packing: str = "", records: list[dict[str, Any]] | None = None) -> str:
    """Write events in one of the containers, under a name that says nothing."""
    path = folder / f"log-{container}-{packing}"
    records = EVENTS if records is None else records
    if container == "parquet":
        pl.DataFrame(records).write_parquet(path, row_group_size=100)
        return str(path)
    data = {
        "ndjson": lambda: b"\xef\xbb\xbf" + lines(records),
        "crlf": lambda: lines(records, "\r\n") + b"\r\n",
        "array": lambda: json.dumps(records).encode(),
        "pretty": lambda: json.dumps(records, indent=2).encode(),
        "page": lambda: json.dumps({"object": "list", "data": records, "has_more": False}).encode(),
        "csv": lambda: pl.DataFrame(records).write_csv().encode(),
        "semicolons": lambda: pl.DataFrame(records).write_csv(separator=";").encode(),
    }[container]()
    return write(path, data, packing)


@pytest.mark.parametrize("packing", ["", "gzip", "zstd"])
@pytest.mark.parametrize("container", CONTAINERS)
def test_every_container_and_compression_gives_the_same_frame(tmp_path: Path, container: str, packing: str) -> None:
    reference = read_all(open_logs([packed(tmp_path, "ndjson")]))
    logs = open_logs([packed(tmp_path, container, packing)])
    assert read_all(logs).equals(reference)
    assert reference.height == 300
    assert reference["country"].unique().to_list() == ["DE"]


def test_batches_have_the_exact_types_and_provenance(tmp_path: Path) -> None:
    frame = read_all(open_logs([packed(tmp_path, "csv")]))
    expected = {n: t for n, t in schema.EVENTS.items() if n in EVENTS[0]} | dict(schema.PROVENANCE)
    assert dict(frame.schema) == expected
    assert frame["source_row"].to_list() == list(range(300))
    assert frame["source_file"].unique().to_list() == [0]


@pytest.mark.parametrize("container", CONTAINERS)
def test_a_projection_is_the_same_as_selecting_afterwards(tmp_path: Path, container: str) -> None:
    logs = open_logs([packed(tmp_path, container)])
    whole = read_all(logs)
    some = read_all(logs, ["prompt", "account_id", "ja4"])
    assert some.columns == ["account_id", "prompt", "source_file", "source_row"]
    assert some.equals(whole.select(some.columns))


@pytest.mark.parametrize("container", CONTAINERS)
def test_the_accounts_filter_is_the_same_as_filtering_afterwards(tmp_path: Path, container: str) -> None:
    logs = open_logs([packed(tmp_path, container)])
    wanted = pl.Series(["a1", "a3", "nobody"])
    some = read_all(logs, ["request_id"], wanted)
    whole = read_all(logs, ["request_id", "account_id"]).filter(pl.col("account_id").is_in(["a1", "a3"]))
    assert some.equals(whole.select(some.columns))


def test_row_groups_without_the_accounts_are_not_loaded(tmp_path: Path) -> None:
    ordered = sorted(EVENTS, key=lambda e: e["account_id"])
    logs = open_logs([packed(tmp_path, "parquet", records=ordered)])
    assert sum(1 for _ in logs.batches(accounts=pl.Series(["a0"]))) == 1


def test_the_order_of_paths_and_repeated_paths_do_not_matter(tmp_path: Path) -> None:
    paths = [packed(tmp_path, container) for container in CONTAINERS]
    one = open_logs(paths)
    other = open_logs([*reversed(paths), str(tmp_path), f"{tmp_path}/log-*"])
    assert read_all(one).equals(read_all(other))
    assert one.records() == other.records()
    assert [record.path for record in one.records()] == sorted(paths)


def test_a_pass_may_be_repeated_without_counting_twice(tmp_path: Path) -> None:
    logs = open_logs([write(tmp_path / "x", lines([*EVENTS, {"account_id": "a"}]))])
    list(logs.batches())
    first = logs.records()
    list(logs.batches(["prompt"]))
    list(logs.batches(accounts=pl.Series(["a1"])))
    assert logs.records() == first
    assert (first[0].rows, first[0].rows_used) == (301, 300)
    assert [(r.reason, r.count, r.first_at) for r in first[0].rejected] == [("timestamp: missing", 1, "row 300")]


def test_a_log_that_grows_between_two_passes_is_refused(tmp_path: Path) -> None:
    """What a report counts and what it shows would be of two different files."""
    path = write(tmp_path / "x", lines(EVENTS))
    logs = open_logs([path])
    list(logs.batches())
    with Path(path).open("ab") as file:
        file.write(lines([{"account_id": "late"}]))
    with pytest.raises(InputError, match="changed while it was being read"):
        list(logs.batches(accounts=pl.Series(["a1"])))


def test_a_log_that_is_taken_away_between_two_passes_is_refused(tmp_path: Path) -> None:
    """Without its events there would be nothing to show; one beside it that is there changes nothing."""
    path, _ = write(tmp_path / "x", lines(EVENTS)), write(tmp_path / "y", lines(EVENTS))
    logs = open_logs([str(tmp_path)])
    list(logs.batches())
    Path(path).unlink()
    with pytest.raises(InputError, match="x: gone since it was first read"):
        list(logs.batches(accounts=pl.Series(["a1"])))


def test_records_are_complete_without_a_pass(tmp_path: Path) -> None:
    logs = open_logs([packed(tmp_path, "csv", "zstd")])
    assert (logs.records()[0].rows_used, logs.records()[0].format) == (300, "canonical (csv zstd)")


def test_progress_reaches_the_total_in_every_pass(tmp_path: Path) -> None:
    logs = open_logs([packed(tmp_path, container, packing) for container in CONTAINERS for packing in ("", "gzip")])
    for _ in range(2):
        seen: list[int] = []
        list(logs.batches(["model"], progress=seen.append))
        assert sum(seen) == logs.total_bytes


def test_hashes_are_of_the_original_bytes_and_the_same_in_every_pass(tmp_path: Path) -> None:
    from hashlib import sha256

    data = lines(EVENTS)
    plain = open_logs([write(tmp_path / "plain", data)])
    assert plain.records()[0].sha256 == sha256(data).hexdigest()
    want = sha256(data.splitlines()[7]).hexdigest()
    assert plain.record_hashes([(0, 7)]) == {(0, 7): want}
    for container, packing in (("crlf", "gzip"), ("array", "zstd"), ("page", "")):
        logs = open_logs([packed(tmp_path, container, packing)])
        assert logs.record_hashes([(0, 7), (0, 7)]) == {(0, 7): want}
        assert logs.records()[0].sha256 == sha256((tmp_path / f"log-{container}-{packing}").read_bytes()).hexdigest()


def test_parquet_rows_hash_as_json_with_sorted_keys_of_all_their_columns(tmp_path: Path) -> None:
    from hashlib import sha256

    pl.DataFrame({"timestamp": [1760000000] * 250, "account_id": ["a"] * 250, "b": range(250)}).write_parquet(
        tmp_path / "x", row_group_size=100
    )
    logs = open_logs([str(tmp_path / "x")])
    rows = {n: sha256(b'{"account_id":"a","b":%d,"timestamp":1760000000}' % n).hexdigest() for n in (3, 99, 201)}
    assert logs.record_hashes([(0, n) for n in rows]) == {(0, n): digest for n, digest in rows.items()}


def test_csv_records_with_line_ends_inside_quotes_are_one_record(tmp_path: Path) -> None:
    rows = [f'2026-01-01T00:00:{i:02}Z,a,"line one\nline ""two"" {i}"' for i in range(3)]
    path = write(tmp_path / "x", ("timestamp,account_id,prompt\n" + "\n".join(rows) + "\n").encode())
    logs = open_logs([path])
    assert read_all(logs)["prompt"].to_list() == [f'line one\nline "two" {i}' for i in range(3)]
    assert [data.decode() for _, data in logs.originals([(0, 0), (0, 2)])] == [rows[0], rows[2]]


def test_bad_csv_records_are_counted_and_their_neighbours_kept(tmp_path: Path) -> None:
    good = '2026-01-01T00:00:00Z,a,"x"\n'
    bad = ["2026-01-01T00:00:00Z,a,b,c\n", "2026-01-01T00:00:00Z,a,\xff\n", "\n", "2026-01-01T00:00:00Z,b\n", 'x"\n']
    data = ("timestamp,account_id,prompt\n" + good + good.join(bad)).encode("latin-1")
    logs = open_logs([write(tmp_path / "x", data)])
    frame = read_all(logs)
    assert frame["account_id"].to_list() == ["a", "a", "a", "a", "b", "a"]
    assert frame["source_row"].to_list() == [0, 2, 4, 6, 7, 8]
    assert {(r.reason, r.first_at) for r in logs.records()[0].rejected} == {
        ("more fields than the header", "row 1"),
        ("not UTF-8", "row 3"),
        ("unbalanced quotes", "row 9"),
    }


def test_bad_lines_are_counted_with_their_place_and_their_neighbours_kept(tmp_path: Path) -> None:
    good = lines([event(1)])
    bad = [
        b"{broken\n",
        b"\n",
        b'{"x":"\xff"}\n',
        b"[1]\n",
        b"[" * 100_000 + b"\n",
        b'{"account_id":"\\ud800","timestamp":1e999}\n',
    ]
    logs = open_logs([write(tmp_path / "x", good + good.join(bad) + good)])
    for columns in (None, ["account_id"], ["prompt"]):
        frame = read_all(logs, columns)
        assert frame["source_row"].to_list() == [0, 2, 3, 5, 7, 9, 11][: frame.height]
        assert frame.height == 7
    assert {(r.reason, r.count, r.first_at) for r in logs.records()[0].rejected} == {
        ("not JSON", 1, "line 2"),
        ("not UTF-8", 1, "line 6"),
        ("not a JSON object", 1, "line 8"),
        ("nested too deeply", 1, "line 10"),
        ("timestamp: not a time", 1, "row 10"),
    }


def test_prompts_that_are_chat_messages_give_the_last_user_text_and_the_system_text(tmp_path: Path) -> None:
    chat = [
        {"role": "system", "content": "S1"},
        {"role": "user", "content": "old"},
        {"role": "user", "content": [{"type": "text", "text": "new"}, {"type": "text", "text": "er"}]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t"}]},
    ]
    records = [
        event(0, prompt=json.dumps(chat)),
        event(1, prompt=chat, system_prompt="own"),
        event(2, prompt="[not chat"),
    ]
    path = write(tmp_path / "x", lines(records))
    logs = open_logs([path])
    assert read_all(logs)["prompt"].to_list() == ["new\ner", "new\ner", "[not chat"]
    assert read_all(logs, ["system_prompt"])["system_prompt"].to_list() == ["S1", "own", None]
    assert read_all(logs, ["prompt", "system_prompt"])["system_prompt"].to_list() == ["S1", "own", None]


def test_a_column_that_appears_late_is_told(tmp_path: Path) -> None:
    records = [event(i) for i in range(9000)] + [event(i, ja4="t13d") for i in range(9000, 9100)]
    record = open_logs([write(tmp_path / "x", lines(records), "gzip")]).records()[0]
    assert record.notes == ["ja4 appears only after the first records and was not read"]


def test_raw_credentials_never_come_through(tmp_path: Path) -> None:
    records = [event(0, api_key_id="sk-secret", account_id="Bearer sk-secret")]
    logs = open_logs([write(tmp_path / "x", lines(records))])
    row = read_all(logs).row(0, named=True)
    assert "secret" not in repr(row)
    assert len(row["api_key_id"]) == len(row["account_id"]) == 64
    assert logs.records()[0].notes == ["raw credentials replaced by their SHA-256"]


def test_an_unknown_column_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="'cost'"):
        list(open_logs([packed(tmp_path, "csv")]).batches(["cost"]))


def test_a_log_without_one_usable_row_is_an_error_that_says_why(tmp_path: Path) -> None:
    logs = open_logs([write(tmp_path / "x", lines([event(0, timestamp="soon"), event(1, account_id="")]))])
    with pytest.raises(InputError, match=r"account_id: missing \(1, first at row 1\); .*timestamp: not a time"):
        list(logs.batches())


def test_inputs_that_lack_a_column_give_nulls(tmp_path: Path) -> None:
    one = write(tmp_path / "1", lines([event(0, ja4="t13")]))
    two = write(tmp_path / "2", lines([event(1)]))
    assert read_all(open_logs([one, two]))["ja4"].to_list() == ["t13", None]


def test_a_field_that_only_the_middle_or_the_end_of_a_plain_file_has_is_read(tmp_path: Path) -> None:
    records = [event(i) for i in range(9000)] + [event(i, ja4="t13d") for i in range(9000, 9050)]
    logs = open_logs([write(tmp_path / "x", lines(records))])
    assert read_all(logs)["ja4"].null_count() == 9000
    assert logs.records()[0].notes == []


def test_a_csv_column_is_delivered_unless_all_of_the_file_was_seen_without_a_value(tmp_path: Path) -> None:
    empty = [event(i, ja4=None) for i in range(3000)]
    assert "ja4" in open_logs([write(tmp_path / "x", pl.DataFrame(empty).write_csv().encode())]).columns
    assert "ja4" not in open_logs([write(tmp_path / "y", pl.DataFrame(empty[:900]).write_csv().encode())]).columns


@pytest.mark.parametrize("nothing", ["", "-", "None", "null", "[]", None])
@pytest.mark.parametrize("columns_from", [0, 1 << 60], ids=["by blocks", "one by one"])
def test_a_time_that_stands_there_and_says_nothing_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nothing: str | None, columns_from: int
) -> None:
    monkeypatch.setattr(gathering, "BLOCKS_FROM", columns_from)
    records = [event(0), event(1, timestamp=nothing), event(2)]
    logs = open_logs([write(tmp_path / "x", lines(records))])
    (record,) = logs.records()
    assert (record.rows, record.rows_used) == (3, 2)
    assert [(loss.reason, loss.count, loss.first_at) for loss in record.rejected] == [
        ("timestamp: missing", 1, "row 1")
    ]
    assert [lost.place for lost in logs.quarantine()] == ["row 1"]


def test_empty_lines_of_a_table_are_counted(tmp_path: Path) -> None:
    """Programs that write tables end them with rows of separators."""
    data = b"timestamp,account_id,model\n2026-03-01T10:00:00Z,a,m\n\n2026-03-01T10:00:01Z,b,m\n,,\n,,\n"
    (record,) = open_logs([write(tmp_path / "x.csv", data)]).records()
    assert (record.rows, record.rows_used, record.rejected) == (5, 2, [])
    assert "3 rows set aside: empty lines" in record.notes
