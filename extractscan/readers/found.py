"""What an input is before it is opened: its name, its size, and where its bytes lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from extractscan.readers.stored import Stored

_IGNORED = (".", "_")
"""Heads of names that tools leave beside logs: `.DS_Store`, `_SUCCESS`, `._metadata`."""
MEMBER: Final = "!"
"""Stands between an archive and its member: `logs.zip!may/1.ndjson`."""


@dataclass(frozen=True, slots=True)
class Found:
    """An input to read; `named` tells that the user gave this very path, so that it must be readable.

    Attributes:
        path: What the report calls it.
        problem: Why it cannot be read, where that is known already.
        member: The part of an archive or a database that was named.
        kind: The container, where the bytes do not tell it.
        framing: What that container needs to know, such as the table.
        note: What a reader of the report must know about it.
    """

    path: str
    size: int
    named: bool
    stored: Stored
    problem: str = ""
    member: str = ""
    kind: str = ""
    framing: str = ""
    note: str = ""


def clean(path: str) -> str:
    """Give a path as it can be written down: names on disks and in archives need not be Unicode."""
    return path.encode("utf-8", "replace").decode()


def hidden(name: str) -> bool:
    """Say whether a file is some tool's bookkeeping, by its name without folders."""
    return name.startswith(_IGNORED)
