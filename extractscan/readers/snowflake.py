"""Snowflake Cortex REST usage: one row a request, in capitals."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any, Final

from extractscan import schema
from extractscan.readers import chat
from extractscan.readers.picking import first, milliseconds, pick
from extractscan.readers.source import Field, Record, Source, has_keys


def _either(*names: str) -> tuple[str, ...]:
    """Names as the view has them, and in small letters as some clients write them."""
    return tuple(form for name in names for form in (name, name.lower()))


def _granular(*kinds: str) -> Field:
    def read(record: Record) -> Any:
        return first(chat.object_of(first(record, *_either("TOKENS_GRANULAR"))), *kinds)

    return Field(_either("TOKENS_GRANULAR"), read)


def _latency(record: Record) -> Any:
    return milliseconds(first(record, *_either("START_TIME")), first(record, *_either("END_TIME")))


def _matches(records: Sequence[Record]) -> bool:
    return any(
        has_keys(records, *names)
        for names in (
            ("REQUEST_ID", "TOKENS_GRANULAR", "START_TIME"),
            ("REQUEST_ID", "INFERENCE_REGION", "START_TIME"),
            ("request_id", "tokens_granular", "start_time"),
            ("request_id", "inference_region", "start_time"),
        )
    )


SOURCE: Final = Source(
    name="snowflake_cortex",
    title="Snowflake Cortex REST API usage history",
    recognised="`REQUEST_ID` and `START_TIME` with `TOKENS_GRANULAR` or `INFERENCE_REGION`",
    links_accounts="by user and rhythm only: no address, no client",
    carries_prompts="no",
    matches=_matches,
    view=lambda record: record,
    fields=MappingProxyType(
        {
            schema.TIMESTAMP: pick(*_either("START_TIME")),
            schema.ACCOUNT: pick(*_either("USER_ID", "USER_NAME")),
            schema.REQUEST: pick(*_either("REQUEST_ID")),
            schema.MODEL: pick(*_either("MODEL_NAME")),
            schema.INPUT_TOKENS: _granular("input", "input_tokens", "prompt"),
            schema.OUTPUT_TOKENS: _granular("output", "output_tokens", "completion"),
            schema.CACHED_TOKENS: _granular("cache_read_input", "cache_read_input_tokens"),
            schema.LATENCY: Field(_either("START_TIME", "END_TIME"), _latency),
        }
    ),
)
