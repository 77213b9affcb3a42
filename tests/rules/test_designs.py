"""Rules find designs of harvests in words that they were not written for, and leave their everyday twins alone."""

import tomllib
from pathlib import Path

import polars as pl
import pytest

from extractscan.rules import load, match

RULES = load()
DESIGNS = tomllib.loads(Path(__file__).with_name("designs.toml").read_text(encoding="utf-8"))
SPECIFIC = sum(1 << bit for bit, rule in enumerate(RULES) if rule.specificity != "low")
RECALL, LEAST = 0.42, 0.25
"""Measured: 0.46 of all, 0.27 (code) to 0.54; 0.07 before the rules knew these designs."""


def found(texts: list[str]) -> list[bool]:
    return [mask & SPECIFIC > 0 for mask in match(pl.Series(texts), RULES)]


def test_two_of_five_strangers_are_understood() -> None:
    hits = found([text for texts in DESIGNS["harvest"].values() for text in texts])
    assert len(hits) >= 260
    assert sum(hits) / len(hits) >= RECALL


@pytest.mark.parametrize("design", sorted(DESIGNS["harvest"]))
def test_no_design_goes_unseen(design: str) -> None:
    hits = found(DESIGNS["harvest"][design])
    assert sum(hits) / len(hits) >= LEAST


def test_everyday_twins_match_no_telling_rule() -> None:
    texts = DESIGNS["ordinary"]["texts"]
    assert [text for text, hit in zip(texts, found(texts), strict=True) if hit] == []


def test_these_texts_are_no_examples() -> None:
    shipped = {text for rule in RULES for examples in rule.examples.values() for text in examples}
    assert shipped.isdisjoint(text for texts in DESIGNS["harvest"].values() for text in texts)
