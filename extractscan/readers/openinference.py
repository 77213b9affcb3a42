"""OpenInference spans: one span a record, with logical or with flattened lists, and the same names within OTLP."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from extractscan import schema
from extractscan.readers import chat
from extractscan.readers.cast import joined_names
from extractscan.readers.exchange import Exchange, first_of
from extractscan.readers.picking import first, milliseconds
from extractscan.readers.source import Field, Record, Source

KIND: Final = "openinference.span.kind"
_PREFIX: Final = "attributes."
_LIST: Final = re.compile(r"(llm\.(?:input|output)_messages|llm\.prompts|llm\.choices|llm\.tools)\.(\d{1,4})\.(.+)")
_CONTENTS: Final = re.compile(r"message\.contents\.(\d{1,4})\.message_content\.(type|text)")

TOKENS: Final = {
    schema.INPUT_TOKENS: ("llm.token_count.prompt",),
    schema.OUTPUT_TOKENS: ("llm.token_count.completion",),
    schema.CACHED_TOKENS: ("llm.token_count.prompt_details.cache_read",),
}


class Attributes(Exchange):
    """The attributes of one span, with its messages put together and its settings parsed."""

    __slots__ = ("answers", "attributes", "lists", "messages", "settings")

    def __init__(self, record: Record, attributes: Mapping[str, Any]) -> None:
        self.attributes = attributes
        self.lists = _lists(attributes)
        self.messages = _messages(self.lists.get("llm.input_messages"))
        self.answers = _messages(self.lists.get("llm.output_messages"))
        self.settings = chat.object_of(attributes.get("llm.invocation_parameters"))
        super().__init__(record, attributes.get("input.value"), attributes.get("output.value"))

    def listed(self, name: str, path: str) -> list[Any]:
        """Give one field of every item of a list, however it is written."""
        return [found for item in self.lists.get(name, ()) if (found := first(item, path)) is not None]


def of(record: Record) -> dict[str, Any]:
    """Give the attributes of a span's record: an object, JSON text, or columns named `attributes.…`, nested or not."""
    own = chat.object_of(record.get("attributes"))
    columns = {name.removeprefix(_PREFIX): value for name, value in record.items() if name.startswith(_PREFIX)}
    return flattened({**own, **{name: value for name, value in columns.items() if value is not None}})


def flattened(node: Mapping[str, Any], prefix: str = "", depth: int = 0) -> dict[str, Any]:
    """Join the keys of nested objects with dots; lists and texts stay."""
    found: dict[str, Any] = {}
    for key, value in node.items():
        if isinstance(value, dict) and value and depth < 8:
            found.update(flattened(value, f"{prefix}{key}.", depth + 1))
        else:
            found[f"{prefix}{key}"] = value
    return found


