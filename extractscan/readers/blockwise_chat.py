"""Take the texts out of chat messages by whole blocks of records, in the shape that most of them have."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import or_
from typing import Any, Final

import polars as pl

from extractscan.readers.blockwise import ROW
from extractscan.readers.chat import SYSTEM, USER
from extractscan.readers.shape import UnusualError
from extractscan.readers.source import Column

_ANSWERS: Final = ("output", "results", "outputs", "generations", "candidates")
_TEXTS: Final = ("generation", "text", "completion", "outputText")
_PART: Final = ("guardContent", "content", "parts", "refusal")
_CHOICES: Final = ("outputText", "text", *_PART)
_OWN: Final = ("instructions", "system_instruction", "systemInstruction", "preamble")
_PROMPTS: Final = ("contents", "input", "prompt", "inputText", "message")


def content_of(path: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Say where content stands that is text, or a list of parts with text, and what may not stand in these."""
    return (path, f"{path}[].text"), tuple(f"{path}[].{name}" for name in _PART)


def prompt_of(messages: str, *absent: str, held: str = "content") -> Column:
    """Read the text of the last user message that has any; at the `absent` paths nothing may stand.

    Messages hold their content under one of the names `content` and `parts`.
    """
    return _column(messages, absent, lambda block: _last(_said(block, messages, USER, held), block), held)


def system_of(messages: str, *absent: str, held: str = "content") -> Column:
    """Join the texts of all system and developer messages by newlines; at the `absent` paths nothing may stand."""
    return _column(messages, absent, lambda block: _joined(_said(block, messages, SYSTEM, held), block), held)


def body_prompt_of(body: str) -> Column:
    """Read the user's text of a request body with messages."""
    return prompt_of(f"{body}.messages", *(f"{body}.{name}" for name in _PROMPTS))


def body_system_of(body: str) -> Column:
    """Join the system text of a request body with messages, the vendor's own field first."""
    own, absent = content_of(f"{body}.system")
    said = system_of(f"{body}.messages", *absent, *(f"{body}.{name}" for name in ("contents", "input", *_OWN)))

    return Column(
        (*own, *said.needs), lambda block: together(block.prose(f"{body}.system"), said.read(block)), said.absent
    )


def together(first: pl.Series | None, second: pl.Series | None) -> pl.Series | None:
    """Join two columns of texts by newlines."""
    if first is None or second is None:
        return second if first is None else first
    both = pl.DataFrame({"first": first, "second": second})
    return both.select(
        pl.concat_str("first", "second", separator="\n", ignore_nulls=True).replace("", None)
    ).to_series()


def answer_of(response: str) -> Column:
    """Join the answers of a response with choices by newlines."""
    choice, absent = f"{response}.choices[]", tuple(f"{response}.{name}" for name in (*_ANSWERS, *_TEXTS, "content"))
    needs, parts = content_of(f"{choice}.message.content")
    others = tuple(f"{choice}.{name}" for name in _CHOICES)
    return Column(needs, lambda block: _answers(block, response), (*absent, *parts, *others))


def message_of(response: str) -> Column:
    """Read the text of a response whose content stands in a message under `output`, or by itself."""
    (wrapped, no), (bare, nor) = (content_of(f"{response}.{path}") for path in ("output.message.content", "content"))
    absent = tuple(f"{response}.{name}" for name in ("choices", *_ANSWERS[1:], *_TEXTS))

    def read(block: Any) -> Any:
        inner, own = block.prose(wrapped[0]), block.prose(bare[0])
        given = block.given(f"{response}.output")
        if own is not None and given.any():
            own = own.to_frame().select(pl.when(~given).then(pl.first())).to_series()
        return block.either(inner, own)

    return Column((*wrapped, *bare), read, (*no, *nor, *absent))


def response_of(response: str) -> Column:
    """Read the answer of a response, as choices or as a message, where a block holds one of the two alone."""
    choices, message = answer_of(response), message_of(response)
    own = {f"{response}.{name}" for name in ("choices", "output", "content")}

    def read(block: Any) -> Any:
        chosen, told = (any(block.given(f"{response}.{n}").any() for n in names) for names in (_CHOSEN, _TOLD))
        if chosen and told:
            raise UnusualError
        return (choices if chosen else message).read(block)

    absent = dict.fromkeys(path for path in (*choices.absent, *message.absent) if path not in own)
    return Column((*choices.needs, *message.needs), read, tuple(absent))


_CHOSEN, _TOLD = ("choices",), ("output", "content")


def tools_of(path: str, *absent: str) -> Column:
    """Join the names of the tools that a list holds; at the `absent` paths nothing may stand."""

    def read(block: Any) -> Any:
        found = block.within(path)
        if found is None:
            return None
        rows, items = found
        fields = ("function.name", "toolSpec.name", "name", "type")
        names = [items.leaf(f"item.{name}") for name in fields]
        texts = [items.nothing() if each is None else each for each in names]
        if any(each.dtype != pl.String for each in texts):
            raise UnusualError
        function, spec, name, kind = texts
        own = kind.zip_with(~(name != "").fill_null(value=False), name)
        chosen = function.zip_with(items.given("item.function"), spec.zip_with(items.given("item.toolSpec"), own))
        named = pl.DataFrame({ROW: rows, "name": chosen.str.strip_chars()}).unique().sort(ROW, "name")
        return block.joined(named, "name", ",")

    fields = ("function.name", "toolSpec.name", "name", "type")
    return Column(tuple(f"{path}[].{name}" for name in fields), read, absent)


def _column(messages: str, absent: tuple[str, ...], read: Callable[[Any], Any], held: str) -> Column:
    needs, parts = content_of(f"{messages}[].{held}")
    (other,) = {"content", "parts"} - {held}
    return Column((f"{messages}[].role", *needs), read, (f"{messages}[].{other}", *parts, *absent))


def _said(block: Any, messages: str, roles: frozenset[str], held: str) -> pl.DataFrame | None:
    """Give the texts of all messages of some roles, with their records."""
    if messages not in block.said:
        block.said[messages] = _messages(block, messages, held)
    told: pl.DataFrame | None = block.said[messages]
    if told is None:
        return None
    role = told["role"]
    theirs = reduce(or_, (role == name for name in roles))
    return pl.DataFrame([told[name].filter(theirs) for name in (ROW, "content")])


def _messages(block: Any, messages: str, held: str) -> pl.DataFrame | None:
    """Give all messages that have a text, with their records and roles."""
    found = block.within(messages)
    if found is None:
        return None
    rows, items = found
    role, content = items.leaf("item.role"), items.prose(f"item.{held}")
    if role is None or content is None:
        return None
    if role.dtype != pl.String:
        raise UnusualError
    told = pl.DataFrame({ROW: rows, "role": role, "content": content})
    return told.filter(pl.col("content").is_not_null()) if content.null_count() else told


def _last(texts: pl.DataFrame | None, block: Any) -> Any:
    return None if texts is None else block.spread(texts)


def _joined(texts: pl.DataFrame | None, block: Any) -> Any:
    return None if texts is None else block.joined(texts, "content", "\n")


def _answers(block: Any, response: str) -> Any:
    found = block.within(f"{response}.choices")
    if found is None:
        return None
    rows, items = found
    content = items.prose("item.message.content")
    return None if content is None else block.joined(pl.DataFrame({ROW: rows, "content": content}), "content", "\n")
