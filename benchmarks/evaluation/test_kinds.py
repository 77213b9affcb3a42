"""What holds for every kind of campaign, of look-alike and of scene."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from benchmarks.evaluation import cells, kinds, small_world
from benchmarks.evaluation.logs import tables
from benchmarks.evaluation.scene import World
from benchmarks.evaluation.scenes import SCENES
from extractscan import schema

Labelled = tuple[pl.DataFrame, pl.DataFrame]


@pytest.fixture(scope="module")
def everything() -> Labelled:
    """Events and labels of one world that holds every look-alike, and the smallest campaign of every kind."""
    world = World(12, 1.0)
    for name, one in kinds.INNOCENTS.items():
        one.make(world, name, world.group(name), max(3, one.least))
    for name, make in kinds.CAMPAIGNS.items():
        make(world, name, world.group(name), kinds.LEAST.get(name, 3))
    events, _, labels = tables(world)
    return events, labels


def test_every_kind_can_be_made_small(everything: Labelled) -> None:
    """All kinds are there, campaigns with their least number of accounts and a harvest in each of them."""
    labels = everything[1]
    campaigns = labels.filter("campaign")
    assert set(campaigns["kind"]) == set(kinds.CAMPAIGNS)
    assert set(labels.filter(~pl.col("campaign"))["kind"]) == {*kinds.INNOCENTS, "framed_victim"}
    assert (campaigns["events_in_campaign"] > 0).all()
    for name, number in campaigns.group_by("kind").len().iter_rows():
        assert number == kinds.LEAST.get(name, 3), name


def test_innocents_harvest_nothing(everything: Labelled) -> None:
    """No look-alike has a request that belongs to a campaign, and every one of them has a group."""
    innocent = everything[1].filter(~pl.col("campaign"))
    assert innocent["events_in_campaign"].sum() == 0
    assert innocent["group_id"].null_count() == 0


def test_times_lie_in_the_window(everything: Labelled) -> None:
    """All requests of one world lie within the days of its log."""
    span = everything[0].select(pl.col(schema.TIMESTAMP).max() - pl.col(schema.TIMESTAMP).min()).item()
    assert span.days <= 41


def test_what_should_lead_is_one_of_the_innocent_explanations() -> None:
    """Nobody innocent is explained by a hidden operator, and names are those of the six hypotheses."""
    for kind in [*kinds.INNOCENTS, *kinds.VICTIMS]:
        assert kinds.explained_by(kind) <= {kinds.H2, kinds.H3, kinds.H4, kinds.H5, kinds.H6}, kind


@pytest.mark.parametrize("scene", sorted(SCENES))
def test_a_scene_is_what_its_name_says(scene: str, tmp_path: Path) -> None:
    """Victims are there and innocent, shares are kept, the baseline lies before the log, pools are shared."""
    paths = small_world.write(cells.parse(f"work_queue/30/100/-/-/{scene}/4"), tmp_path, 90)
    logs, labels = pl.read_parquet(paths.logs), pl.read_parquet(paths.labels)
    campaign = labels.filter("campaign")
    assert campaign["group_id"].n_unique() == SCENES[scene].campaigns
    if SCENES[scene].frame:
        victims = labels.filter(pl.col("kind").str.starts_with("framed_"))
        assert len(victims) >= 4
        assert not victims["campaign"].any()
    if SCENES[scene].share:
        assert 0.2 < len(campaign) / len(labels) < 0.4
    if paths.earlier.exists():
        assert pl.read_parquet(paths.earlier)[schema.TIMESTAMP].max() < logs[schema.TIMESTAMP].min()  # type: ignore[operator]
    if scene == "one_proxy_pool":
        mine = logs.join(campaign, on=schema.ACCOUNT).drop_nulls(schema.CLIENT_IP)
        assert mine.group_by(schema.CLIENT_IP).agg(pl.col("group_id").n_unique())["group_id"].max() == 3


def test_framing_uses_what_is_the_victims(tmp_path: Path) -> None:
    """Address, system prompt and referral code are held by the campaign and by the victim."""
    columns = {
        "framed_address": schema.CLIENT_IP,
        "framed_template": schema.SYSTEM_PROMPT,
        "framed_campus": schema.CLIENT_IP,
    }
    for scene, column in columns.items():
        paths = small_world.write(cells.parse(f"self_instruct/8/100/-/-/{scene}/2"), tmp_path, 90)
        both = pl.read_parquet(paths.logs).join(pl.read_parquet(paths.labels), on=schema.ACCOUNT).drop_nulls(column)
        mine = set(both.filter("campaign")[column])
        assert mine & set(both.filter(pl.col("kind").str.starts_with("framed_"))[column]), scene
