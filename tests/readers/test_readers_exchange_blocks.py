"""Sources that log the bodies of requests and responses are read by columns with the same outcome as one by one."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from both_ways import JSON, THOROUGH, changed, places_in, same_both_ways
from hypothesis import given, settings
from hypothesis import strategies as st
from reader_records import lines

from benchmarks import ndjson_kinds
from extractscan.readers import blockwise
from extractscan.readers.shape import UnusualError

Maker = Callable[[int], dict[str, Any]]


def _made(kind: Callable[[int, random.Random], dict[str, object]]) -> Maker:
    return lambda i: copy.deepcopy(kind(i, random.Random(i)))


def _in_text(make: Maker, *names: str) -> Maker:
    """The same with some fields as JSON text."""
    return lambda i: {name: json.dumps(value) if name in names else value for name, value in make(i).items()}


def _varied(make: Maker) -> Maker:
    """Records that lack this and that."""

    def made(i: int) -> dict[str, Any]:
        record = make(i)
        if i % 5 == 1:
            record.pop(sorted(record)[i % len(record)])
        return record

    return made


HELICONE, PORTKEY, VERTEX = map(_made, (ndjson_kinds.helicone, ndjson_kinds.portkey, ndjson_kinds.vertex))
DATABRICKS, CLOUDFLARE = map(_made, (ndjson_kinds.databricks, ndjson_kinds.cloudflare))
SPEND, KONG, LANGFUSE = map(_made, (ndjson_kinds.spend, ndjson_kinds.kong, ndjson_kinds.langfuse))


def _failed(i: int) -> dict[str, Any]:
    """Rows of LiteLLM's spend logs of which some failed, and some of whose clients are told by tags alone."""
    row = SPEND(i)
    told = json.loads(row["metadata"])
    if i % 3 == 1:
        told["error_information"] = {"error_code": "429", "error_class": "RateLimitError"}
        row["status"] = "failure"
    if i % 4 == 1:
        del told["user_agent"]
        row["request_tags"] = json.dumps(["User-Agent: a", f"User-Agent: b/{i}", "other"])
    return row | {"metadata": json.dumps(told), "proxy_server_request": "{}"}


def _kong(i: int, section: str, *, opened: bool = False) -> dict[str, Any]:
    """Entries of Kong with their bodies in a section of some name, as text or as objects."""
    told = KONG(i)["ai"]["proxy"]
    payload = {name: json.loads(body) if opened else body for name, body in told["payload"].items()}
    return KONG(i) | {"ai": {section: told | {"payload": payload}}}


def _observed(i: int) -> dict[str, Any]:
    """Observations of which some are spans, some failed, and whose inputs are request bodies with tools."""
    row = LANGFUSE(i)
    body = {"messages": json.loads(row["input"]), "tools": [{"type": "function", "function": {"name": f"t{i % 2}"}}]}
    return row | {
        "input": json.dumps(body), "type": ("GENERATION", "SPAN", None)[i % 3], "tool_definitions": None,
        "level": ("ERROR", "DEFAULT")[i % 2], "total_cost": None, "user_id": None if i % 4 else "u",
        "metadata": json.dumps({"user_id": f"m{i % 5}", "http.user_agent": "agent"}),
        "end_time": None if i % 5 == 2 else row["end_time"],
    }  # fmt: skip


MAKERS: dict[str, Maker] = {
    "helicone": HELICONE,
    "helicone in text": _in_text(HELICONE, "request_body", "response_body", "request_properties"),
    "portkey": PORTKEY,
    "vertex": VERTEX,
    "databricks": DATABRICKS,
    "databricks as objects": lambda i: {
        name: json.loads(value) if name in {"request", "response"} else value for name, value in DATABRICKS(i).items()
    },
    "cloudflare": CLOUDFLARE,
    "spend": SPEND,
    "spend failed": _failed,
    "spend without prompts": lambda i: SPEND(i) | {"messages": "{}", "response": "{}", "proxy_server_request": "{}"},
    "langfuse": LANGFUSE,
    "langfuse as objects": lambda i: {
        name: json.loads(value) if name in {"input", "output", "metadata", "model_parameters"} else value
        for name, value in LANGFUSE(i).items()
    },
    "kong": KONG,
    "kong of an older version": lambda i: _kong(i, ("proxy", "ai-proxy")[i % 2]),
    "kong as objects": lambda i: _kong(i, "ai-proxy", opened=True),
    "vertex in text": _in_text(VERTEX, "full_request", "full_response", "metadata"),
}


