"""Blocks of records that are read by columns give what reading one by one gives: the same rows, losses and notes."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from both_ways import JSON, THOROUGH, changed, places_in, same_both_ways, watch_blocks
from hypothesis import example, given
from hypothesis import strategies as st
from reader_records import converse, invoke, lines, payload, spend_row, stream, write

from extractscan.readers import azure_openai, bedrock, blockwise, convert, gathering, litellm, open_logs, usual
from extractscan.readers.picking import pick
from extractscan.readers.source import Source


@pytest.fixture(autouse=True)
def _from_the_first_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "BLOCKS_FROM", 0)


@pytest.fixture
def blocks_read(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each block that was tried was read by columns."""
    return watch_blocks(monkeypatch)


TOOLS = [
    {"type": "function", "function": {"name": "zoo"}},
    {"name": " abc ", "type": "function"},
    {"name": "", "type": "web"},
]


def _rich(i: int) -> dict[str, Any]:
    """A payload in which every column has something in some records."""
    own = payload(i)
    failed = i % 5 == 0
    return own | {
        "trace_id": f"t{i % 4}",
        "end_user": "" if i % 3 else f"customer-{i}",
        "status": "failure" if failed else "success",
        "error_information": {"error_code": "429" if failed else "", "error_class": "RateLimitError" if failed else ""},
        "metadata": {
            **own["metadata"],
            "user_agent": None if i % 2 else "curl/8",
            "user_api_key_user_id": "None" if i % 7 == 0 else f"u{i}",
            "usage_object": {"cache_read_input_tokens": i} if i % 4 == 0 else None,
        },
        "request_tags": ["User-Agent: a", "User-Agent: longer", "team"] if i % 2 else [],
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "developer", "content": "Be kind." if i % 2 else None},
            {"role": "user", "content": f"question {i} “é”"},
            {"role": "assistant", "content": ""},
            {"role": "user", "content": "" if i % 3 else "and more"},
        ],
        "response": {
            "choices": [{"message": {"role": "assistant", "content": f"answer {i}"}}, {"message": {"content": "two"}}],
            "usage": {"prompt_tokens_details": {"cached_tokens": i % 3}},
        },
        "model_parameters": {
            "temperature": 0.5, "max_tokens": i % 2 * 64, "max_completion_tokens": 99, "n": 2, "logprobs": i % 2 == 0,
            "stream": True, "tools": TOOLS[: i % 4],
        },
        "stream": None if i % 2 else False,
        "request_duration_ms": 12 if i % 3 else None,
    }  # fmt: skip


def test_all_columns_of_usual_payloads_are_read_by_blocks(blocks_read: list[bool]) -> None:
    rows, *_ = same_both_ways(lines(_rich(i) for i in range(60)))
    assert all(blocks_read)
    assert blocks_read
    filled = {name for row in rows for name, value in row.items() if value is not None}
    assert {"prompt", "system_prompt", "completion", "tool_names", "error", "cached_tokens", "end_user_id"} <= filled
    assert rows[0]["prompt"] == "and more"
    assert rows[1]["prompt"] == "question 1 “é”"
    assert rows[1]["system_prompt"] == "Be brief.\nBe kind."
    assert rows[3]["tool_names"] == "abc,web,zoo"
    assert (rows[1]["user_agent"], rows[2]["user_agent"]) == ("longer", "curl/8")
    assert (rows[5]["status_code"], rows[1]["status_code"]) == (429, 200)
    assert (rows[0]["latency_ms"], rows[1]["latency_ms"]) == (750, 12)


