"""The signals: none forgotten, each with its innocent twins, and each value as its file says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from extractscan import schema, signals
from extractscan.signals import SIGNALS
from extractscan.signals import behaviour as rhythm
from extractscan.signals.behaviour import behaviour

FILES = {path.stem for path in Path(signals.__file__).parent.glob("*.py")} - {"__init__", "declaration", "behaviour"}
HOUR = 3_600_000_000
DAY = 24 * HOUR


def described(**columns: Any) -> pl.DataFrame:
    """One account's behaviour, with only what a test is about."""
    plain: dict[str, Any] = {
        "events": 100,
        "events_per_active_day": 10.0,
        "active_share": 0.1,
        "day_parts": 3,
        "first_day": date(2026, 3, 1),
        "last_day": date(2026, 3, 10),
        "log_first_day": date(2026, 3, 1),
        "log_last_day": date(2026, 3, 10),
        "ramp_hours": 0,
        "pivot_model": None,
        "bursts": None,
        "created": 0,
        "log_last": 8 * DAY,
        "addresses": 1,
        "clients": 1,
        "plan": "free",
        "plan_rank": 0.5,
    }
    return pl.DataFrame([plain | columns])


def event(**columns: Any) -> pl.DataFrame:
    """One event, with only what a test is about."""
    return pl.DataFrame([{name: columns.get(name) for name in schema.EVENTS}], schema=dict(schema.EVENTS))


def account(**columns: Any) -> pl.DataFrame:
    """One row of the accounts table, with only what a test is about."""
    row = pl.DataFrame([{name: columns.get(name) for name in schema.ACCOUNTS}], schema=dict(schema.ACCOUNTS))
    return schema.with_mail_domain(row)


def value(name: str, frame: pl.DataFrame) -> Any:
    """What a signal sees in one row."""
    found = frame.select(SIGNALS[name].value.alias("v"))["v"]
    return found[0].to_list() if isinstance(found.dtype, pl.List) else found[0]


def test_every_signal_file_is_in_the_table_under_its_own_name() -> None:
    """A file in signals/ is a signal of its name, and the table holds no other."""
    assert set(SIGNALS) == FILES
    assert all(name == signal.name for name, signal in SIGNALS.items())


@pytest.mark.parametrize("signal", SIGNALS.values(), ids=lambda s: s.name)
def test_every_signal_says_what_it_needs_and_what_else_looks_so(signal: signals.Signal) -> None:
    """A signal belongs to a channel, needs columns that exist, has innocent twins, and has a place for its value."""
    tables = {"behaviour": set(described().columns), "accounts": set(schema.ACCOUNTS)}
    known = tables.get(signal.table, set(schema.EVENTS))
    assert signal.channel in {*schema.CHANNELS, schema.EXTRACTION}
    assert signal.channel != schema.EXTRACTION or not signal.links
    assert signal.needs
    assert set(signal.needs) <= known
    assert signal.twins
    assert ("{value}" in signal.says) == signal.links


EVENT_VALUES = [
    ("address", {"client_ip": " 203.0.113.9 "}, "203.0.113.9"),
    ("address", {"client_ip": ""}, None),
    ("prefix", {"client_ip": "203.0.113.9"}, "203.0.113.0/24"),
    ("prefix", {"client_ip": "2001:DB8:7:1::5"}, "2001:db8:7::/48"),
    ("prefix", {"client_ip": "not an address"}, None),
    ("autonomous_system", {"asn": 64500}, "AS64500"),
    ("autonomous_system", {}, None),
    ("user_agent", {"user_agent": "curl/8"}, "curl/8"),
    ("tls_fingerprint", {"ja4": "t13d"}, "t13d"),
    ("client_stack", {"user_agent": "curl/8", "ja4": "t13d"}, "curl/8 + t13d"),
    ("client_stack", {"user_agent": "curl/8"}, None),
    ("device", {"device_id": "d1"}, "d1"),
    ("tools", {"tool_names": "calculator,search"}, "calculator,search"),
    ("sampling", {"max_tokens": 512, "temperature": 0.7}, "max_tokens=512 temperature=700/1000"),
    ("sampling", {"max_tokens": 512}, "max_tokens=512 temperature=-/1000"),
    ("sampling", {"temperature": 0.7}, None),
    ("sdk", {"user_agent": "OpenKit/1.2 (linux)"}, "openkit"),
    ("sdk", {"user_agent": "(odd)"}, None),
    ("output_tag", {"prompt": "Put it into <Trace_7>…</Trace_7>, please"}, "trace_7"),
    ("output_tag", {"prompt": "a < b and </i>"}, None),
]


@pytest.mark.parametrize(("name", "columns", "seen"), EVENT_VALUES)
def test_event_signals_see(name: str, columns: dict[str, Any], seen: Any) -> None:
    """Each event signal takes its value from its columns, and nothing where they say nothing."""
    assert value(name, event(**columns)) == seen


