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
from extractscan.readers.outlines import by_value
from extractscan.readers.plain_columns import between, leaf
from extractscan.readers.shape import TEXT, UnusualError
from extractscan.readers.source import Column

Told = tuple[Callable[[Any], Any], Callable[[Any], bool]]
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


def told(view: Callable[[Any], Any], read: Callable[[Any], Any], path: str) -> Column:
    """Read what an object tells whose names nobody can list, or the text that it was logged as."""
    of_texts, of_objects = by_value(view, read, path), by_record(view, read, path)

    def read_block(block: Any) -> Any:
        kind = block.kind(path)
        return (of_objects if kind is not None and pa.types.is_struct(kind) else of_texts).read(block)

    return Column((path, f"{path}.{_UNKNOWN}"), read_block)


_UNKNOWN: Final = "-"
"""A name that makes a shape of an object, whatever its fields are called."""


def account(view: Callable[[Any], Any], read: Callable[[Any], Any]) -> Column:
    """Read the user, else whom the metadata name."""
    return either(filled("user_id"), told(view, read, "metadata"))


def parameter(view: Callable[[Any], Any], read: Callable[[Any], Any], *names: str) -> Column:
    """Read a parameter that stands beside the input, of blocks whose inputs hold none of these names."""
    own = told(view, read, "model_parameters")
    places = ("", *(f"{at}." for at in SETTINGS))
    inside = [f"{at}.{place}{name}" for at in (_INPUT, _INPUT + TEXT) for place in places for name in names]
    return Column((_INPUT, *own.needs), own.read, tuple(inside))


def tools(view: Callable[[Any], Any], defined: Told, given: Told) -> Column:
    """Read the names of the tools that are defined, else of those among the parameters, else of those in the input.

    Each of the first two is a way to read the names, and one to tell whether anything says which there are.
    """
    own, says = (by_record(view, read, "tool_definitions") for read in defined)
    further, also_says = (told(view, read, "model_parameters") for read in given)
    within = opened(_INPUT, _list_or_body(_no_tools, _tools))

    def read_block(block: Any) -> Any:
        found, last = own.read(block), within.read(block)
        said = says.read(block)
        found = block.either(found, _where(~said, further.read(block)))
        return found if last is None else block.either(found, _where(~(said | also_says.read(block)), last))

    return Column((*within.needs, *further.needs), read_block, within.absent)


def _where(mask: pl.Series, values: pl.Series) -> pl.Series:
    return values.to_frame().select(pl.when(mask).then(pl.first())).to_series()


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
