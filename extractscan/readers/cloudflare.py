"""Cloudflare AI Gateway logs as its API gives them; callers are known by the metadata that applications add."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Final

from extractscan import schema
from extractscan.readers import chat
from extractscan.readers.exchange import Exchange, body_fields, of
from extractscan.readers.picking import either
from extractscan.readers.source import Field, Record, Source, has_keys

_USERS: Final = ("user_id", "userId", "user", "account_id", "accountId", "customer_id", "customer", "email")


def _view(record: Record) -> Exchange:
    """Metadata is JSON text; the bodies are heads, which may be cut."""
    return Exchange(
        {**record, "metadata": chat.object_of(record.get("metadata"))},
        record.get("request_head") or record.get("request"),
        record.get("response_head") or record.get("response"),
    )


def _account(exchange: Exchange) -> Any:
    told = {str(name).casefold(): value for name, value in exchange.record["metadata"].items()}
    return next((told[name.casefold()] for name in _USERS if told.get(name.casefold()) not in (None, "")), None)


def _error(exchange: Exchange) -> Any:
    return None if exchange.record.get("success") in (True, None, 1, "true") else "failure"


_REQUEST: Final = ("request_head", "request")
_RESPONSE: Final = ("response_head", "response")
_BODIES: Final = body_fields(_REQUEST, _RESPONSE)

SOURCE: Final = Source(
    name="cloudflare_ai_gateway",
    title="Cloudflare AI Gateway logs (from its API)",
    recognised="fields `tokens_in`, `tokens_out`, `provider`, `cached`",
    links_accounts="only by user ids that applications put into the metadata; no address, no client",
    carries_prompts="the head of each body",
    matches=lambda records: has_keys(records, "tokens_in", "tokens_out", "provider", "created_at"),
    view=_view,
    fields=MappingProxyType(
        {
            **_BODIES,
            schema.TIMESTAMP: of("created_at"),
            schema.ACCOUNT: Field(("metadata",), _account),
            schema.SESSION: of("metadata.session_id", "metadata.conversation_id"),
            schema.REQUEST: of("id"),
            schema.MODEL: of("model"),
            schema.ENDPOINT: of("path", "request_type"),
            schema.INPUT_TOKENS: either(of("tokens_in"), _BODIES[schema.INPUT_TOKENS]),
            schema.OUTPUT_TOKENS: either(of("tokens_out"), _BODIES[schema.OUTPUT_TOKENS]),
            schema.STATUS_CODE: of("status_code"),
            schema.ERROR: Field(("success",), _error),
            schema.LATENCY: of("duration"),
            schema.COST: of("cost"),
        }
    ),
    late=frozenset({schema.ERROR}),
    notes=(
        "account_id is a user id of the custom metadata; requests without one are not used",
        "bodies are heads and are read as far as they go",
    ),
    wants="Requests carry no caller unless the application adds one (`cf-aig-metadata`): name the key that it used.",
)
