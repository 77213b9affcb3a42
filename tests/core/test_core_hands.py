"""Accounts in other hands: stolen from an owner who goes on, or sold by one who left."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl

from extractscan import schema
from extractscan.hands import other_hands

START = datetime(2026, 3, 1, tzinfo=UTC)
Row = tuple[str, float, str | None, str | None]


def events(rows: list[Row]) -> pl.DataFrame:
    """Account, hours since the start, address, program."""
    columns = {
        schema.ACCOUNT: [row[0] for row in rows],
        schema.TIMESTAMP: [START + timedelta(hours=row[1]) for row in rows],
        schema.CLIENT_IP: pl.Series([row[2] for row in rows], dtype=pl.String),
        schema.USER_AGENT: pl.Series([row[3] for row in rows], dtype=pl.String),
    }
    return pl.DataFrame(columns)


def owner(account: str, hours: list[float], agent: str = "browser") -> list[Row]:
    return [(account, hour, f"home of {account}", agent) for hour in hours]


def stranger(account: str, hours: list[float]) -> list[Row]:
    return [(account, hour, "pool", "script") for hour in hours]


def names(series: pl.Series) -> list[str]:
    return sorted(series.to_list())


def test_an_owner_who_goes_on_was_robbed_and_one_who_left_has_sold() -> None:
    """The share of owners who left tells it for the group; what one owner did at last counts for his own account."""
    ten, early, whole = [f"a{n}" for n in range(10)], [0.0, 5.0, 9.0, 14.0], [0.0, 50.0, 100.0, 190.0]
    foreign = [row for name in ten for row in stranger(name, [20.0, 100.0, 200.0])]
    stolen = events(foreign + [row for name in ten for row in owner(name, whole)])
    assert names(other_hands(stolen).taken) == ten
    assert not len(other_hands(stolen).sold)
    sold = events(foreign + [row for n, name in enumerate(ten) for row in owner(name, whole if n == 3 else early)])
    assert names(other_hands(sold).sold) == [name for name in ten if name != "a3"]
    assert names(other_hands(sold).taken) == ["a3"]
    few_left = events(foreign + [row for n, name in enumerate(ten) for row in owner(name, early if n < 4 else whole)])
    assert names(other_hands(few_left).taken) == ten


def test_a_program_of_the_owners_or_too_few_calls_of_his_tell_nothing() -> None:
    """Whoever calls from everywhere with one program is one person, and two calls from home are no owner's use."""
    rows = [row for name in ("a", "b") for row in stranger(name, [1.0, 200.0])]
    one_program = rows + [row for name in ("a", "b") for row in owner(name, [0.0, 50.0, 190.0], "script")]
    seldom = rows + [row for name in ("a", "b") for row in owner(name, [0.0, 50.0])]
    alone = [row for name in ("a", "b") for row in owner(name, [0.0, 50.0, 190.0])]
    for given in (one_program, seldom, alone, [], [("a", 0.0, None, "script")]):
        assert [len(one) for one in other_hands(events(given))] == [0, 0]


def test_a_thief_with_a_large_pool_is_told_by_the_home_that_his_program_never_calls_from() -> None:
    """Exits that only one member's key was used from are his as well; whoever has no home gives nothing away."""
    both = ("a", "b")
    stolen = [row for name in both for row in (*stranger(name, [1.0, 200.0]), (name, 90.0, f"exit {name}", "script"))]
    hours = [0.0, 50.0, 190.0, 210.0]
    assert names(other_hands(events(stolen + [row for name in both for row in owner(name, hours)])).taken) == ["a", "b"]
    scattered = [(name, hour, f"{hour} of {name}", "browser") for name in both for hour in hours]
    at_home = [row for name in both for row in (*owner(name, hours), *owner(name, [60.0], "script"))]
    for given in (scattered, at_home):
        assert not len(other_hands(events(stolen + given)).taken)
