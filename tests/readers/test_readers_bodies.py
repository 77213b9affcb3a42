"""Bodies are opened in every way in which gateways log them, and addresses in every way in which they write them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractscan import schema
from extractscan.readers import azure_apim, azure_openai, envoy, gcp_audit, helicone, kong, langfuse, langsmith, portkey
from extractscan.readers.addresses import address, forwarded
from extractscan.readers.convert import read_guarded
from extractscan.readers.exchange import Exchange, model_of
from extractscan.readers.mending import mended, opened

BODY = {
    "model": "m",
    "messages": [{"role": "user", "content": 'Say "hi"\n\\ é 🙂'}, {"role": "assistant", "content": None}],
    "n": 2,
    "stream": True,
    "tools": [],
}


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.data())
def test_a_body_that_was_cut_anywhere_gives_the_head_of_what_it_held(data: st.DataObject) -> None:
    text = json.dumps(BODY, ensure_ascii=data.draw(st.booleans()))
    cut = text[: data.draw(st.integers(1, len(text) - 1))]
    found = mended(cut)
    assert found is None or isinstance(found, dict)
    if isinstance(found, dict):
        *whole, last = list(found) or [""]
        assert [(name, found[name]) for name in whole] == list(BODY.items())[: len(whole)]
        assert last in BODY or found.get(last) is None


def test_most_cuts_of_a_body_can_be_read() -> None:
    text = json.dumps(BODY)
    assert sum(isinstance(mended(text[:at]), dict) for at in range(1, len(text))) > 0.9 * len(text)


@pytest.mark.parametrize("text", ["", "x", "}", "{" * 100, '{"a": nonsense here', "[[[]]"[:-1] + "x"])
def test_what_cannot_be_mended_gives_nothing(text: str) -> None:
    assert mended(text) is None


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (None, None),
        ({"a": 1}, {"a": 1}),
        ('\ufeff {"a": 1}', {"a": 1}),
        ("plain words", "plain words"),
        ('data: {"a": 1}\n\nevent: x\ndata: [DONE]\n\ndata: {"b": 2}\n', [{"a": 1}, {"b": 2}]),
        ('{"a": [1, 2', {"a": [1, 2]}),
    ],
)
def test_bodies_are_opened_as_they_were_logged(body: Any, expected: Any) -> None:
    assert opened(body) == expected


def test_the_model_is_what_was_asked_for_else_what_answered() -> None:
    assert model_of(Exchange({}, {"model": "asked"}, {"model": "answered"})) == "asked"
    assert model_of(Exchange({}, None, {"model": "answered"})) == "answered"
    assert model_of(Exchange({}, None, 'data: {"x": 1}\n\ndata: {"model": "late"}\n')) == "late"
    assert model_of(Exchange({}, "words", None)) is None


def test_settings_are_read_where_their_vendor_puts_them() -> None:
    assert Exchange({}, {"generationConfig": {"maxOutputTokens": 5}}, None).setting("maxOutputTokens") == 5
    assert Exchange({}, {"temperature": 0, "parameters": {"temperature": 1}}, None).setting("temperature") == 0
    assert Exchange({}, {"parameters": 3}, None).setting("temperature") is None


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("203.0.113.7:443", "203.0.113.7"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        (" 203.0.113.7 ", "203.0.113.7"),
        ("bedrock.amazonaws.com", None),
        ("AWS Internal", None),
        ("private", None),
        (None, None),
        (7, None),
    ],
)
def test_an_address_is_one_or_nothing(given: Any, expected: str | None) -> None:
    assert address(given) == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("198.51.100.1, 10.0.0.1", "198.51.100.1"),
        ("unknown, 198.51.100.1:80", "198.51.100.1"),
        (["198.51.100.2", "10.0.0.1"], "198.51.100.2"),
        ("", None),
        (None, None),
        (5, None),
    ],
)
def test_the_first_forwarded_address_is_the_client(header: Any, expected: str | None) -> None:
    assert forwarded(header) == expected


SOURCES = (
    azure_apim.GATEWAY,
    azure_apim.LLM,
    azure_openai.SOURCE,
    envoy.SOURCE,
    gcp_audit.SOURCE,
    helicone.SOURCE,
    kong.SOURCE,
    langfuse.OBSERVATIONS,
    langfuse.PAGE,
    langsmith.SOURCE,
    portkey.SOURCE,
)
ODD: list[Any] = [None, 5, "x", "{", "[1", [], [1, [2]], {}, {"a": {"b": [None]}}, True, -1.5, "[[", {"headers": 3}]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_records_of_odd_values_are_viewed_without_a_word(source: Any, odd: Any) -> None:
    heads = {path.split(".")[0] for field in source.fields.values() for path in field.paths}
    records = [dict.fromkeys(heads | source.heads, odd), {}, {head: {"key": odd, "value": odd} for head in heads}]
    for record in records:
        parts = source.parts(record) if source.parts else [record]
        for part in parts:
            view = source.view(part)
            for field in source.fields.values():
                read_guarded(field.read, view)
            if source.keeps:
                read_guarded(source.keeps, view)
        if source.fold:
            source.fold.merge([record, record])


def read(source: Any, record: dict[str, Any], column: str) -> Any:
    return read_guarded(source.fields[column].read, source.view(record))


def test_fields_fall_back_in_the_order_that_is_told() -> None:
    assert read(kong.SOURCE, {"authenticated_entity": {"id": "c"}}, schema.ACCOUNT) == "c"
    assert read(kong.SOURCE, {"response": {"status": 503}}, schema.ERROR) == "failure"
    assert read(kong.SOURCE, {"client_ip": "203.0.113.9"}, schema.CLIENT_IP) == "203.0.113.9"
    assert read(helicone.SOURCE, {"response_status": 500}, schema.ERROR) == "failure"
    assert read(helicone.SOURCE, {"request_properties": {"Customer_ID": "c9"}}, schema.ACCOUNT) == "c9"
    assert read(portkey.SOURCE, {"metadata.key": ["_user"], "metadata.value": ["u"]}, schema.ACCOUNT) == "u"
    assert read(portkey.SOURCE, {"is_success": 0}, schema.ERROR) == "failure"
    assert read(gcp_audit.SOURCE, {"protoPayload": {"status": {"code": 8}}}, schema.STATUS_CODE) == 429
    assert read(gcp_audit.SOURCE, {"protoPayload": {}}, schema.STATUS_CODE) == 200
    assert read(azure_openai.SOURCE, {"DurationMs": "7"}, schema.LATENCY) == "7"
    assert read(azure_apim.GATEWAY, {"url": "https://h/openai/deployments/gpt/chat"}, schema.MODEL) == "gpt"
    assert read(azure_apim.GATEWAY, {"properties": {"lastError": {"reason": "R"}}}, schema.ERROR) == "R"
    assert (
        read(azure_apim.LLM, {"responseMessages": {"choices": [{"message": {"content": "a"}}]}}, schema.COMPLETION)
        == "a"
    )
    assert read(langfuse.OBSERVATIONS, {"model_parameters": {"tools": [{"name": "t"}]}}, schema.TOOL_NAMES) == "t"
    assert read(langfuse.OBSERVATIONS, {"cost_details": {"total": 2}}, schema.COST) == 2
    assert (
        read(langsmith.SOURCE, {"inputs": {"messages": ["odd", {"type": "human", "content": "h"}]}}, schema.PROMPT)
        == "h"
    )
    assert read(envoy.SOURCE, {"response_code": "503", "response_flags": "UF"}, schema.ERROR) == "UF"
    assert read(envoy.SOURCE, {"response_code": 404}, schema.ERROR) == "failure"
