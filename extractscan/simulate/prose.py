"""Text from grammars: a pattern's slots are filled by keys, for whole columns at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from extractscan.simulate import english, languages, private
from extractscan.simulate.keys import Indices, Keys, chance, key_of, mix, pick

_SLOT: Final = re.compile(r"\{(\w+)\}")
_TYPOS: Final = (
    ("the ", "teh "),
    ("and ", "adn "),
    ("Please", "Plese"),
    ("with", "wiht"),
    ("ing ", "ign "),
    (". ", " "),
)

GRAMMARS: Final[Mapping[str, Sequence[str]]] = {**english.GRAMMARS, **languages.GRAMMARS, **private.GRAMMARS}
LANGUAGES: Final = ("en", *languages.CODES)
"""Languages that `request` writes; `language` arguments hold indices into it."""


@cache
def _inventory(name: str) -> pl.Series:
    words = {**english.words(), **languages.WORDS, **private.WORDS}
    return pl.Series(name, words[name], dtype=pl.String)


@cache
def _parse(pattern: str) -> tuple[tuple[bool, str], ...]:
    """Split a pattern into (is a slot, text or name)."""
    return tuple((i % 2 == 1, piece) for i, piece in enumerate(_SLOT.split(pattern)) if piece)


def fill(pattern: str, keys: Keys) -> pl.Series:
    """Write one text a key: each `{name}` takes from the grammar rule or the inventory of that name."""
    columns: list[pl.Series] = [pl.Series("", [""], dtype=pl.String).new_from_index(0, len(keys))]
    for position, (is_slot, piece) in enumerate(_parse(pattern)):
        if not is_slot:
            columns.append(pl.Series(str(position), [piece]).new_from_index(0, len(keys)))
        elif piece in GRAMMARS:
            columns.append(write(piece, mix(keys, 1000 + position)))
        else:
            words = _inventory(piece)
            columns.append(words.gather(pick(keys, position, len(words))))
    frame = pl.DataFrame([column.alias(str(i)) for i, column in enumerate(columns)])
    return frame.select(pl.concat_str(pl.all())).to_series()


def choose(choice: Indices, writers: Sequence[Callable[[Keys], pl.Series]], keys: Keys) -> pl.Series:
    """Write each text with the writer that `choice` numbers; the result stands in the order of the keys."""
    order = np.argsort(choice, kind="stable")
    bounds = np.searchsorted(choice[order], np.arange(len(writers) + 1))
    parts = [pl.Series([], dtype=pl.String)]
    for writer, low, high in zip(writers, bounds[:-1], bounds[1:], strict=True):
        if high > low:
            parts.append(writer(keys[order[low:high]]).rechunk())
    back = np.empty(len(keys), dtype=np.int64)
    back[order] = np.arange(len(keys))
    return pl.concat(parts, rechunk=True).gather(back)


def write(rule: str, keys: Keys) -> pl.Series:
    """Write one text a key, each by a pattern of the grammar `rule` that its key chooses."""
    patterns = GRAMMARS[rule]
    if len(patterns) == 1:
        return fill(patterns[0], keys)
    return choose(pick(keys, 999, len(patterns)), [_filler(pattern) for pattern in patterns], keys)


def _filler(pattern: str) -> Callable[[Keys], pl.Series]:
    return lambda keys: fill(pattern, keys)


def _writer(rule: str) -> Callable[[Keys], pl.Series]:
    return lambda keys: write(rule, keys)


REQUESTS: Final = ("chat", "paste", "code", *languages.CODES, *(f"{code}_long" for code in languages.CODES))


def request(
    keys: Keys, language: Indices, coder: npt.NDArray[np.float64], longish: npt.NDArray[np.float64]
) -> pl.Series:
    """Write what a person might ask.

    `coder` is the chance of a programming question and `longish` that of pasted or repeated text, both by key. One text
    in twelve carries typing errors or lost capitals.
    """
    long = chance(keys, 1) < longish
    english_rule = np.where(chance(keys, 2) < coder, 2, np.where(long, 1, 0))
    foreign_rule = 2 + language + np.where(long, len(languages.CODES), 0)
    foreign = (language > 0) & ((chance(keys, 2) >= coder) | (chance(keys, 3) < 0.5))
    rule = np.where(foreign, foreign_rule, english_rule).astype(np.int64)
    return careless(keys, choose(rule, [_writer(name) for name in REQUESTS], keys))


def careless(keys: Keys, text: pl.Series) -> pl.Series:
    """Give one text in twelve a typing error, or no capitals."""
    slip = pick(keys, 4, 12 * (len(_TYPOS) + 1))
    frame = pl.DataFrame({"text": text, "slip": slip})
    out = pl.when(pl.col("slip") == len(_TYPOS)).then(pl.col("text").str.to_lowercase())
    for number, (right, wrong) in enumerate(_TYPOS):
        out = out.when(pl.col("slip") == number).then(pl.col("text").str.replace_all(right, wrong, literal=True))
    return frame.select(out.otherwise(pl.col("text"))).to_series()


def named(rule: str, *parts: int | str) -> str:
    """Write the one text that belongs to a name, such as the private wording of one operator."""
    return str(write(rule, np.array([key_of(rule, *parts)], dtype=np.uint64))[0])
