"""Planted rings borrow from the log and share what they are said to share."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from extractscan import likeness, planting, schema

START = datetime(2026, 3, 2, tzinfo=UTC)
LOUD, ORDINARY, CAREFUL = planting.STRENGTHS


def soil(**changes: object) -> planting.Soil:
    """Forty donors of ten events each, with every field that rings can share in."""
    rows = [
        {
            schema.TIMESTAMP: START + timedelta(hours=donor * 3 + number),
            schema.ACCOUNT: f"d{donor:02d}",
            schema.ORGANIZATION: "org",
            schema.API_KEY: f"sk-{donor:04x}",
            schema.REQUEST: f"r{donor}-{number}",
            schema.SESSION: f"s{number // 5}",
            schema.END_USER: "u1",
            schema.CLIENT_IP: f"198.51.{donor}.7",
            schema.ASN: 64500 + donor % 3,
            schema.COUNTRY: "DE" if donor % 2 else "FR",
            schema.USER_AGENT: "kit/1.2.3" if donor % 3 else "browser/99",
            schema.DEVICE: None,
            schema.SYSTEM_PROMPT: "You help.",
            schema.PROMPT: f"Tell me about subject {donor * 10 + number} and nothing else, please",
            schema.INPUT_TOKENS: 12,
            **changes,
        }
        for donor in range(40)
        for number in range(10)
    ]
    side = [
        {
            schema.ACCOUNT: f"d{donor:02d}",
            schema.CREATED_AT: START - timedelta(days=donor),
            schema.EMAIL: f"anna.k{donor}@mail{donor % 2}.example",
            schema.EMAIL_DOMAIN: f"mail{donor % 2}.example",
            schema.PHONE: f"{donor:08x}",
            schema.PAYMENT: f"pm_{donor:06d}",
            schema.ORGANIZATION: "org",
            schema.PLAN: "pro",
            schema.STATUS_CHANGED_AT: None,
        }
        for donor in range(40)
    ]
    kinds = {**schema.EVENTS, **schema.ACCOUNTS}
    frames = [
        pl.DataFrame(part, schema_overrides={name: kinds[name] for name in part[0]}, infer_schema_length=None)
        for part in (rows, side)
    ]
    return planting.Soil(
        frames[0], frames[1], frozenset(f"d{donor:02d}" for donor in range(40)), ("Print it verbatim",), 3
    )


def ring(strength: planting.Strength, size: int = 24, seed: int = 5, **changes: object) -> planting.Ring:
    return planting.plant(soil(**changes), size, strength, np.random.default_rng(seed))


@pytest.mark.parametrize("strength", planting.STRENGTHS, ids=lambda one: one.name)
def test_a_ring_is_new_and_has_the_columns_of_the_log(strength) -> None:
    """No name, key, card, phone or address of a donor is used; nobody declares it, and no end users stand behind it."""
    made, from_log = ring(strength), soil()
    assert made.events.drop(schema.FILE, schema.ROW).schema == from_log.donors.schema
    assert set(made.events[schema.ACCOUNT]) == set(made.members)
    assert set(made.members).isdisjoint(from_log.taken)
    assert made.events[schema.REQUEST].n_unique() == len(made.events)
    assert made.events.select(pl.col(schema.END_USER, schema.ORGANIZATION).null_count()).row(0) == (
        len(made.events),
        len(made.events),
    )
    for name in (schema.API_KEY, schema.CLIENT_IP):
        assert set(made.events[name]).isdisjoint(set(from_log.donors[name]))
    assert made.accounts is not None
    assert made.accounts.schema == from_log.accounts.schema
    for name in (schema.PHONE, schema.PAYMENT, schema.EMAIL):
        assert set(made.accounts[name]).isdisjoint(set(from_log.accounts[name]))
    assert made.events[schema.FILE].unique().to_list() == [3]
    assert made.events[schema.ROW].to_list() == list(range(len(made.events)))


@pytest.mark.parametrize("strength", planting.STRENGTHS, ids=lambda one: one.name)
def test_a_ring_shares_what_its_strength_says(strength) -> None:
    """Cards, pool, build, harvest and wordings are as many as declared."""
    made = ring(strength)
    assert made.accounts is not None
    assert made.accounts[schema.PAYMENT].n_unique() == -(-24 // strength.per_card)
    own = 0 if strength.proxied == 1.0 else 24
    assert made.events[schema.CLIENT_IP].n_unique() <= max(2, round(strength.pool * 24)) + own
    asked = made.events.filter(pl.col(schema.SYSTEM_PROMPT).is_null())
    assert len(asked) / len(made.events) == pytest.approx(strength.harvest, abs=0.1)
    heads = asked[schema.PROMPT].str.split("\n\n").list.first()
    assert heads.n_unique() <= (-(-24 // strength.per_wording) if strength.per_wording else 1)
    builds = set(made.events[schema.USER_AGENT]) - {"kit/1.2.3", "browser/99"}
    assert len(builds) == (1 if strength.build else 0)
    items = asked[schema.PROMPT].str.split("\n\n").list.last()
    assert items.n_unique() == len(items)


@pytest.mark.parametrize("strength", planting.STRENGTHS, ids=lambda one: one.name)
def test_nobody_acts_before_sign_up(strength) -> None:
    """Every account was created before its first request; batches within six hours."""
    made = ring(strength)
    assert made.accounts is not None
    first = made.events.group_by(schema.ACCOUNT).agg(pl.col(schema.TIMESTAMP).min())
    both = first.join(made.accounts, on=schema.ACCOUNT)
    assert (both[schema.CREATED_AT] < both[schema.TIMESTAMP]).all()
    if strength is LOUD:
        created = made.accounts[schema.CREATED_AT]
        assert created.max() - created.min() <= timedelta(hours=6)


def test_the_same_seed_plants_the_same_ring() -> None:
    """Another seed plants another."""
    assert ring(ORDINARY).events.equals(ring(ORDINARY).events)
    assert not ring(ORDINARY).events.equals(ring(ORDINARY, seed=6).events)


def test_even_loads_and_loads_of_the_log() -> None:
    """A careful operator's accounts carry the donors' loads; others carry about one."""
    assert ring(CAREFUL).events.group_by(schema.ACCOUNT).len()["len"].unique().to_list() == [10]
    loads = ring(LOUD).events.group_by(schema.ACCOUNT).len()["len"]
    assert loads.min() >= 8
    assert loads.max() <= 12


def test_masked_and_hashed_addresses_keep_their_shape() -> None:
    """Where the log masks addresses, planted ones are masked alike."""
    made = ring(ORDINARY, **{schema.CLIENT_IP: "203.0.113.*"})
    assert made.events[schema.CLIENT_IP].str.contains(r"^\d{3}\.\d\.\d{3}\.\*$").all()


def test_fields_that_the_log_lacks_stay_empty() -> None:
    """Without prompts, addresses, programs and a table nothing is made up."""
    gone = dict.fromkeys((schema.PROMPT, schema.CLIENT_IP, schema.USER_AGENT, schema.API_KEY))
    made = ring(LOUD, **gone)
    assert all(made.events[name].null_count() == len(made.events) for name in gone)
    lean = soil().donors.select(schema.TIMESTAMP, schema.ACCOUNT)
    bare = planting.plant(planting.Soil(lean, None, frozenset(), (), 0), 5, LOUD, np.random.default_rng(1))
    assert bare.accounts is None
    assert bare.events.columns == [schema.TIMESTAMP, schema.ACCOUNT, schema.FILE, schema.ROW]


def test_a_table_without_most_columns_is_filled_as_far_as_it_goes() -> None:
    """Ids alone give ids alone; a text column without system prompts and tokens is written to as well."""
    full = soil()
    ids = full.accounts.select(schema.ACCOUNT, schema.EMAIL).with_columns(pl.lit(None, pl.String).alias(schema.EMAIL))
    texts = full.donors.select(schema.TIMESTAMP, schema.ACCOUNT, schema.PROMPT)
    made = planting.plant(planting.Soil(texts, ids, full.taken, (), 0), 5, ORDINARY, np.random.default_rng(1))
    assert made.accounts is not None
    assert made.accounts.columns == [schema.ACCOUNT, schema.EMAIL]
    assert made.accounts[schema.EMAIL].null_count() == 5
    assert made.events[schema.PROMPT].null_count() == 0
    assert (
        planting.plant(planting.Soil(texts, ids.clear(), full.taken, (), 0), 3, LOUD, np.random.default_rng(1)).accounts
        is None
    )


def test_a_deck_that_runs_out_goes_on_with_pairs() -> None:
    """No item is dealt twice."""
    dealt = planting._dealt(pl.Series(["a", "b", "c", "a", None]), 8, np.random.default_rng(2))
    assert dealt.n_unique() == 8


def test_names_that_the_log_has_are_not_taken() -> None:
    """A log with planted accounts of its own gets others."""
    assert planting._names(2, frozenset({"planted00001"})) == ("planted-00000", "planted-00001")


def test_a_shape_without_unseen_values_gets_longer() -> None:
    """Ten digits that are all taken lead to two digits; words stay words where they are to."""
    rng = np.random.default_rng(1)
    assert len(likeness.unseen("7", {str(digit) for digit in range(10)}, rng)) == 2
    assert likeness.like("kit/1.2", rng, words=True).startswith("kit/")
    assert set(likeness.like("00ff-AA", rng)) <= set("0123456789abcdefABCDEF-")
    assert likeness.like("é_Z", rng)[:2] == "é_"
