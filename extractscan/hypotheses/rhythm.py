"""How a group works through time, against everybody else: loads, hours, starts, and who takes over from whom."""

from __future__ import annotations

from typing import TypedDict

import numpy as np
import polars as pl

from extractscan import schema

SMALLEST_SD = 0.25
"""Spread of log2 load that counting noise alone leaves; nothing is held to be more even than that."""
EVENTS_FOR_RHYTHM = 24
HEIR_US = 2 * 86_400_000_000


class Rhythm(TypedDict):
    """Loads and hours of members and outsiders; see `Facts`."""

    load_ratio: float | None
    round_the_clock: float
    round_the_clock_outside: float
    duty_known: bool
    ramp_share: float
    ramp_outside: float


class Turnover(TypedDict):
    """Who starts when others stop; see `Facts`."""

    succession: float
    succession_outside: float


class Greed(TypedDict):
    """Requests for all that one answer can give; see `Facts`."""

    greedy: float
    greedy_outside: float


def rhythm(mine: pl.DataFrame, others: pl.DataFrame) -> Rhythm:
    """Compare the loads and hours of a group with those of everybody else, one row an account of behaviour each."""

    def spread(frame: pl.DataFrame) -> float | None:
        sd = frame["events_per_active_day"].log(2).std()
        return None if sd is None else float(sd)  # type: ignore[arg-type]

    def share(frame: pl.DataFrame, test: pl.Expr) -> float:
        found = frame.filter(pl.col("events") >= EVENTS_FOR_RHYTHM).select(test.mean()).item()
        return 0.0 if found is None else float(found)

    inner, outer = spread(mine), spread(others)
    if inner is not None and outer is not None:
        # few members look even by luck: mix in the outside spread with the weight of three members
        inner = float(np.sqrt(((len(mine) - 1) * inner**2 + 3 * outer**2) / (len(mine) + 2)))
    enough = int((mine["events"] >= EVENTS_FOR_RHYTHM).sum())
    return {
        "load_ratio": None if inner is None or outer is None else max(outer, SMALLEST_SD) / max(inner, SMALLEST_SD),
        "round_the_clock": share(mine, pl.col("day_parts") >= 8),
        "round_the_clock_outside": share(others, pl.col("day_parts") >= 8),
        "duty_known": enough * 2 >= len(mine) and enough >= 3,
        "ramp_share": share(mine, (pl.col("ramp_hours") <= 24).fill_null(value=False)),
        "ramp_outside": share(others, (pl.col("ramp_hours") <= 24).fill_null(value=False)),
    }


def greed(totals: pl.DataFrame, mine: pl.DataFrame, others: pl.DataFrame) -> Greed:
    """Compare how often members and outsiders ask for log probabilities, several choices or the largest answers.

    Args:
        totals: account_id, events, greedy.
        mine: account_id of the members.
        others: account_id of everybody else.
    """

    def share(frame: pl.DataFrame) -> float:
        held = totals.join(frame.select(schema.ACCOUNT), on=schema.ACCOUNT)
        return float((held["greedy"] / held["events"]).sort().sum()) / max(len(held), 1)

    return {"greedy": share(mine), "greedy_outside": share(others)}


def answers(totals: pl.DataFrame, stream: pl.DataFrame, others: pl.DataFrame) -> float | None:
    """Say how many times as long the answers of a stream are as other people's; None where the log does not tell.

    Args:
        totals: account_id, events, output_tokens (their sum).
        stream: account_id, output_tokens of each event of the stream.
        others: account_id of everybody else.
    """
    crowd = totals.join(others.select(schema.ACCOUNT), on=schema.ACCOUNT)
    usual = (crowd[schema.OUTPUT_TOKENS] / crowd["events"]).median()
    means = stream.group_by(schema.ACCOUNT).agg(pl.col(schema.OUTPUT_TOKENS).mean())[schema.OUTPUT_TOKENS]
    theirs = means.drop_nulls().median()
    if not isinstance(usual, float) or not isinstance(theirs, float) or usual <= 0:
        return None
    return theirs / usual


def turnover(mine: pl.DataFrame, others: pl.DataFrame) -> Turnover:
    """Compare how many members start just after another fell silent with as many outsiders, by account id."""
    alike = others.sort(schema.ACCOUNT).head(len(mine))
    return {
        "succession": len(heirs(mine)) / max(len(mine), 1),
        "succession_outside": len(heirs(alike)) / max(len(alike), 1),
    }


def heirs(stats: pl.DataFrame) -> frozenset[str]:
    """Find accounts first seen within two days after another one of the group fell silent, well after its start.

    Args:
        stats: account_id, first, last (µs since the epoch).
    """
    if len(stats) < 2:
        return frozenset()
    first, last = stats["first"].to_numpy(), np.sort(stats["last"].to_numpy())
    gone = last[last < int(last[-1]) - HEIR_US]
    before = np.searchsorted(gone, first, side="right") - np.searchsorted(gone, first - HEIR_US, side="left")
    late = first > int(first.min()) + HEIR_US
    return frozenset(stats.filter(pl.Series((before > 0) & late))[schema.ACCOUNT].to_list())
