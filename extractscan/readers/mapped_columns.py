"""Read the fields that a mapping names by whole blocks, wherever a dotted path may lead."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
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
)
from extractscan.readers.cast import series_of
from extractscan.readers.chat import request_prompt, request_system, response_text
from extractscan.readers.convert import read_guarded
from extractscan.readers.plain_columns import leaf, names_at
from extractscan.readers.shape import UnusualError, literal
from extractscan.readers.source import Column


@dataclass(frozen=True, slots=True)
class _Text:
    """How a text is taken out of a body: of one record, and of a block by whether lists or objects stand there."""

    read: Callable[[Any], Any]
    listed: Callable[[str], Column] | None
    whole: Callable[[str], Column]


_TEXTS: Final[Mapping[str, _Text]] = MappingProxyType(
    {
        schema.PROMPT: _Text(request_prompt, prompt_of, body_prompt_of),
        schema.SYSTEM_PROMPT: _Text(request_system, system_of, body_system_of),
        schema.COMPLETION: _Text(response_text, None, response_of),
    }
)
TEXTS: Final[Mapping[str, Callable[[Any], Any]]] = MappingProxyType({name: text.read for name, text in _TEXTS.items()})
"""What takes the text out of bodies that a mapping names for a column of texts."""

_MOST_DOTS: Final = 2
"""Each dot doubles the ways in which a path can be meant."""


def mapped_column(name: str, path: str) -> Column | None:
    """Say how blocks give a canonical column that stands at a path; None where records have to be read one by one."""
    parts = path.split(".")
    if len(parts) > _MOST_DOTS + 1 or not all(parts) or any(part.endswith("[]") for part in parts):
        return None
    ways = [(way, _column(name, way)) for way in _ways(path)]

    def read(block: Any) -> Any:
        held = [column for way, column in ways if block.given(way).any()]
        if len(held) > 1:
            raise UnusualError
        return held[0].read(block) if held else None

    needs, absent = ([path for _, column in ways for path in getattr(column, of)] for of in ("needs", "absent"))
    return Column(tuple(needs), read, tuple(absent))


def _ways(path: str) -> list[str]:
    """List what a dotted path can mean: each of its dots lies within a name or between two."""
    head, *rest = path.split(".")
    ways = [head]
    for name in rest:
        ways = [joined for way in ways for joined in (f"{way}{literal('.')}{name}", f"{way}.{name}")]
    return ways


def _column(name: str, path: str) -> Column:
    text = _TEXTS.get(name)
    if text is None:
        return names_at(path) if name == schema.TOOL_NAMES else leaf(path)
    whole, listed = text.whole(path), text.listed(path) if text.listed else None
    ways = [way for way in (listed, whole) if way is not None]

    def read(block: Any) -> Any:
        kind = block.kind(path)
        if pa.types.is_string(kind):
            return _opened(block.leaf(path), text.read)
        if pa.types.is_struct(kind):
            return whole.read(block)
        if listed is None or not pa.types.is_list(kind):
            raise UnusualError
        return listed.read(block)

    absent = tuple(each for way in ways for each in way.absent)
    return Column((path, *(need for way in ways for need in way.needs)), read, absent)


def _opened(values: pl.Series, text: Callable[[Any], Any]) -> pl.Series:
    """Take the text out of what is JSON, and leave the rest as it is."""
    bodies = values.str.starts_with("{") | values.str.starts_with("[")
    if not bodies.any():
        return values
    texts = series_of(values.name, [read_guarded(text, body) for body in values.filter(bodies)])
    return values.scatter(bodies.fill_null(value=False).arg_true(), texts)