@pytest.mark.parametrize("name", MAKERS)
def test_all_blocks_are_read_by_columns(name: str) -> None:
    rows, *_ = same_both_ways(lines(MAKERS[name](i) for i in range(40)), all_by_columns=True)
    assert len(rows) == 40
    texts = () if name.endswith("without prompts") else ("prompt", "system_prompt", "completion")
    assert all(row[column] is not None for row in rows for column in ("model", *texts))


@pytest.mark.parametrize("name", MAKERS)
def test_what_some_records_lack_is_null(name: str) -> None:
    same_both_ways(lines(_varied(MAKERS[name])(i) for i in range(60)))


PLACES = {name: sorted(set(places_in(make(0))), key=str) for name, make in MAKERS.items()}
"""Where something can be put: within bodies too where these are objects."""


@given(st.sampled_from(sorted(MAKERS)), st.data())
@settings(THOROUGH, max_examples=60)
def test_whatever_stands_anywhere_gives_the_same_both_ways(name: str, data: st.DataObject) -> None:
    places = st.sampled_from(PLACES[name])
    changes = data.draw(st.lists(st.tuples(places, JSON | JSON.map(json.dumps), st.integers(0, 5)), max_size=4))
    same_both_ways(lines(changed(MAKERS[name], changes)))


BODIES = [
    {}, {"messages": []}, {"messages": None}, {"messages": [{"role": "user", "content": "x"}], "tools": [{}]},
    {"prompt": "bare"}, {"messages": [{"role": "user", "content": [{"text": "a"}, {"text": "b"}]}], "max_tokens": 5},
    {"contents": [{"role": "user", "parts": [{"text": "a"}, {"text": ""}, {"text": "b"}]}]},
    {"contents": [{"parts": [{"text": "a"}]}], "systemInstruction": {"parts": [{"text": "s"}]}},
    {"contents": [{"role": "user", "parts": [{"text": "a"}]}], "generationConfig": {"maxOutputTokens": 7, "n": 2}},
    {"system": "s", "messages": [{"role": "system", "content": "t"}, {"role": "user", "content": "u"}]},
    {"body": {"messages": [{"role": "user", "content": "in a body"}]}}, ["User-Agent: x"], {"error_information": {}},
    {"system_instruction": {"parts": [{"text": "None"}]}, "contents": []},
    "", "null", "[]", "{}", "plain", " {}", "{", '{"messages": [1', "data: {}\n\n", '{"a": NaN}', "[1]", '"x"', "{\n}",
    '{"a": 1}{"b": 2}', '{"a": 1, "a": 2}', '{"messages": "x"}', None, 5, [], [{"text": "x"}], ["x"],
]  # fmt: skip
ANSWERS = [
    {}, {"choices": []}, {"choices": [{"message": {"content": "x"}}], "usage": {}, "message": {"usage": {"n": 1}}},
    {"candidates": [{"content": {"parts": [{"text": "a"}, {"text": "b"}]}}, {"content": None}]},
    {"candidates": [{"content": {"parts": [], "refusal": "no"}}]}, {"content": [{"type": "text", "text": "c"}]},
    {"usage": {"input_tokens": 1}, "usageMetadata": {"promptTokenCount": 2}}, {"usage": {"prompt_tokens": 0}},
    {"message": {"usage": {"input_tokens": 4}}}, {"create_time": "", "createTime": "2026-03-01T00:00:00Z"},
    "", "x", '{"choices": [{"delta": {"content": "x"}}', 'data: {"choices": [{"delta": {"content": "y"}}]}\n\n', None,
]  # fmt: skip