def _call(i: int) -> dict[str, Any]:
    """A Converse call of which every column has something in some records."""
    own = converse(i)
    body = own["input"]["inputBodyJson"]
    body["messages"] = [
        {"role": "user", "content": [{"text": f"first {i}"}]},
        {"role": "assistant", "content": []},
        {"role": "user", "content": [{"text": f"ask “{i}”"}, {"text": "" if i % 2 else "and more"}]},
    ]
    body["toolConfig"]["tools"] = body["toolConfig"]["tools"][: i % 3]
    own["errorCode"] = "ThrottlingException" if i % 5 == 0 else "Unheard" if i % 7 == 0 else None
    own["identity"]["arn"] = f"arn:aws:iam::{123456789012 + i % 2}:user/u{i % 4}" if i % 6 else "arn:aws"
    own["modelId"] = own["modelId"] if i % 2 else "vendor.small-v1"
    own["operation"] = "ConverseStream" if i % 4 == 0 else "Converse"
    own["input"]["cacheReadInputTokenCount"] = i
    return own


def _invoke(i: int) -> dict[str, Any]:
    own = invoke(i)
    own["input"]["inputBodyJson"] |= {
        "tools": [{"name": "zoo"}, {"name": "abc"}][: i % 3], "messages": [{"role": "system", "content": "more"}],
    }  # fmt: skip
    return own


def test_all_columns_of_usual_invocations_are_read_by_blocks(blocks_read: list[bool]) -> None:
    rows, *_ = same_both_ways(lines(_call(i) for i in range(40)))
    assert all(blocks_read)
    assert blocks_read
    assert rows[0]["prompt"] == "ask “0”\nand more"
    assert rows[0]["completion"] == "one\ntwo"
    assert (rows[0]["system_prompt"], rows[2]["tool_names"]) == ("sys one\nsys two", "clock,weather")
    assert [rows[i]["status_code"] for i in (0, 1, 7)] == [429, 200, None]
    assert [rows[i]["organization_id"] for i in (0, 1, 2)] == [None, "123456789013", None]
    assert [rows[i]["model"] for i in (0, 1)] == ["vendor.small-v1", "eu.vendor.large-v1:0"]
    assert [rows[i]["stream"] for i in (0, 1)] == [True, False]
    assert (rows[3]["cached_tokens"], rows[3]["latency_ms"], rows[3]["max_tokens"]) == (3, 551, 128)
    rows, *_ = same_both_ways(lines(_invoke(i) for i in range(9)))
    assert (rows[2]["system_prompt"], rows[2]["tool_names"]) == ("plain system\nmore", "abc,zoo")
    assert all(blocks_read)


@pytest.mark.parametrize("second", [converse, invoke, stream, _call, _invoke])
def test_invocations_of_two_shapes_are_read_as_if_each_stood_alone(second: Callable[[int], dict[str, Any]]) -> None:
    rows, *_ = same_both_ways(lines((second if i % 3 == 1 else _call)(i) for i in range(30)))
    assert len(rows) == 30


ODD: dict[str, Callable[[dict[str, Any]], Any]] = {
    "content in parts": lambda r: r["messages"].append(
        {"role": "user", "content": [{"type": "text", "text": "in parts"}]}
    ),
    "messages as text": lambda r: r.update(messages="just text"),
    "metadata as text": lambda r: r.update(metadata=json.dumps(r["metadata"])),
    "a number for a user": lambda r: r["metadata"].update(user_api_key_user_id=17),
    "a broken number": lambda r: r["metadata"].update(user_api_key_user_id=1.5),
    "a huge number": lambda r: r.update(startTime=1772000000000000001.0),
    "text for a time": lambda r: r.update(startTime="2026-03-01T10:00:00Z", endTime="2026-03-01T10:00:01.5Z"),
    "an answer that is no message": lambda r: r.update(response={"choices": [{"text": "bare"}]}),
    "an answer of another vendor": lambda r: r.update(response={"content": [{"type": "text", "text": "other"}]}),
    "a body": lambda r: r.update(proxy_server_request={"body": {"n": 3}}),
    "an error within the metadata": lambda r: r["metadata"].update(error_information={"error_code": "500"}),
    "a code that is a number": lambda r: r["error_information"].update(error_code=503),
    "tools as names": lambda r: r["model_parameters"].update(tools=["a", "b"]),
    "usage of both kinds": lambda r: r["metadata"].update(usage_object={"cache_read_input_tokens": 5.5}),
    "tags as text": lambda r: r.update(request_tags='["User-Agent: z"]'),
    "tags as numbers": lambda r: r.update(request_tags=[1, 2]),
    "tokens as text": lambda r: r["model_parameters"].update(max_tokens="64"),
    "true for tokens": lambda r: r["model_parameters"].update(max_tokens=True),
    "true for a duration": lambda r: r.update(request_duration_ms=True),
    "a broken duration": lambda r: r.update(request_duration_ms=12.5),
    "a status that is a number": lambda r: r.update(status=1.5),
    "a class that is a number": lambda r: r["error_information"].update(error_class=4),
}


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("which", [range(1), range(30, 31), range(60)], ids=["the first", "one", "all"])
def test_records_that_are_not_usual_change_nothing_else(name: str, which: range) -> None:
    records = [_rich(i) for i in range(60)]
    for i in which:
        ODD[name](records[i])
    rows, *_ = same_both_ways(lines(records))
    assert len(rows) == 60


