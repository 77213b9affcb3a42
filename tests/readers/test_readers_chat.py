"""Texts are taken out of the messages of every vendor."""

from __future__ import annotations

from typing import Any

import pytest

from extractscan.readers.chat import request_prompt, request_system, response_text


@pytest.mark.parametrize(
    ("body", "prompt", "system"),
    [
        (
            {
                "contents": [{"role": "user", "parts": [{"text": "g"}]}],
                "system_instruction": {"parts": [{"text": "s"}]},
            },
            "g",
            "s",
        ),
        ({"input": "r", "instructions": "i"}, "r", "i"),
        ({"input": [{"role": "user", "content": [{"type": "input_text", "text": "r2"}]}]}, "r2", None),
        ({"inputText": "titan"}, "titan", None),
        ({"message": "cohere", "preamble": "p"}, "cohere", "p"),
        ('{"messages": [{"role": "human", "content": "text"}]}', "text", None),
        ([{"role": "assistant", "content": "only"}], None, None),
        ("plain", "plain", None),
        ({"messages": {"role": "user", "content": "alone"}}, "alone", None),
        (7, None, None),
    ],
)
def test_requests_of_every_vendor_give_their_texts(body: Any, prompt: str | None, system: str | None) -> None:
    assert (request_prompt(body), request_system(body)) == (prompt, system)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"choices": [{"message": {"content": "a"}}, {"message": {"content": "b"}}]}, "a\nb"),
        ({"choices": [{"text": "legacy"}]}, "legacy"),
        ({"output": [{"type": "message", "content": [{"type": "output_text", "text": "resp"}]}]}, "resp"),
        ({"results": [{"outputText": "titan"}]}, "titan"),
        ({"outputs": [{"text": "mistral"}]}, "mistral"),
        ({"candidates": [{"content": {"parts": [{"text": "gem"}, {"text": "ini"}]}}]}, "gem\nini"),
        ({"generation": "llama"}, "llama"),
        (
            [{"contentBlockDelta": {"delta": {"text": "con"}}}, {"contentBlockDelta": {"delta": {"text": "verse"}}}],
            "converse",
        ),
        ([{"choices": [{"delta": {"content": "open"}}]}, {"choices": []}, {"choices": [{"delta": {}}]}], "open"),
        ([{"type": "response.output_text.delta", "delta": "resp"}, {"type": "x", "delta": "no"}], "resp"),
        ([{"generation": "lla"}, {"generation": "ma"}], "llama"),
        ("bare", "bare"),
        (None, None),
        ({"choices": [5]}, None),
    ],
)
def test_responses_of_every_vendor_give_their_text(body: Any, text: str | None) -> None:
    assert response_text(body) == text


def test_text_nested_too_deep_is_no_text() -> None:
    content: Any = "deep"
    for _ in range(50):
        content = {"content": [content]}
    assert request_prompt([{"role": "user", "content": content}]) is None
