"""Puts what stands under every field of the report's values into its JSON Schema."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import msgspec

from extractscan.model.node import Node


def described(schema: dict[str, Any], root: type[Node]) -> dict[str, Any]:
    """Return a JSON Schema in which every property has the text below its field as `description`.

    Args:
        schema: As msgspec makes it of `root`.
        root: The value that all others hang from.
    """
    types = {each.__name__: each for each in _below(root)}
    defs = {
        name: {**each, "properties": {key: _with(each["properties"][key], text) for key, text in _texts(types[name])}}
        for name, each in schema["$defs"].items()
    }
    return {**schema, "$defs": defs}


def _with(shape: dict[str, Any], text: str) -> dict[str, Any]:
    return {"description": text, **shape}


def _below(root: type[Node]) -> set[type[Node]]:
    found: set[type[Node]] = set()
    waiting = [root]
    while waiting:
        each = waiting.pop()
        if each not in found:
            found.add(each)
            waiting += [one for field in msgspec.structs.fields(each) for one in _nodes(field.type)]
    return found


def _nodes(kind: Any) -> Iterator[type[Node]]:
    if isinstance(kind, type) and issubclass(kind, Node):
        yield kind
    for part in getattr(kind, "__args__", ()):
        yield from _nodes(part)


def _texts(kind: type[Node]) -> Iterator[tuple[str, str]]:
    """Give each field's name in JSON and the text below it, in their order."""
    (body,) = (node.body for node in ast.parse(textwrap.dedent(inspect.getsource(kind))).body if hasattr(node, "body"))
    below = {
        field.target.id: inspect.cleandoc(text.value.value)
        for field, text in pairwise(body)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant) and isinstance(text.value.value, str)
    }  # fmt: skip
    for field in msgspec.structs.fields(kind):
        yield field.encode_name, " ".join(below[field.name].split())
