"""Read the columns of LiteLLM's records by whole blocks, where they have their usual shape."""

from __future__ import annotations

from typing import Any, Final

import polars as pl

from extractscan.readers.blockwise import ROW
from extractscan.readers.blockwise_chat import answer_of, prompt_of, system_of, tools_of
from extractscan.readers.shape import UnusualError
from extractscan.readers.source import Column
from extractscan.readers.timestamps import to_utc

_BODY: Final = "proxy_server_request"
"""Where it is logged, parameters and messages may come from it: such records are read one by one."""

PROMPT: Final = prompt_of("messages", _BODY)
SYSTEM: Final = system_of("messages", _BODY)
COMPLETION: Final = answer_of("response")
_AGENT: Final = "User-Agent: "


def parameter(name: str) -> Column:
    """Read a parameter of the request."""
    path = f"model_parameters.{name}"
    return Column((path,), lambda block: block.leaf(path), (_BODY,))


def _user_agent(block: Any) -> Any:
    agent, tags = block.first("metadata.user_agent"), block.texts("request_tags")
    if tags is None:
        return agent
    marked = tags.filter(pl.col("item").str.starts_with(_AGENT)).with_columns(pl.col("item").str.slice(len(_AGENT)))
    longest = marked.sort(ROW, pl.col("item").str.len_chars(), "item").unique(ROW, keep="last", maintain_order=True)
    return block.either(agent, block.spread(longest))


USER_AGENT: Final = Column(("metadata.user_agent", "request_tags[]"), _user_agent)


def _stream(block: Any) -> Any:
    return block.either(block.first("stream"), block.leaf("model_parameters.stream"))


STREAM: Final = Column(("stream", "model_parameters.stream"), _stream, (_BODY,))


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
MAX_TOKENS: Final = Column(tuple(f"model_parameters.{name}" for name in MAX_TOKENS_NAMES), _max_tokens, (_BODY,))


def _cached(block: Any) -> Any:
    own, other = (_cached_in(block, path) for path in ("metadata.usage_object", "response.usage"))
    if own is None or other is None:
        mine = block.given("metadata.usage_object")
        if own is None and other is not None and mine.any():
            return other.to_frame().select(pl.when(~mine).then(pl.first())).to_series()
        return own if other is None else other
    if own.dtype != other.dtype:
        raise UnusualError
    return own.zip_with(block.given("metadata.usage_object"), other)


def _cached_in(block: Any, usage: str) -> Any:
    inner = block.leaf(f"{usage}.prompt_tokens_details.cached_tokens")
    return block.either(inner, block.leaf(f"{usage}.cache_read_input_tokens"))


_CACHED: Final = ("prompt_tokens_details.cached_tokens", "cache_read_input_tokens")
CACHED: Final = Column(
    tuple(f"{usage}.{name}" for usage in ("metadata.usage_object", "response.usage") for name in _CACHED), _cached
)

_FAILURE: Final = "metadata.error_information"
"""Only where records have no `error_information` of their own."""


def _status(block: Any) -> Any:
    code, words = block.first("error_information.error_code"), block.first("status")
    fine = pl.repeat(None, block.height, dtype=pl.String, eager=True)
    if words is not None:
        fine = words.to_frame().select(pl.when(_text(words) == "success").then(pl.lit("200"))).to_series()
    if code is None:
        return fine
    texts = _text(code)
    numbers = texts.to_frame().select(pl.when(texts.str.contains(r"^\p{Nd}+$")).then(pl.first())).to_series()
    return numbers.zip_with(code.is_not_null(), fine)


def _error(block: Any) -> Any:
    kind, words = block.first("error_information.error_class"), block.first("status")
    if words is None:
        return kind
    failed = words.to_frame().select(pl.when(_text(words) == "failure").then(pl.lit("failure"))).to_series()
    return block.either(kind, failed)


def _text(values: pl.Series) -> pl.Series:
    if values.dtype == pl.Float64:
        raise UnusualError
    return values.cast(pl.String)


STATUS: Final = Column(("status", "error_information.error_code"), _status, (_FAILURE,))
ERROR: Final = Column(("status", "error_information.error_class"), _error, (_FAILURE,))


def _latency(block: Any) -> Any:
    given, took = block.first("request_duration_ms"), _took(block.leaf("startTime"), block.leaf("endTime"))
    if given is None or took is None or given.null_count() == 0:
        return took if given is None else given
    if not given.dtype.is_numeric():
        raise UnusualError
    return block.either(given.cast(pl.Float64), took.cast(pl.Float64))


def _took(start: pl.Series | None, end: pl.Series | None) -> pl.Series | None:
    """Give whole milliseconds between two columns, of seconds since 1970 or of ISO times."""
    if start is None or end is None:
        return None
    if start.dtype.is_numeric() and end.dtype.is_numeric():
        between = (end.cast(pl.Float64) - start.cast(pl.Float64)) * 1000
    elif start.dtype == end.dtype == pl.String:
        between = (_microseconds(end) - _microseconds(start)).cast(pl.Float64) / 1e6 * 1000
    else:
        raise UnusualError
    return between.round(mode="half_to_even").cast(pl.Int64, strict=False)


def _microseconds(times: pl.Series) -> pl.Series:
    if not times.str.contains(_ISO).all():
        raise UnusualError
    return to_utc(times)[0].to_physical()


_ISO: Final = r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{6})?(?:Z|[+-]\d\d:\d\d)?$"
"""Times that both ways of reading understand, and in the same way."""
LATENCY: Final = Column(("request_duration_ms", "startTime", "endTime"), _latency)


TOOLS: Final = tools_of("model_parameters.tools", _BODY)
