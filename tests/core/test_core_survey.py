"""The pass over a whole log against the reduction of its parts, and the sample that it reads of large ones."""

from __future__ import annotations

import random
from dataclasses import fields
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from core_events import EVENTS, RULES, SIGNALS, assert_same, reduced, some_events
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from extractscan import groundwork, reduce, rules, sampling, schema, shingles, survey, wordage

QUICK = settings(max_examples=20, deadline=None, derandomize=True)


def surveyed(
    batches: list[pl.DataFrame], least: int = 1, memory: int | None = None, rows: pl.DataFrame | None = None
) -> reduce.Summary:
    """Take batches in as the reader does."""
    seen = survey.Survey(groundwork.event_values(frozenset(schema.EVENTS)), *survey.within(memory))
    if rows is not None:
        seen.expect(rows)
    for batch in batches:
        for sample in seen.add(batch).pieces(50):
            seen.read(sample, *shingles.marks(sample.events[schema.PROMPT]))
            masks = reduce.event_intent(sample.events, lambda texts: rules.match(texts, RULES)).to_numpy()
            seen.asked(sample.who[masks > 0], sample.levels[masks > 0], masks[masks > 0])
    return seen.summary(least)


@QUICK
@given(st.integers(0, 10**6), st.lists(st.integers(0, 120), max_size=4), st.randoms(use_true_random=False))
def test_a_survey_is_the_reduction_of_all_events(seed: int, cuts: list[int], draw: random.Random) -> None:
    """Whatever the order of rows and the batches: the same six tables."""
    frame = some_events(120, seed)
    order = list(range(120))
    draw.shuffle(order)
    edges = sorted({0, *cuts, 120})
    batches = [frame[order][a:b] for a, b in pairwise(edges)]
    assert_same(surveyed(batches), reduce.merge([reduced(frame)]))


def test_many_small_groups_are_merged_on_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Grouping often and merging often changes nothing, nor does what goes to disk for want of memory."""
    monkeypatch.setattr(survey, "PARTS", 3)
    monkeypatch.setattr(wordage, "HELD_PAIRS", 40)
    monkeypatch.setattr(survey, "LEAST_ROWS", 10)
    assert_same(surveyed(list(EVENTS.iter_slices(7)), memory=500), reduce.merge([reduced(EVENTS)]))


@pytest.mark.parametrize("least", [2, 4])
def test_what_few_accounts_hold_is_left_out(least: int) -> None:
    """As by the last merge."""
    whole = reduce.merge([reduced(EVENTS)], least=least)
    assert_frame_equal(reduce.plain(surveyed([EVENTS], least)).content.sort("shingle", "account_id"), whole.content)


def test_a_log_of_nothing_is_empty() -> None:
    """And typed."""
    nothing = surveyed([])
    assert all(getattr(nothing, field.name).is_empty() for field in fields(reduce.Summary))
    assert_same(nothing, reduce.empty(tuple(SIGNALS)))


def test_a_log_of_times_and_accounts_alone_can_be_surveyed() -> None:
    """Every other column counts as null."""
    bare = EVENTS.select("timestamp", "account_id")
    seen = survey.Survey({})
    sample = seen.add(bare)
    assert len(sample.who) == 0
    assert list(sample.pieces(5)) == []
    assert_same(seen.summary(1), reduce.merge([reduce.reduce(bare, {})]))


@pytest.mark.parametrize("size", [1, 13, 300])
def test_of_a_large_log_a_sample_is_read_that_no_order_changes(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Every account keeps at most the cap, its counts stand for what was left out, and nothing else changes."""
    monkeypatch.setattr(sampling, "ALL_TEXTS", 100)
    monkeypatch.setattr(sampling, "LEAST_TEXTS", 8)
    whole = reduce.merge([reduced(EVENTS)])
    once = surveyed([EVENTS])
    order = list(range(len(EVENTS)))
    random.Random(size).shuffle(order)
    again = surveyed(list(EVENTS[order].iter_slices(size)))
    assert_same(once, again)
    assert (
        once.sightings.schema["account_id"] == once.activity.schema["account_id"] == once.content.schema["account_id"]
    )
    once = reduce.merge([once])
    for name in ("totals", "sightings", "activity", "texts"):
        assert_frame_equal(getattr(once, name), getattr(whole, name))
    assert 0 < len(once.content) < len(whole.content)
    told = EVENTS.filter(pl.col("prompt").is_not_null() | pl.col("system_prompt").is_not_null())
    texts = told.group_by("account_id").len().sort("account_id")["len"].to_numpy().astype(np.int64)
    levels = sampling.levels_of_accounts(texts, sampling.cap_of(texts))
    assert levels.max() >= 2
    scale = dict(zip([f"a{n}" for n in range(6)], (1 << levels.astype(np.int64)).tolist(), strict=True))
    keys = {reduce.account_key(name): each for name, each in scale.items()}
    assert all(count % keys[key] == 0 for key, _, count in once.content.iter_rows())
    assert all(count % scale[name] == 0 for name, _, count in once.intent.iter_rows())
    share = once.content["count"].sum() / whole.content["count"].sum()
    assert 0.7 < share < 1.4


