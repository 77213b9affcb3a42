"""The scores against counts by hand, and the laws of a world."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from benchmarks.evaluation import metrics, wording, world
from benchmarks.evaluation.campaigns import CAMPAIGNS
from benchmarks.evaluation.hard import HARD
from extractscan import schema


def test_bcubed_is_one_for_the_truth_and_counts_a_merger_and_a_stranger() -> None:
    """A perfect answer scores 1; two groups in one network with one innocent score as counted on paper."""
    truth = {"a": "x", "b": "x", "c": "y"}
    assert metrics.bcubed(truth, truth) == 1.0
    found = dict.fromkeys("abcd", "n")
    precision, recall = (2 / 4 + 2 / 4 + 1 / 4 + 1 / 4) / 4, 1.0
    assert metrics.bcubed(found, truth) == pytest.approx(2 * precision * recall / (precision + recall))


def test_bcubed_counts_missed_accounts_as_alone() -> None:
    """A group of four of which half is missed: every account of the found half sees half of its group."""
    truth = dict.fromkeys("abcd", "x")
    found = {"a": "n", "b": "n"}
    recall = (2 / 4 + 2 / 4 + 1 / 4 + 1 / 4) / 4
    assert metrics.bcubed(found, truth) == pytest.approx(2 * recall / (1 + recall))


def test_pairwise_counts_pairs() -> None:
    """Six pairs said, two real, one of them found together."""
    found = dict.fromkeys("abcd", "n")
    truth = {"a": "x", "b": "x", "e": "y", "f": "y"}
    assert metrics.pairwise(found, truth) == pytest.approx(2 * (1 / 6) * (1 / 2) / (1 / 6 + 1 / 2))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A twentieth of a mixed world, twice the same seed."""
    place = tmp_path_factory.mktemp("worlds")
    world.write(7, 0.05, "mixed", place / "one")
    world.write(7, 0.05, "mixed", place / "two")
    return place


def test_same_seed_gives_the_same_bytes(small: Path) -> None:
    """All three tables are byte for byte the same."""
    for name in ("logs", "accounts", "labels"):
        assert (small / "one" / f"{name}.parquet").read_bytes() == (small / "two" / f"{name}.parquet").read_bytes()


def test_tables_agree_with_each_other(small: Path) -> None:
    """Labels count the log's own rows, harvest never exceeds them, and only campaigns harvest."""
    logs, labels = (pl.read_parquet(small / "one" / f"{n}.parquet") for n in ("logs", "labels"))
    assert dict(logs.schema) == dict(schema.EVENTS)
    counted = logs.group_by("account_id").len().sort("account_id")["len"]
    assert counted.to_list() == labels.sort("account_id")["events"].to_list()
    assert labels.filter(pl.col("events_in_campaign") > pl.col("events")).is_empty()
    assert labels.filter(~pl.col("campaign") & (pl.col("events_in_campaign") > 0)).is_empty()
    assert set(labels.filter("campaign")["kind"]) == set(CAMPAIGNS)


def test_nobody_acts_before_sign_up_or_after_a_ban(small: Path) -> None:
    """Every request lies between the creation of its account and its ban."""
    logs, side = (pl.read_parquet(small / "one" / f"{n}.parquet") for n in ("logs", "accounts"))
    both = logs.join(side, on="account_id")
    assert both.filter(pl.col("timestamp") < pl.col("created_at")).is_empty()
    banned = both.filter(pl.col("status") == "banned")
    assert banned.filter(pl.col("timestamp") > pl.col("status_changed_at")).is_empty()


@pytest.mark.parametrize("kind", sorted(HARD))
def test_every_hard_campaign_can_stand_alone(kind: str, tmp_path: Path) -> None:
    """A world with one hard campaign holds accounts of that kind."""
    world.write(8, 0.1, f"campaigns_only:{kind}", tmp_path)
    labels = pl.read_parquet(tmp_path / "labels.parquet")
    assert set(labels.filter("campaign")["kind"]) == {kind}


def test_dropped_columns_are_gone_and_required_ones_stay(tmp_path: Path) -> None:
    """What is dropped is in neither table; the account cannot be dropped."""
    world.write(9, 0.05, "innocents_only", tmp_path, "ja4,email")
    assert "ja4" not in pl.read_parquet_schema(tmp_path / "logs.parquet")
    assert "email" not in pl.read_parquet_schema(tmp_path / "accounts.parquet")
    with pytest.raises(SystemExit):
        world.dropped("account_id", 1)


def test_two_operators_seldom_use_the_same_words() -> None:
    """Of five hundred drawn requests for reasoning, at most a fiftieth repeat another."""
    rng = np.random.default_rng(3)
    assert len({wording.trace(rng, "t") for _ in range(500)}) >= 490
