"""Helicone exports (JSON lines, JSON, CSV): bodies, user ids and properties; the country, but no address."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Final

from extractscan import schema
from extractscan.readers import chat
from extractscan.readers.exchange import Exchange, body_fields, of
from extractscan.readers.picking import either
from extractscan.readers.source import Field, Record, Source, has_keys

_USERS: Final = ("request_user_id", "helicone_user", "user_id")
_IN_PROPERTIES: Final = ("user_id", "userid", "user", "customer_id", "account_id")


def _unquoted(value: Any) -> Any:
    """JSON of a CSV cell, whose quotes the exporter doubles once more than CSV asks for."""
    if isinstance(value, str) and value[:1] in {"{", "["}:
        parsed = chat.parse(value)
        return parsed if not isinstance(parsed, str) else chat.parse(value.replace('""', '"'))
    return value


def _view(record: Record) -> Exchange:
    properties = chat.object_of(_unquoted(record.get("request_properties") or record.get("properties")))
    row = {**record, "request_properties": {str(k).casefold(): v for k, v in properties.items()}}
    return Exchange(row, _unquoted(record.get("request_body")), _unquoted(record.get("response_body")))


def _account(exchange: Exchange) -> Any:
    names = (exchange.record.get(name) for name in _USERS)
    told = exchange.record["request_properties"]
    return next((v for v in (*names, *(told.get(name) for name in _IN_PROPERTIES)) if v not in (None, "")), None)


def _status(exchange: Exchange) -> Any:
    """The HTTP status; the gateway's own codes for what never got an answer are below zero."""
    code = int(exchange.record.get("response_status") or 0)
    return code if code > 0 else None


def _error(exchange: Exchange) -> Any:
    code = int(exchange.record.get("response_status") or 0)
    return f"gateway code {code}" if code < 0 else "failure" if code >= 400 else None


_BODIES: Final = body_fields(("request_body",), ("response_body",))

SOURCE: Final = Source(
    name="helicone",
    title="Helicone exports (JSON lines, JSON, CSV)",
    recognised="fields `request_created_at` and `response_id`, `request_user_id` or `helicone_user`",
    links_accounts="users, countries, sessions; no address, no client",
    carries_prompts="if exported with bodies",
    matches=lambda records: any(
        has_keys(records, "request_created_at", name) for name in ("request_user_id", "helicone_user", "response_id")
    ),
    view=_view,
    fields=MappingProxyType(
        {
            **_BODIES,
            schema.TIMESTAMP: of("request_created_at"),
            schema.ACCOUNT: Field((*_USERS, "request_properties", "properties"), _account),
            schema.ORGANIZATION: of("request_properties.organization_id", "request_properties.organization"),
            schema.API_KEY: of("proxy_key_id"),
            schema.REQUEST: of("request_id", "response_id"),
            schema.SESSION: of("request_properties.helicone-session-id", "request_properties.session_id"),
            schema.COUNTRY: of("country_code"),
            schema.MODEL: of("request_model", "model", "response_model"),
            schema.ENDPOINT: of("request_path", "target_url"),
            schema.INPUT_TOKENS: either(of("prompt_tokens"), _BODIES[schema.INPUT_TOKENS]),
            schema.OUTPUT_TOKENS: either(of("completion_tokens"), _BODIES[schema.OUTPUT_TOKENS]),
            schema.CACHED_TOKENS: either(of("prompt_cache_read_tokens"), _BODIES[schema.CACHED_TOKENS]),
            schema.STATUS_CODE: Field(("response_status",), _status),
            schema.ERROR: Field(("response_status",), _error),
            schema.LATENCY: of("delay_ms", "latency"),
            schema.COST: of("cost", "costUSD"),
        }
    ),
    late=frozenset({schema.STATUS_CODE, schema.ERROR}),
    notes=("account_id is the user id that the application sent; bodies behind signed addresses are not fetched",),
    wants="Requests name nobody unless the application sends `Helicone-User-Id`.",
)
