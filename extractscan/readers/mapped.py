"""Take canonical columns from source fields that the user named (`canonical=source.field`)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

import msgspec

from extractscan import schema
from extractscan.errors import UsageError
from extractscan.readers.convert import FLAT
from extractscan.readers.credentials import cut_out
from extractscan.readers.mapped_columns import TEXTS, mapped_column
from extractscan.readers.source import Field, Record, Source

_SHOWN: Final = 60
"""Fields listed in an error: more would push the message itself off the screen."""
_LISTED: Final = 50
"""Records whose fields are listed."""


def dig(node: Any, path: str) -> Any:
    """Follow a dotted path: keys that hold dots themselves win, lists take indices, JSON in strings is opened."""
    if isinstance(node, str) and node[:1] in {"{", "["}:
        try:
            node = msgspec.json.decode(node)
        except (msgspec.DecodeError, RecursionError, UnicodeError):
            return None
    if isinstance(node, list):
        head, _, rest = path.partition(".")
        inside = head.lstrip("-").isdecimal() and -len(node) <= int(head) < len(node)
        return (dig(node[int(head)], rest) if rest else node[int(head)]) if inside else None
    if not isinstance(node, Mapping):
        return None
    if node.get(path) is not None:
        return node[path]
    cuts = [i for i, letter in enumerate(path) if letter == "."]
    for cut in reversed(cuts):
        if path[:cut] in node and (found := dig(node[path[:cut]], path[cut + 1 :])) is not None:
            return found
    return None


def _field(name: str, path: str) -> Field:
    text = TEXTS.get(name)

    def read(record: Record) -> Any:
        value = dig(record, path)
        plain = isinstance(value, str) and value[:1] not in {"{", "["}
        return value if text is None or plain else text(value)

    return Field((path,), read, mapped_column(name, path))


def check_names(mapping: Mapping[str, str], known: Iterable[str]) -> None:
    """Refuse canonical names that do not exist.

    Raises:
        UsageError: listing the names that do.
    """
    wrong = sorted(set(mapping) - set(known))
    if wrong:
        raise UsageError(
            f"mapping: no canonical column named {', '.join(map(repr, wrong))}",
            hint=f"Canonical columns are: {', '.join(sorted(known))}.",
        )


class Search:
    """Looks through samples of all inputs for the fields that a mapping names."""

    __slots__ = ("_fields", "_missing")

    def __init__(self, mapping: Mapping[str, str]) -> None:
        self._missing = set(mapping.values())
        self._fields: set[str] = set()

    def look_at(self, records: Sequence[Record], fields: Iterable[str]) -> None:
        """Note which of the fields one input has."""
        if self._missing:
            present = set(fields)
            self._fields.update(present, paths_of(records[:_LISTED]))
            self._missing -= present
            self._missing = {p for p in self._missing if all(dig(record, p) is None for record in records)}

    @property
    def done(self) -> bool:
        """Whether all fields were found."""
        return not self._missing

    def look_through(self, stream: Iterable[bytes]) -> None:
        """Look for the names of what is still missing in the bytes of JSON records, of which only some were sampled."""
        marks = {path: json.dumps(path.rpartition(".")[2]).encode() for path in self._missing}
        tail = b""
        for piece in stream:
            held = tail + piece
            self._missing = {path for path in self._missing if marks[path] not in held}
            if self.done:
                return
            tail = held[-max(map(len, marks.values())) :]

    def check(self) -> None:
        """Refuse source fields that no record has.

        Raises:
            UsageError: listing the fields that exist.
        """
        if self._missing and self._fields:
            shown = sorted(self._fields)
            more = f" and {len(shown) - _SHOWN} more" if len(shown) > _SHOWN else ""
            raise UsageError(
                f"mapping: no input has a field {', '.join(map(repr, sorted(self._missing)))}",
                hint=f"Fields that exist: {listed(shown, _SHOWN)}{more}.",
            )


def listed(names: Sequence[str], most: int) -> str:
    """List field names in a message; where a line was taken for a header they may hold anything, keys too."""
    return ", ".join(cut_out(name) for name in names[:most])


def paths_of(records: Sequence[Record], prefix: str = "", depth: int = 0) -> list[str]:
    """List the dotted paths of all fields in some records, three levels deep, sorted."""
    found: set[str] = set()
    for record in records:
        for key, value in record.items():
            found.add(f"{prefix}{key}")
            if isinstance(value, Mapping) and depth < 2:
                found.update(paths_of([value], f"{prefix}{key}.", depth + 1))
    return sorted(found)


def overlay(source: Source | None, mapping: Mapping[str, str]) -> Source:
    """Put the user's fields over those of a recognised source, or over the canonical names where there is none."""
    own = {name: _field(name, path) for name, path in mapping.items()}
    if source is None:
        kept = {name: _field(name, name) for name in schema.EVENTS if name not in own}
        return replace(PLAIN, fields=MappingProxyType({**kept, **own}))
    view, keeps = source.view, source.keeps
    return replace(
        source,
        view=_same,
        blocks=source.blocks and source.name in FLAT,
        fields=MappingProxyType({**_wrapped(view, source.fields), **own}),
        keys=MappingProxyType(_wrapped(view, source.keys)),
        keeps=_through(view, keeps) if keeps is not None else None,
        notes=tuple(note for note in source.notes if not note.startswith(tuple(f"{name} is " for name in own))),
    )


def _wrapped(view: Callable[[Record], Any], fields: Mapping[str, Field]) -> dict[str, Field]:
    return {name: _wrap(view, field) for name, field in fields.items()}


def _wrap(view: Callable[[Record], Any], field: Field) -> Field:
    """Put the view before a field; names with dots mean another thing where records are read whole, as here."""
    plain = field.column if all("." not in path for path in field.paths) else None
    return Field(field.paths, _through(view, field.read), plain)


def _through(view: Callable[[Record], Any], read: Callable[[Any], Any]) -> Callable[[Record], Any]:
    return lambda record: read(view(record))


def _same(record: Record) -> Record:
    return record


def _never(records: Sequence[Record]) -> bool:  # noqa: ARG001 - the signature of all sources
    return False


PLAIN: Final = Source(
    name="mapped",
    title="Any records, with fields named by the user (`--map canonical=field`)",
    recognised="chosen by the user's mapping",
    links_accounts="as far as the mapped fields go",
    carries_prompts="where `prompt` is mapped",
    matches=_never,
    view=_same,
    fields=MappingProxyType({}),
    blocks=True,
)