@pytest.mark.parametrize(
    ("make", "asked", "answered", "texts"),
    [
        (HELICONE, "request_body", "response_body", False),
        (HELICONE, "request_body", "response_body", True),
        (PORTKEY, "request", "response", False),
        (VERTEX, "full_request", "full_response", True),
        (DATABRICKS, "request", "response", True),
        (CLOUDFLARE, "request_head", "response_head", True),
        (SPEND, "messages", "response", True),
        (SPEND, "proxy_server_request", "metadata", True),
        (SPEND, "request_tags", "model_parameters", True),
        (KONG, "request", "response", False),
        (KONG, "request", "response", True),
        (LANGFUSE, "input", "output", True),
        (LANGFUSE, "input", "output", False),
        (LANGFUSE, "metadata", "model_parameters", True),
        (LANGFUSE, "tool_definitions", "usage_details", False),
    ],
)
def test_bodies_of_all_kinds_give_the_same_both_ways(make: Maker, asked: str, answered: str, *, texts: bool) -> None:
    for where, bodies in ((asked, BODIES), (answered, ANSWERS)):
        for body in bodies:
            told = json.dumps(body) if texts and not isinstance(body, str) else body
            told = {"body": told} if make is PORTKEY else told
            if make is KONG:
                told, where_put = {"proxy": {"payload": {where: told}, "meta": {"request_model": "m"}}}, "ai"
            else:
                where_put = where
            same_both_ways(lines(make(i) | ({where_put: told} if i != 1 or not texts else {}) for i in range(4)))


@pytest.mark.parametrize("payload", [[], ["{}"], ['{"messages": [{"role": "user", "content": "x"}]}'], None, "[]"])
def test_vertex_bodies_in_lists_are_left_to_the_other_way(payload: Any) -> None:
    for rows in (range(6), (3,)):
        records = [VERTEX(i) for i in range(6)]
        for row in rows:
            records[row] |= {"full_request": None, "request_payload": payload, "response_payload": payload}
        same_both_ways(lines(records))


@pytest.mark.parametrize(
    "metadata", [{"key": ["_user"], "value": ["k"]}, '{"_user": "t"}', None, {"_user": 5}, {"user": "-"}, [1]]
)
def test_metadata_of_all_kinds_give_the_same_both_ways(metadata: Any) -> None:
    same_both_ways(lines(PORTKEY(i) | {"metadata": metadata if i == 2 else {"_user": "a"}} for i in range(6)))
    same_both_ways(lines(PORTKEY(i) | {"request.body": {"messages": []}, "cost": "0.5"} for i in range(6)))
    same_both_ways(lines(HELICONE(i) | {"request_properties": metadata, "request_user_id": ""} for i in range(6)))


BARE: dict[str, Any] = {"messages": [{"role": "user", "content": "bare"}], "usage": {"prompt_tokens": 5}}


@pytest.mark.parametrize(
    ("make", "odd"),
    [
        (PORTKEY, {"request": BARE}),
        (PORTKEY, {"request": json.dumps(BARE), "response": json.dumps(BARE)}),
        (PORTKEY, {"request": None, "response": None, "cost": True}),
        (DATABRICKS, {"status_code": "429"}),
        (DATABRICKS, {"status_code": None, "requester": None}),
        (DATABRICKS, {"status_code": 500, "logging_error_codes": ["E"]}),
        (DATABRICKS, {"status_code": 500, "logging_error_codes": []}),
        (DATABRICKS, {"request": json.dumps(BARE | {"user": "u1", "model": 5}), "requester": None}),
        (DATABRICKS, {"request": json.dumps(BARE | {"user": "u1", "model": "-"}), "requester": 5}),
        (DATABRICKS, {"response": json.dumps({"error": {"type": "t"}}), "request_metadata": {"model_name": "n"}}),
        (VERTEX, {"model": 5}),
        (VERTEX, {"model": "", "full_request": BARE | {"model": 5, "labels": {"user": 5}}}),
        (HELICONE, {"zzz": float("nan")}),
        (HELICONE, {"request_body": "", "response_body": "{}"}),
    ],
)
def test_what_stands_in_odd_places_is_left_to_the_other_way(make: Maker, odd: dict[str, Any]) -> None:
    same_both_ways(lines(make(i) | odd for i in range(6)))
    same_both_ways(lines(make(i) | (odd if i == 4 else {}) for i in range(6)))


