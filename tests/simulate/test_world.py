"""Worlds: the same bytes again, labels that count what the log holds, files in order and in bounded memory."""

from __future__ import annotations

import hashlib
import inspect
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow.parquet as pq
import pytest

from extractscan import schema
from extractscan.errors import UsageError
from extractscan.simulate import KINDS, campaigns, crowds, customers, neighbours, world, write_world
from extractscan.simulate.crowd import people
from extractscan.simulate.plot import Plot
from extractscan.simulate.spill import Sorter

_FILES = ("logs.parquet", "accounts.parquet", "labels.parquet")


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write one small world with every kind."""
    directory = tmp_path_factory.mktemp("world")
    write_world(directory, accounts=1200, seed=5)
    return directory


def _hashes(directory: Path) -> list[str]:
    return [hashlib.sha256((directory / name).read_bytes()).hexdigest() for name in _FILES]


def test_same_seed_same_bytes(tmp_path: Path) -> None:
    """Two runs with one seed write the same three files; another seed does not."""
    kinds = ["work_queue", "stolen_keys", "outage_storm", "reseller_harvest"]
    for name, seed in (("a", 7), ("b", 7), ("c", 8)):
        write_world(tmp_path / name, accounts=300, seed=seed, kinds=kinds)
    assert _hashes(tmp_path / "a") == _hashes(tmp_path / "b")
    assert not set(_hashes(tmp_path / "a")) & set(_hashes(tmp_path / "c"))


def test_every_kind_has_a_group(everything: Path) -> None:
    """A world without chosen kinds holds all of them, and ordinary accounts are the majority."""
    labels = pl.read_parquet(everything / "labels.parquet")
    assert set(labels["kind"]) == {*KINDS, "ordinary"}
    assert labels.height == labels["account_id"].n_unique() == 1200
    assert (labels["kind"] == "ordinary").mean() >= 0.55  # type: ignore[operator]
    assert labels.filter(pl.col("group_id").is_null())["kind"].unique().to_list() == ["ordinary"]


def test_labels_count_the_log(everything: Path) -> None:
    """`events` is the number of rows of the account, and only campaigns have events in a campaign."""
    log = pl.read_parquet(everything / "logs.parquet").group_by("account_id").agg(rows=pl.len())
    labels = pl.read_parquet(everything / "labels.parquet").join(log, on="account_id", how="full", coalesce=True)
    assert labels.filter(pl.col("events") != pl.col("rows").fill_null(0)).is_empty()
    assert labels.filter(pl.col("events_in_campaign") > pl.col("events")).is_empty()
    assert labels.filter(~pl.col("campaign") & (pl.col("events_in_campaign") > 0)).is_empty()
    by_kind = (
        labels.filter("campaign").group_by("kind").agg(pl.col("events_in_campaign").sum()).to_dict(as_series=False)
    )
    assert set(by_kind["kind"]) == {name for name, kind in KINDS.items() if kind.campaign}
    assert min(by_kind["events_in_campaign"]) > 0


def test_columns_are_canonical(everything: Path) -> None:
    """Events and accounts have exactly the canonical columns and types."""
    assert pl.read_parquet_schema(everything / "logs.parquet") == dict(schema.EVENTS)
    assert pl.read_parquet_schema(everything / "accounts.parquet") == dict(schema.ACCOUNTS)


def test_nearly_all_columns_are_filled(everything: Path) -> None:
    """Each column has values, and those that every request has are never null."""
    log = pl.read_parquet(everything / "logs.parquet")
    nulls = log.null_count().row(0, named=True)
    sometimes = {"organization_id", "session_id", "end_user_id", "device_id", "system_prompt", "tool_names", "error"}
    assert {name for name, count in nulls.items() if count} <= {*sometimes, "completion"}
    assert all(count < log.height for count in nulls.values())
    assert log["request_id"].n_unique() == log.height


def test_events_stand_in_order_inside_the_window(everything: Path) -> None:
    """The log is sorted by time and no event is before the first day or after the last."""
    times = pl.read_parquet(everything / "logs.parquet")["timestamp"]
    assert times.is_sorted()
    offsets = times.dt.epoch("us") - world.START
    assert offsets.is_between(0, 14 * 86_400_000_000, closed="left").all()


def test_accounts_are_opened_before_they_are_used(everything: Path) -> None:
    """No account sends anything before its sign-up or after its ban."""
    log = pl.read_parquet(everything / "logs.parquet").group_by("account_id")
    spans = log.agg(first=pl.col("timestamp").min(), last=pl.col("timestamp").max())
    side = pl.read_parquet(everything / "accounts.parquet").join(spans, on="account_id")
    assert side.filter(pl.col("first") < pl.col("created_at")).is_empty()
    banned = side.filter(status="banned")
    assert banned.height > 0
    assert banned.filter(pl.col("last") > pl.col("status_changed_at")).is_empty()
    assert side.filter(pl.col("status") == "active")["status_changed_at"].is_null().all()


def test_names_do_not_tell_the_group(everything: Path) -> None:
    """Accounts sorted by name are mixed: neighbours are of one group no more often than chance."""
    groups = pl.read_parquet(everything / "labels.parquet").sort("account_id")["group_id"].fill_null("none")
    runs = (groups == groups.shift(1)).sum()
    shuffled = groups.shuffle(seed=1)
    assert abs(runs - (shuffled == shuffled.shift(1)).sum()) < 120


def test_without_campaigns(tmp_path: Path) -> None:
    """`campaigns=False` leaves every harvest out, also a chosen one."""
    write_world(tmp_path, accounts=300, seed=1, kinds=["work_queue", "campus_nat"], campaigns=False)
    labels = pl.read_parquet(tmp_path / "labels.parquet")
    assert set(labels["kind"]) == {"campus_nat", "ordinary"}
    assert not labels["campaign"].any()


def test_a_small_world_holds_as_many_kinds_as_fit(tmp_path: Path) -> None:
    """Without chosen kinds a small world leaves some out; even one account is a world."""
    write_world(tmp_path / "a", accounts=60, seed=2, days=3)
    labels = pl.read_parquet(tmp_path / "a" / "labels.parquet")
    assert 2 <= labels["kind"].n_unique() < len(KINDS)
    write_world(tmp_path / "b", accounts=1, seed=2, days=2)
    assert pl.read_parquet(tmp_path / "b" / "labels.parquet").height == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kinds": ["work_queue", "nonsense"]}, "unknown kind: nonsense"),
        ({"kinds": ["viral_prompt"], "accounts": 50}, "need at least 30 accounts"),
        ({"accounts": 0}, "too small"),
        ({"days": 1}, "too small"),
        ({"load": 0.5}, "0.5 events an account is too small"),
    ],
)
def test_wrong_wishes_are_refused(tmp_path: Path, arguments: dict[str, object], message: str) -> None:
    """An unknown kind or a world too small is an error with a hint, before anything is written."""
    with pytest.raises(UsageError, match=message) as caught:
        write_world(tmp_path / "w", **arguments)  # type: ignore[arg-type]
    assert caught.value.hint
    assert not (tmp_path / "w").exists()


def test_progress_ends_at_all_accounts(tmp_path: Path) -> None:
    """Progress rises to the number of accounts."""
    seen: list[tuple[int, int]] = []
    write_world(
        tmp_path, accounts=200, seed=1, kinds=["company"], progress=lambda done, total: seen.append((done, total))
    )
    assert seen == sorted(seen)
    assert seen[-1] == (200, 200)


def test_row_groups_and_slices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log of several time slices has full row groups but the last, is sorted, and leaves no spill behind."""
    monkeypatch.setattr(world, "ROW_GROUP", 1000)
    monkeypatch.setattr(world, "_BUCKET", 600)
    write_world(tmp_path, accounts=400, seed=4, kinds=["campus_nat"])
    meta = pq.ParquetFile(tmp_path / "logs.parquet").metadata
    sizes = [meta.row_group(i).num_rows for i in range(meta.num_row_groups)]
    assert len(sizes) > 3
    assert set(sizes[:-1]) == {1000}
    assert pl.read_parquet(tmp_path / "logs.parquet")["timestamp"].is_sorted()
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(_FILES)


