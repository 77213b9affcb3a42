"""Vertex AI request-response rows (BigQuery): what was asked and answered, but not by whom."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, Final

from extractscan import schema
from extractscan.readers import chat
from extractscan.readers.exchange import Exchange, body_fields, of
from extractscan.readers.picking import either
from extractscan.readers.source import Field, Record, Source, has_keys

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

SOURCE: Final = Source(
    name="vertex",
    title="Vertex AI request-response logs (BigQuery exports)",
    recognised="fields `full_request`, `full_response`, `logging_time`",
    links_accounts="only by labels that applications put on their requests; no address, no client",
    carries_prompts="yes",
    matches=lambda records: has_keys(records, "logging_time", "full_request", "full_response"),
    view=_view,
    fields=MappingProxyType(
        {
            schema.TIMESTAMP: either(
                Field(("full_response.create_time", "response_payload"), _created), of("logging_time")
            ),
            schema.ACCOUNT: Field(("full_request.labels", "request_payload"), _account),
            schema.REQUEST: of("request_id"),
            schema.MODEL: Field(("model", "full_request.model", "request_payload"), _model),
            schema.ENDPOINT: of("api_method"),
            schema.LATENCY: of("metadata.request_latency"),
            **body_fields(_REQUEST, _RESPONSE),
        }
    ),
    notes=("account_id is a label of the request; rows may be a sample of all requests (`sampling_rate`)",),
    wants="Its rows name nobody unless requests carry labels such as `user_id`; the Cloud Audit logs name principals.",
)
