"""Portkey log exports (JSON lines): bodies, virtual keys and metadata, as far as their columns were ticked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from extractscan import schema
from extractscan.readers import chat
from extractscan.readers.exchange import Exchange, body_fields, of
from extractscan.readers.exchange_columns import ANSWERED, Make, by_record, given, opened, with_columns
from extractscan.readers.outlines import by_blocks
from extractscan.readers.picking import either, first_of
from extractscan.readers.plain_columns import of_number
from extractscan.readers.shape import UnusualError, literal
from extractscan.readers.source import Column, Field, Record, Source, has_keys

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


class _Told:
    """A record with its metadata as an object."""

    __slots__ = ("record",)

    def __init__(self, record: Record) -> None:
        self.record: Record = {**record, "metadata": _metadata(record)}


def _account(seen: _Told | Exchange) -> Any:
    told = seen.record["metadata"]
    return next((told[name] for name in _USERS if told.get(name) not in (None, "")), None)


def _cost(exchange: Exchange) -> Any:
    """Dollars; the export counts cents."""
    return float(exchange.record["cost"]) / 100


def _error(exchange: Exchange) -> Any:
    return None if exchange.record.get("is_success") in (1, True, "1", "true", None) else "failure"


_BODIES: Final = with_columns(
    body_fields(("request", "request.body"), ("response", "response.body")), "request.body", "response.body"
)
_META: Final = ("metadata", "metadata.key", "metadata.value")


def _within(field: Field, at: str) -> Field:
    """Leave bodies that do not lie in an object with other things to the other way."""
    column = field.column
    assert column is not None

    def read(block: Any) -> Any:
        if (block.given(at) != block.given(f"{at}.body")).any():
            raise UnusualError
        return column.read(block)

    return replace(field, column=replace(column, read=read, absent=(*column.absent, literal(f"{at}.body"))))


_FIELDS: Final = {
    name: _within(field, "response" if name in ANSWERED else "request") for name, field in _BODIES.items()
}


def _told(read: Callable[[Any], Any], make: Make) -> Field:
    """Read a field of the metadata, by columns unless a list of their names is beside one of their values."""
    listed = by_record(_Told, read, *_META)

    def within(metadata: str) -> Column:
        plain, keys = make(metadata), (f"{metadata}.key", literal("metadata.key"))

        def read_block(block: Any) -> Any:
            return (listed if any(block.given(key).any() for key in keys) else plain).read(block)

        return Column((*plain.needs, *keys, *(f"{key}[]" for key in keys)), read_block)

    return Field(_META, read, opened("metadata", within))


_ORGANIZATIONS: Final = ("_organisation", "_organization")
_organization = of(*(f"metadata.{name}" for name in _ORGANIZATIONS))


SOURCE: Final = by_blocks(
    Source(
        name="portkey",
        title="Portkey log exports (JSON lines)",
        recognised="fields `ai_org` or `ai_model`, and `req_units` or `trace_id`, `created_at`",
        links_accounts="users of the metadata, virtual keys; no address, no client",
        carries_prompts="if request and response were ticked",
        matches=lambda records: any(
            has_keys(records, *names)
            for names in (
                ("ai_org", "ai_model"),
                ("ai_model", "req_units"),
                ("ai_model", "created_at", "cost_currency"),
            )
        ),
        view=_view,
        fields=MappingProxyType(
            {
                **_FIELDS,
                schema.TIMESTAMP: of("created_at"),
                schema.ACCOUNT: _told(_account, lambda at: given(*(f"{at}.{name}" for name in _USERS))),
                schema.ORGANIZATION: _told(
                    _organization.read, lambda at: first_of(*(f"{at}.{name}" for name in _ORGANIZATIONS))
                ),
                schema.API_KEY: of("virtual_key"),
                schema.REQUEST: of("id", "trace_id"),
                schema.SESSION: of("trace_id"),
                schema.PLATFORM: of("runtime"),
                schema.MODEL: of("ai_model"),
                schema.ENDPOINT: of("request_url"),
                schema.INPUT_TOKENS: either(of("req_units"), _FIELDS[schema.INPUT_TOKENS]),
                schema.OUTPUT_TOKENS: either(of("res_units"), _FIELDS[schema.OUTPUT_TOKENS]),
                schema.STREAM: either(of("stream_mode"), _FIELDS[schema.STREAM]),
                schema.STATUS_CODE: of("response_status_code"),
                schema.ERROR: Field(("is_success",), _error),
                schema.LATENCY: of("response_time"),
                schema.COST: Field(("cost",), _cost, of_number(lambda cents: cents / 100, "cost")),
            }
        ),
        late=frozenset({schema.ERROR}),
        notes=("account_id is the user of the metadata (`_user`); columns that were not ticked are missing",),
        dotted=True,
        wants="Requests name nobody unless the application sends `_user` as metadata and `metadata` is exported.",
    )
)
