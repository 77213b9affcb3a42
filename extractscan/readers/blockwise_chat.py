"""Take the texts out of chat messages by whole blocks of records, in the shape that most of them have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import polars as pl

from extractscan.readers.blockwise import ROW
from extractscan.readers.chat import SYSTEM, USER
from extractscan.readers.source import Column

_ANSWERS: Final = ("output", "results", "outputs", "generations", "candidates")
_TEXTS: Final = ("content", "generation", "text", "completion", "outputText")
_CHOICES: Final = ("outputText", "text", "guardContent", "content", "parts", "refusal")


def prompt_of(messages: str, *absent: str) -> Column:
    """Read the text of the last user message that has any; at the `absent` paths nothing may stand."""
    return _column(messages, absent, lambda block: _last(_said(block, messages, USER), block))


def system_of(messages: str, *absent: str) -> Column:
    """Join the texts of all system and developer messages by newlines; at the `absent` paths nothing may stand."""
    return _column(messages, absent, lambda block: _joined(_said(block, messages, SYSTEM), block))


def answer_of(response: str) -> Column:
    """Join the answers of a response with choices by newlines."""
    choice = f"{response}.choices[]"
    absent = (*(f"{response}.{name}" for name in (*_ANSWERS, *_TEXTS)), *(f"{choice}.{name}" for name in _CHOICES))
    return Column((f"{choice}.message.content",), lambda block: _answers(block, response), absent)


def _column(messages: str, absent: tuple[str, ...], read: Callable[[Any], Any]) -> Column:
    needs = (f"{messages}[].role", f"{messages}[].content")
    return Column(needs, read, (f"{messages}[].parts", *absent))


def _said(block: Any, messages: str, roles: frozenset[str]) -> pl.DataFrame | None:
    """Give the texts of all messages of some roles, with their records."""
    items = block.texts(messages, "content", "role")
    if items is None:
        return None
    chosen: pl.DataFrame = items.select(ROW, "content", "role").filter(
        pl.col("role").is_in(list(roles)), pl.col("content") != ""
    )
    return chosen.select(ROW, "content")


def _last(texts: pl.DataFrame | None, block: Any) -> Any:
    return None if texts is None else block.spread(texts.unique(ROW, keep="last", maintain_order=True))


def _joined(texts: pl.DataFrame | None, block: Any) -> Any:
    if texts is None:
        return None
    if texts[ROW].is_unique().all():
        return block.spread(texts)
    return block.spread(texts.group_by(ROW, maintain_order=True).agg(pl.col("content").str.join("\n")))


def _answers(block: Any, response: str) -> Any:
    items = block.texts(f"{response}.choices", "message.content")
    if items is None:
        return None
    return _joined(items.rename({"message.content": "content"}).filter(pl.col("content") != ""), block)
