"""Keyed pseudonyms: the same key gives the same name to the same value, and nobody without it can try values out."""

from __future__ import annotations

import hmac
from base64 import b32encode
from collections.abc import Iterable
from typing import Final

import polars as pl

FILE: Final = "file"
LENGTH: Final = 16
"""Characters of five bits: among a million values of one kind two alike are expected once in two million reports."""
SHORTEST_KEY: Final = 16
"""Bytes; whoever can try all keys can try all addresses."""
SHORTEST_SOUGHT: Final = 4
"""Characters of a value that is looked for in sentences; shorter ones are in every other word."""


class Names:
    """Gives pseudonyms and remembers which value has which; the only part of a redaction that changes."""

    __slots__ = ("_given", "_key")

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._given: dict[tuple[str, str], str] = {}

    def of(self, kind: str, value: str) -> str:
        """Return the pseudonym of a value: its kind, an underline, and HMAC-SHA256 over kind and value, shortened."""
        given = self._given.get((kind, value))
        if given is None:
            given = f"{kind}_{self._digest(kind + chr(0) + value)}"
            self._given[kind, value] = given
        return given

    def key_id(self) -> str:
        """Return what names the key."""
        return self._digest("extractscan key")

    def swept(self, texts: Iterable[str]) -> dict[str, str]:
        """Return texts with every value that has a pseudonym replaced by it, the longest first, wherever it stands.

        But not the names of files and folders that are plain words, such as `logs`: no sentence quotes a file, and
        every other sentence has that word.
        """
        known = {
            value: name
            for (kind, value), name in self._given.items()
            if len(value) >= SHORTEST_SOUGHT and not (kind == FILE and value.isalpha())
        }
        pseudonyms = set(self._given.values())
        before = sorted(set(texts) - pseudonyms)
        same = {name: name for name in pseudonyms}
        if not known or not before:
            return same | {text: text for text in before}
        sought = sorted(known, key=lambda value: (-len(value), value))
        after = pl.Series(before).str.replace_many(sought, [known[value] for value in sought], leftmost=True)
        return same | dict(zip(before, after.to_list(), strict=True))

    def _digest(self, text: str) -> str:
        code = hmac.digest(self._key, text.encode("utf-8", "surrogatepass"), "sha256")
        return b32encode(code).decode().lower()[:LENGTH]