def test_records_that_only_one_parser_takes_are_left_to_the_other_way() -> None:
    block = blockwise.Records(pa.table({"a": [1]}), block=b'{"a": 1, "b": NaN}\n')
    with pytest.raises(UnusualError):
        block.heads(("a",))


@pytest.mark.parametrize("ai", [None, {}, "", "x", "{}", []])
def test_entries_without_a_model_call_are_set_aside_by_columns_too(ai: Any) -> None:
    """What they hold decides of no column's type, and rows keep their numbers."""
    odd = {"ai": ai, "consumer": {"id": 2.5}, "request": {"id": "r", "headers": {"user-agent": 7}}, "started_at": 1}
    records = [KONG(i) | ({"consumer": {"id": 5}} if i % 2 else odd) for i in range(40)]
    rows, *_ = same_both_ways(lines(records), all_by_columns=ai in (None, {}))
    assert [row["source_row"] for row in rows] == list(range(1, 40, 2))
    assert {row["account_id"] for row in rows} == {"5"}


@pytest.mark.parametrize(
    "odd",
    [
        {"request": {"id": "r", "headers": None}},
        {"request": {"id": "r", "headers": '{"X-Api-Key": "key-of-somebody"}'}, "consumer": None},
        {"request": {"id": "r", "headers": {"X-Forwarded-For": ["198.51.100.7, 10.0.0.1"], "User-Agent": ["a", "b"]}}},
        {"request": '{"headers": {"user-agent": "in text"}}'},
        {"request": None, "client_ip": 5, "consumer": []},
        {"consumer": {"custom_id": "\ud800"}},
        {"consumer": None, "authenticated_entity": None},
    ],
)
def test_callers_of_all_kinds_give_the_same_both_ways(odd: dict[str, Any]) -> None:
    same_both_ways(lines(KONG(i) | odd for i in range(6)))
    same_both_ways(lines(KONG(i) | (odd if i == 4 else {}) for i in range(6)))


def test_a_block_of_which_all_is_set_aside_gives_no_row() -> None:
    records = [KONG(i) if i < 3 or i > 900 else KONG(i) | {"ai": None} for i in range(1000)]
    rows, *_ = same_both_ways(lines(records), all_by_columns=True)
    assert len(rows) == 102


def test_observations_of_all_kinds_give_the_same_both_ways() -> None:
    rows, *_ = same_both_ways(lines(_observed(i) for i in range(60)), all_by_columns=True)
    assert len(rows) == 40
    assert {row["tool_names"] for row in rows} == {"t0", "t1"}
    assert {row["account_id"] for row in rows} == {"u", *(f"m{i}" for i in range(5))}
    assert {row["cost_usd"] for row in rows} == {0.0005}


