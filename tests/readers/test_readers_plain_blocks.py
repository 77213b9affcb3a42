"""Canonical and mapped records that are read by columns give what reading one by one gives."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from both_ways import JSON, SCALARS, THOROUGH, changed, places_in, same_both_ways
from hypothesis import example, given
from hypothesis import strategies as st
from reader_records import event, lines, write

from extractscan.readers import blockwise, gathering, json_lines, open_logs
from extractscan.readers.mapped_columns import mapped_column

CHAT = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "told in a chat"}]


def _event(i: int) -> dict[str, Any]:
    """A canonical event of which every column has something in some records."""
    return event(i) | {
        "organization_id": f"org-{i % 3}" if i % 4 else "None",
        "api_key_id": "sk-1234567890abcdef" if i % 5 == 0 else f"key-{i % 3}",
        "asn": 64500 + i if i % 2 else None,
        "tool_names": ["zoo", " abc "][: 1 + i % 2] if i % 3 else [],
        "status_code": 200,
        "latency_ms": 12.5 + i,
        "logprobs": i % 2 == 0,
        "cost_usd": 0.25 * i,
        "completion": "" if i % 3 else f"answer {i} “é”",
        "other": {"of": ["no", "matter", i]},
    }


MAPPING = {
    "timestamp": "at", "account_id": "who.id", "organization_id": "who.org.name", "client_ip": "net.peer.ip",
    "prompt": "request.messages", "system_prompt": "request", "completion": "reply", "tool_names": "request.tools",
    "max_tokens": "request.max_tokens", "model": "request.model", "latency_ms": "took", "session_id": "who",
}  # fmt: skip
BODIES = MAPPING | {"prompt": "request", "session_id": "who.session"}


def _mapped(i: int) -> dict[str, Any]:
    """A record of a gateway of one's own, with bodies as objects, dots in a name and a field under two names."""
    tools = [{"type": "function", "function": {"name": "zoo"}}, {"name": "abc"}]
    messages = [*CHAT[:1], {"role": "user", "content": f"question {i}"}, {"role": "user", "content": "b"}]
    return {
        "at": 1_772_000_000 + i,
        "who": {"id": f"u{i % 4}", "org": {"name": f"o{i % 2}"}, "session": f"s{i % 3}"},
        "net.peer.ip": f"203.0.113.{i}",
        "request": {"model": "m", "max_tokens": 64, "messages": messages[: 2 + i % 2], "tools": tools[: 1 + i % 2]},
        "reply": {"choices": [{"message": {"role": "assistant", "content": f"answer {i}"}}]},
        "took": 12 + i,
    }


def _flat(i: int) -> dict[str, Any]:
    """The same with bodies as text."""
    own = _mapped(i)
    return own | {
        "request": json.dumps(own["request"]),
        "reply": json.dumps(own["reply"]) if i % 2 else f"plain {i}",
        "who.id": f"u{i % 4}",
        "who": None,
        "who.org.name": "o",
        "request.messages": "[ broken" if i % 3 else "plain words",
        "request.tools": "zoo, abc",
    }


def test_all_columns_of_canonical_events_are_read_by_columns() -> None:
    rows, *_ = same_both_ways(lines(_event(i) for i in range(40)), all_by_columns=True)
    assert (rows[1]["tool_names"], rows[2]["tool_names"], rows[3]["tool_names"]) == ("abc,zoo", "zoo", None)
    assert (rows[0]["api_key_id"][:3], rows[1]["api_key_id"]) != ("sk-", "key-1")
    assert (rows[1]["asn"], rows[2]["asn"], rows[1]["completion"]) == (64501, None, None)
    assert (rows[0]["organization_id"], rows[1]["organization_id"]) == (None, "org-1")


def test_prompts_that_are_chats_in_text_are_opened_by_columns_too() -> None:
    rows, *_ = same_both_ways(lines(event(i, prompt=json.dumps(CHAT)) for i in range(9)), all_by_columns=True)
    assert {(row["prompt"], row["system_prompt"]) for row in rows} == {("told in a chat", "Be brief.")}


def test_prompts_that_are_lists_are_read_one_by_one() -> None:
    rows, *_ = same_both_ways(lines(event(i, prompt=CHAT) for i in range(9)))
    assert {(row["prompt"], row["system_prompt"]) for row in rows} == {("told in a chat", "Be brief.")}


