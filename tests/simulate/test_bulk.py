"""Large worlds: exactly the events asked for, in order, the same again, with labels that count them."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow.parquet as pq
import pytest

from extractscan import schema
from extractscan.errors import UsageError
from extractscan.simulate import bulk, masses
from extractscan.simulate.world import ROW_GROUP

FILES = ("logs.parquet", "accounts.parquet", "labels.parquet")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write two row groups by 4,000 accounts, 32 of them in a campaign."""
    target = tmp_path_factory.mktemp("bulk")
    bulk.write_bulk(target, events=ROW_GROUP + 9_000, accounts=4_000, seed=3)
    return target


def test_a_large_world_has_the_events_that_were_asked_for(folder: Path) -> None:
    """Rows, row groups, canonical types, distinct requests, order of time."""
    parquet = pq.ParquetFile(folder / "logs.parquet")
    assert [parquet.metadata.row_group(n).num_rows for n in range(2)] == [ROW_GROUP, 9_000]
    log = pl.read_parquet(folder / "logs.parquet")
    assert {name: schema.EVENTS[name] for name in log.columns} == dict(log.schema)
    assert log[schema.REQUEST].n_unique() == len(log)
    assert log[schema.TIMESTAMP].is_sorted()
    assert log.select(pl.exclude(schema.ORGANIZATION, schema.SYSTEM_PROMPT)).null_count().sum_horizontal().sum() == 0
    assert pl.read_parquet_schema(folder / "accounts.parquet") == dict(schema.ACCOUNTS)


def test_prompts_are_as_long_as_ordinary_ones_and_hardly_ever_the_same(folder: Path) -> None:
    """About 500 bytes."""
    prompts = pl.read_parquet(folder / "logs.parquet", columns=[schema.PROMPT]).to_series()
    assert 400 < prompts.str.len_bytes().mean() < 650  # type: ignore[operator]
    assert prompts.n_unique() == len(prompts)


def test_labels_count_what_the_log_holds(folder: Path) -> None:
    """A sixth of the events is the campaign's, spread evenly over its accounts, and its wording stands in them."""
    labels = pl.read_parquet(folder / "labels.parquet")
    log = pl.read_parquet(folder / "logs.parquet")
    counted = log.group_by(schema.ACCOUNT).agg(pl.len().cast(pl.Int64).alias("seen"))
    both = labels.join(counted, on=schema.ACCOUNT, how="left").with_columns(pl.col("seen").fill_null(0))
    assert (both["seen"] == both["events"]).all()
    campaign = labels.filter("campaign")
    assert campaign["group_id"].unique().to_list() == ["bulk-001"]
    assert len(campaign) == int(4_000 * masses.CAMPAIGN_SHARE)
    share = campaign["events"].sum() / labels["events"].sum()
    assert share == pytest.approx(masses.CAMPAIGN_LOAD, abs=0.03)
    texts = log.filter(pl.col(schema.ACCOUNT).is_in(campaign[schema.ACCOUNT].implode()))[schema.PROMPT]
    begins = texts.str.head(60).value_counts()["count"].max()
    assert begins >= 0.8 * len(texts)  # type: ignore[operator]


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    """Threads make blocks in any order; the files do not show it."""
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        bulk.write_bulk(tmp_path / name, events=5_000, accounts=1_000, seed=seed)
    one, same, other = (
        [hashlib.sha256((tmp_path / name / file).read_bytes()).hexdigest() for file in FILES] for name in "abc"
    )
    assert one == same
    assert not set(one) & set(other)


def test_without_campaigns_nobody_harvests(tmp_path: Path) -> None:
    """No account is labelled."""
    seen: list[tuple[int, int]] = []
    bulk.write_bulk(
        tmp_path, events=3_000, accounts=1_000, campaigns=False, progress=lambda done, total: seen.append((done, total))
    )
    labels = pl.read_parquet(tmp_path / "labels.parquet")
    assert not labels["campaign"].any()
    assert labels["group_id"].null_count() == len(labels)
    assert seen == [(3_000, 3_000)]


def test_accounts_act_between_their_opening_and_their_end(folder: Path) -> None:
    """Nothing happens before an account is opened or after it is banned."""
    side = pl.read_parquet(folder / "accounts.parquet")
    log = pl.read_parquet(folder / "logs.parquet").join(side, on=schema.ACCOUNT, suffix="_of_account")
    assert (log[schema.TIMESTAMP] >= log[schema.CREATED_AT]).all()
    ended = log.filter(pl.col(schema.STATUS) == "banned")
    assert (ended[schema.TIMESTAMP] <= ended[schema.STATUS_CHANGED_AT]).all()


@pytest.mark.parametrize(("events", "accounts", "days"), [(900, 1_000, 14), (5_000, 999, 14), (5_000, 1_000, 1)])
def test_small_worlds_are_for_the_other_simulator(tmp_path: Path, events: int, accounts: int, days: int) -> None:
    """They are refused."""
    with pytest.raises(UsageError, match="no large world"):
        bulk.write_bulk(tmp_path, events=events, accounts=accounts, days=days)


def test_phrases_of_an_account_are_its_own() -> None:
    """Every account repeats other phrases."""
    from extractscan.simulate import phrases

    chosen = phrases.own(np.arange(50, dtype=np.uint64))
    assert len(np.unique(chosen)) > 190


def test_phrases_have_one_width_and_are_hardly_ever_the_same() -> None:
    """All are words and an end, of 32 bytes; openings and wordings are brought to whole rows by a rule."""
    from extractscan.simulate import phrases

    pool = phrases.pool(5, ["head of a wording\n", "\ntail"])
    assert len(pool.rows) == pool.start[-1]
    assert len(pool.start) == phrases.OPENINGS + 3
    rows = pl.Series(pool.rows.slice(0, 50_000).cast("binary")).cast(pl.String)
    assert rows.str.contains(r"^([A-Za-z-]+ ){3}[A-Za-z-]+[ ,.\n]+$").all()
    assert rows.n_unique() == len(rows)
    last = pool.rows.slice(pool.start[-3]).to_pylist()
    assert last == [b"head of a wording\n\n" + b"-" * 12 + b"\n", b"\ntail\n" + b"-" * 25 + b"\n"]


@pytest.mark.parametrize("size", range(65))
def test_a_text_is_brought_to_whole_rows(size: int) -> None:
    """Nothing of it is lost."""
    from extractscan.simulate import phrases

    done = phrases.filled(b"x" * size)
    assert len(done) % phrases.WIDTH == 0
    assert done.rstrip(b"\n-") == b"x" * size
    assert len(done) - size < phrases.WIDTH


def test_accounts_are_drawn_as_a_search_would_draw_them() -> None:
    """The guide only shortens the way, also where an account has no load."""
    rng = np.random.default_rng(1)
    reach = np.cumsum(np.where(rng.random(500) < 0.2, 0.0, rng.pareto(1.0, 500)))
    share = np.concatenate([rng.random(5_000), [0.0, 1 - 2**-53]])
    found = bulk._drawn(reach, bulk._guide(reach), share)
    assert found.tolist() == np.searchsorted(reach, share * reach[-1], side="right").tolist()