def _timed(start: Any, end: Any) -> bytes:
    return lines(payload(i, startTime=start, endTime=end) for i in range(3))


@pytest.mark.parametrize(
    ("start", "end", "took"),
    [
        ("2026-03-01T10:00:00Z", "2026-03-01T10:00:01Z", 1000),
        ("2026-03-01 10:00:00.000500", "2026-03-01 10:00:00.003000", 2),
        ("2026-03-01T10:00:00+02:00", "2026-03-01T08:00:00.250000+00:00", 250),
        (1772000000, 1772000000.25, 250),
        (1772000000, "2026-03-01T10:00:01Z", None),
        ("2026-03-01T10:00:00Z", None, None),
        ("2026-03-01T10:00:00Z", "later", None),
    ],
)
def test_the_time_between_two_moments_is_the_same_both_ways(start: Any, end: Any, took: int | None) -> None:
    rows, *_ = same_both_ways(_timed(start, end))
    assert {row.get("latency_ms") for row in rows} == {took}


GOOD = json.dumps(_rich(1)).encode()
DEEP = GOOD[:-1] + b', "other": ' + b"[" * 5000 + b"]" * 5000 + b"}"
BROKEN = {
    "cut": GOOD[:300],
    "no object": b"[1, 2]",
    "blank": b"",
    "two on a line": GOOD + GOOD,
    "over two lines": GOOD.replace(b', "', b',\n"', 1),
    "nested too deeply": DEEP,
    "not UTF-8": GOOD.replace(b"answer", b"\xff\xfe", 1),
    "not UTF-8 where nobody looks": GOOD[:-1] + b', "other": "\xff"}',
    "half a surrogate": GOOD.replace(b"answer", b"\\ud800", 1),
    "no number": GOOD.replace(b"0.5", b"NaN", 1),
    "the same name twice": GOOD[:-1] + b', "id": "again"}',
    "beyond range": GOOD.replace(b"0.5", b"1e999", 1),
    "a return": GOOD + b"\r",
    "only an opening": b"{",
}


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("end", [b"", b"\n"])
def test_broken_lines_are_counted_the_same_both_ways(name: str, end: bytes) -> None:
    rows, *_ = same_both_ways(b"\n".join([GOOD, GOOD, BROKEN[name], GOOD]) + end)
    assert len(rows) >= 3


def test_two_records_on_a_line_beside_a_blank_line_keep_their_numbers() -> None:
    data = b"\n".join([GOOD, b"", GOOD + GOOD, GOOD])
    _, _, (record,), lost = same_both_ways(data)
    assert record.rows == 3
    assert [entry.place for entry in lost] == ["line 3"]


PLACES = sorted({place for make in (_rich, _call, _invoke) for place in places_in(make(3))}, key=str)