def test_all_columns_of_mapped_records_are_read_by_columns() -> None:
    mapping = {name: path for name, path in MAPPING.items() if name != "session_id"}
    data = lines(_mapped(i) for i in range(40))
    rows, *_ = same_both_ways(data, {**mapping, "prompt": "request.messages", "system_prompt": "request"})
    (row, *_), *_ = same_both_ways(data, {**BODIES}, all_by_columns=True)
    assert (row["account_id"], row["organization_id"], row["client_ip"]) == ("u0", "o0", "203.0.113.0")
    assert (row["prompt"], row["system_prompt"], row["completion"]) == ("question 0", "Be brief.", "answer 0")
    assert (row["tool_names"], row["model"], row["max_tokens"], row["latency_ms"]) == ("zoo", "m", 64, 12)
    assert rows[1]["prompt"] == "b"


@pytest.mark.parametrize("prompt", ["request.messages", "request"])
def test_bodies_that_are_text_are_opened_by_columns_too(prompt: str) -> None:
    mapping = {"timestamp": "at", "account_id": "who.id", "prompt": prompt, "completion": "reply"}
    rows, *_ = same_both_ways(lines(_flat(i) for i in range(9)), mapping, all_by_columns=prompt == "request")
    assert [row["completion"] for row in rows[:2]] == ["plain 0", "answer 1"]


def test_a_mapping_over_canonical_records_is_read_by_columns() -> None:
    data = lines(event(i, caller=f"c{i % 3}") for i in range(20))
    rows, *_ = same_both_ways(data, {"account_id": "caller"}, all_by_columns=True)
    assert {row["account_id"] for row in rows} == {"c0", "c1", "c2"}


def _answered(i: int, response: Any) -> dict[str, Any]:
    return {"at": 1_772_000_000 + i, "user": f"u{i}", "response": response}


CHOICES = {"choices": [{"message": {"content": "chosen"}}]}
MESSAGE = {"content": [{"type": "text", "text": "told"}]}


@pytest.mark.parametrize("second", [CHOICES, MESSAGE, None, "text", 5, [CHOICES], {"output": {"message": MESSAGE}}])
@pytest.mark.parametrize("first", [CHOICES, MESSAGE])
def test_answers_of_several_vendors_are_the_same_both_ways(first: Any, second: Any) -> None:
    mapping = {"timestamp": "at", "account_id": "user", "completion": "response"}
    records = [_answered(i, first if i % 2 else second) for i in range(8)]
    rows, *_ = same_both_ways(lines(records), mapping, all_by_columns=second is None or first is second)
    assert rows[1]["completion"] == ("chosen" if first is CHOICES else "told")


@pytest.mark.parametrize("completion", [5, [CHOICES], [{"name": "x"}]])
def test_answers_that_are_no_bodies_are_the_same_both_ways(completion: Any) -> None:
    mapping = {"timestamp": "at", "account_id": "user", "completion": "response"}
    same_both_ways(lines(_answered(i, completion) for i in range(8)), mapping)


@pytest.mark.parametrize("name", ["prompt", "system_prompt", "completion"])
@pytest.mark.parametrize("value", [5, True, "plain"])
def test_numbers_are_no_bodies_and_left_to_the_other_way(name: str, value: Any) -> None:
    column = mapped_column(name, "body")
    assert column is not None
    shape = blockwise.shape_of({name: column})
    shape.learn([{"body": value}])
    frame = blockwise.read(json.dumps({"body": value}).encode(), shape.form(), {name: column}, [name])
    assert (None if frame is None else frame[name].to_list()) == (["plain"] if value == "plain" else None)


@pytest.mark.parametrize("path", ["a.b.c.d", "a..b", "a.b[]", "a.0.b"])
def test_paths_that_columns_cannot_follow_are_read_one_by_one(path: str) -> None:
    records = [{"t": 1_772_000_000 + i, path: f"u{i}", "a": [{"b": f"u{i}"}]} for i in range(9)]
    rows, *_ = same_both_ways(lines(records), {"timestamp": "t", "account_id": path})
    assert [row["account_id"] for row in rows] == [f"u{i}" for i in range(9)]


