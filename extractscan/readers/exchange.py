"""Read the canonical columns that the bodies of a request and of its response hold, whatever the vendor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import msgspec

from extractscan import schema
from extractscan.readers import chat
from extractscan.readers.cast import joined_names
from extractscan.readers.mending import opened
from extractscan.readers.picking import first_of as first_column
from extractscan.readers.picking import pick_in
from extractscan.readers.source import Field, Record

MAX_TOKENS: Final = (
    *("max_tokens", "max_completion_tokens", "max_output_tokens", "max_tokens_to_sample"),
    *("maxTokens", "maxOutputTokens"),
)
SETTINGS: Final = ("generationConfig", "generation_config", "inferenceConfig", "parameters")
"""Where vendors put parameters that others put beside the messages."""
INPUT: Final = ("prompt_tokens", "input_tokens", "promptTokenCount", "prompt_token_count", "inputTokens")
OUTPUT: Final = ("completion_tokens", "output_tokens", "candidatesTokenCount", "candidates_token_count", "outputTokens")
USAGE: Final = ("usage", "usageMetadata", "usage_metadata")


class Exchange:
    """One record with the bodies of its request and its response, parsed once."""

    __slots__ = ("body", "places", "record", "request", "response", "usage")

    def __init__(self, record: Record, request: Any, response: Any) -> None:
        self.record = record
        self.request = opened(request)
        self.body: Mapping[str, Any] = self.request if isinstance(self.request, dict) else {}
        self.response = opened(response)
        self.usage = usage_of(self.response)
        inner = [chat.object_of(self.body[name]) for name in SETTINGS if name in self.body]
        self.places: Sequence[Mapping[str, Any]] = (self.body, *inner)

    def setting(self, *names: str) -> Any:
        """The first of some parameters that is given, beside the messages or among the vendor's settings."""
        for place in self.places:
            for name in names:
                if (found := place.get(name)) is not None:
                    return found
        return None


def usage_of(response: Any) -> Mapping[str, Any]:
    """Find the token counts of a response; of a stream, those that come last and count the most."""
    if isinstance(response, dict):
        found = next((response[name] for name in USAGE if isinstance(response.get(name), dict)), None)
        inner = response.get("message")
        return found or (usage_of(inner) if isinstance(inner, dict) else {})
    merged: dict[str, Any] = {}
    for event in response if isinstance(response, list) else ():
        merged.update({name: value for name, value in usage_of(event).items() if value is not None})
    return merged


def first_of(node: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    """Give the first of some fields that is there."""
    for name in names:
        if (found := node.get(name)) is not None:
            return found
    return None


def cached_tokens(usage: Mapping[str, Any]) -> Any:
    """Give the input tokens that came from a cache, as any vendor names them."""
    for name in ("prompt_tokens_details", "input_tokens_details"):
        details = usage.get(name)
        if isinstance(details, dict) and details.get("cached_tokens") is not None:
            return details["cached_tokens"]
    return first_of(usage, ("cache_read_input_tokens", "cachedContentTokenCount", "cached_content_token_count"))


def _tools(call: Exchange) -> Any:
    tools = call.setting("tools")
    return joined_names(tools) if isinstance(tools, list) else None


def _system(call: Exchange) -> Any:
    return chat.request_system(call.request) if call.request is not None else None


def _prompt(call: Exchange) -> Any:
    return chat.request_prompt(call.request) if call.request is not None else None


def model_of(call: Exchange) -> Any:
    """Give the model that the request names, else the one that answered."""
    answers = call.response if isinstance(call.response, list) else [call.response]
    named = call.setting("model", "modelId", "model_name")
    return named or next((model for each in answers if (model := chat.member(each, "model"))), None)


def body_fields(request: str | tuple[str, ...], response: str | tuple[str, ...]) -> dict[str, Field]:
    """Make the fields of an `Exchange` whose bodies lie under these paths of the record, best first."""
    asked_at = (request,) if isinstance(request, str) else request
    answered_at = (response,) if isinstance(response, str) else response

    def asked(read: Any) -> Field:
        return Field(asked_at, read)

    def answered(read: Any) -> Field:
        return Field(answered_at, read)

    return {
        schema.PROMPT: asked(_prompt),
        schema.SYSTEM_PROMPT: asked(_system),
        schema.COMPLETION: answered(lambda call: chat.response_text(call.response)),
        schema.MAX_TOKENS: asked(lambda call: call.setting(*MAX_TOKENS)),
        schema.TEMPERATURE: asked(lambda call: call.setting("temperature")),
        schema.N_CHOICES: asked(lambda call: call.setting("n", "candidateCount", "candidate_count")),
        schema.LOGPROBS: asked(lambda call: call.setting("logprobs")),
        schema.STREAM: asked(lambda call: call.setting("stream")),
        schema.TOOL_NAMES: asked(_tools),
        schema.INPUT_TOKENS: answered(lambda call: first_of(call.usage, INPUT)),
        schema.OUTPUT_TOKENS: answered(lambda call: first_of(call.usage, OUTPUT)),
        schema.CACHED_TOKENS: answered(lambda call: cached_tokens(call.usage)),
    }


def of(*paths: str) -> Field:
    """Take the first of some dotted paths of an exchange's record that holds anything."""
    column = None if any("." in path for path in paths) else first_column(*paths)
    return replace(pick_in(lambda call: call.record, *paths), column=column)


def error_kind(response: Any) -> str | None:
    """Give the type or the code of a response's error; never its message, which may quote a key."""
    body = chat.object_of(response)
    error = body.get("error")
    if isinstance(error, dict):
        kind = error.get("type") or error.get("code") or error.get("status")
        return str(kind) if isinstance(kind, str | int) else "error"
    kind = body.get("error_code")
    return kind if isinstance(kind, str) else None


def text_list(value: Any) -> list[str]:
    """Give the texts of a list, of JSON text of one, or of one text."""
    if isinstance(value, str) and value[:1] == "[":
        try:
            value = msgspec.json.decode(value)
        except (msgspec.DecodeError, RecursionError, UnicodeError):
            return [value]
    if isinstance(value, str):
        return [value]
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
