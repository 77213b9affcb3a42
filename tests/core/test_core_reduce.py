"""Reducing events against a count in plain Python, and the laws of merging."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import polars as pl
import pytest
from core_events import ASK, EVENTS, SIGNALS, assert_same, marked, reduced, some_events
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from extractscan import reduce, rules, schema, shingles

QUICK = settings(max_examples=25, deadline=None, derandomize=True)


def micros(row: dict[str, Any]) -> int:
    return (row["timestamp"] - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def test_totals_are_a_plain_count() -> None:
    """Events, first and last time, tokens, cost, errors and prompts of each account are what a loop counts."""
    expected: dict[str, dict[str, int]] = {}
    for row in EVENTS.rows(named=True):
        held = expected.setdefault(
            row["account_id"],
            {"events": 0, "first": micros(row), "last": micros(row)} | dict.fromkeys(reduce.SUMS, 0),
        )
        held["events"] += 1
        held["first"], held["last"] = min(held["first"], micros(row)), max(held["last"], micros(row))
        held["input_tokens"] += row["input_tokens"] or 0
        held["output_tokens"] += row["output_tokens"] or 0
        held["cost_micros"] += round((row["cost_usd"] or 0) * 1e6)
        held["errors"] += (row["status_code"] or 0) >= 400 or row["error"] is not None
        held["prompts"] += row["prompt"] is not None
    got = reduce.merge([reduced(EVENTS)]).totals
    assert {row.pop("account_id"): row for row in got.rows(named=True)} == expected


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("address", lambda row: row["client_ip"]),
        ("user_agent", lambda row: row["user_agent"] or None),
        ("country", lambda row: row["country"]),
        (
            "system_prompt",
            lambda row: shingles.text_key(row["system_prompt"]) if (row["system_prompt"] or "").strip() else None,
        ),
    ],
)
def test_sightings_are_a_plain_count(kind: str, value: Any) -> None:
    """Who held what, how often, first and last is what a loop counts."""
    times = defaultdict(list)
    for row in EVENTS.rows(named=True):
        if value(row) is not None:
            times[row["account_id"], value(row)].append(micros(row))
    got = reduce.merge([reduced(EVENTS)]).sightings.filter(pl.col("kind") == kind)
    seen = {(row[0], row[1]): row[2:] for row in got.drop("kind").iter_rows()}
    assert seen == {key: (len(at), min(at), max(at)) for key, at in times.items()}


def test_activity_and_intent_are_plain_counts() -> None:
    """Events by hour and model, and events by what they ask for, are what a loop counts."""
    frame = marked(EVENTS)
    hours = Counter((r["account_id"], micros(r) // reduce.HOUR_US, r["model"] or "") for r in EVENTS.rows(named=True))
    asked = Counter((r["account_id"], r["mask"]) for r in frame.rows(named=True) if r["mask"])
    summary = reduce.merge([reduced(EVENTS)])
    assert {row[:3]: row[3] for row in summary.activity.iter_rows()} == hours
    assert {row[:2]: row[2] for row in summary.intent.iter_rows()} == asked
    assert asked


def test_content_counts_events_that_hold_a_mark() -> None:
    """A mark counts once an event, for the account's key."""
    expected: Counter[tuple[int, int]] = Counter()
    for row in EVENTS.rows(named=True):
        _, value = shingles.marks(pl.Series([row["prompt"]], dtype=pl.String))
        expected.update((reduce.account_key(row["account_id"]), mark) for mark in set(value.tolist()))
    got = reduce.merge([reduced(EVENTS)]).content
    assert {(row[0], row[1]): row[2] for row in got.iter_rows()} == expected


def test_system_prompts_keep_the_head_that_stands_for_them() -> None:
    """Of two spellings of one system prompt the smaller is kept, whatever came first."""
    texts = reduce.merge([reduced(EVENTS)]).texts
    assert dict(texts.iter_rows()) == {
        shingles.text_key("Be brief."): "Be  brief.\n",
        shingles.text_key("You are a judge."): "You are a judge.",
    }


@QUICK
@given(st.integers(0, 10**6), st.lists(st.integers(0, 120), max_size=4), st.randoms(use_true_random=False))
def test_merging_parts_in_any_order_is_reducing_the_whole(seed: int, cuts: list[int], draw: random.Random) -> None:
    """Rows in any order, cut anywhere, reduced apart and merged in any order and grouping: the same tables."""
    frame = some_events(120, seed)
    whole = reduce.merge([reduced(frame)])
    order = list(range(120))
    draw.shuffle(order)
    shuffled = frame[order]
    edges = sorted({0, *cuts, 120})
    parts = [reduced(shuffled[a:b]) for a, b in pairwise(edges)]
    draw.shuffle(parts)
    half = len(parts) // 2
    pairs = [reduce.merge(some) for some in (parts[:half], parts[half:]) if some]
    assert_same(reduce.merge(parts), whole)
    assert_same(reduce.merge(pairs), whole)


def test_nothing_is_the_neutral_element() -> None:
    """Merging with the summary of no events changes nothing; nothing alone is empty but typed."""
    whole = reduce.merge([reduced(EVENTS)])
    nothing = reduce.empty(tuple(SIGNALS))
    assert_same(reduce.merge([nothing, whole, nothing]), whole)
    assert all(getattr(nothing, field.name).is_empty() for field in fields(reduce.Summary))


@pytest.mark.parametrize("least", [2, 4])
def test_the_last_merge_leaves_out_what_few_accounts_hold(least: int) -> None:
    """Shingles below the limit go, counted over all parts; those at it stay with their counts."""
    parts = [reduced(EVENTS[:140]), reduced(EVENTS[140:])]
    everything = reduce.merge(parts).content
    kept = everything.filter(pl.col("account_id").n_unique().over("shingle") >= least)
    assert_frame_equal(reduce.merge(parts, least=least).content, kept)
    assert 0 < len(kept) < len(everything)


def test_missing_columns_are_all_null() -> None:
    """A log with times and accounts alone reduces as if every other column were null."""
    bare = EVENTS.select("timestamp", "account_id")
    full = bare.with_columns(
        pl.lit(None, dtype).alias(n) for n, dtype in schema.EVENTS.items() if n not in bare.columns
    )
    assert_same(reduce.merge([reduce.reduce(bare, {})]), reduce.merge([reduced(full)]))


def test_intent_is_found_in_prompt_or_system_prompt() -> None:
    """What the system prompt asks for holds for every event that carries it."""
    frame = pl.DataFrame({"prompt": ["2+2?", ASK, None], "system_prompt": [ASK, None, None]})
    mask = reduce.event_intent(frame, lambda texts: rules.match(texts, rules.load()))
    assert [bool(m) for m in mask] == [True, True, False]