def test_no_builder_is_forgotten() -> None:
    """Every public function that writes a group from a plot alone stands in KINDS, once."""
    modules = (campaigns, neighbours, crowds, customers)
    builders = {
        name
        for module in modules
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
        and not name.startswith("_")
        and "Iterator" in str(inspect.signature(function).return_annotation)
        and list(inspect.signature(function).parameters) == ["plot"]
    }
    assert builders == set(KINDS)
    assert all(kind.build.__name__ == name for name, kind in KINDS.items())
    assert all(kind.campaign == (kind.build.__module__ == campaigns.__name__) for kind in KINDS.values())


@pytest.mark.parametrize("name", sorted(KINDS))
@pytest.mark.parametrize("seed", [0, 1])
def test_every_kind_writes_valid_events(name: str, seed: int) -> None:
    """A group of any kind has its accounts once, events in the window with unique ids, and canonical types."""
    kind = KINDS[name]
    size = kind.sizes[0] + seed * (kind.sizes[1] > 1) * 7
    plot = Plot(world.scene_of(seed, 7, 20.0), f"{name}-001", size, 1000, 2000, np.random.default_rng([seed, 9]))
    batches = list(kind.build(plot))
    accounts = pl.concat([batch.accounts for batch in batches])
    events = pl.concat([batch.events for batch in batches])
    assert accounts.height == accounts["account_id"].n_unique() == size
    assert set(events["account_id"]) <= set(accounts["account_id"])
    assert events["request_id"].n_unique() == events.height > 0
    assert events.drop("campaign").schema == dict(schema.EVENTS)
    assert events["campaign"].any() == kind.campaign
    offsets = events["timestamp"].dt.epoch("us") - plot.scene.start
    assert offsets.is_between(0, plot.scene.span, closed="left").all()
    assert events["prompt"].str.len_chars().min() > 0  # type: ignore[operator]
    assert not events["prompt"].str.contains(r"\{\w+\}|TAG").any()


