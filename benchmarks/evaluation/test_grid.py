"""The laws of cells, evasions and the table."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
import pytest

from benchmarks.evaluation import cells, evasions, judging, kinds, missing, rewording, small_world, table, traffic
from benchmarks.evaluation.logs import tables
from benchmarks.evaluation.scene import Account, World
from extractscan import model, schema


def _campaign(kind: str = "work_queue", size: int = 12, seed: int = 5) -> tuple[World, list[Account]]:
    world = World(seed, 1.0)
    kinds.CAMPAIGNS[kind](world, kind, world.group(kind), size)
    return world, [a for a in world.accounts if world.labels[a.id][2]]


@pytest.fixture(scope="module")
def before() -> pl.DataFrame:
    """The events of an untouched campaign."""
    return tables(_campaign()[0])[0]


def test_a_cell_is_read_back_from_its_name() -> None:
    """All cells of a seed survive writing and reading, and no two are the same."""
    all_of_them = cells.of_seed(3)
    assert len({c.id for c in all_of_them}) >= 0.9 * len(all_of_them)
    for cell in all_of_them:
        assert cells.parse(cell.id).id == cell.id


@pytest.mark.parametrize("seed", [0, 1000, 4999, 6000])
def test_seeds_are_for_development_or_for_reporting(seed: int) -> None:
    """Any other seed is refused, and the two uses have none in common."""
    assert not set(cells.DEVELOPMENT) & set(cells.REPORTING)
    with pytest.raises(ValueError, match=str(seed)):
        cells.allowed([seed])


@pytest.mark.parametrize("name", ["x/3/100/-/-/-/1", "work_queue/3/100/magic/-/-/1", "work_queue/3"])
def test_wrong_cells_are_refused_with_what_there_is(name: str) -> None:
    """A kind, an evasion or a form that does not exist is named."""
    with pytest.raises(ValueError, match=r"no kind|no evasion|a cell is"):
        cells.parse(name)


def test_a_seed_asks_every_question() -> None:
    """Every kind, size with share, rung, export and scene is in the cells of one seed."""
    drawn = cells.of_seed(1)
    assert {c.kind for c in drawn} == {*kinds.CAMPAIGNS, cells.NOBODY}
    assert {(c.size, c.share) for c in drawn if c.axis == "size"} == {(n, s) for n in cells.SIZES for s in cells.SHARES}
    assert {c.evasion for c in drawn if c.axis == "evasion"} == set(evasions.LADDER)
    assert {c.missing for c in drawn} == set(missing.VARIANTS)


def test_what_is_missing_does_not_change_what_happened() -> None:
    """A world without one channel holds the very same events otherwise."""
    whole, lost = (cells.parse(f"work_queue/5/100/-/{name}/-/3") for name in ("whole", "without_network"))
    one, two = (tables(small_world.compose(cell, 40))[0] for cell in (whole, lost))
    assert one.equals(two)


def test_own_instruments_leave_nothing_in_common() -> None:
    """No card, phone, mailbox, sign-up device or sign-up address is held twice."""
    world, accounts = _campaign()
    evasions.own_instruments(world, accounts)
    for column in (schema.PAYMENT, schema.PHONE, schema.EMAIL, schema.SIGNUP_DEVICE, schema.SIGNUP_IP):
        held = Counter(a.row[column] for a in accounts if a.row[column])
        assert max(held.values(), default=0) <= 1, column
    addresses = (
        tables(world)[0].drop_nulls(schema.CLIENT_IP).group_by(schema.CLIENT_IP).agg(pl.col(schema.ACCOUNT).n_unique())
    )
    assert addresses[schema.ACCOUNT].max() == 1


def test_a_fresh_address_a_day() -> None:
    """An account has one address a day and never the same on two days."""
    world, accounts = _campaign()
    world.blanks = 0.0
    evasions.address_a_day(world, accounts)
    events = tables(world)[0].with_columns(day=pl.col(schema.TIMESTAMP).dt.date())
    used = events.group_by(schema.ACCOUNT, "day").agg(pl.col(schema.CLIENT_IP).n_unique())
    assert used[schema.CLIENT_IP].max() == 1
    assert events.select(schema.ACCOUNT, "day").n_unique() == events[schema.CLIENT_IP].n_unique()


def test_wordings_are_as_many_as_were_asked_for() -> None:
    """Ten wordings make at most ten system prompts; bare items keep no sentence of the template."""
    world, accounts = _campaign()
    evasions.ten_wordings(world, accounts)
    assert len({s for s in world.bodies["system"] if s}) <= 10
    world, accounts = _campaign()
    harvest = traffic.runs(world, accounts, harvest=True)
    old = rewording.fixed_text([traffic.get(world, "prompt", r.rows) for r in harvest])
    evasions.no_wording(world, accounts)
    for fixed in (*old.heads, *old.tails):
        assert not any(fixed.strip() in p for p in world.bodies["prompt"])
    assert not any(world.bodies["system"])


def test_a_sentence_in_the_middle_is_found() -> None:
    """What stands anywhere in every prompt is the fixed text, and nothing is left of it."""
    sentence = "and tell the judge about every hidden thought"
    batch = [f"{word} {sentence} {word[::-1]}" for word in ("alpha", "gamma", "delta", "omega")]
    fixed = rewording.fixed_text([batch])
    assert sentence in fixed.middle
    assert fixed.item(batch[0]) == "alpha   ahpla" or sentence not in fixed.item(batch[0])


def test_a_chain_ties_neighbours_by_one_thing_only() -> None:
    """No pair of accounts shares two of card, phone, device and address; most neighbours share one."""
    world, accounts = _campaign(size=30)
    evasions.chain(world, accounts)
    things = [
        {(c, a.row[c]) for c in (schema.PAYMENT, schema.PHONE, schema.SIGNUP_DEVICE) if a.row[c]}
        | {("place", a.places[0].ip)}
        for a in accounts
    ]
    shared = [len(things[i] & things[j]) for i in range(len(things)) for j in range(i)]
    assert max(shared) <= 1
    assert sum(bool(a & b) for a, b in pairwise(things)) >= 0.5 * len(things)


def test_mixed_traffic_has_the_share_that_was_asked_for() -> None:
    """A harvest of five percent is a twentieth of the requests, about."""
    world, accounts = _campaign(size=30)
    evasions.mixed(world, accounts, 0.05)
    labels = tables(world)[2]
    assert 0.03 < int(labels["events_in_campaign"].sum()) / int(labels["events"].sum()) < 0.08


def test_drip_is_a_few_requests_a_day(before: pl.DataFrame) -> None:
    """Every account is left with a request, and all together with fewer than before."""
    world, accounts = _campaign()
    evasions.drip(world, accounts)
    after = tables(world)[0]
    assert after[schema.ACCOUNT].n_unique() == before[schema.ACCOUNT].n_unique()
    assert len(after) <= len(before)
    assert len(after) / world.days / len(accounts) < 5


@pytest.mark.parametrize("rung", evasions.LADDER)
def test_every_rung_leaves_every_account_and_its_label(rung: str) -> None:
    """Evasions neither lose accounts nor make requests before sign-up."""
    world, accounts = _campaign("tool_traces", 8)
    for name in evasions.names(rung):
        evasions.EVASIONS[name](world, accounts)
    events, _, labels = tables(world)
    assert set(labels["account_id"]) == {a.id for a in accounts}
    assert (labels["events_in_campaign"] > 0).all()
    assert len(events) == labels["events"].sum()


def test_what_shares_nothing_is_said_so() -> None:
    """Only rungs without common instruments, wording, sign-up and hours are labelled."""
    assert [r for r in evasions.LADDER if evasions.shares_nothing(r)] == list(evasions.LADDER[-3:])


@pytest.mark.parametrize("name", sorted(missing.VARIANTS))
def test_labels_count_what_is_left_of_the_log(name: str, tmp_path: Any) -> None:
    """Whatever is lost, labels and log agree, and required columns stay."""
    cell = cells.parse(f"self_instruct/8/100/-/{name}/-/7")
    paths = small_world.write(cell, tmp_path, 200)
    events, labels = pl.read_parquet(paths.logs), pl.read_parquet(paths.labels)
    assert labels["events"].sum() == len(events)
    assert set(schema.REQUIRED) <= set(events.columns)
    assert paths.accounts.exists() == missing.VARIANTS[name].side
    if name == "masked_addresses":
        assert events[schema.CLIENT_IP].drop_nulls().str.ends_with("*").all()
    if name == "one_day":
        assert events[schema.TIMESTAMP].dt.date().n_unique() == 1
    if name == "hashed":
        assert schema.PROMPT not in events.columns
        assert not events[schema.CLIENT_IP].drop_nulls().str.contains(r"\.").any()


def test_the_same_cell_gives_the_same_world() -> None:
    """Two worlds of one cell have the same events, byte for byte."""
    cell = cells.parse("low_slow/5/30/own_wording/-/-/9")
    one, two = (tables(small_world.compose(cell, 60))[0] for _ in range(2))
    assert one.equals(two)


def _result(**changed: Any) -> dict[str, Any]:
    base: dict[str, Any] = {
        "cell": "c", "world": "w", "axis": "kind", "kind": "work_queue", "size": 8, "share": 100,
        "evasion": "-", "missing": "-",
        "scene": "-", "seed": 1, "nothing_shared": False, "cannot_test": "", "seconds": 1.0, "megabytes": 100,
        "accounts": 100, "events": 1000, "flagged": 8, "right": 6, "bcubed": 0.9, "pairwise": 0.8, "split": 0,
        "merged": 1, "groups": {"work_queue-1": [6, 7, 8]}, "false": {"campus_nat": 2},
        "population": {"campus_nat": 50}, "networks": [],
    }  # fmt: skip
    return base | changed


def test_scores_of_a_set_of_worlds_by_hand() -> None:
    """Precision and recall count accounts over all worlds; untested worlds are missed, not wrong."""
    lost = _result(cannot_test="nothing", flagged=0, right=0, groups={"work_queue-1": [0, 0, 8]}, false={})
    row = dict(zip(table.HEAD, table.scores([_result(), lost]), strict=True))
    assert row["precision"] == "0.750"
    assert row["recall"] == f"{6 / 16:.3f}"
    assert row["linked"] == f"{7 / 16:.3f}"
    assert row["≥ half"] == "0.500"
    assert row["innocents flagged"] == "2"
    assert row["worlds with any"] == "1"


def test_leading_hypotheses_are_judged_by_kind() -> None:
    """A campus led by shared infrastructure is right, by a customer wrong; campaigns and strangers do not count."""
    network = {"of": "campus_nat", "group": "campus_nat-1", "share": 1.0, "campaign": 0.0, "lead": -5.0,
               "verdict": "explained", "accounts": 9, "leading": "H3"}  # fmt: skip
    wrong, stranger = network | {"leading": "H2"}, network | {"group": "None"}
    [(kind, total, right, instead)] = table.leading([_result(networks=[network, wrong, stranger])])
    assert (kind, total, right, instead) == ("campus_nat", 2, 1, "H2 1")


def test_one_channel_left_out_is_compared_with_the_log_that_lacks_it() -> None:
    """A campaign said to stand without addresses that is not found without them is counted against the report."""
    network = {"group": "work_queue-1", "campaign": 1.0, "accounts": 8, "survives_without": {"network": True}}
    whole = _result(missing="whole", networks=[network])
    lost = _result(missing="without_network", groups={"work_queue-1": [0, 2, 8]})
    kept = _result(missing="without_content", groups={"work_queue-1": [0, 8, 8]})
    assert {row[0]: row[1:] for row in table.survival([whole, lost, kept])} == {
        "client": (0, 0, 0, 0),
        "content": (0, 0, 1, 0),
        "identity": (0, 0, 0, 0),
        "network": (0, 1, 0, 0),
    }


def test_the_page_names_worlds_that_broke_and_counts_them_nowhere() -> None:
    """One good and one broken world give figures of one, and the name of the other."""
    page = table.markdown([_result(), {"cell": "broken/1", "failed": "Error", "seed": 2}], 3)
    assert "1 of 3 worlds" in page
    assert "`broken/1`" in page
    assert table.markdown([{"cell": "broken/1", "failed": "Error", "seed": 2}], 1).startswith("No world was judged")


def test_lead_and_truth_of_a_network() -> None:
    """The lead is what the hidden operator has over the best other explanation."""
    members = [
        model.Member(account_id=a, bits=1.0, role="core", events=1, events_in_campaign=0, first_seen="", last_seen="")
        for a in "ab"
    ]
    views = [model.Hypothesis(id=f"{h} x", title="", bits=b) for h, b in (("H1", 9.0), ("H2", 4.0), ("H3", -1.0))]
    one = model.Network(
        id="N1", fingerprint="f", verdict="coordinated", level="low", title="", coordination_bits=1.0,
        extraction_bits=1.0, null=model.NullTest(shuffles=0, as_strong=0, expected_false=0.0), accounts=members,
        events=2, events_in_campaign=0, tokens=0, cost_usd=None, models={}, countries={}, first_seen="", last_seen="",
        evidence=[], hypotheses=views,
    )  # fmt: skip
    rows = {a: {"kind": "campus_nat", "group_id": "campus_nat-1", "campaign": False} for a in "ab"}
    said = judging.network(one, rows)
    assert (said["lead"], said["leading"], said["of"], said["share"]) == (5.0, "H1", "campus_nat", 1.0)


def test_paraphrases_seldom_repeat() -> None:
    """Of five hundred English wordings at most a fiftieth repeat another."""
    rng = np.random.default_rng(1)
    assert len({rewording.ask(rng) for _ in range(500)}) >= 490
