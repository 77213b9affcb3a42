"""What a source is: how its records are recognised and where each canonical column comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """Where one canonical column comes from.

    Attributes:
        paths: Every source path that is read, best first; the heads of the paths are what a projection must load.
        read: Takes the view of one record, gives the raw value or None; never raises on odd types.
    """

    paths: tuple[str, ...]
    read: Callable[[Any], Any]

    @property
    def heads(self) -> frozenset[str]:
        """The top-level fields that `read` may look at: `a.b` lies in `a`, or in a field whose name holds the dot."""
        return _heads(self.paths)


@lru_cache(maxsize=1024)
def _heads(paths: tuple[str, ...]) -> frozenset[str]:
    return frozenset(head for path in paths for head in prefixes(path))


def prefixes(path: str) -> list[str]:
    """List what a dotted path begins with, itself included: `a.b.c` gives `a`, `a.b` and `a.b.c`."""
    parts = path.split(".")
    return [".".join(parts[: i + 1]) for i in range(len(parts))]


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of log.

    Attributes:
        matches: Says whether parsed sample records are of this kind.
        view: Wraps one record so that nested JSON is parsed at most once, and only when a field asks for it.
        fields: Canonical column to its origin.
        late: Columns that are held to be delivered even if the sample has none (errors are rare).
        notes: What a reader of the report must know about these columns.
    """

    name: str
    title: str
    recognised: str
    links_accounts: str
    carries_prompts: str
    matches: Callable[[Sequence[Record]], bool]
    view: Callable[[Record], Any]
    fields: Mapping[str, Field]
    late: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """A known kind of file that this tool does not read, with the reason and the way out."""

    name: str
    title: str
    matches: Callable[[Sequence[Record]], bool]
    why: str
    hint: str
    mappable: bool = True
    """Whether a mapping given by the user may override the refusal."""


def has_keys(records: Sequence[Record], *names: str, without: tuple[str, ...] = ()) -> bool:
    """Say whether half the records or more carry all of these top-level fields and none of the others."""
    hits = sum(all(n in r for n in names) and not any(n in r for n in without) for r in records)
    return bool(records) and 2 * hits >= len(records)