@THOROUGH
@given(
    st.sampled_from([_rich, payload, spend_row, _call, _invoke]),
    st.lists(st.tuples(st.sampled_from(PLACES), JSON, st.integers(0, 5)), min_size=1, max_size=4),
)
@example(_rich, [(("model_parameters", "max_tokens"), 0.0, 2)])
def test_any_json_in_any_place_gives_the_same_both_ways(
    make: Callable[[int], dict[str, Any]], changes: list[tuple[tuple[Any, ...], Any, int]]
) -> None:
    same_both_ways(lines(changed(make, changes)))


@THOROUGH
@given(st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=4))
def test_flipped_bytes_give_the_same_both_ways(flips: list[tuple[float, int]]) -> None:
    data = bytearray(lines(_rich(i) for i in range(6)))
    for place, value in flips:
        data[int(place * len(data))] = value
    same_both_ways(bytes(data))


@pytest.mark.parametrize("threads", [1, 4])
def test_what_appears_late_is_learned_and_its_columns_are_read_by_blocks_again(
    threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pl, "thread_pool_size", lambda: threads)
    columns = blockwise.columns_of({"model": pick("model"), "error": pick("error_information")})
    assert columns is not None
    found = usual.Usual(columns, ("model", "error"))
    plain = b"".join(b'{"model":"m%d"}\n' % i for i in range(9))
    late = b'{"model":"x","error_information":"bad"}\n'
    frames = []
    for told in usual.ahead(iter([plain, late, plain, late, late, plain]), found):
        frames.append(told if isinstance(told, pl.DataFrame) else None)
        if not isinstance(told, pl.DataFrame):
            found.learn([json.loads(line) for line in bytes(told).splitlines()])
    assert frames[0] is not None
    assert frames[1] is None
    assert frames[-2] is not None
    assert frames[-2].to_dicts() == [{"model": "x", "error": "bad"}]


def test_logs_without_a_common_shape_are_given_up() -> None:
    columns = blockwise.columns_of({"model": pick("model")})
    assert columns is not None
    found = usual.Usual(columns, ("model",))
    found.begin(b'{"model":1}\n{"model":"text"}\n')
    assert found.read(b'{"model":"text"}\n') is None
    found.learn([{"model": "text"}])
    assert found.read(b'{"model":"text"}\n') is None


def test_a_shape_that_never_fits_is_given_up_after_some_blocks() -> None:
    columns = blockwise.columns_of({"model": pick("model")})
    assert columns is not None
    found = usual.Usual(columns, ("model",))
    found.begin(b'{"model":"text"}\n')
    for _ in range(8):
        assert found.read(b"{broken}\n") is None
        found.learn([])
    assert found.read(b'{"model":"text"}\n') is None


