"""Learn the shape that records of one log usually have, so that blocks of them can be read column by column.

Only what the wanted columns look at is part of a shape. What was never seen is part of it too: as nothing at all. A
block that holds anything else is not of the shape, and is read record by record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

import msgspec
import pyarrow as pa

from extractscan.readers.chat import parse

_SCALARS: Final = (
    (frozenset({str}), pa.string()),
    (frozenset({bool}), pa.bool_()),
    (frozenset({int}), pa.int64()),
    (frozenset({float}), pa.float64()),
    (frozenset({int, float}), pa.float64()),
)


ITEM: Final = "item"
"""What JSON in text, or an item of a list, is called in a table of its own."""
_DOT: Final = "\x1f"
"""Stands in paths for a dot that is part of a field's name."""


def literal(name: str) -> str:
    """Give the path of a field whose name may hold dots."""
    return name.replace(".", _DOT)


HOLLOW: Final = ("", "{}", "[]")
"""Texts that hold nothing."""
TEXT: Final = "{}"
"""Stands in paths behind the name of a field that holds JSON as text, where the path leads into that."""


def names_of(path: str) -> list[str]:
    """List the names of the fields that a path leads through, `[]` after those of lists, `{}` after JSON in text."""
    return [name.replace(_DOT, ".") for name in path.split(".")]


class Form(NamedTuple):
    """The types of a shape: of the records, and of the JSON in their texts by the paths of these."""

    schema: pa.Schema
    texts: Mapping[str, pa.Schema]


class UnusualError(ValueError):
    """Records that hold what cannot be read by columns with the same outcome as one by one."""


class Node:
    """One place in the records: what types were seen there, and the places within that are of interest."""

    __slots__ = ("absent", "fields", "items", "kinds", "leaf", "opened")

    def __init__(self) -> None:
        self.absent = False
        self.leaf = False
        self.kinds: set[type] = set()
        self.fields: dict[str, Node] = {}
        self.items: Node | None = None
        self.opened: Node | None = None
        """What is in it where it is JSON in text."""

    def observe(self, value: Any) -> None:
        """Take in the value that one record has here."""
        if value is None:
            return
        kind = type(value)
        self.kinds.add(kind)
        if kind is dict:
            for name in value.keys() & self.fields.keys():
                self.fields[name].observe(value[name])
        elif kind is list and self.items is not None:
            for item in value:
                self.items.observe(item)
        elif kind is str and self.opened is not None and value not in HOLLOW:
            self.opened.observe(parse(value))

    def arrow(self) -> pa.DataType:
        """Give the type that all values seen here have; the null type where there were none.

        Raises:
            UnusualError: where they have no type in common, or one that is not looked into.
        """
        if not self.kinds:
            return pa.null()
        if self.absent:
            raise UnusualError
        if self.kinds == {dict} and self.fields:
            return pa.struct([(name, field.arrow()) for name, field in sorted(self.fields.items())])
        if self.kinds == {list} and self.items is not None:
            return pa.list_(self.items.arrow())
        for kinds, dtype in _SCALARS:
            if self.kinds == kinds and (self.leaf or not (self.fields or self.items)):
                return dtype
        raise UnusualError

    def texts(self, path: str) -> Iterator[tuple[str, pa.Schema]]:
        """Give the types of JSON in text here and further in, by path.

        Raises:
            UnusualError: where texts have no type in common.
        """
        if self.opened is not None and self.kinds == {str}:
            yield path + TEXT, pa.schema([(ITEM, self.opened.arrow())])
            yield from self.opened.texts(path + TEXT)
        for name, field in self.fields.items():
            yield from field.texts(f"{path}.{literal(name)}" if path else literal(name))


class Shape:
    """What records hold at some paths: `a.b` is a field of an object, `a[].b` one of each item of a list.

    A path may be given both as it is and with what is within it: then either may stand there, if always the same does.
    At the `absent` paths nothing may stand.
    """

    def __init__(self, paths: Iterable[str], absent: Iterable[str] = ()) -> None:
        self._root = Node()
        for path in paths:
            self._at(path).leaf = True
        for path in absent:
            self._at(path).absent = True

    def _at(self, path: str) -> Node:
        node = self._root
        for name in names_of(path):
            whole = name.removesuffix("[]")
            node = node.fields.setdefault(whole.removesuffix(TEXT), Node())
            if whole.endswith(TEXT):
                node.leaf = True
                node.opened = node = node.opened or Node()
            if name != whole:
                node.items = node = node.items or Node()
        return node

    def learn(self, records: Iterable[Any]) -> None:
        """Take in some records: objects, or structs that have the top-level fields."""
        for record in records:
            if isinstance(record, msgspec.Struct):
                for name, field in self._root.fields.items():
                    field.observe(getattr(record, name, None))
            else:
                self._root.observe(record)

    def form(self) -> Form:
        """Give the shape as schemas.

        Raises:
            UnusualError: where records differ in type, so that they have no shape in common.
        """
        schema = pa.schema([(name, field.arrow()) for name, field in sorted(self._root.fields.items())])
        return Form(schema, dict(self._root.texts("")))