ACCOUNT_VALUES = [
    ("payment", {"payment_fingerprint": "card_1"}, "card_1"),
    ("payment", {"payment_fingerprint": "  "}, None),
    ("phone", {"phone_hash": "p"}, "p"),
    ("email_domain", {"email": "Ann@Example.NET"}, "example.net"),
    ("email_domain", {"email": "ann@x.net", "email_domain": " Y.net "}, "y.net"),
    ("email_domain", {"email_domain": "Y.net"}, "y.net"),
    ("email_domain", {"email": "ann"}, None),
    ("email_pattern", {"email": "Ann.Lee07@x.net"}, "a.a00"),
    ("email_pattern", {"email": "ann"}, None),
    ("referral", {"referral_code": "R"}, "R"),
    ("signup_address", {"signup_ip": "203.0.113.9"}, "203.0.113.9"),
    ("signup_device", {"signup_device_id": "d"}, "d"),
    ("organization", {"organization_id": "o", "organization_verified": False}, "o"),
    ("organization", {"organization_id": "o", "organization_verified": True}, None),
    ("organization", {"organization_id": "o"}, None),
    ("signup_batch", {"created_at": datetime(2026, 3, 1, 7, 59, tzinfo=UTC)}, ["2026-03-01", "2026-03-01T06"]),
]


@pytest.mark.parametrize(("name", "columns", "seen"), ACCOUNT_VALUES)
def test_account_signals_see(name: str, columns: dict[str, Any], seen: Any) -> None:
    """Each account signal takes its value from its columns, and nothing where they say nothing."""
    assert value(name, account(**columns)) == seen


BEHAVIOUR_VALUES = [
    ("load", {"events_per_active_day": 8.0}, ["a3", "b3"]),
    ("load", {"events_per_active_day": 15.0}, ["a3", "b4"]),
    ("duty", {"day_parts": 8}, "8 of 8 day-parts"),
    ("duty", {"events": 7}, None),
    ("onset", {"first_day": date(2026, 3, 5)}, "2026-03-05"),
    ("onset", {"first_day": date(2026, 3, 2)}, None),
    ("offset", {"last_day": date(2026, 3, 5)}, "2026-03-05"),
    ("offset", {"last_day": date(2026, 3, 9)}, None),
    ("ramp", {"ramp_hours": 24}, "full load on the first day"),
    ("ramp", {"ramp_hours": 48}, "a ramp"),
    ("co_activity", {"bursts": ["2026-03-05T06"]}, ["2026-03-05T06"]),
    ("ramp", {"events": 23}, None),
    ("ramp", {"ramp_hours": None}, None),
    ("pivot", {"pivot_model": "m2"}, "m2"),
    ("age", {"created": 0, "log_last": 8 * DAY}, ["a3", "b3"]),
    ("age", {"created": 8 * DAY, "log_last": 8 * DAY}, ["a0", "b0"]),
    ("plan_use", {"plan_rank": 0.99}, "top 1 % of plan free"),
    ("plan_use", {"plan_rank": 0.98}, None),
    ("spread", {"addresses": 4, "clients": 3}, "many addresses and clients"),
    ("spread", {"addresses": 4, "clients": 2}, None),
]


@pytest.mark.parametrize(("name", "columns", "seen"), BEHAVIOUR_VALUES)
def test_behaviour_signals_see(name: str, columns: dict[str, Any], seen: Any) -> None:
    """Each behaviour signal puts an account's habit into words, and says nothing where it does not stand out."""
    assert value(name, described(**columns)) == seen


def test_every_signal_with_a_value_of_its_own_is_tried_here() -> None:
    """The tables above leave no signal out; text is hashed by the kernel, and groups are judged elsewhere."""
    tried = {row[0] for row in (*EVENT_VALUES, *ACCOUNT_VALUES, *BEHAVIOUR_VALUES)}
    assert {SIGNALS[name].table for name in set(SIGNALS) - tried} == {"content", "network"}