@pytest.mark.parametrize("accounts", [1200, 5000, 100_000])
def test_groups_fill_their_share(accounts: int) -> None:
    """Every kind is cast, groups hold 30 to 45 % of accounts or little less, and larger worlds have larger groups."""
    chosen = world.cast(KINDS, accounts, np.random.default_rng(3), fill=True)
    assert {name for name, _ in chosen} == set(KINDS)
    assert all(size >= KINDS[name].sizes[0] for name, size in chosen)
    assert 0.2 * accounts < sum(size for _, size in chosen) <= 0.45 * accounts
    assert all(size <= max(KINDS[name].sizes[1], accounts // 100) for name, size in chosen)
    if accounts == 100_000:
        assert len(chosen) > len(KINDS)
        assert max(size for _, size in chosen) > 400


def test_crowds_refuse_unknown_columns() -> None:
    """A kind that changes a habit which does not exist fails at once instead of changing nothing."""
    plot = Plot(world.scene_of(0, 7, 5.0), "x", 3, 0, 100, np.random.default_rng(0))
    with pytest.raises(KeyError, match="no such column in the crowd: \\['habbit'\\]"):
        people(plot).change(habbit=1, load=2)


def test_sorter_gives_back_what_it_was_given(tmp_path: Path) -> None:
    """Rows come back bucket by bucket, each sorted, empty buckets left out, and the files are gone."""
    with Sorter(tmp_path, "s", 4) as sorter:
        sorter.add(pl.DataFrame({"n": [5, 1, 9]}), np.array([2, 0, 2]))
        sorter.add(pl.DataFrame({"n": [0, 7]}), np.array([0, 2]))
        assert [frame["n"].to_list() for frame in sorter.drain(["n"])] == [[0, 1], [5, 7, 9]]
    assert list(tmp_path.iterdir()) == []
