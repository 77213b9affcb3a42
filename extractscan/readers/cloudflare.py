"""Cloudflare AI Gateway logs as its API gives them; callers are known by the metadata that applications add."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from extractscan import schema
from extractscan.readers import chat
from extractscan.readers.exchange import Exchange, body_fields, of
from extractscan.readers.exchange_columns import by_record, with_columns, without
from extractscan.readers.outlines import by_blocks
from extractscan.readers.picking import either
from extractscan.readers.source import Field, Record, Source, has_keys

_USERS: Final = ("user_id", "userId", "user", "account_id", "accountId", "customer_id", "customer", "email")


class _Told:
    """A record with its metadata, which are JSON text, as an object."""

    __slots__ = ("record",)

    def __init__(self, record: Record) -> None:
        self.record: Record = {**record, "metadata": chat.object_of(record.get("metadata"))}


def _view(record: Record) -> Exchange:
    """The bodies are heads, which may be cut."""
    return Exchange(
        _Told(record).record,
        record.get("request_head") or record.get("request"),
        record.get("response_head") or record.get("response"),
    )


def _account(seen: _Told | Exchange) -> Any:
    told = {str(name).casefold(): value for name, value in seen.record["metadata"].items()}
    return next((told[name.casefold()] for name in _USERS if told.get(name.casefold()) not in (None, "")), None)


def _error(exchange: Exchange) -> Any:
    return None if exchange.record.get("success") in (True, None, 1, "true") else "failure"


_REQUEST: Final = ("request_head", "request")
_RESPONSE: Final = ("response_head", "response")
_BODIES: Final = {
    name: replace(field, column=without(field.column, "request", "response"))
    for name, field in with_columns(
        body_fields(_REQUEST, _RESPONSE), *(names[0] for names in (_REQUEST, _RESPONSE))
    ).items()
    if field.column is not None
}


def _told(read: Callable[[Any], Any], *paths: str) -> Field:
    return Field(paths, read, by_record(_Told, read, "metadata"))


_SESSION: Final = of("metadata.session_id", "metadata.conversation_id")

SOURCE: Final = by_blocks(
    Source(
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
                schema.ACCOUNT: _told(_account, "metadata"),
                schema.SESSION: _told(_SESSION.read, *_SESSION.paths),
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
        wants=(
            "Requests carry no caller unless the application adds one (`cf-aig-metadata`): name the key that it used."
        ),
    )
)
