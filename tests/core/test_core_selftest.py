"""The self-test: what is planted is found or missed as the analysis itself would, and the log stays as it is."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from extractscan import schema, selftest
from extractscan.errors import CannotTestError
from extractscan.settings import Settings


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of 200 accounts with nothing in common, one event in ten without a prompt."""
    folder = tmp_path_factory.mktemp("quiet")
    rows = [
        {
            schema.TIMESTAMP: 1_772_000_000_000_000 + account * 61_000_000 + number * 7_200_000_000 * (1 + account % 5),
            schema.ACCOUNT: f"a{account:03d}",
            schema.REQUEST: f"q{account}-{number}",
            schema.CLIENT_IP: f"192.0.{account % 250}.{account // 7 + 1}",
            schema.USER_AGENT: f"tool{account % 6}/1.0",
            schema.PROMPT: None
            if number == 9
            else f"What is {account * 31 + number} plus {number * account}, and why?",
        }
        for account in range(200)
        for number in range(10)
    ]
    events = pl.DataFrame(rows).with_columns(pl.col(schema.TIMESTAMP).cast(pl.Datetime("us", "UTC")))
    events.write_parquet(folder / "logs.parquet")
    pl.DataFrame(
        {schema.ACCOUNT: [f"a{n:03d}" for n in range(200)], schema.PAYMENT: [f"pm_{n:06d}" for n in range(200)]}
    ).write_csv(folder / "accounts.csv")
    return folder


@pytest.fixture(scope="module")
def shown(quiet: Path) -> selftest.SelfTest:
    """Rings of twenty, two of each strength."""
    return selftest.selftest([str(quiet / "logs.parquet")], accounts=str(quiet / "accounts.csv"), sizes=(20,), rounds=2)


def test_a_loud_ring_is_found_and_nobody_with_it(shown) -> None:
    """Twenty accounts with two cards, five proxies and one build are an extraction network of their own."""
    loud = next(one for one in shown.power if one.strength == "loud")
    assert (loud.found, loud.share_flagged, loud.false_additions) == (2, 1.0, 0)


def test_every_ring_has_one_outcome(shown) -> None:
    """The table is the sum of the trials, and no trial counts more accounts than the ring has."""
    assert len(shown.trials) == 6
    for row in shown.power:
        mine = [one for one in shown.trials if one.strength == row.strength]
        assert row.found + row.as_another + row.missed == row.rounds == len(mine) == 2
        assert row.found == sum(one.outcome == "found" for one in mine)
    assert all(0 <= one.flagged <= one.linked <= 20 for one in shown.trials)
    assert all((one.verdict is None) == (one.linked == 0) for one in shown.trials)


def test_the_log_is_counted_without_what_was_planted(shown) -> None:
    """Accounts, events and flags are the log's; fields are told apart by whether it has them."""
    assert (shown.accounts, shown.events, shown.flagged_before) == (200, 2000, 0)
    assert shown.shared == [schema.PAYMENT, schema.CLIENT_IP, schema.USER_AGENT, schema.PROMPT]
    assert shown.absent == [schema.CREATED_AT, schema.JA4, schema.MAX_TOKENS]


def test_the_log_is_not_written_and_the_seed_repeats(quiet: Path, shown) -> None:
    """The same call gives the same result, from files that are what they were."""
    before = {path.name: path.read_bytes() for path in quiet.iterdir()}
    again = selftest.selftest(
        [str(quiet / "logs.parquet")], accounts=str(quiet / "accounts.csv"), sizes=(20,), rounds=2
    )
    assert again == shown
    assert {path.name: path.read_bytes() for path in quiet.iterdir()} == before


def test_a_log_with_a_campaign_keeps_it_and_lends_none_of_its_accounts(world: Path) -> None:
    """Accounts in networks are no donors: what is planted has nothing of theirs."""
    seen: list[str] = []
    shown = selftest.selftest(
        [str(world / "logs.parquet")],
        accounts=str(world / "accounts.parquet"),
        settings=Settings(min_accounts=3),
        sizes=(6,),
        progress=lambda stage, _done, _total: seen.append(stage),
    )
    assert shown.flagged_before > 0
    assert all(one.false_additions == 0 for one in shown.trials)
    assert shown.absent == []
    assert "planting" in seen


def test_without_a_table_rings_have_no_cards(quiet: Path) -> None:
    """What the log lacks is not made up, and is listed."""
    shown = selftest.selftest([str(quiet / "logs.parquet")], sizes=(3,))
    assert shown.shared == [schema.CLIENT_IP, schema.USER_AGENT, schema.PROMPT]
    assert [one.size for one in shown.trials] == [3, 3, 3]


def test_a_log_of_single_events_cannot_be_tested(quiet: Path, tmp_path: Path) -> None:
    """There is no life to borrow, which is said and never taken for a good result."""
    pl.read_parquet(quiet / "logs.parquet").unique(schema.ACCOUNT).write_parquet(tmp_path / "thin.parquet")
    with pytest.raises(CannotTestError, match="to make rings of"):
        selftest.selftest([str(tmp_path / "thin.parquet")], sizes=(5,))
