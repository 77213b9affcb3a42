"""The pass over a whole log against the reduction of its parts, and the sample that it reads of large ones."""

from __future__ import annotations

import random
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from core_events import EVENTS, RULES, SIGNALS, assert_same, reduced, some_events
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from extractscan import groundwork, reduce, rules, sampling, schema, shingles, survey, wordage
from extractscan.survey import TEXTS_READ

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


@pytest.mark.parametrize("shares", [2, 5])
def test_tables_in_shares_of_the_accounts_are_the_same(monkeypatch: pytest.MonkeyPatch, shares: int) -> None:
    """Of a log that is known to be large; written out or not."""
    monkeypatch.setattr(survey, "SHARE", 1)
    monkeypatch.setattr(survey, "SHARES", shares)
    monkeypatch.setattr(survey, "PARTS", 3)
    monkeypatch.setattr(survey, "LEAST_ROWS", 10)
    rows = EVENTS.group_by("account_id").len()
    assert_same(surveyed(list(EVENTS.iter_slices(7)), memory=500, rows=rows), reduce.merge([reduced(EVENTS)]))
    tables = []
    for known in (rows, None):
        seen = survey.Survey(SIGNALS, most_rows=40)
        if known is not None:
            seen.expect(known)
        for batch in EVENTS.iter_slices(30):
            seen.add(batch)
        tables.append(seen.parts()[0])
        tables[-1]["totals"] = tables[-1]["totals"].drop(TEXTS_READ)  # all events, where they were counted before
    for name in ("totals", "sightings", "activity", "texts"):
        assert_frame_equal(*(each[name] for each in tables))


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


def test_of_a_sample_wording_has_to_be_repeated_where_it_can_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an account says once in several texts that were read is chance; of one or two texts one is all there is."""
    monkeypatch.setattr(sampling, "ALL_TEXTS", 40)
    monkeypatch.setattr(sampling, "SPREAD", 1)
    own = "whoever translates this passage for us answers in the plainest words that he can find"
    said = "by the way the weather was rather dull over there for the whole of the afternoon"
    rows = [(who, f"{own} {number}") for who in "abc" for number in range(8)]
    rows += [(who, said if number == 3 else f"{number * 7919}") for who in "defgh" for number in range(6)]
    rows += [(who, f"{said} seldom") for who in "ij"]
    begin = datetime(2026, 5, 1, tzinfo=UTC)
    frame = pl.DataFrame(
        {
            "account_id": [who for who, _ in rows],
            "prompt": [text for _, text in rows],
            "timestamp": [begin + timedelta(minutes=7 * number) for number in range(len(rows))],
        }
    )
    assert len(rows) == 56
    content = reduce.plain(surveyed([frame], least=3)).content
    _, known = shingles.marks(pl.Series([f"{own} 0"]))
    assert set(content["shingle"]) == set(known.tolist())
    _, both = shingles.marks(pl.Series([f"{own} 0", said]))
    for all_texts, spread in ((40, 2), (1_000, 1)):  # of ten accounts five are many; then all texts are read
        monkeypatch.setattr(sampling, "SPREAD", spread)
        monkeypatch.setattr(sampling, "ALL_TEXTS", all_texts)
        content = reduce.plain(surveyed([frame], least=3)).content
        assert set(content["shingle"]) == set(both.tolist())


@pytest.mark.parametrize(
    ("repeating", "single", "once", "alone", "spread", "kept"),
    [
        (3, 0, 0, 1, 1, True),  # three repeat it, however large the log
        (2, 9, 9, 1, 1, False),
        (2, 1, 0, 40, 1, True),  # of a log of a hundred accounts, three of whom may repeat it
        (0, 3, 0, 40, 1, True),
        (0, 3, 0, 25, 1, False),  # of a larger one more have to, of whom nothing is seen repeated
        (1, 3, 0, 25, 1, True),
        (0, 0, 9, 1, 10, False),
        (0, 0, 10, 1, 10, True),  # a tenth of all accounts hold it
        (0, 2, 0, 1_000, 1_000, False),  # never fewer than asked for
    ],
)
def test_wording_of_a_sample_is_kept_where_chance_does_not_give_it(
    repeating: int, single: int, once: int, alone: int, spread: int, *, kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Accounts that repeat it, accounts of one text that may, and accounts that say it once in several texts."""
    monkeypatch.setattr(sampling, "ALONE", alone)
    monkeypatch.setattr(sampling, "SPREAD", spread)
    rows = [(7, 2, 2, False)] * repeating + [(7, 1, 1, True)] * single + [(7, 1, 2, False)] * once
    schema_of = {"shingle": pl.UInt64, "count": pl.Int32, wordage.OWN: pl.Int64, wordage.SELDOM: pl.Boolean}
    held = pl.DataFrame(rows, schema=schema_of, orient="row")
    assert len(wordage.repeated(held, 3, 100)) == (len(rows) if kept else 0)


def test_accounts_without_text_may_come_last_in_a_log_of_which_a_sample_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They have none, and everybody else's count stays."""
    monkeypatch.setattr(sampling, "ALL_TEXTS", 100)
    silent = EVENTS.head(3).with_columns(
        pl.Series("account_id", ["y", "z", "y"]), pl.lit(None, pl.String).alias("prompt"), system_prompt=pl.lit(None)
    )
    with_them, without = surveyed([EVENTS, silent.cast(EVENTS.schema)]), surveyed([EVENTS])
    assert_frame_equal(reduce.plain(with_them).content, reduce.plain(without).content)
    seen = survey.Survey(SIGNALS)
    for batch in (EVENTS, silent.cast(EVENTS.schema)):
        seen.add(batch)
    totals = seen.parts()[0]["totals"]
    assert totals.filter(pl.col("account_id").is_in(["y", "z"]))[TEXTS_READ].to_list() == [0, 0]


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
