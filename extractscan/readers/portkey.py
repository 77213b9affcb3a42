"""Portkey log exports (JSON lines): bodies, virtual keys and metadata, as far as their columns were ticked."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from extractscan import schema
from extractscan.readers import chat
from extractscan.readers.exchange import Exchange, body_fields, of
from extractscan.readers.picking import either
from extractscan.readers.source import Field, Record, Source, has_keys

_USERS: Final = ("_user", "user_id", "user", "userid")


def _body(value: Any) -> Any:
    """The body inside a logged request or answer, or the value itself where it is the body."""
    parsed = chat.parse(value)
    return parsed.get("body", parsed) if isinstance(parsed, dict) else parsed


def _metadata(record: Record) -> Mapping[str, Any]:
    """Metadata as an object; older exports hold its keys and values in two lists."""
    told = chat.object_of(record.get("metadata"))
    names, values = told.get("key", record.get("metadata.key")), told.get("value", record.get("metadata.value"))
    names, values = chat.parse(names), chat.parse(values)
    if isinstance(names, list) and isinstance(values, list):
        return {str(name): value for name, value in zip(names, values, strict=False)}
    return told


def _view(record: Record) -> Exchange:
    asked, answered = (_body(record.get(name) or record.get(f"{name}.body")) for name in ("request", "response"))
    return Exchange({**record, "metadata": _metadata(record)}, asked, answered)


def _account(exchange: Exchange) -> Any:
    told = exchange.record["metadata"]
    return next((told[name] for name in _USERS if told.get(name) not in (None, "")), None)


def _cost(exchange: Exchange) -> Any:
    """Dollars; the export counts cents."""
    return float(exchange.record["cost"]) / 100


def _error(exchange: Exchange) -> Any:
    return None if exchange.record.get("is_success") in (1, True, "1", "true", None) else "failure"


_BODIES: Final = body_fields(("request", "request.body"), ("response", "response.body"))
_META: Final = ("metadata", "metadata.key", "metadata.value")

SOURCE: Final = Source(
    name="portkey",
    title="Portkey log exports (JSON lines)",
    recognised="fields `ai_org` or `ai_model`, and `req_units` or `trace_id`, `created_at`",
    links_accounts="users of the metadata, virtual keys; no address, no client",
    carries_prompts="if request and response were ticked",
    matches=lambda records: any(
        has_keys(records, *names)
        for names in (("ai_org", "ai_model"), ("ai_model", "req_units"), ("ai_model", "created_at", "cost_currency"))
    ),
    view=_view,
    fields=MappingProxyType(
        {
            **_BODIES,
            schema.TIMESTAMP: of("created_at"),
            schema.ACCOUNT: Field(_META, _account),
            schema.ORGANIZATION: Field(_META, of("metadata._organisation", "metadata._organization").read),
            schema.API_KEY: of("virtual_key"),
            schema.REQUEST: of("id", "trace_id"),
            schema.SESSION: of("trace_id"),
            schema.PLATFORM: of("runtime"),
            schema.MODEL: of("ai_model"),
            schema.ENDPOINT: of("request_url"),
            schema.INPUT_TOKENS: either(of("req_units"), _BODIES[schema.INPUT_TOKENS]),
            schema.OUTPUT_TOKENS: either(of("res_units"), _BODIES[schema.OUTPUT_TOKENS]),
            schema.STREAM: either(of("stream_mode"), _BODIES[schema.STREAM]),
            schema.STATUS_CODE: of("response_status_code"),
            schema.ERROR: Field(("is_success",), _error),
            schema.LATENCY: of("response_time"),
            schema.COST: Field(("cost",), _cost),
        }
    ),
    late=frozenset({schema.ERROR}),
    notes=("account_id is the user of the metadata (`_user`); columns that were not ticked are missing",),
    dotted=True,
    wants="Requests name nobody unless the application sends `_user` as metadata and `metadata` is exported.",
)
