"""Rows of the log table of one-api and new-api, which resell other vendors' models.

The table mixes requests with top-ups, refunds and notes of the administrator; only the column `type` tells them apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from extractscan import schema
from extractscan.readers import chat
from extractscan.readers.picking import first, pick_in
from extractscan.readers.source import Field, Record, Source, has_keys

_KINDS: Final = {
    0: "unknown",
    1: "a top-up",
    3: "a note of the administration",
    4: "a note of the system",
    6: "a refund",
}
_CONSUMED: Final = 2
_FAILED: Final = 5
_QUOTA_A_DOLLAR: Final = 500_000
"""Both gateways' own constant; an operator may show other prices, but the table counts in these."""


class Row:
    """One row, with the JSON of its column `other` parsed once."""

    __slots__ = ("failed", "kind", "other", "record")

    def __init__(self, record: Record) -> None:
        self.record = record
        self.other: Mapping[str, Any] = chat.object_of(record.get("other"))
        self.kind = _kind(record)
        self.failed = self.kind == _FAILED and record.get("elapsed_time") is None


def _kind(record: Record) -> int | None:
    try:
        return int(float(record["type"]))
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def _no_request(row: Row) -> str | None:
    if row.kind == _CONSUMED or row.failed:
        return None
    if row.kind is None:
        return "rows without a type"
    what = "a test of a channel" if row.kind == _FAILED else _KINDS.get(row.kind, "of no known kind")
    return f"type {row.kind}, {what}"


def _key(row: Row) -> Any:
    """The token's number; its name alone is unique for its user only."""
    number = first(row.record, "token_id")
    if number is not None and str(number) not in {"0", "0.0"}:
        return number
    name = first(row.record, "token_name")
    return None if name is None else f"{first(row.record, 'user_id', 'username')}/{name}"


def _latency(row: Row) -> Any:
    """one-api counts milliseconds, new-api whole seconds."""
    own = first(row.record, "elapsed_time")
    seconds = first(row.record, "use_time")
    return own if seconds is None else round(float(seconds) * 1000)


def _status(row: Row) -> Any:
    return row.other.get("status_code") if row.failed else 200


def _error(row: Row) -> Any:
    """The kind of an error alone: the sentence in `content` may quote a key or an address."""
    if not row.failed:
        return None
    return first(row.other, "error_code", "error_type") or "error"


def _cost(row: Row) -> Any:
    quota = first(row.record, "quota")
    return None if quota is None else float(quota) / _QUOTA_A_DOLLAR


def _record(row: Row) -> Record:
    return row.record


def _other(row: Row) -> Record:
    return row.other


SOURCE: Final = Source(
    name="one_api",
    title="one-api and new-api log tables (CSV, JSON or Parquet rows of `logs`)",
    recognised="fields `user_id`, `created_at`, `type`, `quota` and `token_name`",
    links_accounts="users, tokens; addresses where users let new-api record them",
    carries_prompts="no",
    matches=lambda records: has_keys(records, "user_id", "created_at", "type", "quota", "token_name"),
    view=Row,
    fields=MappingProxyType(
        {
            schema.TIMESTAMP: pick_in(_record, "created_at"),
            schema.ACCOUNT: pick_in(_record, "user_id", "username"),
            schema.API_KEY: Field(("token_id", "token_name", "user_id", "username"), _key),
            schema.REQUEST: pick_in(_record, "request_id"),
            schema.CLIENT_IP: pick_in(_record, "ip"),
            schema.MODEL: pick_in(_record, "model_name"),
            schema.ENDPOINT: pick_in(_other, "request_path", under="other."),
            schema.INPUT_TOKENS: pick_in(_record, "prompt_tokens"),
            schema.OUTPUT_TOKENS: pick_in(_record, "completion_tokens"),
            schema.CACHED_TOKENS: pick_in(_other, "cache_tokens", under="other."),
            schema.STREAM: pick_in(_record, "is_stream"),
            schema.STATUS_CODE: Field(("type", "other.status_code"), _status),
            schema.ERROR: Field(("type", "other.error_code", "other.error_type"), _error),
            schema.LATENCY: Field(("use_time", "elapsed_time"), _latency),
            schema.COST: Field(("quota",), _cost),
        }
    ),
    keeps=_no_request,
    heads=frozenset({"type", "elapsed_time", "other"}),
    late=frozenset({schema.CLIENT_IP, schema.ERROR}),
    notes=("cost_usd takes the gateways' own 500,000 quota a dollar",),
)