def _lists(attributes: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Give the lists of attributes: as they stand, or put together of keys that hold an index."""
    spread: dict[str, dict[int, dict[str, Any]]] = {}
    whole: dict[str, list[dict[str, Any]]] = {}
    for name, value in attributes.items():
        found = _LIST.fullmatch(name)
        if found is not None:
            spread.setdefault(found[1], {}).setdefault(int(found[2]), {})[found[3]] = value
        elif name.startswith("llm.") and isinstance(items := chat.parse(value), list):
            whole[name] = [flattened(item) for item in items if isinstance(item, dict)]
    return {**{name: [items[at] for at in sorted(items)] for name, items in spread.items()}, **whole}


def _messages(items: Sequence[Mapping[str, Any]] | None) -> list[dict[str, Any]]:
    return [{"role": item.get("message.role"), "content": _content(item)} for item in items or ()]


def _content(item: Mapping[str, Any]) -> Any:
    """The text of a message, or its parts: a list as it stands, or spread over indexed keys."""
    if isinstance(text := item.get("message.content"), str) and text:
        return text
    contents = chat.parse(item.get("message.contents"))
    if isinstance(contents, list):
        parts = [flattened(part) for part in contents if isinstance(part, dict)]
        return [{"text": part.get("message_content.text") or part.get("text")} for part in parts]
    spread = {(int(m[1])): value for name, value in item.items() if (m := _CONTENTS.fullmatch(name)) and m[2] == "text"}
    return [{"text": spread[at]} for at in sorted(spread)]


def prompt(call: Attributes) -> Any:
    """Give the last user's text, the bare prompt of a completion, or what the input is otherwise."""
    texts = call.listed("llm.prompts", "prompt.text")
    own = chat.user_text(call.messages) or "\n".join(text for text in texts if isinstance(text, str))
    return own or (None if call.messages else chat.request_prompt(call.request) if call.request is not None else None)


def system(call: Attributes) -> Any:
    """Join the system texts of the messages, or of the raw request."""
    return chat.system_text(call.messages) or (chat.request_system(call.request) if call.body else None)


def completion(call: Attributes) -> Any:
    """Join the texts of the output messages, or give what the output is otherwise; calls of tools are none."""
    texts = [text for message in call.answers if (text := chat.text_of(message["content"]))]
    texts += [text for text in call.listed("llm.choices", "completion.text") if isinstance(text, str)]
    if texts or call.answers:
        return "\n".join(texts) or None
    return chat.response_text(call.response)


def setting(call: Attributes, *names: str) -> Any:
    """Read a parameter of the request."""
    own = first_of(call.settings, names)
    return own if own is not None else first_of(call.body, names)


def tools(call: Attributes) -> Any:
    """Join the names of the tools that were offered."""
    schemas = [chat.parse(found) for found in call.listed("llm.tools", "tool.json_schema")]
    return joined_names(schemas) or joined_names(setting(call, "tools"))


def model(call: Attributes) -> Any:
    """Give the model that was called."""
    return first(call.attributes, "llm.model_name") or setting(call, "model")


def user(call: Attributes) -> Any:
    """Give the user that the application names."""
    return first(call.attributes, "user.id", "enduser.id", "metadata.user_id")


class Span(Attributes):
    """One span as a record of its own."""

    __slots__ = ()

    def __init__(self, record: Record) -> None:
        super().__init__(record, of(record))


def _keeps(call: Span) -> str | None:
    kind = first(call.attributes, KIND) or first(call.record, "span_kind")
    if kind == "LLM":
        return None
    return f"spans of the kind {kind}" if kind in _OTHERS else "spans of no kind that is known"


_OTHERS: Final = (
    "AGENT", "CHAIN", "EMBEDDING", "EVALUATOR", "GUARDRAIL", "PROMPT", "RERANKER", "RETRIEVER", "TOOL", "UNKNOWN"
)  # fmt: skip
"""Kinds of the specification that are no model calls; anything else is not quoted."""


def _top(*paths: str) -> Field:
    return Field(paths, lambda call: first(call.record, *paths))


def _attribute(*names: str) -> Field:
    return Field(("attributes",), lambda call: first(call.attributes, *names))


def _error(call: Span) -> Any:
    failed = first(call.record, "status_code", "status.code") in {"ERROR", "STATUS_CODE_ERROR"}
    return (first(call.attributes, "exception.type", "error.type") or "error") if failed else None


def _latency(call: Span) -> Any:
    return milliseconds(first(call.record, "start_time"), first(call.record, "end_time"))


def _matches(records: Sequence[Record]) -> bool:
    hits = sum(KIND in of(r) or "llm.model_name" in of(r) for r in records if "start_time" in r)
    return bool(records) and 2 * hits >= len(records)


def _read(read: Any) -> Field:
    return Field(("attributes",), read)


SOURCE: Final = Source(
    name="openinference",
    title="OpenInference spans (Phoenix exports, span JSON; lists as they are or flattened with indices)",
    recognised="`start_time` and the attribute `openinference.span.kind` or `llm.model_name`",
    links_accounts="by the user that the application names: no address, no client",
    carries_prompts="yes",
    matches=_matches,
    view=Span,
    fields=MappingProxyType(
        {
            schema.TIMESTAMP: _top("start_time"),
            schema.ACCOUNT: _read(user),
            schema.SESSION: _attribute("session.id"),
            schema.REQUEST: _top("context.span_id", "span_id"),
            schema.MODEL: _read(model),
            schema.PROMPT: _read(prompt),
            schema.SYSTEM_PROMPT: _read(system),
            schema.COMPLETION: _read(completion),
            **{name: _attribute(*paths) for name, paths in TOKENS.items()},
            schema.MAX_TOKENS: _read(lambda call: setting(call, "max_tokens", "max_completion_tokens")),
            schema.TEMPERATURE: _read(lambda call: setting(call, "temperature")),
            schema.N_CHOICES: _read(lambda call: setting(call, "n")),
            schema.STREAM: _read(lambda call: setting(call, "stream")),
            schema.TOOL_NAMES: _read(tools),
            schema.ERROR: Field(("status_code", "status", "attributes"), _error),
            schema.LATENCY: Field(("start_time", "end_time"), _latency),
        }
    ),
    keeps=_keeps,
    whole=True,
    late=frozenset({schema.ERROR}),
    wants="Set `user.id` on the spans, or export the traces as OTLP with the server spans that name the user.",
    notes=("account_id is the span's `user.id`, which only applications that set it have",),
)
