"""Kong AI Gateway logs (http-log, file-log, tcp-log): callers, clients and, if logged, the bodies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from extractscan import schema
from extractscan.readers import chat
from extractscan.readers.addresses import address, forwarded
from extractscan.readers.credentials import key_of
from extractscan.readers.exchange import Exchange, body_fields, model_of, of
from extractscan.readers.picking import either
from extractscan.readers.source import Field, Record, Source


def _sections(ai: Any) -> Iterator[Mapping[str, Any]]:
    """The parts of `ai`, one a plugin, whatever the version calls it; the one with counters first."""
    found = [value for _, value in sorted(chat.object_of(ai).items()) if isinstance(value, dict)]
    yield from sorted(found, key=lambda part: "usage" not in part)


class Entry:
    """One log entry, with what AI plugins add to it."""

    __slots__ = ("exchange", "headers", "meta", "record", "usage")

    def __init__(self, record: Record) -> None:
        self.record = record
        ai = chat.object_of(record.get("ai"))
        parts = [part for part in _sections(ai) if "meta" in part or "usage" in part or "payload" in part]
        self.meta: Mapping[str, Any] = next((part["meta"] for part in parts if isinstance(part.get("meta"), dict)), {})
        self.usage: Mapping[str, Any] = next(
            (part["usage"] for part in parts if isinstance(part.get("usage"), dict)), {}
        )
        payloads = [p for p in (ai.get("payload"), *(part.get("payload") for part in parts)) if isinstance(p, dict)]
        request = next((p["request"] for p in payloads if p.get("request")), None)
        self.exchange = Exchange(record, request, next((p["response"] for p in payloads if p.get("response")), None))
        headers = chat.object_of(chat.object_of(record.get("request")).get("headers"))
        self.headers = {str(name).casefold(): _single(value) for name, value in headers.items()}


def _single(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


def _account(entry: Entry) -> Any:
    """The consumer, else the credential that it used, else the fingerprint of the key in the headers."""
    consumer = chat.object_of(entry.record.get("consumer"))
    named = next((consumer[name] for name in ("custom_id", "username", "id") if consumer.get(name)), None)
    return named or chat.member(entry.record, "authenticated_entity", "id") or key_of(entry.headers)


def _key(entry: Entry) -> Any:
    return chat.member(entry.record, "authenticated_entity", "id") or key_of(entry.headers)


def _client(entry: Entry) -> Any:
    return forwarded(entry.headers.get("x-forwarded-for")) or address(entry.record.get("client_ip"))


def _count(*names: str) -> Field:
    paths = tuple(f"ai.*.usage.{name}" for name in names)
    return Field(paths, lambda entry: next((entry.usage[n] for n in names if entry.usage.get(n) is not None), None))


def _model(entry: Entry) -> Any:
    return entry.meta.get("request_model") or entry.meta.get("response_model") or model_of(entry.exchange)


def _status(entry: Entry) -> Any:
    return chat.member(entry.record, "response", "status")


def _error(entry: Entry) -> Any:
    status = _status(entry)
    return "failure" if isinstance(status, int) and status >= 400 else None


def _inside(field: Field) -> Field:
    return Field(field.paths, lambda entry: field.read(entry.exchange))


def _matches(records: Sequence[Record]) -> bool:
    hits = 0
    for record in records:
        latencies = record.get("latencies")
        hits += "started_at" in record and isinstance(latencies, dict) and bool({"kong", "proxy"} & set(latencies))
    return bool(records) and 2 * hits >= len(records)


_BODIES: Final = {name: _inside(field) for name, field in body_fields(("ai",), ("ai",)).items()}

SOURCE: Final = Source(
    name="kong",
    title="Kong AI Gateway logs (http-log, file-log, tcp-log)",
    recognised="fields `started_at` and `latencies.kong`",
    links_accounts="consumers, credentials, addresses, clients",
    carries_prompts="if payloads are logged",
    matches=_matches,
    view=Entry,
    fields=MappingProxyType(
        {
            **_BODIES,
            schema.TIMESTAMP: _inside(of("started_at")),
            schema.ACCOUNT: Field(("consumer", "authenticated_entity.id", "request.headers"), _account),
            schema.API_KEY: Field(("authenticated_entity.id", "request.headers"), _key),
            schema.REQUEST: _inside(of("request.id")),
            schema.CLIENT_IP: Field(("request.headers.x-forwarded-for", "client_ip"), _client),
            schema.USER_AGENT: Field(("request.headers.user-agent",), lambda entry: entry.headers.get("user-agent")),
            schema.MODEL: Field(("ai.*.meta.request_model", "ai"), _model),
            schema.ENDPOINT: _inside(of("request.uri", "upstream_uri")),
            schema.INPUT_TOKENS: either(_count("prompt_tokens", "prompt_token"), _BODIES[schema.INPUT_TOKENS]),
            schema.OUTPUT_TOKENS: either(
                _count("completion_tokens", "completion_token"), _BODIES[schema.OUTPUT_TOKENS]
            ),
            schema.STATUS_CODE: Field(("response.status",), _status),
            schema.ERROR: Field(("response.status",), _error),
            schema.LATENCY: _inside(of("latencies.request")),
            schema.COST: _count("cost"),
        }
    ),
    late=frozenset({schema.ERROR}),
    notes=(
        "account_id is the consumer, else the credential, else the fingerprint of the key in the headers",
        "client_ip is the address that reached the gateway, unless a proxy before it passes the client's on",
    ),
    keeps=lambda entry: None if chat.object_of(entry.record.get("ai")) else "no model call",
    heads=frozenset({"ai"}),
    wants="Requests name nobody unless an authentication plugin runs or key headers are logged.",
)