def test_what_is_expected_decides_what_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the number of texts is known before, the sample is the same and no more is read than counts."""
    monkeypatch.setattr(sampling, "ALL_TEXTS", 100)
    frame = EVENTS.with_columns(pl.col("prompt").fill_null("what else is there to ask in so many words?"))
    rows = frame.group_by("account_id").len()
    expected = surveyed(list(frame.iter_slices(20)))
    assert_same(surveyed(list(frame.iter_slices(20)), rows=rows), expected)
    assert_same(surveyed(list(EVENTS.iter_slices(20)), rows=rows.sort("len")), surveyed([EVENTS], rows=rows))
    seen = survey.Survey(SIGNALS)
    seen.expect(rows)
    read = sum(len(seen.add(batch).who) for batch in frame.iter_slices(20))
    assert 40 < read < 130


def test_levels_halve_and_the_cap_keeps_every_account() -> None:
    """Half of the events have level 0, a quarter 1; the cap is the largest power of two within the budget."""
    at = np.arange(200_000, dtype=np.int64) * 1_000_003
    levels = sampling.levels_of_events(np.full(len(at), 7, dtype=np.uint64), at)
    shares = np.bincount(levels)[:4] / len(at)
    assert shares == pytest.approx([0.5, 0.25, 0.125, 0.0625], rel=0.03)
    few = np.array([5, 900, 20], dtype=np.int64)
    assert sampling.cap_of(few) == sampling.NO_CAP
    assert sampling.levels_of_accounts(few, sampling.NO_CAP).tolist() == [0, 0, 0]
    many = np.array([1_000_000, 2_000_000, 9, 0], dtype=np.int64)
    assert sampling.cap_of(many) == 1 << 20
    assert sampling.levels_of_accounts(many, 1 << 20).tolist() == [0, 1, 0, 0]
    crowd = np.full(1_000_000, 20, dtype=np.int64)
    assert sampling.cap_of(crowd) == sampling.LEAST_TEXTS


def test_a_running_choice_holds_what_the_last_word_keeps(monkeypatch: pytest.MonkeyPatch) -> None:
    """While more comes the sample only grows thinner, so nothing is missed that counts at the end."""
    monkeypatch.setattr(sampling, "ALL_TEXTS", 500)
    sampler = sampling.Sampler()
    draw = np.random.default_rng(3)
    who = draw.integers(0, 40, 4_000).astype(np.uint32)
    levels = sampling.levels_of_events(who.astype(np.uint64), draw.integers(0, 10**9, 4_000))
    chosen = [sampler.choose(who[a : a + 90], levels[a : a + 90]) for a in range(0, 4_000, 90)]
    final = sampler.settled()
    assert final is not None
    kept = levels >= final[who]
    assert not (kept & ~np.concatenate(chosen)).any()
    assert 0 < kept.sum() < np.concatenate(chosen).sum() < 2_500
