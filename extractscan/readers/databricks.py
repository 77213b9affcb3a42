"""Databricks inference tables of all three schemas: serving endpoints old and new, and the Unity AI gateway."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import Any, Final

import polars as pl

from extractscan import schema
from extractscan.readers.exchange import INPUT, OUTPUT, Exchange, body_fields, error_kind, first_of, of, text_list
from extractscan.readers.exchange_columns import either, empty, named, opened, with_columns
from extractscan.readers.outlines import by_blocks
from extractscan.readers.picking import first
from extractscan.readers.picking import first_of as first_column
from extractscan.readers.shape import TEXT, UnusualError
from extractscan.readers.source import Column, Field, Record, Source, has_keys


def _view(record: Record) -> Exchange:
    return Exchange(record, record.get("request"), record.get("response"))


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


_ASKED: Final = opened("request", lambda body: named(f"{body}.user", f"{body}.metadata.user_id"))
_USER: Final = opened("request", lambda body: first_column(f"{body}.user"))
_MODEL: Final = either(
    opened("request", lambda body: named(f"{body}.model")),
    named(*_SERVED),
    opened("request_metadata", lambda told: named(f"{told}.model_name")),
)


def _end_users(block: Any) -> Any:
    users, known = _USER.read(block), block.first("requester")
    if users is None or known is None:
        return None
    return users.to_frame().select(pl.when(known.is_not_null()).then(pl.first())).to_series()


def _failures(block: Any) -> Any:
    """Name failed calls by their status, where nothing else says what went wrong."""
    status = block.first("status_code")
    if status is None:
        return None
    if status.dtype != pl.Int64:
        raise UnusualError
    named = pl.format("HTTP {}", pl.first())
    return status.to_frame().select(pl.when(pl.first() >= 400).then(named)).to_series()


_ERRORS: Final = empty(
    Column(
        ("status_code", "response"),
        _failures,
        tuple(f"response{text}.{name}" for text in ("", TEXT) for name in ("error", "error_code")),
    ),
    "logging_error_codes",
)


def _counted(own: str, names: tuple[str, ...], column: Column | None) -> Field:
    assert column is not None
    return Field((own, "response"), _tokens(own, names), either(first_column(own), column))


_BODIES: Final = with_columns(body_fields("request", "response"), "request", "response")

SOURCE: Final = by_blocks(
    Source(
        name="databricks_inference",
        title="Databricks inference tables (serving endpoints, AI gateway and Unity AI gateway)",
        recognised="`databricks_request_id` with a duration, or `event_time`, `invocation_id` and `latency_ms`",
        links_accounts="by requester and wording: no address, no client",
        carries_prompts="yes, up to 1 or 10 MiB",
        matches=_matches,
        view=_view,
        fields=MappingProxyType(
            {
                **_BODIES,
                schema.INPUT_TOKENS: _counted("input_token_count", INPUT, _BODIES[schema.INPUT_TOKENS].column),
                schema.OUTPUT_TOKENS: _counted("output_token_count", OUTPUT, _BODIES[schema.OUTPUT_TOKENS].column),
                schema.TIMESTAMP: of("request_time", "event_time", "timestamp_ms"),
                schema.ACCOUNT: Field(("requester", "request"), _account, either(named("requester"), _ASKED)),
                schema.END_USER: Field(
                    ("requester", "request"), _end_user, Column(("requester", *_USER.needs), _end_users, _USER.absent)
                ),
                schema.REQUEST: of("databricks_request_id", "invocation_id"),
                schema.MODEL: Field(
                    ("request", *_SERVED, "request_metadata.model_name"),
                    _model,
                    _MODEL,
                ),
                schema.ENDPOINT: of("endpoint_name", "request_metadata.endpoint_name", "served_entity_id"),
                schema.STATUS_CODE: of("status_code"),
                schema.ERROR: Field(("status_code", "response", "logging_error_codes"), _error, _ERRORS),
                schema.LATENCY: of("execution_duration_ms", "latency_ms", "execution_time_ms"),
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
)
