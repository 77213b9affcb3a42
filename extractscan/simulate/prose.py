"""Text from grammars: a pattern's slots are filled by keys, for whole columns at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from extractscan.simulate.keys import Indices, Keys, chance, key_of, mix, pick
from extractscan.simulate.vocabulary import LANGUAGES, rules, words

_SLOT: Final = re.compile(r"\{(\w+)\}")
_TYPOS: Final = (
    ("the ", "teh "),
    ("and ", "adn "),
    ("Please", "Plese"),
    ("with", "wiht"),
    ("ing ", "ign "),
    (". ", " "),
)

GRAMMARS: Final = rules()


@cache
def _inventory(name: str) -> pa.LargeStringArray:
    return pa.array(words()[name], type=pa.large_string())


@cache
def _parse(pattern: str) -> tuple[tuple[bool, str], ...]:
    """Split a pattern into (is a slot, text or name)."""
    return tuple((i % 2 == 1, piece) for i, piece in enumerate(_SLOT.split(pattern)) if piece)


@cache
def _order() -> tuple[str, ...]:
    """List the rules so that each stands before all rules that its patterns name."""
    done: dict[str, None] = {}

    def visit(rule: str) -> None:
        if rule not in done:
            for pattern in GRAMMARS[rule]:
                for is_slot, piece in _parse(pattern):
                    if is_slot and piece in GRAMMARS:
                        visit(piece)
            done[rule] = None

    for rule in sorted(GRAMMARS):
        visit(rule)
    return tuple(reversed(done))


@dataclass(slots=True)
class _Rule:
    """All texts of one rule that a call needs, whoever asked for them."""

    asked: list[Keys] = field(default_factory=list)
    count: int = 0
    texts: pa.LargeStringArray = field(default_factory=lambda: pa.array([], type=pa.large_string()))
    order: Indices = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    parts: list[tuple[str, Keys, dict[int, int]]] = field(default_factory=list)
    """Pattern, keys, and by slot position the place of its first nested text."""

    def ask(self, keys: Keys) -> int:
        """Ask for one text a key; return the place of the first."""
        self.asked.append(keys)
        self.count += len(keys)
        return self.count - len(keys)


def write_all(requests: Sequence[tuple[str, Keys]]) -> list[pl.Series]:
    """Write one text a key for each (rule, keys), every rule at one go: first who needs what, then bottom up."""
    rules = {rule: _Rule() for rule in _order()}
    places = [(rule, rules[rule].ask(keys), len(keys)) for rule, keys in requests]
    for name, rule in rules.items():
        if rule.count:
            _split(name, rule, rules)
    for rule in reversed(rules.values()):
        if rule.count:
            rule.texts = pa.concat_arrays([_join(rules, *part) for part in rule.parts]).take(pa.array(rule.order))
    return [pl.Series("text", rules[rule].texts.slice(start, length)) for rule, start, length in places]


def _split(name: str, rule: _Rule, rules: dict[str, _Rule]) -> None:
    """Give each key of a rule its pattern, and ask the nested rules for what the patterns hold."""
    patterns, keys = GRAMMARS[name], np.concatenate(rule.asked)
    choice = pick(keys, 999, len(patterns))
    order = np.argsort(choice, kind="stable")
    rule.order = np.empty(len(keys), dtype=np.int64)
    rule.order[order] = np.arange(len(keys))
    bounds = np.searchsorted(choice[order], np.arange(len(patterns) + 1))
    for pattern, low, high in zip(patterns, bounds[:-1], bounds[1:], strict=True):
        if high > low:
            mine = keys[order[low:high]]
            nested = {
                position: rules[piece].ask(mix(mine, 1000 + position))
                for position, (is_slot, piece) in enumerate(_parse(pattern))
                if is_slot and piece in rules
            }
            rule.parts.append((pattern, mine, nested))


def _join(rules: dict[str, _Rule], pattern: str, keys: Keys, nested: dict[int, int]) -> pa.LargeStringArray:
    columns: list[pa.LargeStringArray | pa.LargeStringScalar] = []
    for position, (is_slot, piece) in enumerate(_parse(pattern)):
        if position in nested:
            columns.append(rules[piece].texts.slice(nested[position], len(keys)))
        elif is_slot:
            known = _inventory(piece)
            columns.append(known.take(pa.array(pick(keys, position, len(known)))))
        else:
            columns.append(_constant(piece))
    if not any(isinstance(column, pa.Array) for column in columns):
        return pa.repeat(_constant(pattern), len(keys))
    return pc.binary_join_element_wise(*columns, _constant(""))


@cache
def _constant(text: str) -> pa.LargeStringScalar:
    return pa.scalar(text, type=pa.large_string())


def write(rule: str, keys: Keys) -> pl.Series:
    """Write one text a key, each by a pattern of the grammar `rule` that its key chooses."""
    return write_all([(rule, keys)])[0]


def write_chosen(choice: Indices, names: Sequence[str], keys: Keys) -> pl.Series:
    """Write each text by the rule that `choice` numbers; the result stands in the order of the keys."""
    order = np.argsort(choice, kind="stable")
    bounds = np.searchsorted(choice[order], np.arange(len(names) + 1))
    cuts = zip(names, bounds[:-1], bounds[1:], strict=True)
    texts = write_all([(name, keys[order[low:high]]) for name, low, high in cuts])
    back = np.empty(len(keys), dtype=np.int64)
    back[order] = np.arange(len(keys))
    return pl.concat(texts, rechunk=True).gather(back)


REQUESTS: Final = ("chat", "paste", "code", "task", *LANGUAGES[1:], *(f"{code}_long" for code in LANGUAGES[1:]))


def request(
    keys: Keys, language: Indices, coder: npt.NDArray[np.float64], longish: npt.NDArray[np.float64]
) -> pl.Series:
    """Write what a person might ask; one English question in five is a set task.

    `coder` is the chance of a programming question and `longish` that of pasted or repeated text, both by key. One text
    in twelve carries typing errors or lost capitals.
    """
    long = chance(keys, 1) < longish
    english_rule = np.where(chance(keys, 2) < coder, 2, np.where(long, 1, 0))
    english_rule = np.where((english_rule == 0) & (pick(keys, 5, 5) == 0), 3, english_rule)
    foreign_rule = 3 + language + np.where(long, len(LANGUAGES) - 1, 0)
    foreign = (language > 0) & ((chance(keys, 2) >= coder) | (chance(keys, 3) < 0.5))
    rule = np.where(foreign, foreign_rule, english_rule).astype(np.int64)
    return careless(keys, write_chosen(rule, REQUESTS, keys))


def careless(keys: Keys, text: pl.Series) -> pl.Series:
    """Give one text in twelve a typing error, or no capitals."""
    slip = pick(keys, 4, 12 * (len(_TYPOS) + 1))
    for number in range(len(_TYPOS) + 1):
        rows = np.flatnonzero(slip == number)
        part = text.gather(rows)
        part = part.str.replace_all(*_TYPOS[number], literal=True) if number < len(_TYPOS) else part.str.to_lowercase()
        text = text.scatter(rows, part)
    return text


def named(rule: str, *parts: int | str) -> str:
    """Write the one text that belongs to a name, such as the private wording of one operator."""
    return str(write(rule, np.array([key_of(rule, *parts)], dtype=np.uint64))[0])
