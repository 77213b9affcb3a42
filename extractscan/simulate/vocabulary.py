"""Words and sentence patterns that simulated people and programs write with, from the files in `words/`."""

from __future__ import annotations

import keyword
import pydoc_data.topics
import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from itertools import product
from types import MappingProxyType
from typing import Final

_FILES: Final = ("english.toml", "languages.toml", "private.toml")
_VERBS: Final = (
    "get",
    "set",
    "load",
    "make",
    "find",
    "parse",
    "read",
    "sum",
    "merge",
    "check",
    "build",
    "emit",
    "fold",
)

LANGUAGES: Final = ("en", "zh", "es", "de", "fr", "ja", "ru", "pt", "ko", "it")
"""Languages that requests are written in; `language` values are indices into it."""
INTENTS: Final = ("trace", "posthoc", "rubric", "agent", "analyst", "tongue", "plain")
"""Rules for what a harvester asks for around each item."""
ANSWERED: Final = ("posthoc", "rubric")
"""Of these, the ones that ask about an answer, which then stands below the item."""


@cache
def _section(name: str) -> Mapping[str, Sequence[str]]:
    folder = resources.files("extractscan.simulate") / "words"
    merged: dict[str, Sequence[str]] = {}
    for file in _FILES:
        merged |= tomllib.loads((folder / file).read_text(encoding="utf-8"))[name]
    return MappingProxyType(merged)


def rules() -> Mapping[str, Sequence[str]]:
    """Return the patterns of every rule; `{name}` in a pattern is a slot for a rule or a word list of that name."""
    return _section("rules")


@cache
def words() -> Mapping[str, Sequence[str]]:
    """Return every word list: of the files, and numbers, identifiers and rare words of the standard library."""
    text = " ".join(pydoc_data.topics.topics.values())
    rare = sorted(set(re.findall(r"\b[a-z]{5,11}\b", text)) - set(keyword.kwlist))
    lists = _section("words")
    company = product(*(lists[f"company_{part}"] for part in ("first", "middle", "last")))
    numbers = {f"n{digits}": [str(value) for value in range(1, 10**digits)] for digits in (1, 2, 3, 4)}
    made = {
        "rare": rare,
        "ident": [f"{verb}_{word}" for verb, word in product(_VERBS, rare[::3])],
        "keyword": keyword.kwlist,
        "year": [str(year) for year in range(1890, 2027)],
        "company": ["".join(parts) for parts in company],
    }
    return MappingProxyType({**lists, **numbers, **made})
