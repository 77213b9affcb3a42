"""Helicone exports (JSON lines, JSON, CSV): bodies, user ids and properties; the country, but no address."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Any, Final

from extractscan import schema
from extractscan.readers import chat
from extractscan.readers.exchange import Exchange, body_fields, of
from extractscan.readers.exchange_columns import by_record, given, with_columns
from extractscan.readers.exchange_columns import either as either_of
from extractscan.readers.outlines import by_blocks
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


class _Told:
    """A record with the names of its properties in one case."""

    __slots__ = ("record",)

    def __init__(self, record: Record) -> None:
        given = chat.object_of(_unquoted(record.get("request_properties") or record.get("properties")))
        self.record: Record = {**record, "request_properties": {str(k).casefold(): v for k, v in given.items()}}


def _view(record: Record) -> Exchange:
    bodies = (_unquoted(record.get(name)) for name in ("request_body", "response_body"))
    return Exchange(_Told(record).record, *bodies)


def _account(seen: Exchange) -> Any:
    for name in _USERS:
        if (value := seen.record.get(name)) not in (None, ""):
            return value
    return _in_properties(seen)


def _in_properties(seen: _Told | Exchange) -> Any:
    told = seen.record["request_properties"]
    return next((v for name in _IN_PROPERTIES if (v := told.get(name)) not in (None, "")), None)


def _status(exchange: Exchange) -> Any:
    """The HTTP status; the gateway's own codes for what never got an answer are below zero."""
    code = int(exchange.record.get("response_status") or 0)
    return code if code > 0 else None


def _error(exchange: Exchange) -> Any:
    code = int(exchange.record.get("response_status") or 0)
    return f"gateway code {code}" if code < 0 else "failure" if code >= 400 else None


_organization = of("request_properties.organization_id", "request_properties.organization")
_session = of("request_properties.helicone-session-id", "request_properties.session_id")
_BODIES: Final = with_columns(body_fields("request_body", "response_body"), "request_body", "response_body")
_TOLD: Final = ("request_properties", "properties")
"""Where the application's own names are, in whatever case."""


def _told(read: Callable[[Any], Any], *paths: str) -> Field:
    return Field(paths, read, by_record(_Told, read, *_TOLD))


_USER: Final = either_of(given(*_USERS), by_record(_Told, _in_properties, *_TOLD))


SOURCE: Final = by_blocks(
    Source(
        name="helicone",
        title="Helicone exports (JSON lines, JSON, CSV)",
        recognised="fields `request_created_at` and `response_id`, `request_user_id` or `helicone_user`",
        links_accounts="users, countries, sessions; no address, no client",
        carries_prompts="if exported with bodies",
        matches=lambda records: any(
            has_keys(records, "request_created_at", name)
            for name in ("request_user_id", "helicone_user", "response_id")
        ),
        view=_view,
        fields=MappingProxyType(
            {
                **_BODIES,
                schema.TIMESTAMP: of("request_created_at"),
                schema.ACCOUNT: Field((*_USERS, *_TOLD), _account, _USER),
                schema.ORGANIZATION: _told(_organization.read, *_organization.paths),
                schema.API_KEY: of("proxy_key_id"),
                schema.REQUEST: of("request_id", "response_id"),
                schema.SESSION: _told(_session.read, *_session.paths),
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
)
