"""Read the columns of LiteLLM's records by whole blocks, where they have their usual shape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import polars as pl

from extractscan.readers.blockwise import ROW
from extractscan.readers.blockwise_chat import answer_of, prompt_of, system_of, tools_of
from extractscan.readers.exchange_columns import opened
from extractscan.readers.picking import first_of
from extractscan.readers.plain_columns import between, leaf
from extractscan.readers.shape import UnusualError
from extractscan.readers.source import Column

_BODY: Final = "proxy_server_request"
"""Where it is logged, parameters and messages may come from it: such records are read one by one."""


def _bare(column: Column) -> Column:
    """Read a column of records without a logged body."""

    def read(block: Any) -> Any:
        body = block.leaf(_BODY)
        if body is not None and not body.drop_nulls().is_in(["", "{}"]).all():
            raise UnusualError
        return column.read(block)

    return Column((*column.needs, _BODY), read, column.absent)


PROMPT: Final = _bare(opened("messages", prompt_of))
SYSTEM: Final = _bare(opened("messages", system_of))
COMPLETION: Final = opened("response", answer_of)


def pick(*paths: str) -> Column:
    """Read the first of some paths that holds anything, in metadata that were logged as text too."""
    outer, inner = "metadata.", len("metadata.")
    if not any(path.startswith(outer) for path in paths):
        return first_of(*paths)
    return opened(
        "metadata", lambda at: first_of(*(f"{at}.{path[inner:]}" if path.startswith(outer) else path for path in paths))
    )


_AGENT: Final = "User-Agent: "


def parameter(name: str) -> Column:
    """Read a parameter of the request."""
    path = f"model_parameters.{name}"
    return _bare(leaf(path))


def _agent(metadata: str, request_tags: str) -> Column:
    def read(block: Any) -> Any:
        agent, tags = block.first(f"{metadata}.user_agent"), block.texts(request_tags)
        if tags is None:
            return agent
        marked = tags.filter(pl.col("item").str.starts_with(_AGENT)).with_columns(pl.col("item").str.slice(len(_AGENT)))
        longest = marked.sort(ROW, pl.col("item").str.len_chars(), "item")
        return block.either(agent, block.spread(longest))

    return Column((f"{metadata}.user_agent", f"{request_tags}[]"), read)


USER_AGENT: Final = opened("metadata", lambda told: opened("request_tags", lambda tags: _agent(told, tags)))


def _stream(block: Any) -> Any:
    return block.either(block.first("stream"), block.leaf("model_parameters.stream"))


STREAM: Final = _bare(Column(("stream", "model_parameters.stream"), _stream))


def _max_tokens(block: Any) -> Any:
    found = None
    for name in MAX_TOKENS_NAMES:
        values = block.leaf(f"model_parameters.{name}")
        if values is not None:
            if values.dtype == pl.Boolean:
                raise UnusualError
            nothing = values == ("" if values.dtype == pl.String else 0)
            values = values.to_frame().select(pl.when(~nothing).then(pl.first())).to_series()
        found = block.either(found, values)
    return found


MAX_TOKENS_NAMES: Final = ("max_tokens", "max_completion_tokens", "max_output_tokens")
MAX_TOKENS: Final = _bare(Column(tuple(f"model_parameters.{name}" for name in MAX_TOKENS_NAMES), _max_tokens))


def _cached(metadata: str, response: str) -> Column:
    usages = (f"{metadata}.usage_object", f"{response}.usage")

    def read(block: Any) -> Any:
        own, other = (_cached_in(block, path) for path in usages)
        if own is None or other is None:
            mine = block.given(usages[0])
            if own is None and other is not None and mine.any():
                return other.to_frame().select(pl.when(~mine).then(pl.first())).to_series()
            return own if other is None else other
        if own.dtype != other.dtype:
            raise UnusualError
        return own.zip_with(block.given(usages[0]), other)

    return Column(tuple(f"{usage}.{name}" for usage in usages for name in _CACHED), read)


def _cached_in(block: Any, usage: str) -> Any:
    inner = block.leaf(f"{usage}.prompt_tokens_details.cached_tokens")
    return block.either(inner, block.leaf(f"{usage}.cache_read_input_tokens"))


_CACHED: Final = ("prompt_tokens_details.cached_tokens", "cache_read_input_tokens")
CACHED: Final = opened("metadata", lambda told: opened("response", lambda answer: _cached(told, answer)))


def _failed(name: str, read: Callable[[Any, Any], Any]) -> Column:
    """Read what a failure and the status say; the failure stands in the record itself or in its metadata."""

    def make(metadata: str) -> Column:
        own, other = "error_information", f"{metadata}.error_information"

        def read_block(block: Any) -> Any:
            if block.given(own).any() and block.given(other).any():
                raise UnusualError
            told = block.first(f"{own}.{name}", f"{other}.{name}")
            return read(block, told)

        return Column(("status", f"{own}.{name}", f"{other}.{name}"), read_block)

    return opened("metadata", make)


def _status(block: Any, code: Any) -> Any:
    words = block.first("status")
    fine = block.nothing()
    if words is not None:
        fine = words.to_frame().select(pl.when(_text(words) == "success").then(pl.lit("200"))).to_series()
    if code is None:
        return fine
    texts = _text(code)
    numbers = texts.to_frame().select(pl.when(texts.str.contains(r"^\p{Nd}+$")).then(pl.first())).to_series()
    return numbers.zip_with(code.is_not_null(), fine)


def _error(block: Any, kind: Any) -> Any:
    words = block.first("status")
    if words is None:
        return kind
    failed = words.to_frame().select(pl.when(_text(words) == "failure").then(pl.lit("failure"))).to_series()
    return block.either(kind, failed)


def _text(values: pl.Series) -> pl.Series:
    if values.dtype == pl.Float64:
        raise UnusualError
    return values.cast(pl.String)


STATUS: Final = _failed("error_code", _status)
ERROR: Final = _failed("error_class", _error)


def _latency(block: Any) -> Any:
    given, took = block.first("request_duration_ms"), between(block.leaf("startTime"), block.leaf("endTime"))
    if given is None or took is None or given.null_count() == 0:
        return took if given is None else given
    if not given.dtype.is_numeric():
        raise UnusualError
    return block.either(given.cast(pl.Float64), took.cast(pl.Float64))


LATENCY: Final = Column(("request_duration_ms", "startTime", "endTime"), _latency)


TOOLS: Final = _bare(tools_of("model_parameters.tools"))
