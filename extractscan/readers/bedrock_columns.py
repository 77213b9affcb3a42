"""Read the columns of Bedrock's invocation logs by whole blocks, where bodies have their usual shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import polars as pl

from extractscan.readers.blockwise_chat import body_prompt_of, body_system_of, message_of, tools_of
from extractscan.readers.plain_columns import leaf
from extractscan.readers.shape import UnusualError
from extractscan.readers.source import Column

REQUEST: Final = "input.inputBodyJson"
RESPONSE: Final = "output.outputBodyJson"
_CONFIG: Final = f"{REQUEST}.inferenceConfig"
_TITAN: Final = f"{REQUEST}.textGenerationConfig"

PROMPT: Final = body_prompt_of(REQUEST)
SYSTEM: Final = body_system_of(REQUEST)
COMPLETION: Final = message_of(RESPONSE)


MAX_TOKENS: Final = leaf(
    f"{REQUEST}.max_tokens",
    f"{_CONFIG}.maxTokens",
    f"{_CONFIG}.max_new_tokens",
    f"{REQUEST}.max_tokens_to_sample",
    f"{REQUEST}.max_gen_len",
    f"{_TITAN}.maxTokenCount",
)
TEMPERATURE: Final = leaf(f"{REQUEST}.temperature", f"{_CONFIG}.temperature", f"{_TITAN}.temperature")
LATENCY: Final = leaf(
    f"{RESPONSE}.metrics.latencyMs",
    f"{RESPONSE}.metadata.metrics.latencyMs",
    f"{RESPONSE}.amazon-bedrock-invocationMetrics.invocationLatency",
)


def _tools(block: Any) -> Any:
    own = block.given(f"{REQUEST}.tools")
    bare, wrapped = _BARE.read(block), _WRAPPED.read(block)
    if wrapped is None:
        return bare
    wrapped = wrapped.to_frame().select(pl.when(~own).then(pl.first())).to_series()
    return block.either(bare, wrapped)


_BARE, _WRAPPED = tools_of(f"{REQUEST}.tools"), tools_of(f"{REQUEST}.toolConfig.tools")
TOOLS: Final = Column((*_BARE.needs, *_WRAPPED.needs), _tools)


def _texts(block: Any, path: str) -> pl.Series | None:
    values: pl.Series | None = block.leaf(path)
    if values is not None and values.dtype != pl.String:
        raise UnusualError
    return values


def _model(block: Any) -> Any:
    names = _texts(block, "modelId")
    if names is None:
        return None
    bare = pl.when(names.str.starts_with("arn:")).then(pl.first().str.split("/").list.last()).otherwise(pl.first())
    return names.to_frame().select(bare).to_series()


MODEL: Final = Column(("modelId",), _model)


def _stream(block: Any) -> Any:
    operation = _texts(block, "operation")
    return None if operation is None else operation.str.contains("Stream", literal=True)


STREAM: Final = Column(("operation",), _stream)


def status(codes: Mapping[str, int]) -> Column:
    """Read the HTTP status of error codes; 200 where there is none."""

    def read(block: Any) -> Any:
        names = _texts(block, "errorCode")
        if names is None:
            return pl.repeat(200, block.height, dtype=pl.Int64, eager=True)
        return names.fill_null("").replace_strict({**codes, "": 200}, default=None, return_dtype=pl.Int64)

    return Column(("errorCode",), read)


def _customer(block: Any) -> Any:
    names, owners = _texts(block, "identity.arn"), _texts(block, "accountId")
    if names is None or owners is None:
        return None
    parts = pl.DataFrame({"arn": names.str.splitn(":", 6), "owner": owners}).unnest("arn")
    caller, whole = pl.col("field_4"), pl.col("field_5").is_not_null()
    other = whole & (caller != "") & (pl.col("owner") != "") & (caller != pl.col("owner"))
    return parts.select(pl.when(other).then(caller)).to_series()


CUSTOMER: Final = Column(("identity.arn", "accountId"), _customer)
