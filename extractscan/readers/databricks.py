"""Databricks inference tables of all three schemas: serving endpoints old and new, and the Unity AI gateway."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import Any, Final

from extractscan import schema
from extractscan.readers.exchange import INPUT, OUTPUT, Exchange, body_fields, error_kind, first_of, text_list
from extractscan.readers.picking import first, pick_in
from extractscan.readers.source import Field, Record, Source, has_keys


def _view(record: Record) -> Exchange:
    return Exchange(record, record.get("request"), record.get("response"))


def _record(call: Exchange) -> Record:
    return call.record


def _account(call: Exchange) -> Any:
    """Who called; the oldest tables do not say, and then the caller's own `user` in the request may."""
    return first(call.record, "requester") or first(call.body, "user", "metadata.user_id")


_SERVED: Final = ("destination_model", "served_entity_id", "served_entity_name", "endpoint_name")


def _model(call: Exchange) -> Any:
    own = first(call.record, *_SERVED)
    return first(call.body, "model") or own or first(call.record, "request_metadata.model_name")


def _end_user(call: Exchange) -> Any:
    return first(call.body, "user") if first(call.record, "requester") is not None else None


def _error(call: Exchange) -> Any:
    codes = text_list(call.record.get("logging_error_codes"))
    status = str(first(call.record, "status_code"))
    failed = status.isdecimal() and int(status) >= 400
    return error_kind(call.response) or (f"HTTP {status}" if failed else None) or (codes[0] if codes else None)


def _tokens(own: str, names: tuple[str, ...]) -> Callable[[Exchange], Any]:
    """Usage tables count the tokens themselves; inference tables have them in the response."""

    def read(call: Exchange) -> Any:
        counted = first(call.record, own)
        return first_of(call.usage, names) if counted is None else counted

    return read


def _matches(records: Sequence[Record]) -> bool:
    return (
        has_keys(records, "databricks_request_id", "execution_duration_ms")
        or has_keys(records, "databricks_request_id", "execution_time_ms")
        or has_keys(records, "databricks_request_id", "request_time")
        or has_keys(records, "event_time", "invocation_id", "latency_ms")
    )


SOURCE: Final = Source(
    name="databricks_inference",
    title="Databricks inference tables (serving endpoints, AI gateway and Unity AI gateway)",
    recognised="`databricks_request_id` with a duration, or `event_time`, `invocation_id` and `latency_ms`",
    links_accounts="by requester and wording: no address, no client",
    carries_prompts="yes, up to 1 or 10 MiB",
    matches=_matches,
    view=_view,
    fields=MappingProxyType(
        {
            **body_fields("request", "response"),
            schema.INPUT_TOKENS: Field(("input_token_count", "response"), _tokens("input_token_count", INPUT)),
            schema.OUTPUT_TOKENS: Field(("output_token_count", "response"), _tokens("output_token_count", OUTPUT)),
            schema.TIMESTAMP: pick_in(_record, "request_time", "event_time", "timestamp_ms"),
            schema.ACCOUNT: Field(("requester", "request"), _account),
            schema.END_USER: Field(("requester", "request"), _end_user),
            schema.REQUEST: pick_in(_record, "databricks_request_id", "invocation_id"),
            schema.MODEL: Field(
                ("request", *_SERVED, "request_metadata.model_name"),
                _model,
            ),
            schema.ENDPOINT: pick_in(_record, "endpoint_name", "request_metadata.endpoint_name", "served_entity_id"),
            schema.STATUS_CODE: pick_in(_record, "status_code"),
            schema.ERROR: Field(("status_code", "response", "logging_error_codes"), _error),
            schema.LATENCY: pick_in(_record, "execution_duration_ms", "latency_ms", "execution_time_ms"),
        }
    ),
    late=frozenset({schema.STATUS_CODE, schema.ERROR}),
    wants="Route-optimised endpoints and the oldest tables name no requester: have requests name a `user`.",
    notes=(
        "account_id is the requester, else the `user` that the request names",
        "delivery is best effort and may be sampled, and failed calls may be missing: no row proves nothing",
        "bodies over the table's limit (1 or 10 MiB) are missing",
    ),
)
