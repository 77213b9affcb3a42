"""Each source's records become the expected canonical rows, from every container it is exported in."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from reader_records import converse, event, invoke, lines, payload, read_all, spend_row, stream, write

from extractscan import schema
from extractscan.errors import InputError
from extractscan.readers import FORMATS, mapped, open_logs
from extractscan.readers import formats as table
from extractscan.readers.source import Side, Source

SPEND = {
    "timestamp": datetime(2025, 1, 24, 9, 20, 46, 847371, tzinfo=UTC),
    "account_id": "u3",
    "organization_id": "team-1",
    "api_key_id": "88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b",
    "request_id": "chatcmpl-3",
    "session_id": "s1",
    "client_ip": "198.51.100.7",
    "user_agent": "OpenAI/Python 1.2.3",
    "model": "large",
    "endpoint": "acompletion",
    "system_prompt": "Be brief.",
    "prompt": "question 3",
    "completion": "hi",
    "input_tokens": 10,
    "output_tokens": 20,
    "cached_tokens": 4,
    "max_tokens": 64,
    "temperature": 0.1,
    "stream": True,
    "tool_names": "abc,zoo",
    "status_code": 200,
    "error": None,
    "latency_ms": 1005,
    "cost_usd": 0.000225,
    "source_file": 0,
    "source_row": 3,
}

PAYLOAD = {
    "timestamp": datetime(2025, 1, 24, 9, 20, 49, 250000, tzinfo=UTC),
    "account_id": "u3",
    "organization_id": "org-1",
    "api_key_id": "ab" * 32,
    "request_id": "chatcmpl-3",
    "end_user_id": "customer-1",
    "client_ip": "198.51.100.9",
    "user_agent": "curl/8",
    "model": "large",
    "endpoint": "acompletion",
    "system_prompt": "Be kind.",
    "prompt": "Hello 3",
    "completion": "hi there",
    "input_tokens": 10,
    "output_tokens": 20,
    "cached_tokens": 3,
    "max_tokens": 99,
    "temperature": 0.7,
    "n": 2,
    "logprobs": False,
    "stream": True,
    "status_code": 200,
    "error": None,
    "latency_ms": 750,
    "cost_usd": 0.5,
}


def sole(path: str, row: int = 0) -> dict[str, Any]:
    return read_all(open_logs([path])).row(row, named=True)


@pytest.mark.parametrize("container", ["ndjson", "json", "csv", "parquet"])
def test_spend_logs_from_every_export(tmp_path: Path, container: str) -> None:
    records = [spend_row(i) for i in range(5)]
    path = tmp_path / "dump"
    if container == "ndjson":
        path.write_bytes(lines(records))
    elif container == "json":
        path.write_text(json.dumps(records, indent=1))
    elif container == "csv":
        pl.DataFrame(records).write_csv(path)
    else:
        pl.DataFrame(records).write_parquet(path)
    logs = open_logs([str(path)])
    assert read_all(logs).row(3, named=True) == SPEND
    record = logs.records()[0]
    assert record.format == f"litellm_spend_logs ({container})"
    assert "naive timestamps read as UTC (timestamp)" in record.notes


def test_spend_logs_fall_back_from_user_to_customer_to_key(tmp_path: Path) -> None:
    meta = json.dumps({"user_api_key_user_id": "m"})
    records = [
        spend_row(0, user="", metadata=meta),
        spend_row(1, user="", metadata="{}", end_user="customer"),
        spend_row(2, user="", metadata="{}", api_key="sk-raw"),
        spend_row(3, user="", metadata="{}", api_key=""),
        spend_row(4, user="None", metadata="not json", end_user="", api_key="k"),
    ]
    logs = open_logs([write(tmp_path / "x", lines(records))])
    ids = read_all(logs)["account_id"].to_list()
    assert ids[:2] == ["m", "customer"]
    assert (len(ids[2]), ids[3]) == (64, "k")
    assert [(r.reason, r.count) for r in logs.records()[0].rejected] == [("account_id: missing", 1)]


def test_spend_logs_read_prompts_stored_apart_and_failures_without_their_messages(tmp_path: Path) -> None:
    failure = {"error_code": "429", "error_class": "RateLimitError", "error_message": "key sk-secret is over its limit"}
    record = spend_row(
        0,
        messages=json.dumps([{"role": "user", "content": "stored"}]),
        response="{}",
        proxy_server_request="{}",
        status="failure",
        request_duration_ms=12,
        metadata=json.dumps({"error_information": failure, "user_agent": "agent/1"}),
    )
    row = sole(write(tmp_path / "x", lines([record])))
    assert (row["prompt"], row["status_code"], row["error"], row["latency_ms"]) == ("stored", 429, "RateLimitError", 12)
    assert row["user_agent"] == "agent/1"
    assert "completion" not in row
    assert "secret" not in repr(row)


@pytest.mark.parametrize("packing", ["", "gzip"])
def test_a_directory_of_payload_objects_on_one_line_or_many_is_read(tmp_path: Path, packing: str) -> None:
    for i in range(12):
        indent = 2 if i % 2 else None
        write(tmp_path / f"time-10-00-{i:02}_chatcmpl.json", json.dumps(payload(i), indent=indent).encode(), packing)
    (tmp_path / ".hidden").write_text("x")
    (tmp_path / "_SUCCESS").touch()
    logs = open_logs([str(tmp_path)])
    frame = read_all(logs).sort("source_file")
    assert frame.drop("source_file", "source_row").row(3, named=True) == PAYLOAD
    assert frame["source_file"].to_list() == list(range(12))
    assert len(logs.records()) == 12
    assert len(logs.record_hashes([(i, 0) for i in range(12)])) == 12


def test_payloads_of_one_kind_are_gathered_into_one_frame(tmp_path: Path) -> None:
    for i in range(40):
        (tmp_path / f"{i}.json").write_text(json.dumps(payload(i)))
    assert [frame.height for frame in open_logs([str(tmp_path)]).batches()] == [40]


def test_bedrock_converse_invoke_and_stream_in_one_file(tmp_path: Path) -> None:
    logs = open_logs([write(tmp_path / "x", lines([converse(0), invoke(1), stream(2)]), "gzip")])
    rows = read_all(logs).to_dicts()
    assert [row["prompt"] for row in rows] == ["converse 0\nguarded", "invoke 1", "stream 2"]
    assert [row["system_prompt"] for row in rows] == ["sys one\nsys two", "plain system", None]
    assert [row["completion"] for row in rows] == ["one\ntwo", "whole", "stream"]
    assert [row["max_tokens"] for row in rows] == [128, 300, 20]
    assert [row["temperature"] for row in rows] == [0.25, 1.0, None]
    assert [row["latency_ms"] for row in rows] == [551, None, 42]
    assert [row["stream"] for row in rows] == [False, False, True]
    assert [row["tool_names"] for row in rows] == ["clock,weather", None, None]
    assert {row["model"] for row in rows} == {"eu.vendor.large-v1:0"}
    assert rows[1]["account_id"] == "arn:aws:sts::123456789012:assumed-role/App/worker-1"
    assert (rows[1]["organization_id"], rows[1]["input_tokens"], rows[1]["output_tokens"]) == (None, 12, 22)
    assert [row["status_code"] for row in rows] == [200, 200, 200]


def test_bedrock_errors_have_a_code_and_no_body(tmp_path: Path) -> None:
    record = converse(0) | {
        "errorCode": "ThrottlingException",
        "input": {"inputBodyS3Path": "s3://b/k"},
        "output": None,
    }
    row = sole(write(tmp_path / "x", lines([record])))
    assert (row["status_code"], row["error"]) == (429, "ThrottlingException")
    assert "prompt" not in row


def _wrapped(kind: str) -> bytes:
    records = [converse(0), invoke(1), stream(2)]
    events = [{"id": str(i), "timestamp": 1, "message": json.dumps(r)} for i, r in enumerate(records)]
    if kind == "delivery":
        return json.dumps({"messageType": "DATA_MESSAGE", "logGroup": "g", "logEvents": events}).encode()
    if kind == "deliveries":
        return lines([{"logGroup": "g", "logEvents": [e]} for e in events])
    if kind == "events":
        return json.dumps({"events": events, "searchedLogStreams": []}, indent=1).encode()
    if kind == "messages":
        return lines(events)
    if kind == "hits":
        return lines([{"_index": "i", "_source": r} for r in records])
    return json.dumps({kind: records}).encode()


@pytest.mark.parametrize("kind", ["delivery", "deliveries", "events", "messages", "hits", "Records", "records", "data"])
def test_records_are_taken_out_of_every_wrapper(tmp_path: Path, kind: str) -> None:
    bare = open_logs([write(tmp_path / "a", lines([converse(0), invoke(1), stream(2)]))])
    logs = open_logs([write(tmp_path / "b", _wrapped(kind))])
    assert read_all(logs).equals(read_all(bare))
    assert len(logs.record_hashes([(0, 0), (0, 2)])) == 2


def test_control_messages_and_bad_events_of_a_log_service_are_counted(tmp_path: Path) -> None:
    good = {"id": "1", "timestamp": 1, "message": json.dumps(converse(0))}
    bad = [{"message": "CWL CONTROL MESSAGE: checking health"}, {"message": '{"broken'}, {"message": "plain"}]
    data = lines([{"logEvents": [good, *bad]}]) + b"{broken\n"
    logs = open_logs([write(tmp_path / "x", data)])
    assert read_all(logs)["source_row"].to_list() == [0]
    assert [(r.reason, r.count, r.first_at) for r in logs.records()[0].rejected] == [
        ("a control message of the log service", 1, "line 1"),
        ("not JSON", 2, "line 1"),
        ("timestamp: missing", 1, "row 3"),
    ]


def test_hostile_types_inside_records_never_stop_the_rest(tmp_path: Path) -> None:
    odd: list[Any] = [None, 5, "x", [], [1, [2]], {}, {"messages": 5}, {"messages": ["a", {"role": ["user"]}]}, True]
    bed = [converse(i) | {"input": o, "output": {"outputBodyJson": o}, "modelId": o} for i, o in enumerate(odd)]
    bed += [converse(i) | {"input": {"inputBodyJson": o}, "output": o, "errorCode": o} for i, o in enumerate(odd)]
    spend = [spend_row(i, metadata=o, messages=o, response=o, request_tags=o, endTime=o) for i, o in enumerate(odd)]
    slp = [
        payload(i, metadata={"user_api_key_user_id": "u"}, model_parameters=o, error_information=o)
        for i, o in enumerate(odd)
    ]
    for records in (bed, spend, slp):
        path = write(tmp_path / "x", lines(records))
        assert read_all(open_logs([path])).height == len(records)


def test_the_table_of_formats_lists_every_source_once() -> None:
    names = [source.name for source in table.SOURCES]
    sides = [side.name for side in table.SIDES]
    assert [f.name for f in FORMATS] == [*names, "mapped", *sides]
    assert len({*names, *sides}) == len(names) + len(sides)


def test_every_source_of_every_file_is_in_the_table() -> None:
    folder = Path(table.__file__).parent
    sides = [source.side for source in table.SOURCES if source.side is not None]
    listed = {id(kind) for kind in (*table.SOURCES, *table.SIDES, *sides, mapped.PLAIN)}
    for path in folder.glob("*.py"):
        module = import_module(f"extractscan.readers.{path.stem}")
        own = [v for v in vars(module).values() if isinstance(v, Source | Side)]
        if "Source(" in path.read_text() or "Side(" in path.read_text():
            assert all(id(kind) in listed for kind in own), path.name


@pytest.mark.parametrize("source", table.SOURCES, ids=lambda s: s.name)
def test_each_source_fills_canonical_columns_only_and_both_required_ones(source: Any) -> None:
    assert set(source.fields) <= set(schema.EVENTS)
    assert set(schema.REQUIRED) <= set(source.fields)


def test_sources_of_different_kinds_are_read_together(tmp_path: Path) -> None:
    write(tmp_path / "a", lines([event(0)]))
    write(tmp_path / "b", lines([converse(0)]))
    write(tmp_path / "c", lines([spend_row(0)]))
    logs = open_logs([str(tmp_path)])
    assert read_all(logs).sort("source_file")["model"].to_list() == ["m-large", "eu.vendor.large-v1:0", "large"]


def test_records_of_a_known_source_without_a_single_request_say_what_they_hold(tmp_path: Path) -> None:
    span = {"traceId": "00", "kind": 2, "startTimeUnixNano": "1544712660000000000", "attributes": []}
    record = {"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}
    logs = open_logs([write(tmp_path / "x", lines([record]))])
    with pytest.raises(
        InputError, match=r"with no request to a model in it \(1 rows set aside: spans that are no model call"
    ):
        read_all(logs)


def test_sides_say_whether_they_bring_prompts() -> None:
    prompts = {each.name: each.carries_prompts for each in FORMATS}
    assert prompts["vllm"] == prompts["sglang"] == "yes, for the log that it completes"
    assert prompts["nginx_access"] == "no"
