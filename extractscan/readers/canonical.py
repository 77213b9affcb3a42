"""Logs that already use the canonical column names."""

from __future__ import annotations

from collections.abc import Sequence
from operator import methodcaller
from types import MappingProxyType
from typing import Final

from extractscan import schema
from extractscan.readers.plain_columns import leaf, names_at
from extractscan.readers.source import Field, Record, Source, has_keys


def _same(record: Record) -> Record:
    return record


def _field(name: str) -> Field:
    return Field((name,), methodcaller("get", name), names_at(name) if name == schema.TOOL_NAMES else leaf(name))


def _matches(records: Sequence[Record]) -> bool:
    return has_keys(records, *schema.REQUIRED)


SOURCE: Final = Source(
    name="canonical",
    title="Canonical event columns (Parquet, NDJSON, JSON array, CSV)",
    recognised="fields `timestamp` and `account_id`",
    links_accounts="as far as its columns go: addresses, clients, sessions, and an accounts table beside it",
    carries_prompts="where the column `prompt` is filled (text, or chat messages as JSON)",
    matches=_matches,
    view=_same,
    fields=MappingProxyType({name: _field(name) for name in schema.EVENTS}),
    blocks=True,
)
