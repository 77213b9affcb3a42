"""Read what the bodies of requests and responses hold by whole blocks, where they are objects or JSON in text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

import polars as pl
import pyarrow as pa

from extractscan import schema
from extractscan.readers.blockwise import ROW
from extractscan.readers.blockwise_chat import (
    body_prompt_of,
    body_system_of,
    content_of,
    prompt_of,
    response_of,
    system_of,
    together,
    tools_of,
)
from extractscan.readers.cast import series_of
from extractscan.readers.convert import read_all
from extractscan.readers.exchange import INPUT, MAX_TOKENS, OUTPUT, SETTINGS, USAGE
from extractscan.readers.plain_columns import leaf
from extractscan.readers.shape import TEXT, UnusualError
from extractscan.readers.source import Column, Field

Make = Callable[[str], Column]
"""Makes a column of a body, or of whatever else lies at a path."""
_CHOICES: Final = ("n", "candidateCount", "candidate_count")
_CACHED: Final = (
    *("prompt_tokens_details.cached_tokens", "input_tokens_details.cached_tokens"),
    *("cache_read_input_tokens", "cachedContentTokenCount", "cached_content_token_count"),
)
_INSTRUCTIONS: Final = ("system_instruction", "systemInstruction")


def opened(path: str, make: Make) -> Column:
    """Read what stands in an object, or in one that was logged as text."""
    plain, within = make(path), make(path + TEXT)

    def read(block: Any) -> Any:
        kind = block.kind(path)
        return (within if kind is not None and pa.types.is_string(kind) else plain).read(block)

    return Column((path, *plain.needs, *within.needs), read, (*plain.absent, *within.absent))


def given(*paths: str) -> Column:
    """Read the first of some paths at which anything stands but an empty text."""

    def read(block: Any) -> Any:
        found = None
        for path in paths:
            values = block.leaf(path)
            if values is not None and values.dtype == pl.String:
                values = values.set(values == "", None)
            found = block.either(found, values)
        return found

    return Column(paths, read)


def filled(*paths: str) -> Column:
    """Read the first of some paths at which a text stands that is not empty.

    Raises:
        UnusualError: in the block's reading, where anything else than texts stands there.
    """
    column = given(*paths)

    def read(block: Any) -> Any:
        found = column.read(block)
        if found is not None and found.dtype != pl.String:
            raise UnusualError
        return found

    return Column(paths, read)


def named(*paths: str) -> Column:
    """Read the first of some paths at which a text stands that says anything.

    Raises:
        UnusualError: in the block's reading, where anything else than texts stands there.
    """

    def read(block: Any) -> Any:
        found = block.first(*paths)
        if found is not None and found.dtype != pl.String:
            raise UnusualError
        return found

    return Column(paths, read)


def either(*columns: Column) -> Column:
    """Read the first of some columns that has a value."""

    def read(block: Any) -> Any:
        found = None
        for each in columns:
            if found is not None and found.null_count() == 0:
                break
            found = block.either(found, each.read(block))
        return found

    needs, absent = (tuple(path for each in columns for path in getattr(each, of)) for of in ("needs", "absent"))
    return Column(needs, read, absent)


def without(column: Column, *absent: str) -> Column:
    """Read a column of blocks in which nothing stands at some further paths."""
    return replace(column, absent=(*column.absent, *absent))


def empty(column: Column, *lists: str) -> Column:
    """Read a column of blocks in which some lists have no items."""

    def read(block: Any) -> Any:
        if any((block.sizes(path) > 0).any() for path in lists if block.kind(path) is not None):
            raise UnusualError
        return column.read(block)

    return Column((*column.needs, *(f"{path}[]" for path in lists)), read, column.absent)


def by_record(view: Callable[[Any], Any], read: Callable[[Any], Any], *heads: str) -> Column:
    """Read a field of records by themselves, of which only some top-level fields are loaded, whatever they hold.

    It is read once for all records in which these fields hold the same.
    """

    def read_block(block: Any) -> Any:
        views, which = block.told(heads, view)
        values = series_of("values", read_all(read, views))
        return values if which is None else values.gather(which)

    return Column((), read_block)


def _setting(*names: str) -> Make:
    """Read the first of some parameters that is given, beside the messages or among a vendor's settings."""
    places = ("", *(f"{at}." for at in SETTINGS))
    return lambda body: leaf(*(f"{body}.{place}{name}" for place in places for name in names))