@pytest.mark.parametrize(
    "odd",
    [
        {"traceId": "t"},
        {"userId": "u", "user_id": None},
        {"userId": ""},
        {"user_id": 0},
        {"user_id": ""},
        {"session_id": 7},
        {"id": 7},
        {"id": ""},
        {"id": None},
        {"type": 7},
        {"type": "SPAN"},
        {"provided_model_name": "", "model": "m"},
        {"start_time": "2026-03-01T10:00:00Z"},
        {"end_time": "2026-03-01T10:00:00.5"},
        {"end_time": "2026-03-01 10:00:00.123456+02:00", "start_time": "2026-03-01T08:00:00.100200+00:00"},
        {"end_time": 5},
        {"end_time": ""},
        {"tool_definitions": {"b": "{}", "a": "{}"}},
        {"tool_definitions": None, "model_parameters": '{"tools": [{"name": "x"}]}'},
        {"tool_definitions": "[]", "input": '{"messages": [], "tools": [{"name": "y"}], "max_tokens": 3}'},
        {"tool_definitions": None, "model_parameters": None, "input": '{"messages": [], "parameters": {"n": 2}}'},
        {"input": json.dumps(json.dumps([{"role": "user", "content": "twice"}]))},
        {"input": "[]", "output": None},
        {"usage_details": '{"input": 3}', "cost_details": '{"total": 2}', "total_cost": None},
        {"total_cost": 1},
    ],
)
def test_odd_observations_give_the_same_both_ways(odd: dict[str, Any]) -> None:
    same_both_ways(lines(LANGFUSE(i) | odd for i in range(6)))
    same_both_ways(lines(LANGFUSE(i) | (odd if i == 4 else {}) for i in range(6)))


TOLD = KONG(0)["ai"]["proxy"]


@pytest.mark.parametrize(
    "odd",
    [
        {"ai": {"new-plugin": TOLD}},
        {"ai": {"proxy": TOLD, "ai-proxy": TOLD}},
        {"ai": {"proxy": {"meta": {}}, "new-plugin": TOLD}},
        {"ai": {"proxy": TOLD, "payload": {"request": '{"prompt": "first"}'}}},
        {"ai": {"proxy": TOLD | {"meta": {"response_model": "r"}}}},
        {"ai": {"proxy": TOLD | {"meta": None, "usage": {"prompt_token": 3, "prompt_tokens": None}}}},
        {"ai": {"proxy": TOLD | {"usage": {}}}},
        {"ai": {"proxy": {"usage": {"cost": 1, "prompt_tokens": "5"}}}},
        {"ai": {"proxy": {"payload": {}}}},
        {"ai": {"proxy": {"payload": "text"}}},
        {"ai": json.dumps({"proxy": TOLD})},
        {"ai": {"proxy": "x", "n": 5}},
        {"consumer": None, "request": {"id": 5, "headers": {"X-Api-Key": "sk-abcdefghijkl", "User-Agent": ["a"]}}},
        {"consumer": {"username": "", "custom_id": "sk-abcdefghijkl"}, "client_ip": "bad"},
        {"consumer": None, "authenticated_entity": None, "request": {"uri": "/a?apikey=SECRET", "headers": "x"}},
        {"request": json.dumps({"id": "t", "headers": {"X-Forwarded-For": ["2001:db8::5", "10.0.0.1"]}})},
        {"request": {"id": "-", "uri": "", "headers": {"x-forwarded-for": "198.51.100.7, 10.0.0.1"}}},
        {"request.id": "dotted", "latencies.request": 5},
        {"response": {"status": "500"}},
        {"response": {"status": 500}, "latencies": {"kong": 1, "request": 2.5}},
        {"started_at": None},
        {"started_at": "2026-03-01T00:00:00Z"},
    ],
)
def test_odd_entries_of_kong_give_the_same_both_ways(odd: dict[str, Any]) -> None:
    same_both_ways(lines(KONG(i) | odd for i in range(6)))
    same_both_ways(lines(KONG(i) | (odd if i == 4 else {}) for i in range(6)))
    same_both_ways(lines(KONG(i) | (odd if i > 700 else {}) for i in range(900)))


@pytest.mark.parametrize("bad", [b"{", b"[1]", b"5", b"\xff{}", b"", b'{"ai": NaN}'])
def test_bad_lines_among_entries_are_lost_alike(bad: bytes) -> None:
    before, after = lines(KONG(i) for i in range(5)), lines(KONG(i) | {"ai": {}} for i in range(5))
    same_both_ways(before + bad + b"\n" + after + before)
