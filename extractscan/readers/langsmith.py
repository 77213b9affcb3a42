"""LangSmith runs (Parquet, JSON): many of a user's call, of which those to a model count."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from extractscan import schema
from extractscan.readers import chat
from extractscan.readers.exchange import Exchange, body_fields, of
from extractscan.readers.picking import either
from extractscan.readers.source import Field, Record, Source, has_keys

_USERS: Final = ("user_id", "userId", "user", "ls_user_id", "account_id")


class Run:
    """One run, with its JSON parsed once."""

    __slots__ = ("exchange", "metadata", "record")

    def __init__(self, record: Record) -> None:
        self.record = record
        extra = chat.object_of(record.get("extra"))
        self.metadata = chat.object_of(extra.get("metadata"))
        settings = chat.object_of(extra.get("invocation_params"))
        self.exchange = Exchange(record, {**settings, **_messages(record.get("inputs"))}, _answer(record))


def _messages(inputs: Any) -> Mapping[str, Any]:
    """Inputs with the messages of the first batch, each with a role, whatever class a library logged it as."""
    given = chat.object_of(inputs)
    messages = given.get("messages")
    if isinstance(messages, list) and messages and isinstance(messages[0], list):
        messages = messages[0]
    if not isinstance(messages, list):
        prompts = given.get("prompts")
        return {"prompt": prompts[0]} if isinstance(prompts, list) and prompts else given
    return {**given, "messages": [_message(message) for message in messages]}


def _message(message: Any) -> Any:
    if not isinstance(message, dict) or "role" in message:
        return message
    inner = chat.object_of(message.get("kwargs") or message.get("data") or message)
    kinds = {"human": "user", "ai": "assistant", "system": "system", "tool": "tool"}
    name = message["id"][-1] if isinstance(message.get("id"), list) and message["id"] else message.get("type")
    kind = str(inner.get("type") or name).casefold().removesuffix("chunk").removesuffix("message")
    return {"role": kinds.get(kind, kind), "content": inner.get("content")}


def _answer(record: Record) -> Any:
    outputs = chat.object_of(record.get("outputs"))
    generations = outputs.get("generations")
    if isinstance(generations, list) and generations and isinstance(generations[0], list):
        return {**outputs, "generations": [_generation(each) for each in generations[0]]}
    return outputs or chat.parse(record.get("outputs"))


def _generation(each: Any) -> Any:
    """One answer without the class that a library wrapped it in."""
    text = chat.member(each, "text") or chat.member(each, "message", "kwargs", "content")
    return {"text": text} if text else each


def _account(run: Run) -> Any:
    return next((run.metadata[name] for name in _USERS if run.metadata.get(name) not in (None, "")), None)


def _session(run: Run) -> Any:
    names = ("session_id", "thread_id", "conversation_id")
    return next((run.metadata[name] for name in names if run.metadata.get(name)), None)


def _model(run: Run) -> Any:
    return run.metadata.get("ls_model_name") or run.exchange.setting("model", "model_name")


def _latency(run: Run) -> Any:
    start, end = (_moment(run.record.get(name)) for name in ("start_time", "end_time"))
    return round((end - start).total_seconds() * 1000) if start and end else None


def _moment(value: Any) -> datetime | None:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value) if value else None


def _body(field: Field) -> Field:
    return Field(field.paths, lambda run: field.read(run.exchange))


_BODIES: Final = {name: _body(field) for name, field in body_fields(("inputs", "extra"), ("outputs",)).items()}


def _count(name: str, own: str) -> Field:
    return either(Field((own,), lambda run: run.record.get(own) or None), _BODIES[name])


def _top(name: str) -> Field:
    return _body(of(name))


SOURCE: Final = Source(
    name="langsmith",
    title="LangSmith runs (Parquet exports, JSON)",
    recognised="fields `dotted_order`, `run_type`, `trace_id`",
    links_accounts="only by user ids in the metadata, sessions; no address, no client",
    carries_prompts="yes",
    matches=lambda records: has_keys(records, "dotted_order", "run_type"),
    view=Run,
    fields=MappingProxyType(
        {
            **_BODIES,
            schema.TIMESTAMP: _top("start_time"),
            schema.ACCOUNT: Field(("extra.metadata",), _account),
            schema.REQUEST: _top("id"),
            schema.SESSION: Field(("extra.metadata",), _session),
            schema.MODEL: Field(("extra.metadata", "extra.invocation_params"), _model),
            schema.ENDPOINT: _top("name"),
            schema.INPUT_TOKENS: _count(schema.INPUT_TOKENS, "prompt_tokens"),
            schema.OUTPUT_TOKENS: _count(schema.OUTPUT_TOKENS, "completion_tokens"),
            schema.ERROR: Field(("status",), lambda run: "failure" if run.record.get("status") == "error" else None),
            schema.LATENCY: Field(("start_time", "end_time"), _latency),
            schema.COST: _top("total_cost"),
        }
    ),
    late=frozenset({schema.ERROR}),
    notes=("account_id is a user id of the run's metadata; `session_id` of a run is its project and is not used",),
    keeps=lambda run: None if run.record.get("run_type") == "llm" else "no model call",
    heads=frozenset({"run_type"}),
    wants="Runs name nobody unless the application sets a `user_id` in their metadata.",
)
