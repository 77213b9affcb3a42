"""Paths, mappings, refusals and damage: one clear message each, the right exit code, and nothing lost in silence."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import zstandard
from reader_records import event, lines, payload, read_all, refusal, write

from extractscan import originals
from extractscan.errors import InputError
from extractscan.readers import open_logs
from extractscan.readers.refused import REFUSED

EVENTS = [event(i) for i in range(400)]
GZIPPED_FOUR_TIMES = b"x"
for _ in range(4):
    GZIPPED_FOUR_TIMES = gzip.compress(GZIPPED_FOUR_TIMES, mtime=0)


def test_a_missing_path_an_empty_directory_and_an_idle_pattern_are_refused(tmp_path: Path) -> None:
    assert "no such file" in str(refusal(str(tmp_path / "none")))
    assert "holds no file" in str(refusal(str(tmp_path)))
    assert "matches no file" in str(refusal(f"{tmp_path}/*.json"))
    with pytest.raises(InputError, match="no input was given"):
        open_logs([])


def test_special_files_are_refused(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "pipe")
    assert "no regular file" in str(refusal(str(tmp_path / "pipe")))


@pytest.mark.parametrize("pattern", ["", "/*"])
def test_what_is_no_file_in_a_folder_is_named_and_never_opened(tmp_path: Path, pattern: str) -> None:
    """To open a FIFO would wait for somebody who writes into it."""
    import os

    write(tmp_path / "a", lines(EVENTS))
    os.mkfifo(tmp_path / "pipe")
    os.mkfifo(tmp_path / "_pipe_of_a_tool")
    for name in ("gone", "gone_too"):
        (tmp_path / name).symlink_to(tmp_path / "nowhere")
    logs = open_logs([str(tmp_path) + pattern.replace("*", "[!_]*")])
    read_all(logs)
    skipped = {Path(each.path).name: each for each in logs.records() if each.format == "skipped"}
    assert {name: each.rejected[0].reason for name, each in skipped.items()} == {
        "gone": "file skipped: a link to nothing",
        "gone_too": "file skipped: a link to nothing",
        "pipe": "file skipped: a FIFO, a socket or a device, which is not opened",
    }
    assert {(each.sha256, each.bytes, each.rows) for each in skipped.values()} == {("", 0, 0)}
    assert {each.state for each in originals.recheck(list(skipped.values()), tmp_path)} == {"same"}


def test_a_folder_without_any_file_says_why(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "pipe")
    assert "a FIFO" in str(refusal(str(tmp_path)))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty file"),
        (b" \n \n", "nothing but white space"),
        (b"\xef\xbb\xbf", "no content"),
        (gzip.compress(b"", mtime=0), "no content"),
        (gzip.compress(b"x" * 1000, mtime=0)[:10], "truncated gzip stream"),
        (b"\x1f\x8b" + b"\0" * 50, "damaged gzip stream"),
        (zstandard.compress(b"x" * 1000)[:8], "truncated zstd stream"),
        (b"\x28\xb5\x2f\xfd" + b"\xff" * 50, "damaged zstd stream"),
        (b"PAR1 and then nothing", "damaged or truncated Parquet"),
        (gzip.compress(b"PAR1xxxx", mtime=0), "compressed Parquet"),
        (b"BZh91AY", "truncated bzip2 stream"),
        (b"BZh91AYxxxx", "damaged bzip2 stream"),
        (b"\xfd7zXZ\0..", "truncated xz stream"),
        (b"PK\x03\x04..", "damaged archive"),
        ("a,b\n1,2".encode("utf-16")[:-1], "damaged UTF-16 text"),
        ("[1]".encode("utf-32"), "UTF-32"),
        ('{"a": 1}'.encode("utf-16-le"), "UTF-16 text without a byte order mark"),
        ('{"a": 1}'.encode("utf-16-be"), "UTF-16 text without a byte order mark"),
        (GZIPPED_FOUR_TIMES, "more than three layers"),
        (b"abc\0\1\2", "binary content"),
        (b"{broken\n{again\n", "damaged (not JSON)"),
        (b"[1, 2, 3]", "not a JSON object"),
        (b"[]", "without records"),
        (b"just some words\n", "no JSON and no table"),
        (b"a,b\n1,2\n", "not a log format that is known (fields: a, b)"),
        (b"timestamp,user\n2026-01-01,x\n", "not a log format"),
        (b'{"account_id": "a", "time": 1}\n', "not a log format"),
        (b"account_id,email,plan\na,a@x.io,pro\n", "a table of accounts, and no log"),
    ],
)
def test_files_that_cannot_be_read_say_why(tmp_path: Path, data: bytes, says: str) -> None:
    assert says in str(refusal(write(tmp_path / "x", data)))


def test_text_in_an_old_encoding_is_told_how_to_mend(tmp_path: Path) -> None:
    error = refusal(write(tmp_path / "x", '{"timestamp": 1, "account_id": "Jos\xe9"}\n'.encode("latin-1") * 9))
    assert "not UTF-8" in str(error)
    assert "iconv" in error.hint


def test_a_truncated_parquet_file_is_refused(tmp_path: Path) -> None:
    pl.DataFrame(EVENTS).write_parquet(tmp_path / "x")
    data = (tmp_path / "x").read_bytes()
    assert "damaged or truncated Parquet" in str(refusal(write(tmp_path / "y", data[:-100])))


@pytest.mark.parametrize("packing", ["gzip", "zstd"])
@pytest.mark.parametrize("kind", ["lines", "csv", "array"])
def test_rows_before_a_truncation_are_used_and_the_loss_is_counted(tmp_path: Path, kind: str, packing: str) -> None:
    records = [event(i, prompt=f"{i * 7919 % 10007:x}" * 9) for i in range(20_000)]
    data = {
        "lines": lambda: lines(records),
        "csv": lambda: pl.DataFrame(records).write_csv().encode(),
        "array": lambda: json.dumps(records).encode(),
    }[kind]()
    whole = (gzip.compress if packing == "gzip" else zstandard.compress)(data)
    logs = open_logs([write(tmp_path / "x", whole[: len(whole) * 2 // 3])])
    frame = read_all(logs)
    assert 1000 < frame.height < 19_000
    assert frame["source_row"].to_list() == list(range(frame.height))
    (loss,) = logs.records()[0].rejected
    assert (loss.reason, loss.count) == (f"truncated {packing} stream", 1)
    assert loss.first_at in {f"line {frame.height + 1}", f"row {frame.height}", f"after row {frame.height - 1}"}


def test_rows_beside_a_damaged_row_group_are_used(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    pl.DataFrame(EVENTS).write_parquet(tmp_path / "x", row_group_size=100, compression="zstd")
    data = bytearray((tmp_path / "x").read_bytes())
    column = pq.ParquetFile(tmp_path / "x").metadata.row_group(2).column(0)
    start = column.dictionary_page_offset or column.data_page_offset
    data[start : start + column.total_compressed_size] = b"\xff" * column.total_compressed_size
    logs = open_logs([write(tmp_path / "y", bytes(data))])
    assert read_all(logs)["source_row"].to_list() == [*range(200), *range(300, 400)]
    (loss,) = logs.records()[0].rejected
    assert loss.reason.startswith("damaged Parquet row group")
    assert (loss.count, loss.first_at) == (100, "row 200")


def test_bytes_after_a_gzip_stream_are_told(tmp_path: Path) -> None:
    logs = open_logs([write(tmp_path / "x", gzip.compress(lines(EVENTS)) + b"\0\0\0")])
    assert logs.records()[0].rejected == []
    logs = open_logs([write(tmp_path / "y", gzip.compress(lines(EVENTS)) + b"garbage")])
    assert read_all(logs).height == 400
    assert logs.records()[0].rejected[0].reason.startswith("bytes after the gzip stream")


def test_a_damaged_file_still_has_the_hash_of_its_bytes_on_disk(tmp_path: Path) -> None:
    from hashlib import sha256

    data = gzip.compress(lines(EVENTS)) + b"garbage" * 400_000
    logs = open_logs([write(tmp_path / "y", data)])
    assert logs.records()[0].sha256 == sha256(data).hexdigest()


def test_unreadable_members_of_a_directory_are_kept_as_skipped(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", b"just words\n")
    write(tmp_path / "b", lines(EVENTS))
    (tmp_path / "sub").mkdir()
    write(tmp_path / "sub" / "c", json.dumps({"object": "page", "data": [{"object": "bucket"}]}).encode())
    logs = open_logs([str(tmp_path)])
    assert read_all(logs)["source_file"].unique().to_list() == [1]
    first, second, third = logs.records()
    assert (first.format, second.format, third.format) == ("skipped", "canonical (ndjson)", "skipped")
    assert first.rejected[0].reason.startswith("file skipped: text that is no JSON")
    assert "totals" in third.rejected[0].reason
    assert (first.rows, len(first.sha256)) == (0, 64)
    assert list(logs.originals([(0, 0)])) == []


def test_a_named_file_must_be_readable_even_beside_others(tmp_path: Path) -> None:
    good, bad = write(tmp_path / "good", lines(EVENTS)), write(tmp_path / "bad", b"")
    with pytest.raises(InputError, match="bad: empty file"):
        open_logs([good, bad])


def test_a_directory_with_nothing_readable_says_the_first_reason_and_the_count(tmp_path: Path) -> None:
    write(tmp_path / "a", b"")
    write(tmp_path / "b", b"")
    with pytest.raises(InputError, match=r"a: empty file \(and 1 more file, none readable\)"):
        open_logs([str(tmp_path)])


REFUSABLE: dict[str, dict[str, Any]] = {
    "usage_buckets": {"object": "bucket", "start_time": 1, "end_time": 2, "results": []},
    "litellm_daily_spend": {"date": "2026-01-01", "user_id": "u", "api_requests": 4, "spend": 0.1},
    "openrouter_activity": {"date": "2026-01-01", "model_permaslug": "m", "requests": 3},
    "snowflake_daily": {"USAGE_DATE": "2026-01-01", "MODEL_NAME": "m", "TOKEN_CREDITS": 1.5},
    "anthropic_usage": {"model": "m", "uncached_input_tokens": 4, "output_tokens": 2},
    "openai_usage_results": {"object": "organization.usage.completions.result", "input_tokens": 1},
    "cloudflare_logpush": {
        "Gateway": "g",
        "Provider": "p",
        "RequestBody": {"key": "k", "data": "d", "iv": "i"},
    },
    "kong_statistics": {"ai-proxy": {"meta": {"plugin_id": "p"}, "usage": {"prompt_tokens": 1}}},
    "azure_trace": {"TIMESTAMP": "2023-11-16 18:17:03.9799600", "ContextTokens": 1, "GeneratedTokens": 2},
    "burstgpt": {"Timestamp": 5, "Model": "m", "Request tokens": 1, "Response tokens": 2},
    "mooncake": {"timestamp": 0, "input_length": 1, "output_length": 2, "hash_ids": [0]},
    "batch_requests": {"custom_id": "1", "method": "POST", "url": "/v1", "body": {}},
    "wildchat": {"conversation_hash": "h", "model": "m", "conversation": []},
    "lmsys_chat": {"conversation_id": "h", "model": "m", "conversation": []},
    "tgi": {"level": "INFO", "target": "text_generation_router::server", "fields": {"message": "Success"}},
    "gen_ai_messages": {"input": [{"role": "user", "parts": [{"type": "text", "content": "x"}]}]},
    "chat_training": {"messages": [{"role": "user", "content": "x"}]},
}


def test_every_refusal_has_an_example() -> None:
    texts = {"nlb_access", "web_access", "envoy_access"}
    assert list(REFUSABLE) == [refused.name for refused in REFUSED if refused.name not in texts]


@pytest.mark.parametrize("refused", [r for r in REFUSED if r.name in REFUSABLE], ids=lambda r: r.name)
def test_known_files_that_are_not_read_are_called_by_their_name(tmp_path: Path, refused: Any) -> None:
    error = refusal(write(tmp_path / "x", lines([REFUSABLE[refused.name]] * 3)))
    assert f"recognised as {refused.title}: {refused.why}" in str(error)
    assert error.hint == refused.hint


def test_totals_stay_refused_whatever_is_mapped(tmp_path: Path) -> None:
    path = write(tmp_path / "x", lines([REFUSABLE["litellm_daily_spend"]]))
    assert "totals" in str(refusal(path, {"timestamp": "date", "account_id": "user_id"}))


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("INFO 04-20 17:17:47 [logger.py:39] Received request chatcmpl-1: prompt: 'x'", "a vLLM server log"),
        ('INFO:     192.168.0.3:44784 - "POST /v1/chat/completions HTTP/1.1" 200 OK', "a vLLM server log"),
        (
            "[2026-01-01 10:00:00] Load weight begin.\n[2026-01-01 10:00:00] Receive: obj=X(rid='1')",
            "an SGLang server log",
        ),
        ("[2026-01-01 10:00:00] Receive: obj=GenerateReqInput(rid='1')", "an SGLang server log"),
        (
            'h2 2026-01-01T10:00:00.1Z app/lb/1 192.0.2.1:1 10.0.0.1:80 0.1 "GET https://x/ HTTP/1.1"',
            "an AWS load balancer",
        ),
        ("tls 2.0 2026-01-01T10:00:00 net/x/1 2 192.0.2.1:1 10.0.0.1:80 5 2 98 246", "a load balancer log of conn"),
        ('192.0.2.1 - - [10/Sep/2026:10:00:00 +0000] "POST /v1 HTTP/1.1" 200 5 "-" "curl"', "a web server access log"),
        ('[2026-01-01T10:00:00.000Z] "POST /v1 HTTP/1.1" 200 -', "an Envoy text access log"),
    ],
)
def test_text_logs_alone_are_called_by_their_name_and_show_volume_only(tmp_path: Path, line: str, title: str) -> None:
    message = str(refusal(write(tmp_path / "x", f"{line}\n{line}\n".encode())))
    assert f"recognised as {title}" in message
    assert "shows volume only" in message


def test_links_to_the_same_file_are_read_once(tmp_path: Path) -> None:
    write(tmp_path / "b", lines(EVENTS))
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "loop").symlink_to(tmp_path)
    assert [record.path for record in open_logs([str(tmp_path)]).records()] == [str(tmp_path / "a")]


def test_a_single_payload_object_with_a_first_line_longer_than_the_sample_is_read(tmp_path: Path) -> None:
    huge = payload(0, messages=[{"role": "user", "content": "x" * 3_000_000}])
    for data in (json.dumps(huge).encode(), lines([huge, payload(1)])):
        logs = open_logs([write(tmp_path / "x", data)])
        assert read_all(logs)["prompt"][0] == "x" * 3_000_000


def test_a_first_bad_line_does_not_make_lines_a_document(tmp_path: Path) -> None:
    logs = open_logs([write(tmp_path / "x", b'{"cut": "of\n' + lines(EVENTS))])
    assert read_all(logs).height == 400
    assert [(r.reason, r.first_at) for r in logs.records()[0].rejected] == [("not JSON", "line 1")]


def test_a_parquet_file_of_which_no_row_group_can_be_read_is_refused(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    pl.DataFrame(EVENTS).write_parquet(tmp_path / "x", row_group_size=200)
    data = bytearray((tmp_path / "x").read_bytes())
    end = len(data) - int.from_bytes(data[-8:-4], "little") - 8
    data[4:end] = b"\xff" * (end - 4)
    assert pq.ParquetFile(tmp_path / "x").num_row_groups == 2
    assert "damaged Parquet file" in str(refusal(write(tmp_path / "y", bytes(data))))


def test_a_parquet_file_without_rows_has_no_usable_row(tmp_path: Path) -> None:
    pl.DataFrame(EVENTS).clear().write_parquet(tmp_path / "x")
    with pytest.raises(InputError, match=": no rows"):
        list(open_logs([str(tmp_path / "x")]).batches())


def test_files_that_break_after_they_were_opened_are_counted(tmp_path: Path) -> None:
    pl.DataFrame(EVENTS).write_parquet(tmp_path / "p")
    write(tmp_path / "q", lines(EVENTS))
    logs = open_logs([str(tmp_path)])
    (tmp_path / "p").write_bytes(b"PAR1")
    assert read_all(logs).height == 400
    assert [r.first_at for r in logs.records()[0].rejected] == ["the footer"]
    assert logs.records()[1].rejected == []


def test_damage_inside_documents_and_wrapped_lines_keeps_what_stands_before(tmp_path: Path) -> None:
    array = json.dumps(EVENTS).encode()
    logs = open_logs([write(tmp_path / "x", array[: len(array) // 2])])
    frame = read_all(logs)
    assert 100 < frame.height < 300
    assert logs.records()[0].rejected[0].reason == "the document breaks off or is damaged (not JSON)"
    assert len(logs.record_hashes([(0, 0)])) == 1
    pages = lines([{"data": EVENTS[:3]}]) + b'{"data": [{"cut\n' + lines([{"data": EVENTS[3:5]}])
    logs = open_logs([write(tmp_path / "y", pages)])
    assert read_all(logs)["source_row"].to_list() == [0, 1, 2, 4, 5]
    assert [data for _, data in logs.originals([(0, 3)])] == [b'{"data": [{"cut']


def test_hashes_stop_at_damage(tmp_path: Path) -> None:
    for number, data in enumerate((lines(EVENTS), pl.DataFrame(EVENTS).write_csv().encode())):
        whole = gzip.compress(data)
        logs = open_logs([write(tmp_path / str(number), whole[: len(whole) // 2])])
        rows = read_all(logs).height
        assert set(logs.record_hashes([(0, 0), (0, rows - 1), (0, 399)])) == {(0, 0), (0, rows - 1)}


def test_small_files_with_different_columns_and_framings_are_read_together(tmp_path: Path) -> None:
    """A folder of one-record files is one frame, whatever each record leaves out and however it is laid out."""
    base = {"timestamp": "2026-03-01T00:00:00Z", "account_id": "a"}
    write(tmp_path / "1", json.dumps({**base, "prompt": "x"}).encode())
    write(tmp_path / "2", json.dumps({**base, "client_ip": "192.0.2.1"}, indent=1).encode())
    frames = list(open_logs([str(tmp_path)]).batches(["prompt", "client_ip"]))
    assert [frame.select("prompt", "client_ip").rows() for frame in frames] == [[("x", None), (None, "192.0.2.1")]]