def tables(rows: list[tuple[str, int, str, int]]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Totals and activity of (account, hour, model, events)."""
    activity = pl.DataFrame(
        rows,
        schema={"account_id": pl.String, "hour": pl.Int64, "model": pl.String, "events": pl.Int64},
        orient="row",
    )
    totals = activity.group_by("account_id").agg(
        pl.col("events").sum(),
        (pl.col("hour").min() * HOUR).alias("first"),
        (pl.col("hour").max() * HOUR).alias("last"),
    )
    return totals, activity


def sightings(*rows: tuple[str, str, str]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema={"account_id": pl.String, "kind": pl.String, "value": pl.String}, orient="row")


def test_behaviour_counts_what_an_account_does() -> None:
    """Load, rhythm, first and last days, and distinct addresses of one account are what a hand count gives."""
    totals, activity = tables(
        [("a", 0, "m", 6), ("a", 1, "m", 2), ("a", 30, "m", 8), ("a", 70, "m", 4), ("b", 200, "m", 1)]
    )
    seen = sightings(("a", "address", "1"), ("a", "address", "2"), ("a", "user_agent", "c"), ("b", "address", "1"))
    made = behaviour(totals, activity, seen, pl.DataFrame({"account_id": ["a", "b"]}))
    a, b = made.rows(named=True)
    assert (a["account_id"], b["account_id"]) == ("a", "b")
    assert a["events_per_active_day"] == pytest.approx(20 / 3)
    assert a["active_share"] == pytest.approx(4 / 71)
    assert a["day_parts"] == 3  # hours 0-2, 6-8 and 22 of the day
    assert (a["addresses"], a["clients"], b["addresses"], b["clients"]) == (2, 1, 1, 0)
    assert a["first_day"] == date(1970, 1, 1)
    assert a["last_day"] == date(1970, 1, 3)
    assert a["log_last_day"] == b["last_day"] == date(1970, 1, 9)
    assert a["ramp_hours"] == 0
    assert b["ramp_hours"] is None  # one active day shows no ramp
    assert a["created"] is None
    assert a["plan_rank"] is None


def test_behaviour_tells_a_ramp_from_full_load_at_once() -> None:
    """The ramp lasts until the first day that carries three quarters of the busiest day's load."""
    totals, activity = tables([("a", 24 * day, "m", load) for day, load in enumerate((1, 2, 9, 10, 10))])
    made = behaviour(totals, activity, sightings(), pl.DataFrame({"account_id": ["a"]}))
    assert made["ramp_hours"].to_list() == [48]


def test_a_pivot_is_a_third_of_the_day_on_a_model_that_just_appeared() -> None:
    """Only accounts that move within a day of a model's first use pivot; the log's first models are nobody's news."""
    old = [(name, hour, "m1", 3) for name in "abc" for hour in (0, 24, 48)]
    totals, activity = tables([*old, ("a", 80, "m2", 4), ("b", 80, "m2", 1), ("b", 81, "m1", 9), ("c", 200, "m2", 5)])
    made = behaviour(totals, activity, sightings(), pl.DataFrame({"account_id": ["a", "b", "c"]}))
    assert made["pivot_model"].to_list() == ["m2", None, None]


def test_rank_within_a_plan_is_a_share() -> None:
    """Accounts are ranked by events among those of their plan; an account without a plan has no rank."""
    totals, activity = tables([("a", 0, "m", 1), ("b", 0, "m", 5), ("c", 0, "m", 9), ("d", 0, "m", 99)])
    table = pl.DataFrame(
        {
            "account_id": ["a", "b", "c", "d"],
            "plan": ["p", "p", "q", None],
            "created_at": [datetime(1970, 1, 1, tzinfo=UTC) + timedelta(hours=1)] * 4,
        },
        schema_overrides={"created_at": pl.Datetime("us", "UTC")},
    )
    made = behaviour(totals, activity, sightings(), table)
    assert made["plan_rank"].to_list() == [0.5, 1.0, 1.0, None]
    assert made["created"].to_list() == [HOUR] * 4


def test_bursts_are_held_against_the_accounts_own_habit() -> None:
    """Four requests at an hour that is usually idle are a burst; the same four every day are a habit."""
    rows = [("habit", day * 24 + 6, "m", 4) for day in range(10)]
    rows += [("burst", 3 * 24 + 6, "m", 4), ("burst", 20, "m", 3)]
    totals, activity = tables(rows)
    seen = behaviour(totals, activity, sightings(), pl.DataFrame({"account_id": ["habit", "burst"]}))
    assert dict(seen.select("account_id", "bursts").iter_rows()) == {"habit": None, "burst": ["1970-01-04T06"]}


@pytest.mark.parametrize("at_once", [1, 3, 7])
@pytest.mark.parametrize("shuffled", [False, True])
def test_behaviour_is_the_same_however_many_rows_are_looked_at_together(
    monkeypatch: pytest.MonkeyPatch, at_once: int, *, shuffled: bool
) -> None:
    """Accounts are never cut in two, however rows are ordered, and bursts are held against the whole log's days."""
    rows = [(name, hour * 5 + number, model, hour % 7 + 1) for number, name in enumerate("abcde") for hour in range(9)
            for model in ("m", "n")]  # fmt: skip
    rows.append(("a", 900, "n", 30))
    totals, activity = tables(rows)
    activity = activity.sort("account_id", "hour", "model")
    everybody = pl.DataFrame({"account_id": list("abcde")})
    expected = behaviour(totals, activity, sightings(), everybody)
    assert expected["bursts"].drop_nulls().len() > 0
    monkeypatch.setattr(rhythm, "AT_ONCE", at_once)
    given = activity.sample(fraction=1.0, shuffle=True, seed=2) if shuffled else activity
    assert_frame_equal(behaviour(totals, given, sightings(), everybody), expected)
