"""Holds every rule against its own examples, so that a rule cannot be shipped that misses what it is for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec
import polars as pl

from extractscan.errors import UsageError
from extractscan.rules.matching import match, require_compiled
from extractscan.rules.rule import Rule


class Problem(msgspec.Struct, frozen=True):
    """One text on which a rule does not do what its file says."""

    source: str
    rule: str
    kind: Literal["missed", "hit"]
    """`missed`: an example that the rule does not match. `hit`: a counterexample that it does."""
    language: str
    """Of the example; empty for a counterexample."""
    text: str


def check(rules: Sequence[Rule]) -> list[Problem]:
    """List the examples that rules miss and the counterexamples that they hit, by rule in the order given.

    Raises:
        UsageError: a pattern that the regex engine refuses.
    """
    return [problem for rule in rules for problem in _problems(rule)]


def require(rules: Sequence[Rule]) -> None:
    """Refuse rules that `check` finds a problem with.

    Raises:
        UsageError: naming file, rule and text of the first problem, and how many there are.
    """
    problems = check(rules)
    if not problems:
        return
    first = problems[0]
    verb = "misses its example" if first.kind == "missed" else "hits its counterexample"
    raise UsageError(
        f"{first.source}, rule {first.rule!r} {verb} {first.text!r}",
        hint=f"{len(problems)} in all. Change the literals or patterns; every example needs one of both.",
    )


def _problems(rule: Rule) -> Iterator[Problem]:
    require_compiled(rule)
    examples = [(language, text) for language, texts in rule.examples.items() for text in texts]
    for (language, text), found in zip(examples, _found(rule, [text for _, text in examples]), strict=True):
        if not found:
            yield Problem(rule.source, rule.id, "missed", language, text)
    for text, found in zip(rule.counterexamples, _found(rule, rule.counterexamples), strict=True):
        if found:
            yield Problem(rule.source, rule.id, "hit", "", text)


def _found(rule: Rule, texts: Sequence[str]) -> list[bool]:
    return (match(pl.Series(texts, dtype=pl.String), [rule]) > 0).to_list()
