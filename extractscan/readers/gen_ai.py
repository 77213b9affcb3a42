"""Read the gen_ai attributes of OpenTelemetry and ECS, by their present and their former names.

Names: OpenTelemetry semantic conventions 1.41 (docs/gen-ai) and, before 1.28, `prompt_tokens` and `system`; the indexed
`gen_ai.prompt.0.content` is what the OpenLLMetry instrumentations wrote.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from extractscan import schema
from extractscan.readers import chat
from extractscan.readers.cast import joined_names
from extractscan.readers.picking import first

CALLS: Final = frozenset({"chat", "text_completion", "generate_content", "completion", "responses"})
"""Operations that ask a model for text; others (embeddings, tools, agents) are no such requests."""

_MODEL: Final = ("gen_ai.request.model", "gen_ai.response.model", "llm.request.model")
_OPERATION: Final = ("gen_ai.operation.name", "llm.request.type")
_HIDDEN: Final = frozenset({"reasoning", "thinking", "tool_call", "tool_call_response"})
_INDEXED: Final = re.compile(r"gen_ai\.(prompt|completion)\.(\d+)\.(role|content)")
_LONGEST_INDEX: Final = 4
"""Digits of a message's index; longer ones are no list of messages."""

PLAIN: Final[Mapping[str, tuple[str, ...]]] = {
    schema.MODEL: _MODEL,
    schema.ENDPOINT: _OPERATION,
    schema.SESSION: ("gen_ai.conversation.id", "session.id"),
    schema.INPUT_TOKENS: ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.usage.prompt_tokens"),
    schema.OUTPUT_TOKENS: (
        "gen_ai.usage.output_tokens",
        "gen_ai.usage.completion_tokens",
        "llm.usage.completion_tokens",
    ),
    schema.CACHED_TOKENS: ("gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.cache_read_input_tokens"),
    schema.MAX_TOKENS: ("gen_ai.request.max_tokens", "llm.request.max_tokens"),
    schema.TEMPERATURE: ("gen_ai.request.temperature", "llm.request.temperature"),
    schema.N_CHOICES: ("gen_ai.request.choice.count",),
    schema.STREAM: ("gen_ai.request.stream", "llm.is_streaming"),
}
"""Columns that are one attribute, best name first."""


def is_call(attributes: Mapping[str, Any]) -> bool:
    """Say whether attributes are those of one request to a model for text."""
    operation = first(attributes, *_OPERATION)
    if operation is not None:
        return str(operation).lower() in CALLS
    return first(attributes, *_MODEL) is not None


def read(attributes: Mapping[str, Any], name: str) -> Any:
    """Read a column of `PLAIN`."""
    return first(attributes, *PLAIN[name])


def prompt(attributes: Mapping[str, Any]) -> Any:
    """Give the last user's text of the input messages."""
    found = _messages(attributes, "prompt")
    return chat.request_prompt(_shown(found)) if found is not None else None


def system(attributes: Mapping[str, Any]) -> Any:
    """Join the instructions given apart and the system messages."""
    apart = chat.parse(first(attributes, "gen_ai.system_instructions"))
    found = _messages(attributes, "prompt")
    inside = chat.system_text(chat.messages_of(_shown(found))) if found is not None else None
    return "\n".join(text for text in (chat.text_of(apart), inside) if text) or None


def completion(attributes: Mapping[str, Any]) -> Any:
    """Join the texts of the output messages, without reasoning and calls of tools."""
    found = _shown(_messages(attributes, "completion"))
    if isinstance(found, list):
        texts = [text for item in found if isinstance(item, dict) and (text := _answer(item))]
        return "\n".join(texts) or None
    return chat.response_text(found) if found is not None else None


def _answer(message: Mapping[str, Any]) -> str | None:
    return chat.text_of(message.get("parts") or message.get("content") or message.get("message"))


def tools(attributes: Mapping[str, Any]) -> Any:
    """Join the names of the tools that were offered."""
    found = chat.parse(first(attributes, "gen_ai.tool.definitions"))
    return joined_names(found) if isinstance(found, list) else None


def failure(attributes: Mapping[str, Any]) -> Any:
    """Give the kind of an error; its message may quote a key."""
    return first(attributes, "error.type", "error.code")


_FORMS: Final = {
    "prompt": ("gen_ai.input.messages", "gen_ai.prompt"),
    "completion": ("gen_ai.output.messages", "gen_ai.completion"),
}


def _messages(attributes: Mapping[str, Any], side: str) -> Any:
    """Find the messages of one side: structured, as JSON text, or spread over indexed attributes."""
    whole = attributes.get(_FORMS[side][0])
    found = chat.parse(whole if whole is not None else first(attributes, *_FORMS[side]))
    return (
        found
        if (found is not None and not isinstance(found, Mapping)) or _is_body(found)
        else _indexed(attributes, side)
    )


def _is_body(found: Any) -> bool:
    return isinstance(found, dict) and bool({"messages", "contents", "choices", "content", "role"} & set(found))


def _indexed(attributes: Mapping[str, Any], side: str) -> list[dict[str, Any]] | None:
    messages: dict[int, dict[str, Any]] = {}
    for name, value in attributes.items():
        found = _INDEXED.fullmatch(name)
        if found is not None and found[1] == side and len(found[2]) <= _LONGEST_INDEX:
            messages.setdefault(int(found[2]), {})[found[3]] = chat.parse(value)
    return [messages[number] for number in sorted(messages)] or None


def _shown(messages: Any) -> Any:
    """Leave out the parts of messages that nobody wrote: reasoning, calls of tools and what these gave."""
    if not isinstance(messages, list):
        return messages
    return [{**m, "parts": _kept(m["parts"])} if _has_parts(m) else m for m in messages]


def _has_parts(message: Any) -> bool:
    return isinstance(message, dict) and isinstance(message.get("parts"), list)


def _kept(parts: Sequence[Any]) -> list[Any]:
    return [part for part in parts if not (isinstance(part, dict) and str(part.get("type")) in _HIDDEN)]
