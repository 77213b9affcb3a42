"""Read the columns of Langfuse's observations by whole blocks, where they have their usual shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import polars as pl
import pyarrow as pa

from extractscan import schema
from extractscan.readers.blockwise_chat import (
    body_prompt_of,
    body_system_of,
    prompt_of,
    response_of,
    system_of,
    tools_of,
)
from extractscan.readers.exchange import SETTINGS
from extractscan.readers.exchange_columns import Make, by_record, either, filled, opened
from extractscan.readers.plain_columns import between, leaf
from extractscan.readers.shape import TEXT, UnusualError
from extractscan.readers.source import Column

_TOLD: Final = ("metadata", "tool_definitions", "model_parameters")
"""Where names stand that nobody can list, or so few values that each is looked at once."""
_INPUT: Final = "input"
IN: Final = ("input", "prompt_tokens", "input_tokens")
OUT: Final = ("output", "completion_tokens", "output_tokens")
CACHED: Final = ("input_cached_tokens", "cache_read_input_tokens", "input_cache_read")
"""Names of token counts, best first."""


def _list_or_body(of_list: Make, of_body: Make) -> Make:
    """Read a bare list of messages, or a request body that has them."""

    def make(path: str) -> Column:
        listed, body = of_list(path), of_body(path)

        def read(block: Any) -> Any:
            kind = block.kind(path)
            return (body if kind is not None and pa.types.is_struct(kind) else listed).read(block)

        return Column((*listed.needs, *body.needs), read, (*listed.absent, *body.absent))

    return make


def started(*others: str) -> Column:
    """Read when observations began, of records that have none of the names that another spelling has."""
    return Column(("start_time",), lambda block: block.leaf("start_time"), others)


def told(view: Callable[[Any], Any], read: Callable[[Any], Any]) -> Column:
    """Read what metadata, parameters and tool definitions say."""
    return by_record(view, read, *_TOLD)


def account(view: Callable[[Any], Any], read: Callable[[Any], Any]) -> Column:
    """Read the user, else whom the metadata name."""
    return either(filled("user_id"), told(view, read))


def parameter(view: Callable[[Any], Any], read: Callable[[Any], Any], *names: str) -> Column:
    """Read a parameter that stands beside the input, of blocks whose inputs hold none of these names."""
    own = told(view, read)
    places = ("", *(f"{at}." for at in SETTINGS))
    inside = [f"{at}.{place}{name}" for at in (_INPUT, _INPUT + TEXT) for place in places for name in names]
    return Column((_INPUT,), own.read, tuple(inside))


def tools(view: Callable[[Any], Any], read: Callable[[Any], Any], decides: Callable[[Any], bool]) -> Column:
    """Read the names of tools that are told of, else those in the input, where nothing that is told decides."""
    own, decided = told(view, read), told(view, decides)
    within = opened(_INPUT, _list_or_body(_no_tools, _tools))

    def read_block(block: Any) -> Any:
        names, inner = own.read(block), within.read(block)
        if inner is None:
            return names
        open_to_it = inner.to_frame().select(pl.when(~decided.read(block)).then(pl.first())).to_series()
        return block.either(names, open_to_it)

    return Column(within.needs, read_block, within.absent)


def _tools(body: str) -> Column:
    return tools_of(f"{body}.tools", *(f"{body}.{at}" for at in SETTINGS))


def _no_tools(messages: str) -> Column:
    return Column((f"{messages}[].role",), lambda _: None)


def _aside(block: Any) -> Any:
    kinds = block.leaf("type")
    if kinds is None:
        return None
    if kinds.dtype != pl.String:
        raise UnusualError
    other = pl.when(pl.first() != "GENERATION").then(pl.lit("no model call"))
    return kinds.to_frame().select(other).to_series()


ASIDE: Final = Column(("type",), _aside)


def _key(block: Any) -> Any:
    ids = block.leaf("id")
    if ids is None or ids.dtype != pl.String:
        raise UnusualError
    return ids


KEY: Final = Column(("id",), _key)


def _latency(block: Any) -> Any:
    start, end = block.leaf("start_time"), block.leaf("end_time")
    times = [each for each in (start, end) if each is not None]
    if any(each.dtype != pl.String for each in times):
        raise UnusualError
    zoned = [each.str.contains(r"(?:Z|[+-]\d\d:\d\d)$").drop_nulls().unique() for each in times]
    if len({value for each in zoned for value in each}) > 1:
        raise UnusualError
    return between(start, end)


def _used(*names: str) -> Column:
    return opened("usage_details", lambda at: leaf(*(f"{at}.{name}" for name in names)))


PLAIN: Final[Mapping[str, Column]] = MappingProxyType(
    {
        schema.SESSION: filled("session_id"),
        schema.REQUEST: KEY,
        schema.MODEL: filled("provided_model_name", "model"),
        schema.ENDPOINT: leaf("name"),
        schema.PROMPT: opened(_INPUT, _list_or_body(prompt_of, body_prompt_of)),
        schema.SYSTEM_PROMPT: opened(_INPUT, _list_or_body(system_of, body_system_of)),
        schema.COMPLETION: opened("output", response_of),
        schema.INPUT_TOKENS: _used(*IN),
        schema.OUTPUT_TOKENS: _used(*OUT),
        schema.CACHED_TOKENS: _used(*CACHED),
        schema.LATENCY: Column(("start_time", "end_time"), _latency),
        schema.COST: either(leaf("total_cost"), opened("cost_details", lambda at: leaf(f"{at}.total"))),
    }
)
"""Columns that stand in a place of their own."""
