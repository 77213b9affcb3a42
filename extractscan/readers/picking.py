"""Make columns of paths: the first of some source fields that holds anything."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

from extractscan.readers.chat import object_of
from extractscan.readers.source import Column, Field, Record

NOTHING: Final = (None, "", "-", "None", "null", "NULL")
_WORDS: Final = frozenset(NOTHING)
"""How exports write that a field is missing."""


def is_nothing(value: Any) -> bool:
    """Say whether a raw value means that there is none."""
    return value in NOTHING or value in ([], {})


_SPACED_ZONE: Final = re.compile(r" ([+-]\d\d:?\d\d)\Z")


@lru_cache(maxsize=4096)
def _keys(path: str) -> tuple[str, ...]:
    return tuple(path.split("."))


def first(record: Record, *paths: str) -> Any:
    """Give the first of some paths that holds anything; None where none does.

    A path is the name of a field, dots included, or the names of objects within each other, also of those that were
    logged as JSON text.
    """
    for path in paths:
        value = record.get(path)
        if value is None and "." in path:
            value = _inside(record, _keys(path))
        if value is not None and (type(value) is not str or value not in _WORDS):
            return value
    return None


def _inside(record: Record, keys: tuple[str, ...]) -> Any:
    node: Any = record.get(keys[0])
    for key in keys[1:]:
        if type(node) is str:
            node = object_of(node)
        if type(node) is not dict:
            return None
        node = node.get(key)
    return node


def pick(*paths: str) -> Field:
    """Read the first of some dotted paths of a bare record that holds anything."""
    return Field(paths, lambda record: first(record, *paths), first_of(*paths))


def first_of(*paths: str) -> Column:
    """Read the first of some dotted paths that holds anything, by blocks."""
    return Column(paths, lambda block: block.first(*paths))


def pick_in(view: Callable[[Any], Record], *paths: str, under: str = "") -> Field:
    """Read the first of some paths in an object that the view holds, which lies `under` a path of the record."""
    return Field(tuple(under + path for path in paths), lambda call: first(view(call), *paths))


def either(*fields: Field) -> Field:
    """Read the first of some fields of one view that gives a value."""
    paths = tuple(path for each in fields for path in each.paths)
    columns = [each.column for each in fields if each.column is not None]
    column = Column(
        tuple(need for each in columns for need in each.needs),
        lambda block: block.best(*(each.read(block) for each in columns)),
        tuple(path for each in columns for path in each.absent),
    )
    return Field(
        paths,
        lambda view: next((v for each in fields if (v := each.read(view)) not in NOTHING), None),
        column if len(columns) == len(fields) else None,
    )


def milliseconds(start: Any, end: Any) -> int | None:
    """Give the time between two ISO times or two native ones, in milliseconds; None where one is unreadable."""
    begun, done = _moment(start), _moment(end)
    return None if begun is None or done is None else round((done - begun).total_seconds() * 1000)


def _moment(value: Any) -> datetime | None:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(_SPACED_ZONE.sub(r"\1", value.strip()))
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo is not None else value.replace(tzinfo=UTC)
