"""Take the texts out of chat messages, in every shape that vendors log them in."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import msgspec

USER: Final = frozenset({"user", "human"})
SYSTEM: Final = frozenset({"system", "developer"})
_MAX_DEPTH: Final = 8
"""Content nests at most three deep in every known vendor's shape; deeper is not text."""


def parse(value: Any) -> Any:
    """Decode JSON that was logged as a string; anything else, and what is no JSON, comes back as it is."""
    if isinstance(value, str) and value[:1] in {"{", "[", '"'}:
        try:
            return msgspec.json.decode(value)
        except (msgspec.DecodeError, RecursionError, UnicodeError):
            return value
    return value


_NO_OBJECT: Final[Mapping[str, Any]] = MappingProxyType({})


def object_of(value: Any) -> Mapping[str, Any]:
    """Give an object, decoded where it was logged as a string; an empty one for anything else."""
    if type(value) is str and value != "{}":
        value = parse(value)
    return value if type(value) is dict else _NO_OBJECT


def text_of(content: Any, depth: int = 0) -> str | None:
    """Join the text parts of one message's content by newlines; None where it holds no text."""
    if isinstance(content, str):
        return content or None
    if depth >= _MAX_DEPTH:
        return None
    if isinstance(content, list):
        parts = [text for part in content if (text := text_of(part, depth + 1))]
        return "\n".join(parts) or None
    if isinstance(content, dict):
        text = content.get("text")
        if isinstance(text, str) and text:
            return text
        for key in ("text", "guardContent", "content", "parts", "refusal"):
            if text := text_of(content.get(key), depth + 1):
                return text
    return None


def messages_of(body: Any) -> list[dict[str, Any]]:
    """Find the list of messages in a list, or in a request body of any vendor; non-messages are left out."""
    body = parse(body)
    if isinstance(body, dict):
        body = parse(next((body[k] for k in ("messages", "contents", "input") if body.get(k)), None))
    if isinstance(body, dict):
        body = [body]
    return [item for item in body if isinstance(item, dict)] if isinstance(body, list) else []


def is_chat(messages: Any) -> bool:
    """Say whether a value is a list of messages, each with a role."""
    return isinstance(messages, list) and bool(messages) and all(isinstance(m, dict) and "role" in m for m in messages)


def user_text(messages: list[dict[str, Any]]) -> str | None:
    """Give the text of the last user message that has any (tool results have none)."""
    for message in reversed(messages):
        if message.get("role") in USER and (text := text_of(_content(message))):
            return text
    return None


def system_text(messages: list[dict[str, Any]]) -> str | None:
    """Join the texts of all system and developer messages by newlines."""
    found = [text_of(_content(m)) for m in messages if m.get("role") in SYSTEM]
    return "\n".join(text for text in found if text) or None


def _content(message: dict[str, Any]) -> Any:
    return message.get("content") or message.get("parts")


def request_prompt(body: Any) -> str | None:
    """Give the user's text of a request body of any vendor, or of a bare list of messages, or of bare text."""
    body = parse(body)
    if isinstance(body, str):
        return body or None
    messages = messages_of(body)
    if text := user_text(messages):
        return text
    if isinstance(body, dict):
        for key in ("prompt", "inputText", "message", "input"):
            if isinstance(body.get(key), str) and body[key]:
                return str(body[key])
    return None


def request_system(body: Any) -> str | None:
    """Join the system texts of a request body: the vendor's own field first, then system messages."""
    body = parse(body)
    own = None
    if isinstance(body, dict):
        keys = ("system", "instructions", "system_instruction", "systemInstruction", "preamble")
        own = next((text for k in keys if (text := text_of(body.get(k)))), None)
    found = [text for text in (own, system_text(messages_of(body))) if text]
    return "\n".join(found) or None


def response_text(body: Any) -> str | None:
    """Give the assistant's text of a response body of any vendor, streamed or whole."""
    body = parse(body)
    if isinstance(body, list):
        return "".join(text for event in body if (text := _delta(event))) or None
    if isinstance(body, str):
        return body or None
    if not isinstance(body, dict):
        return None
    output = body.get("output")
    if isinstance(output, dict):
        return text_of(member(output, "message", "content"))
    for key in ("choices", "output", "results", "outputs", "generations", "candidates"):
        if isinstance(body.get(key), list):
            return "\n".join(text for item in body[key] if (text := _answer(item))) or None
    return next(
        (t for k in ("content", "generation", "text", "completion", "outputText") if (t := text_of(body.get(k)))), None
    )


def _answer(item: Any) -> str | None:
    """One of several answers: OpenAI choices, Titan results, Mistral outputs, Gemini candidates."""
    if not isinstance(item, dict):
        return None
    if isinstance(item.get("message"), dict):
        return text_of(item["message"].get("content"))
    return text_of(item.get("outputText")) or text_of(item)


def _delta(event: Any) -> str | None:
    """The text that one streamed event adds."""
    if not isinstance(event, dict):
        return None
    for path in (
        ("contentBlockDelta", "delta", "text"),
        ("delta", "text"),
        ("generation",),
        ("outputText",),
        ("completion",),
    ):
        text = member(event, *path)
        if isinstance(text, str):
            return text
    if isinstance(event.get("delta"), str) and "text" in str(event.get("type")):
        return str(event["delta"])
    choices = event.get("choices") or event.get("outputs")
    if isinstance(choices, list) and choices:
        text = member(choices[0], "delta", "content") or member(choices[0], "text")
        return text if isinstance(text, str) else None
    return None


def member(node: Any, *path: str) -> Any:
    """Follow keys into nested objects; None where one of them is missing or no object."""
    for key in path:
        if not isinstance(node, dict):
            return None
        node = node.get(key)
    return node
