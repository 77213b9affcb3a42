"""Odd forms of single sources: other containers, other names, other encodings, and what servers cut off."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from exports import folder_of
from reader_records import converse, event, lines, read_all, refusal, write

from extractscan.readers import open_logs, otlp_attributes
from extractscan.readers.exchange import error_kind, text_list, usage_of
from extractscan.readers.picking import first, milliseconds
from extractscan.readers.server_logs import Line
from extractscan.readers.text_lines import LINE, kind_of

PLACES = ("source_file", "source_row")


def records_of(name: str) -> list[dict[str, Any]]:
    path = next(folder_of(name).glob("*.jsonl"))
    return [json.loads(line) for line in path.read_text().splitlines()]


def rows_of(path: Path | str) -> list[dict[str, Any]]:
    frame = read_all(open_logs([str(path)])).drop(PLACES)
    return [{name: value for name, value in row.items() if value is not None} for row in frame.to_dicts()]


SINGLE = [
    "databricks_gateway",
    "databricks_unity",
    "ecs",
    "mlflow_v3",
    "new_api",
    "ocsf",
    "openinference",
    "otlp_logs",
    "otlp_traces",
    "wildchat",
]
"""Exports of one file with a record a line."""


@pytest.mark.parametrize("name", SINGLE)
@pytest.mark.parametrize("form", ["array", "pretty", "page", "counted page", "gzip", "crlf"])
def test_each_source_gives_the_same_events_from_every_form_of_json(tmp_path: Path, name: str, form: str) -> None:
    records = records_of(name)
    pages = {
        "array": records,
        "pretty": records,
        "page": {"data": records},
        "counted page": {"data": {"items": records}},
    }
    data = lines(records, "\r\n" if form == "crlf" else "\n")
    if form in pages:
        data = json.dumps(pages[form], indent=1 if form == "pretty" else None).encode()
    path = write(tmp_path / "x", data, form if form == "gzip" else "")
    assert rows_of(path) == rows_of(folder_of(name))


@pytest.mark.parametrize(
    "name", ["databricks_gateway", "mlflow_v3", "ocsf", "openinference", "otlp_traces", "wildchat"]
)
def test_each_source_gives_the_same_events_from_parquet(tmp_path: Path, name: str) -> None:
    frame = pl.DataFrame(records_of(name), infer_schema_length=None, strict=False)
    frame.write_parquet(tmp_path / "x")
    assert rows_of(tmp_path / "x") == rows_of(folder_of(name))


@pytest.mark.parametrize("name", SINGLE)
def test_one_bad_line_costs_its_own_events_alone(tmp_path: Path, name: str) -> None:
    """Whatever line is damaged, the events of all others are those of the whole file without it."""
    whole = next(folder_of(name).glob("*.jsonl")).read_bytes().splitlines(keepends=True)
    for at, line in enumerate(whole):
        rest = whole[:at] + whole[at + 1 :]
        if not rest:
            continue
        bad = line[: len(line) // 2] + b"\xff\n"
        path = write(tmp_path / "bad", b"".join([*whole[:at], bad, *whole[at + 1 :]]))
        expected = rows_of(write(tmp_path / "rest", b"".join(rest)))
        assert rows_of(path) == expected
        losses = [loss for loss in open_logs([path]).records()[0].rejected if loss.reason in {"not UTF-8", "not JSON"}]
        assert [(loss.count, loss.first_at) for loss in losses] == [(1, f"line {at + 1}")]


@pytest.mark.parametrize("name", SINGLE)
def test_repeated_lines_give_repeated_events(tmp_path: Path, name: str) -> None:
    data = next(folder_of(name).glob("*.jsonl")).read_bytes()
    assert rows_of(write(tmp_path / "x", data * 3)) == rows_of(folder_of(name)) * 3


DOCUMENT = {"@timestamp": "2026-02-03T04:05:00Z", "agent": {"id": "1"}, "ecs": {"version": "8"}}


@pytest.mark.parametrize(
    "around",
    [
        lambda text: {**DOCUMENT, "event": {"original": text}, "message": "shortened"},
        lambda text: {**DOCUMENT, "event.original": text},
        lambda text: {**DOCUMENT, "message": text},
        lambda text: {"_source": {**DOCUMENT, "event": {"original": text}}},
    ],
)
def test_records_that_a_log_shipper_carries_are_read_as_they_were(tmp_path: Path, around: Any) -> None:
    records = [converse(i) for i in range(3)]
    path = write(tmp_path / "shipped", lines(around(json.dumps(record)) for record in records))
    assert rows_of(path) == rows_of(write(tmp_path / "bare", lines(records)))


def test_a_damaged_counted_page_gives_the_records_before_the_damage(tmp_path: Path) -> None:
    data = json.dumps({"data": {"total": 3, "items": records_of("new_api")}}).encode()
    assert rows_of(write(tmp_path / "x", data[:-900])) == rows_of(folder_of("new_api"))[:3]


def test_lone_surrogates_in_a_counted_page_are_repaired(tmp_path: Path) -> None:
    page = {"data": {"items": [event(0, user_agent="a\ud800"), event(1)]}}
    assert read_all(open_logs([write(tmp_path / "x", json.dumps(page).encode())]))["user_agent"][0] == "a?"


def test_rows_of_one_api_without_a_type_are_set_aside(tmp_path: Path) -> None:
    records = [
        *records_of("new_api"),
        {**records_of("new_api")[0], "type": None},
        {**records_of("new_api")[0], "type": "x"},
    ]
    logs = open_logs([write(tmp_path / "x", lines(records))])
    assert read_all(logs).height == len(rows_of(folder_of("new_api")))
    assert "2 rows set aside: rows without a type" in logs.records()[0].notes


def test_a_key_may_act_in_the_compliance_feed() -> None:
    from extractscan.readers.anthropic_compliance import SIDE

    record = {"id": "activity_1", "type": "x", "created_at": "t", "actor": {"type": "api_actor", "api_key_id": "k"}}
    assert SIDE.parts is not None
    assert [(part.id, part.is_key) for part in SIDE.parts(record)] == [("k", True)]


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ({"stringValue": "x"}, "x"),
        ({"intValue": "7"}, 7),
        ({"intValue": "seven"}, None),
        ({"doubleValue": 0.5, "stringValue": None}, 0.5),
        ({"arrayValue": {"values": [{"intValue": 1}, {"boolValue": False}]}}, [1, False]),
        ({"arrayValue": {}}, []),
        ({"kvlistValue": {"values": [{"key": "a", "value": {"stringValue": "b"}}, "odd", {"key": 5}]}}, {"a": "b"}),
        ({"other": 1}, None),
        ("bare", None),
    ],
)
def test_typed_values_of_otlp_become_plain(value: Any, plain: Any) -> None:
    assert otlp_attributes.plain(value) == plain


def test_attributes_nested_beyond_all_reason_are_dropped() -> None:
    value: Any = {"stringValue": "x"}
    for _ in range(100):
        value = {"arrayValue": {"values": [value]}}
    assert "x" not in repr(otlp_attributes.plain(value))
    assert otlp_attributes.attributes({"already": "plain"}) == {"already": "plain"}


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("5B8EFFF798038103D269B633813FC60C", "5b8efff798038103d269b633813fc60c"),
        ("W47/95gDgQPSabYzgT/GDA==", "5b8efff798038103d269b633813fc60c"),
        ("0" * 32, None),
        ("AAAAAAAAAAA=", None),
        ("no id at all", "no id at all"),
        ("c2hvcnQ=", "c2hvcnQ="),
        ("", None),
        (5, None),
    ],
)
def test_ids_of_traces_are_one_in_hex_and_in_base64(given: Any, found: str | None) -> None:
    assert otlp_attributes.identity(given) == found


def _span(**other: Any) -> dict[str, Any]:
    attributes = [{"key": "gen_ai.request.model", "value": {"stringValue": "m"}}]
    attributes += [{"key": "user.id", "value": {"stringValue": "u"}}]
    span = {
        "traceId": "1" * 32,
        "spanId": "2" * 16,
        "startTimeUnixNano": "1769940000000000000",
        "attributes": attributes,
    }
    return {"resourceSpans": [{"scopeSpans": [{"spans": [{**span, **other}]}]}]}


def test_odd_events_and_times_of_spans_do_not_stop_the_rest(tmp_path: Path) -> None:
    odd: list[dict[str, Any]] = [
        {"events": ["x", {"name": 5}, {"name": "exception"}, {"name": "gen_ai.tool.message", "attributes": []}]},
        {
            "events": [
                {
                    "name": "gen_ai.content.prompt",
                    "attributes": [{"key": "gen_ai.prompt", "value": {"stringValue": "p"}}],
                }
            ]
        },
        {"startTimeUnixNano": "soon", "timeUnixNano": 1769940000000000000, "endTimeUnixNano": {}},
        {"attributes": "none"},
    ]
    logs = open_logs([write(tmp_path / "x", lines(_span(**each) for each in odd))])
    assert read_all(logs).select("model", "prompt").rows() == [("m", None), ("m", "p"), ("m", None)]
    assert "1 rows set aside: spans that are no model call" in logs.records()[0].notes


def test_spans_of_the_older_scope_name_are_read(tmp_path: Path) -> None:
    record = _span()
    record["resourceSpans"][0]["instrumentationLibrarySpans"] = record["resourceSpans"][0].pop("scopeSpans")
    assert rows_of(write(tmp_path / "x", lines([record])))[0]["account_id"] == "u"


VLLM = "INFO 04-20 17:17:47 [logger.py:39] Received request"


@pytest.mark.parametrize(
    ("line", "turns"),
    [
        (f"{VLLM} r: prompt: 'a\\n\\u00e9', params: x", [("user", "a\né")]),
        (f"{VLLM} r: prompt: '<start_of_turn>user\\nhi<end_of_turn>', params: x", [("user", "hi")]),
        (f"{VLLM} r: prompt: '\\ud800', params: x", [("user", "?")]),
        (f"{VLLM} r: prompt: '\\N{{no such name}}', params: x", []),
        (f"{VLLM} r: prompt: None, params: x", []),
        (f"{VLLM} r: prompt: '', params: x", []),
    ],
)
def test_prompts_are_parsed_as_literals_and_never_run(line: str, turns: list[tuple[str, str]]) -> None:
    found = Line({LINE: line})
    assert (found.id, found.turns) == ("r", turns)


def test_quoted_texts_beyond_all_bounds_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extractscan.readers.server_logs._LONGEST", 10)
    assert Line({LINE: f"{VLLM} r: prompt: '{'x' * 50}', params: y"}).turns == []


@pytest.mark.parametrize("line", [5, None, "", "[2026-01-01 10:00:00] Finish: obj=X(rid=7), out={'text': 5}"])
def test_lines_that_name_no_request_tell_nothing(line: Any) -> None:
    assert Line({LINE: line}).id is None


def test_a_finished_line_may_name_the_request_in_what_came_out() -> None:
    line = "[2026-01-01 10:00:00] Finish: obj=GenerateReqInput(text='q'), out={'text': 'a', 'meta_info': {'id': 'r1'}}"
    found = Line({LINE: line})
    assert (found.id, found.answer, found.turns) == ("r1", "a", [("user", "q")])


def test_text_logs_in_other_encodings_and_cut_off_are_counted(tmp_path: Path) -> None:
    write(tmp_path / "log", lines([event(0, request_id="r", prompt=None)]))
    text = "".join(f"{VLLM} r{i}: prompt: 'q{i}', params: x\n" for i in range(50)).replace("r0:", "r:")
    write(tmp_path / "server", text.encode() + b"\xff\xfe\n\n" + text.encode() * 9, "gzip")
    data = (tmp_path / "server").read_bytes()
    write(tmp_path / "server", data[:-4])
    logs = open_logs([str(tmp_path)])
    assert read_all(logs)["prompt"].to_list() == ["q0"]
    reasons = {loss.reason for loss in logs.records()[1].rejected}
    assert {"not UTF-8", "truncated gzip stream"} <= reasons


def test_lines_of_a_text_log_are_found_again(tmp_path: Path) -> None:
    path = write(tmp_path / "x", f"{VLLM} r: prompt: 'q'\r\n\nnext\n".encode())
    container = open_logs([write(tmp_path / "log", lines([event(0)])), path]).files[1]
    from extractscan.readers.gathering import plan_of

    assert container.container is not None
    found = dict(container.container.originals(plan_of(container, None, None), [1, 0, 7]))
    assert found == {0: f"{VLLM} r: prompt: 'q'".encode(), 1: b"next"}


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("(EngineCore pid=7) WARNING 01-02 03:04:05 [x.py:1] y", "vllm"),
        ("[2026-01-01 10:00:00 TP0] Finish: obj=x", "sglang"),
        ("- - - -", None),
    ],
)
def test_lines_are_known_by_how_they_begin(line: str, kind: str | None) -> None:
    assert kind_of(line) == kind


def test_json_is_no_text_log_whatever_it_quotes(tmp_path: Path) -> None:
    quoted = {"timestamp": "2026-01-01T00:00:00Z", "account_id": "a", "prompt": f"\n{VLLM} r: prompt: 'q'\n"}
    path = write(tmp_path / "x", json.dumps([quoted], indent=1).encode())
    assert len(rows_of(path)) == 1


def test_columns_of_span_attributes_are_read_nested_and_flat(tmp_path: Path) -> None:
    rows = [
        {
            "start_time": "2026-02-01T10:00:00Z",
            "end_time": None,
            "context.span_id": f"s{i}",
            "span_kind": "LLM",
            "attributes.llm.model_name": "m",
            "attributes.llm.input_messages": [{"message.role": "user", "message.content": f"q{i}"}],
            "attributes.user": {"id": f"u{i}"},
            "attributes.llm.token_count.prompt": 3 + i,
        }
        for i in range(2)
    ]
    pl.DataFrame(rows).write_parquet(tmp_path / "x")
    assert [(row["account_id"], row["prompt"], row["request_id"]) for row in rows_of(tmp_path / "x")] == [
        ("u0", "q0", "s0"),
        ("u1", "q1", "s1"),
    ]


def test_span_messages_in_parts_are_joined(tmp_path: Path) -> None:
    part = {"message_content.type": "text", "message_content.text": "in parts"}
    messages = [{"message.role": "user", "message.contents": [part, {"message_content": {"text": "more"}}, 5]}]
    record = {
        "start_time": "2026-02-01T10:00:00Z",
        "attributes": {"openinference.span.kind": "LLM", "llm.input_messages": messages, "user.id": "u"},
    }
    assert rows_of(write(tmp_path / "x", lines([record])))[0]["prompt"] == "in parts\nmore"


@pytest.mark.parametrize(
    ("response", "usage"),
    [
        ({"usage": {"input_tokens": 3}}, {"input_tokens": 3}),
        ({"usageMetadata": {"promptTokenCount": 4}}, {"promptTokenCount": 4}),
        ([{"message": {"usage": {"input_tokens": 3, "output_tokens": 1}}}, {"usage": {"output_tokens": 9}}, "x"],
         {"input_tokens": 3, "output_tokens": 9}),
        ("text", {}),
        (None, {}),
    ],
)  # fmt: skip
def test_tokens_are_counted_whole_or_streamed(response: Any, usage: dict[str, int]) -> None:
    assert usage_of(response) == usage


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"error": {"type": "rate_limit", "message": "key sk-secret"}}, "rate_limit"),
        ({"error": {"code": 429}}, "429"),
        ({"error": {"message": "sk-secret"}}, "error"),
        ({"error": {"type": ["odd"]}}, "error"),
        ({"error_code": "LIMIT"}, "LIMIT"),
        ({"choices": []}, None),
        (None, None),
    ],
)
def test_errors_are_told_by_their_kind_alone(body: Any, kind: str | None) -> None:
    assert error_kind(body) == kind


@pytest.mark.parametrize(
    ("value", "texts"), [("[]", []), ('["A", 5]', ["A"]), ("[cut", ["[cut"]), ("A", ["A"]), (5, [])]
)
def test_lists_of_texts_are_read_however_they_are_logged(value: Any, texts: list[str]) -> None:
    assert text_list(value) == texts


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-01-01 00:00:00.000 -0800", "2026-01-01 08:00:01.5Z", 1500),
        ("2026-01-01", "soon", None),
        (5, "2026-01-01", None),
    ],
)
def test_durations_are_drawn_from_times_of_any_form(start: Any, end: Any, expected: int | None) -> None:
    assert milliseconds(start, end) == expected


def test_the_first_filled_path_counts() -> None:
    record = {"a": "", "b": '{"c": "None", "d": 5}', "e.f": 0, "g": 5}
    assert first(record, "a", "b.c", "b.d") == 5
    assert first(record, "e.f") == 0
    assert first(record, "g.h", "x.y") is None


def test_a_corpus_without_addresses_is_refused(tmp_path: Path) -> None:
    records = [{"conversation_hash": "h", "model": "m", "conversation": []}]
    assert "without its hashed addresses" in str(refusal(write(tmp_path / "x", lines(records))))


def test_columns_that_a_large_file_shows_late_are_told(tmp_path: Path) -> None:
    """The sample sees the head, the middle and the end; what stands elsewhere alone is named, not lost in silence."""
    first = records_of("new_api")[0]
    late = {**first, "request_id": "late"}
    others = [{**first, "request_id": ""} for _ in range(20_000)]
    for record in others:
        record["content"] = "x" * 80
    records = others[:4000] + [late] * 400 + others[4000:]
    logs = open_logs([write(tmp_path / "x", lines(records))])
    assert "request_id" not in logs.columns
    assert read_all(logs).height == len(records)
    assert "request_id appears only after the first records and was not read" in logs.records()[0].notes


def test_a_logged_message_may_be_bare_text_or_of_another_kind() -> None:
    from extractscan.readers.otlp import CONTENTS

    def told(body: Any) -> Any:
        log = CONTENTS.view({"around": {}, "item": {"eventName": "gen_ai.user.message", "body": body}})
        return CONTENTS.fields["prompt"].read(log)

    assert told({"stringValue": "bare"}) == "bare"
    assert told({"intValue": "5"}) is None
    assert told({"kvlistValue": {"values": [{"key": "content", "value": {"stringValue": "inside"}}]}}) == "inside"


def test_lines_of_a_damaged_text_log_are_found_again_up_to_the_damage(tmp_path: Path) -> None:
    from extractscan.readers.gathering import plan_of

    text = "".join(f"{VLLM} r{i}: prompt: 'q{i}', params: x\n" for i in range(2000)).encode()
    path = write(tmp_path / "x", text, "gzip")
    Path(path).write_bytes(Path(path).read_bytes()[:-40])
    file = open_logs([write(tmp_path / "log", lines([event(0)])), path]).files[1]
    assert file.container is not None
    found = dict(file.container.originals(plan_of(file, None, None), [0, 1999]))
    assert list(found) == [0]