ODD: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a number for an account": lambda r: r.update(account_id=17),
    "a broken number for an account": lambda r: r.update(account_id=1.5),
    "an object for an account": lambda r: r.update(account_id={"id": "x"}),
    "a time in seconds": lambda r: r.update(timestamp=1772000000),
    "a time in broken seconds": lambda r: r.update(timestamp=1772000000.25),
    "no time": lambda r: r.update(timestamp="later"),
    "a chat": lambda r: r.update(prompt=CHAT),
    "tools as text": lambda r: r.update(tool_names="b,a"),
    "tools as objects": lambda r: r.update(tool_names=[{"name": "b"}, {"function": {"name": "a"}}]),
    "a tool with a comma": lambda r: r.update(tool_names=["b,a", "b,a"]),
    "a tool like a list": lambda r: r.update(tool_names=[" [b"]),
    "a tool without a name": lambda r: r.update(tool_names=[""]),
    "a tool that is nothing": lambda r: r.update(tool_names=[None]),
    "tools of two kinds": lambda r: r.update(tool_names=["a", {"name": "b"}]),
    "tokens that are text": lambda r: r.update(input_tokens="12"),
    "tokens that are words": lambda r: r.update(input_tokens="many"),
    "text for true": lambda r: r.update(stream="yes"),
}


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("which", [range(1), range(30, 31), range(60)], ids=["the first", "one", "all"])
def test_canonical_events_that_are_not_usual_change_nothing_else(name: str, which: range) -> None:
    records = [_event(i) for i in range(60)]
    for i in which:
        ODD[name](records[i])
    same_both_ways(lines(records))


PLACES = sorted({place for make in (_event, _mapped, _flat) for place in places_in(make(3))}, key=str)
CHANGES = st.lists(
    st.tuples(st.sampled_from(PLACES), JSON | st.sampled_from(['{"a": 1}', '["x"]', "[1", "{"]), st.integers(0, 5)),
    min_size=1,
    max_size=4,
)


@THOROUGH
@given(st.sampled_from([_event, event]), CHANGES)
@example(_event, [(("tool_names",), [[]], 2)])
def test_any_json_in_a_canonical_event_gives_the_same_both_ways(make: Any, changes: Any) -> None:
    same_both_ways(lines(changed(make, changes)))


@THOROUGH
@given(st.sampled_from([_mapped, _flat]), st.sampled_from([MAPPING, BODIES]), CHANGES)
@example(_mapped, BODIES, [(("who.id",), None, 2), (("who.id",), "over", 3)])
def test_any_json_in_a_mapped_record_gives_the_same_both_ways(make: Any, mapping: Any, changes: Any) -> None:
    same_both_ways(lines(changed(make, changes)), mapping)


@given(SCALARS)
def test_a_name_with_dots_that_holds_nothing_hides_no_other(value: Any) -> None:
    records = [{"t": 1_772_000_000 + i, "a": {"b": f"u{i}"}} for i in range(4)]
    records[2]["a.b"] = value
    rows, *_ = same_both_ways(lines(records), {"timestamp": "t", "account_id": "a.b"})
    assert rows[0]["account_id"] == "u0"
    assert value is not None or rows[2]["account_id"] == "u2"


@pytest.mark.parametrize("columns_from", [0, 1 << 60], ids=["by columns", "one by one"])
@pytest.mark.parametrize("late", ["t13d", "None", ""])
def test_columns_that_appear_late_are_told_of_both_ways(
    late: str, columns_from: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "BLOCKS_FROM", columns_from)
    monkeypatch.setattr(json_lines, "blocks", lambda stream: (b + b"\n" for b in b"".join(stream).split(b"\n\n")))
    parts = [range(3000), range(3000, 4000), range(4000, 6000)]
    parts = [lines(event(i, ja4=late) if i == 3002 or i > 4000 else event(i) for i in part) for part in parts]
    logs = open_logs([write(tmp_path / "x.ndjson", b"\n".join(parts), "gzip")])
    assert sum(frame.height for frame in logs.batches()) == 6000
    (record,) = logs.records()
    assert (record.notes == ["ja4 appears only after the first records and was not read"]) == (late == "t13d")