def _used(*names: str) -> Make:
    """Read the first of some token counts, of the one usage that a response has."""

    def make(response: str) -> Column:
        usages = {f"{response}.{usage}": leaf(*(f"{response}.{usage}.{name}" for name in names)) for usage in USAGE}

        def read(block: Any) -> Any:
            held = [column for path, column in usages.items() if block.given(path).any()]
            if len(held) > 1:
                raise UnusualError
            return held[0].read(block) if held else None

        return Column(tuple(need for each in usages.values() for need in each.needs), read, (f"{response}.message",))

    return make


def _tools(body: str) -> Column:
    return tools_of(f"{body}.tools", *(f"{body}.{at}.tools" for at in SETTINGS))


_CHAT: Final[Mapping[str, Make]] = {
    schema.PROMPT: body_prompt_of,
    schema.SYSTEM_PROMPT: body_system_of,
    schema.COMPLETION: response_of,
}


def _contents_prompt(body: str) -> Column:
    others = ("messages", "input", "prompt", "inputText", "message")
    return prompt_of(f"{body}.contents", *(f"{body}.{name}" for name in others), held="parts")


def _contents_system(body: str) -> Column:
    said = system_of(f"{body}.contents", held="parts")
    parts = [content_of(f"{body}.{name}.parts") for name in _INSTRUCTIONS]
    others = (f"{body}.{name}.{part}" for name in _INSTRUCTIONS for part in ("text", "guardContent", "content"))
    own = (f"{body}.{name}" for name in ("system", "instructions", "preamble"))

    def read(block: Any) -> Any:
        first = block.either(*(block.prose(f"{body}.{name}.parts") for name in _INSTRUCTIONS))
        return together(first, said.read(block))

    needs, absent = (tuple(path for part in parts for path in part[which]) for which in (0, 1))
    return Column((*needs, *said.needs), read, (*absent, *others, *own, *said.absent))


def _candidates(response: str) -> Column:
    item = f"{response}.candidates[]"
    needs, parts = content_of(f"{item}.content.parts")
    others = (f"{item}.{name}" for name in ("message", "outputText", "text", "guardContent"))
    inner = (f"{item}.content.{name}" for name in ("text", "guardContent", "content", "refusal"))
    keys = ("choices", "output", "results", "outputs", "generations")
    texts = ("content", "generation", "text", "completion", "outputText")
    absent = (f"{response}.{name}" for name in (*keys, *texts))

    def read(block: Any) -> Any:
        found = block.within(f"{response}.candidates")
        if found is None:
            return None
        rows, items = found
        content = items.prose("item.content.parts")
        return None if content is None else block.joined(pl.DataFrame({ROW: rows, "text": content}), "text", "\n")

    return Column(needs, read, (*parts, *others, *inner, *absent))


_CONTENTS: Final[Mapping[str, Make]] = {
    schema.PROMPT: _contents_prompt,
    schema.SYSTEM_PROMPT: _contents_system,
    schema.COMPLETION: _candidates,
}
_SHARED: Final[Mapping[str, Make]] = {
    schema.MAX_TOKENS: _setting(*MAX_TOKENS),
    schema.TEMPERATURE: _setting("temperature"),
    schema.N_CHOICES: _setting(*_CHOICES),
    schema.LOGPROBS: _setting("logprobs"),
    schema.STREAM: _setting("stream"),
    schema.TOOL_NAMES: _tools,
    schema.INPUT_TOKENS: _used(*INPUT),
    schema.OUTPUT_TOKENS: _used(*OUTPUT),
    schema.CACHED_TOKENS: _used(*_CACHED),
}
ANSWERED: Final = (schema.COMPLETION, schema.INPUT_TOKENS, schema.OUTPUT_TOKENS, schema.CACHED_TOKENS)


def with_columns(
    fields: Mapping[str, Field], request: str, response: str, *, contents: bool = False
) -> dict[str, Field]:
    """Give fields of `exchange.body_fields` their columns, for bodies at these two paths.

    Bodies are a chat's, or, with `contents`, those of Gemini's API.
    """
    makers = {**_SHARED, **(_CONTENTS if contents else _CHAT)}
    columns = {name: opened(response if name in ANSWERED else request, make) for name, make in makers.items()}
    return {name: replace(field, column=columns[name]) for name, field in fields.items()}