def test_a_stream_that_breaks_gives_what_came_before(blocks_read: list[bool], tmp_path: Path) -> None:
    whole = gzip.compress(lines(_rich(i) for i in range(2000)), compresslevel=1)
    path = write(tmp_path / "x.ndjson.gz", whole[: len(whole) // 2])
    logs = open_logs([path])
    rows = sum(frame.height for frame in logs.batches())
    (record,) = logs.records()
    assert 0 < rows == record.rows_used
    assert [loss.reason for loss in record.rejected] == ["truncated gzip stream"]
    assert record.rejected[0].first_at == f"line {rows + 1}"
    assert any(blocks_read)


@pytest.mark.parametrize(
    "lacking", ["messages", "response", "status", "model_parameters", "error_information", "metadata"]
)
def test_payloads_that_lack_a_part_are_read_by_blocks_all_the_same(lacking: str, blocks_read: list[bool]) -> None:
    records = [{**_rich(i), "api_key": f"key-{i}"} for i in range(9)]
    for record in records:
        del record[lacking]
    rows, *_ = same_both_ways(lines(records))
    assert len(rows) == 9
    assert all(blocks_read)


@pytest.mark.parametrize("tools", [[], [None], None])
def test_lists_without_a_thing_in_them_are_nothing(tools: Any, blocks_read: list[bool]) -> None:
    empty = {
        "messages": tools,
        "request_tags": tools,
        "response": {"choices": tools},
        "model_parameters": {"tools": tools},
    }
    rows, *_ = same_both_ways(lines(payload(i, **empty) for i in range(9)))
    assert {row.get("prompt") for row in rows} == {None}
    assert all(blocks_read)


def test_usage_within_the_metadata_goes_over_that_of_the_response(blocks_read: list[bool]) -> None:
    usage = {"prompt_tokens_details": {"cached_tokens": 7}}
    records = [payload(i, response={"choices": [], "usage": usage}) for i in range(4)]
    records[1]["metadata"]["usage_object"] = {"total_tokens": 3}
    rows, *_ = same_both_ways(lines(records))
    assert [row["cached_tokens"] for row in rows] == [7, None, 7, 7]
    assert all(blocks_read)


def test_a_duration_that_is_no_number_is_read_one_by_one() -> None:
    rows, *_ = same_both_ways(lines(payload(i, request_duration_ms="12" if i else None) for i in range(3)))
    assert [row["latency_ms"] for row in rows] == [750, 12, 12]


@pytest.mark.parametrize(
    "source",
    [litellm.PAYLOADS, litellm.SPEND_LOGS, bedrock.SOURCE, azure_openai.SOURCE],
    ids=lambda source: source.name,
)
def test_columns_of_records_that_hold_none_of_it_are_as_one_by_one(source: Source) -> None:
    columns = blockwise.columns_of(source.fields)
    assert columns is not None
    found = usual.Usual(columns, tuple(columns))
    found.begin(b'{"other":1}\n')
    frame = found.read(b'{"other":1}\n{"other":2}\n')
    views = [source.view({"other": 1}), source.view({"other": 2})]
    assert frame is not None
    assert frame.to_dicts() == pl.DataFrame(convert.read_columns(source.fields, list(columns), views)).to_dicts()


def _respond(call: dict[str, Any]) -> None:
    call["output"]["outputBodyJson"] = {"content": [{"type": "text", "text": "bare"}]}


ODD_CALLS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "an answer that stands bare": _respond,
    "a model that is a number": lambda r: r.update(modelId=7),
    "a tool that is a number": lambda r: r["input"]["inputBodyJson"].update(tools=[{"name": 5}]),
    "tools of both kinds": lambda r: r["input"]["inputBodyJson"].update(tools=[{"name": "own"}]),
    "nothing said": lambda r: r["input"]["inputBodyJson"].update(messages=[{"role": "user", "content": None}]),
    "a role that is a number": lambda r: r["input"]["inputBodyJson"].update(messages=[{"role": 5, "content": "x"}]),
    "content that is a number": lambda r: r["input"]["inputBodyJson"].update(messages=[{"role": "user", "content": 5}]),
    "a part that holds another": lambda r: r["input"]["inputBodyJson"].update(system=[{"content": "inner"}]),
    "a prompt beside messages": lambda r: r["input"]["inputBodyJson"].update(prompt="plain"),
    "a body as text": lambda r: r["input"].update(inputBodyJson=json.dumps(r["input"]["inputBodyJson"])),
    "no whole name": lambda r: r.update(identity={"arn": "arn:aws:iam"}),
    "an error that is a number": lambda r: r.update(errorCode=429),
}


@pytest.mark.parametrize("name", ODD_CALLS)
@pytest.mark.parametrize("which", [range(1), range(20, 21), range(30)], ids=["the first", "one", "all"])
def test_invocations_that_are_not_usual_change_nothing_else(name: str, which: range) -> None:
    records = [_call(i) for i in range(30)]
    for i in which:
        ODD_CALLS[name](records[i])
    rows, *_ = same_both_ways(lines(records))
    assert len(rows) == 30


def test_an_end_in_words_takes_no_time() -> None:
    times = {"startTime": "2026-03-01T10:00:00Z", "endTime": "2026-03-01T10:00:01Z"}
    records = [payload(0, **times), payload(1, **{**times, "endTime": "later"})]
    rows, *_ = same_both_ways(lines(records))
    assert [row["latency_ms"] for row in rows] == [1000, None]
