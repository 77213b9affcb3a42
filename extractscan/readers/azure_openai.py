"""Azure OpenAI diagnostic rows (RequestResponse): when, from which network, to which deployment, and how much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import polars as pl

from extractscan import schema
from extractscan.readers import chat
from extractscan.readers.outlines import by_blocks
from extractscan.readers.picking import first, first_of, pick
from extractscan.readers.plain_columns import of_number
from extractscan.readers.source import Field, Record, Source, has_keys

_DURATIONS: Final = ("durationMs", "DurationMs")
_MODELS: Final = ("modelDeploymentName", "modelName")


class Row:
    """One record; its properties are an object in one row and JSON text in the next."""

    __slots__ = ("properties", "record")

    def __init__(self, record: Record) -> None:
        self.record = record
        self.properties: Mapping[str, Any] = chat.object_of(record.get("properties") or record.get("properties_s"))


def _top(*names: str) -> Field:
    read = pick(*names).read
    return Field(names, lambda row: read(row.record), first_of(*names))


def _inner(*names: str) -> Field:
    paths = tuple(f"{head}.{name}" for name in names for head in ("properties", "properties_s"))
    return Field(paths, lambda row: next((row.properties[n] for n in names if row.properties.get(n)), None))


def _latency(row: Row) -> Any:
    """Milliseconds; clocks of two machines give negative ones, which say nothing."""
    given = first(row.record, *_DURATIONS)
    try:
        return None if float(given) < 0 else given
    except (TypeError, ValueError):
        return None


def _possible(durations: pl.Series) -> pl.Series:
    return durations.to_frame().select(pl.when(pl.first() >= 0).then(pl.first())).to_series()


def _stream(row: Row) -> Any:
    kind = row.properties.get("streamType")
    return None if kind is None else str(kind).casefold() != "non-streaming"


def _matches(records: Sequence[Record]) -> bool:
    hits = sum(r.get("category", r.get("Category")) == "RequestResponse" for r in records)
    places = has_keys(records, "resourceId") or has_keys(records, "_ResourceId") or has_keys(records, "ResourceId")
    return bool(records) and 2 * hits >= len(records) and places


SOURCE: Final = by_blocks(
    Source(
        name="azure_openai",
        title="Azure OpenAI diagnostic logs (RequestResponse)",
        recognised="`category` is `RequestResponse`",
        links_accounts="weakly: directory objects, networks (addresses are masked)",
        carries_prompts="no",
        matches=_matches,
        view=Row,
        fields=MappingProxyType(
            {
                schema.TIMESTAMP: _top("time", "TimeGenerated"),
                schema.ACCOUNT: _inner("objectId"),
                schema.REQUEST: _top("correlationId", "CorrelationId"),
                schema.CLIENT_IP: _top("callerIpAddress", "CallerIPAddress", "CallerIpAddress"),
                schema.MODEL: _inner(*_MODELS),
                schema.ENDPOINT: _top("operationName", "OperationName"),
                schema.STREAM: Field(("properties.streamType", "properties_s.streamType"), _stream),
                schema.STATUS_CODE: _top("resultSignature", "ResultSignature"),
                schema.LATENCY: Field(_DURATIONS, _latency, of_number(_possible, *_DURATIONS)),
            }
        ),
        notes=(
            "account_id is the caller's directory object; requests with a key name nobody and are not used",
            "addresses are masked in their last part, so only networks can be compared",
        ),
        wants="Requests with a key name nobody there: use the API Management gateway logs.",
    )
)
