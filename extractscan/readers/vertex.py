"""Vertex AI request-response rows (BigQuery): what was asked and answered, but not by whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

from extractscan import schema
from extractscan.readers import chat
from extractscan.readers.exchange import Exchange, body_fields, of
from extractscan.readers.exchange_columns import either as either_of
from extractscan.readers.exchange_columns import empty, filled, opened, with_columns
from extractscan.readers.outlines import by_blocks
from extractscan.readers.picking import either, first_of
from extractscan.readers.source import Column, Field, Record, Source, has_keys

_NAMES: Final = ("user_id", "user", "end_user", "customer", "account")


def _view(record: Record) -> Exchange:
    """Rows of the table nest objects; exports write them as JSON text, and rawPredict as lists of such texts."""
    request = record.get("full_request") or _only(record.get("request_payload"))
    response = record.get("full_response") or _only(record.get("response_payload"))
    return Exchange({**record, "metadata": chat.object_of(record.get("metadata"))}, request, response)


def _only(payload: Any) -> Any:
    payload = chat.parse(payload)
    return payload[0] if isinstance(payload, list) and payload else None


def _account(exchange: Exchange) -> Any:
    """A label that the application put on its request; nothing else says who asked."""
    labels = chat.object_of(exchange.body.get("labels"))
    return next((labels[name] for name in _NAMES if labels.get(name)), None)


def _created(exchange: Exchange) -> Any:
    return chat.member(exchange.response, "create_time") or chat.member(exchange.response, "createTime")


def _model(exchange: Exchange) -> Any:
    model = exchange.record.get("model") or exchange.body.get("model")
    return model.rsplit("/", 1)[-1] if isinstance(model, str) else None


_REQUEST: Final = ("full_request", "request_payload")
_RESPONSE: Final = ("full_response", "response_payload")


def _usual(field: Field, make: Callable[[str], Column], at: str) -> Field:
    """Read a field of rows that hold the bodies in their own columns, and not in lists."""
    lists = ("request_payload", "response_payload")
    return replace(field, column=empty(opened(at, make), *lists))


_BODIES: Final = {
    name: replace(field, column=empty(field.column, "request_payload", "response_payload"))
    for name, field in with_columns(
        body_fields(_REQUEST, _RESPONSE), "full_request", "full_response", contents=True
    ).items()
    if field.column is not None
}
_MADE: Final = _usual(
    Field(("full_response.create_time", "response_payload"), _created),
    lambda body: filled(f"{body}.create_time", f"{body}.createTime"),
    "full_response",
)
_LABEL: Final = _usual(
    Field(("full_request.labels", "request_payload"), _account),
    lambda body: filled(*(f"{body}.labels.{name}" for name in _NAMES)),
    "full_request",
)


def _short(column: Column) -> Column:
    """The last part of a name with slashes."""

    def read(block: Any) -> Any:
        names = column.read(block)
        return None if names is None else names.str.split("/").list.last()

    return replace(column, read=read)


_NAMED: Final = empty(
    opened("full_request", lambda body: filled(f"{body}.model")), "request_payload", "response_payload"
)

SOURCE: Final = by_blocks(
    Source(
        name="vertex",
        title="Vertex AI request-response logs (BigQuery exports)",
        recognised="fields `full_request`, `full_response`, `logging_time`",
        links_accounts="only by labels that applications put on their requests; no address, no client",
        carries_prompts="yes",
        matches=lambda records: has_keys(records, "logging_time", "full_request", "full_response"),
        view=_view,
        fields=MappingProxyType(
            {
                schema.TIMESTAMP: either(_MADE, of("logging_time")),
                schema.ACCOUNT: _LABEL,
                schema.REQUEST: of("request_id"),
                schema.MODEL: Field(
                    ("model", "full_request.model", "request_payload"),
                    _model,
                    _short(either_of(filled("model"), _NAMED)),
                ),
                schema.ENDPOINT: of("api_method"),
                schema.LATENCY: replace(
                    of("metadata.request_latency"),
                    column=opened("metadata", lambda told: first_of(f"{told}.request_latency")),
                ),
                **_BODIES,
            }
        ),
        notes=("account_id is a label of the request; rows may be a sample of all requests (`sampling_rate`)",),
        wants=(
            "Its rows name nobody unless requests carry labels such as `user_id`; the Cloud Audit logs name principals."
        ),
    )
)
