"""Sources whose reading by columns is derived from their fields give what reading one by one gives."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from both_ways import JSON, THOROUGH, changed, places_in, same_both_ways
from hypothesis import example, given
from hypothesis import strategies as st
from reader_records import lines

from extractscan.readers import azure_openai, blockwise, usual
from extractscan.readers.outlines import by_blocks
from extractscan.readers.plain_columns import names_at
from extractscan.readers.source import Field


def _azure(i: int) -> dict[str, Any]:
    """A row of Azure OpenAI as storage accounts hold it: properties as text."""
    properties = {
        "objectId": f"1111-{i % 4}" if i % 5 else "", "streamType": "Streaming" if i % 3 else "Non-Streaming",
        "modelDeploymentName": "" if i % 4 == 0 else "chat", "modelName": "large", "requestLength": 100 + i,
    }  # fmt: skip
    return {
        "time": f"2026-03-01T12:{i % 60:02}:01.4465902Z", "resourceId": "/SUBSCRIPTIONS/0", "operationName": "Chat",
        "category": "RequestResponse", "callerIpAddress": f"81.2.{i % 250}.***", "durationMs": i * 40 - 40,
        "correlationId": f"c-{i}", "resultSignature": "200" if i % 6 else "429", "properties": json.dumps(properties),
    }  # fmt: skip


def _opened(i: int) -> dict[str, Any]:
    """The same with properties as an object."""
    row = _azure(i)
    return row | {"properties": json.loads(row["properties"])}


def _table(i: int) -> dict[str, Any]:
    """The same as a workspace's table has it."""
    row = _azure(i)
    return {
        "TimeGenerated": row["time"], "_ResourceId": "/subscriptions/0", "Category": "RequestResponse",
        "DurationMs": 12 + i, "CorrelationId": f"c-{i}", "ResultSignature": "200", "properties_s": row["properties"],
    }  # fmt: skip


MAKERS: list[Callable[[int], dict[str, Any]]] = [_azure, _opened, _table]


@pytest.mark.parametrize("make", MAKERS)
def test_all_columns_are_read_by_columns(make: Callable[[int], dict[str, Any]]) -> None:
    rows, *_ = same_both_ways(lines(make(i) for i in range(40)), all_by_columns=True)
    assert rows
    assert {row["source_row"] for row in rows} <= set(range(40))


def test_what_azure_says_is_read() -> None:
    (row, *_), *_ = same_both_ways(lines(_azure(i) for i in range(1, 9)))
    assert (row["account_id"], row["model"], row["stream"], row["latency_ms"]) == ("1111-1", "chat", True, 0)
    (row, *_), *_ = same_both_ways(lines(_table(i) for i in range(1, 9)))
    assert (row["account_id"], row["latency_ms"]) == ("1111-1", 13)


@pytest.mark.parametrize("odd", [[1], 5.0, 5.5, True, {"a": 1}, "x"])
@pytest.mark.parametrize("name", ["durationMs", "properties", "callerIpAddress"])
def test_odd_values_change_nothing_else(name: str, odd: Any) -> None:
    for which in (range(1), range(20, 21), range(40)):
        records = [_azure(i) | ({name: odd} if i in which else {}) for i in range(40)]
        same_both_ways(lines(records))


def test_lists_that_another_column_looks_into_are_left_to_the_other_way() -> None:
    tools = Field(("tools",), lambda record: record["tools"], names_at("tools"))
    fields = {"tool_names": tools, "model": Field(("tools",), lambda record: str(record["tools"]))}
    columns = blockwise.columns_of(by_blocks(replace(azure_openai.SOURCE, fields=fields)).fields)
    assert columns is not None
    found = usual.Usual(columns, tuple(columns))
    found.begin(b'{"tools":["a"]}\n')
    assert found.read(b'{"tools":["a"]}\n') is None


CHANGED = sorted({place for make in MAKERS for place in places_in(make(3))}, key=str)


@THOROUGH
@given(
    st.sampled_from(MAKERS),
    st.lists(
        st.tuples(st.sampled_from(CHANGED), JSON | st.sampled_from(['{"a": 1}', "2.0", "2"]), st.integers(0, 5)),
        min_size=1,
        max_size=4,
    ),
)
@example(_table, [(("Category",), [], 0)])
def test_any_json_in_any_place_gives_the_same_both_ways(
    make: Callable[[int], dict[str, Any]], changes: list[tuple[tuple[Any, ...], Any, int]]
) -> None:
    same_both_ways(lines(changed(make, changes)))
