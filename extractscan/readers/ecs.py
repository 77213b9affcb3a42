"""Documents of the Elastic Common Schema with gen_ai fields, nested or with dots in their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from extractscan import schema
from extractscan.readers import gen_ai
from extractscan.readers.openinference import flattened
from extractscan.readers.picking import first
from extractscan.readers.source import Field, Record, Source

_STAMP: Final = "@timestamp"
_NANOSECONDS: Final = 1_000_000


class Document:
    """One document with its fields by their dotted names."""

    __slots__ = ("attributes",)

    def __init__(self, record: Record) -> None:
        self.attributes: Mapping[str, Any] = flattened(record)


def _named(*names: str) -> Field:
    return Field(names, lambda document: first(document.attributes, *names))


def _read(read: Any, *paths: str) -> Field:
    return Field(paths, lambda document: read(document.attributes))


def _latency(attributes: Mapping[str, Any]) -> Any:
    """ECS counts durations in nanoseconds."""
    own = first(attributes, "event.duration")
    return None if own is None else round(float(own) / _NANOSECONDS)


def _error(attributes: Mapping[str, Any]) -> Any:
    failed = first(attributes, "event.outcome") == "failure"
    return gen_ai.failure(attributes) or ("failure" if failed else None)


def _fingerprint(attributes: Mapping[str, Any]) -> Any:
    older = first(attributes, "tls.client.ja3")
    return first(attributes, "tls.client.ja4") or (f"ja3:{older}" if older else None)


def _no_call(document: Document) -> str | None:
    return None if gen_ai.is_call(document.attributes) else "documents of no model call"


def _matches(records: Sequence[Record]) -> bool:
    hits = sum(_STAMP in r and any(k == "gen_ai" or k.startswith("gen_ai.") for k in r) for r in records)
    return bool(records) and 2 * hits >= len(records)


SOURCE: Final = Source(
    name="ecs",
    title="Elastic Common Schema documents with gen_ai fields",
    recognised="`@timestamp` and fields of `gen_ai`",
    links_accounts="users, organizations, addresses, networks, clients, TLS fingerprints",
    carries_prompts="where content is captured",
    matches=_matches,
    view=Document,
    fields=MappingProxyType(
        {
            **{name: _named(*names) for name, names in gen_ai.PLAIN.items()},
            schema.TIMESTAMP: _named(_STAMP),
            schema.ACCOUNT: _named("user.id", "user.email", "user.name", "client.user.id", "source.user.id"),
            schema.ORGANIZATION: _named("organization.id", "organization.name"),
            schema.REQUEST: _named("gen_ai.response.id", "event.id", "span.id", "transaction.id", "http.request.id"),
            schema.CLIENT_IP: _named("client.ip", "source.ip", "client.address", "source.address"),
            schema.ASN: _named("client.as.number", "source.as.number"),
            schema.COUNTRY: _named("client.geo.country_iso_code", "source.geo.country_iso_code"),
            schema.USER_AGENT: _named("user_agent.original"),
            schema.JA4: _read(_fingerprint, "tls"),
            schema.PROMPT: _read(gen_ai.prompt, "gen_ai"),
            schema.SYSTEM_PROMPT: _read(gen_ai.system, "gen_ai"),
            schema.COMPLETION: _read(gen_ai.completion, "gen_ai"),
            schema.TOOL_NAMES: _read(gen_ai.tools, "gen_ai"),
            schema.STATUS_CODE: _named("http.response.status_code"),
            schema.ERROR: _read(_error, "error", "event"),
            schema.LATENCY: _read(_latency, "event"),
        }
    ),
    keeps=_no_call,
    whole=True,
    late=frozenset({schema.STATUS_CODE, schema.ERROR}),
)
