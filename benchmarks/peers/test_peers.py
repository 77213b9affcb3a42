"""The peers' scores, choices and rules against counts by hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import scipy.sparse as sp

from benchmarks.peers import baselines, communities, coordination, dense, features, linkage, run, sightings, table
from benchmarks.peers.peers import PEERS, settings
from benchmarks.peers.sightings import World

NAMES = [f"a{number}" for number in range(8)]


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Eight accounts: a0 to a3 share a card, a2 to a5 an address, all one program; a6 and a7 nothing else."""
    rows = [
        {
            "timestamp": number * 3600,
            "account_id": name,
            "client_ip": "pool" if 2 <= number <= 5 else f"own{number}",
            "user_agent": "kit/1",
            "prompt": f"Do   THIS for me, word by word and in full, with all the steps: {number * 10 + turn}",
        }
        for number, name in enumerate(NAMES)
        for turn in range(2)
    ]
    logs = pl.DataFrame(rows).with_columns((pl.col("timestamp") * 1_000_000).cast(pl.Datetime("us", "UTC")))
    logs.write_parquet(tmp_path / "logs.parquet")
    cards = ["card" if number < 4 else f"card{number}" for number in range(8)]
    side = pl.DataFrame(
        {"account_id": [*NAMES, "gone"], "payment_fingerprint": [*cards, "card"], "email_domain": "x.org"}
    )
    side.write_parquet(tmp_path / "accounts.parquet")
    return sightings.read(tmp_path)


def test_scores_are_counts() -> None:
    """Three of four flagged are right, three of five found; who stands in two groups counts for the first."""
    truth = {"a0": "x", "a1": "x", "a2": "x", "a6": "y", "a7": "y"}
    groups = [["a0", "a1", "a2", "a3"], ["a3", "a4"], ["a6", "a7"]]
    got = table.score(table.assigned(groups, {}, 3), truth)
    assert (got.precision, got.recall, got.innocents) == (0.75, 0.6, 1)
    assert got.pairwise == pytest.approx(2 * (3 / 6) * (3 / 4) / (3 / 6 + 3 / 4))
    precision = (3 * 3 / 4 + 1 / 4 + 2) / 6
    recall = (3 + 1 + 1 / 2 + 1 / 2) / 6
    assert got.bcubed == pytest.approx(2 * precision * recall / (precision + recall))


def test_nothing_flagged_is_precise_and_finds_nothing() -> None:
    """Groups under three accounts are none."""
    got = table.score(table.assigned([["a0", "a1"]], {}, 3), {"a0": "x", "a1": "x", "a2": "x"})
    assert (got.precision, got.recall, got.innocents, got.pairwise) == (1.0, 0.0, 0, 0.0)


def test_a_declared_customer_counts_as_one() -> None:
    """Four accounts of two companies and a stranger are three; of one company they are no group."""
    group = ["a0", "a1", "a2", "a3", "a4"]
    two = {"a0": "o", "a1": "o", "a2": "p", "a3": "p"}
    assert set(table.assigned([group], two, 3)) == set(group)
    assert table.assigned([group], two, 4) == {}
    assert table.assigned([group], dict.fromkeys(group, "o"), 3) == {}


def test_one_setting_is_chosen_for_all_worlds() -> None:
    """The best mean wins, not the best single world; of equals the first."""

    def scored(*values: float) -> list[table.Score]:
        return [table.Score(1.0, 1.0, 0, value, 1.0) for value in values]

    assert table.best({"a": scored(1.0, 0.0), "b": scored(0.6, 0.6)}) == "b"
    assert table.best({"a": scored(0.5), "b": scored(0.5)}) == "a"


def test_a_row_has_means_and_the_largest_peak() -> None:
    """Innocents and quiet worlds are means of counts; without quiet worlds there is no figure."""
    scores = [table.Score(1.0, 0.5, 0, 0.8, 0.9), table.Score(0.5, 0.5, 4, 0.6, 0.7)]
    runs = [table.Run({}, 1.0, 100), table.Run({}, 3.0, 300)]
    quiet = [table.Run(dict.fromkeys("pqr", "0"), 1.0, 1)]
    told = table.row("x", "", scores, runs, quiet)
    assert told == "| x | default | 0.750 | 0.500 | 2 | 0.700 | 0.800 | 3 | 2.0 | 300 |"
    assert "| – |" in table.row("x", "", scores, runs, [])
    assert told.count("|") == table.head()[0].count("|") == table.head()[1].count("|")


def test_peers_are_given_what_accounts_of_the_log_share(world: World) -> None:
    """Accounts without requests are left out; wording is folded; what one holds alone is not shared."""
    assert world.accounts == NAMES
    assert "gone" not in set(world.held["account_id"])
    opening = world.held.filter(pl.col("kind") == sightings.OPENING)
    assert opening["value"].unique().to_list() == ["do this for me, word by word and in full, with all the steps"]
    kinds = sightings.shared(world, most=4).select("kind", "value").unique().sort("kind")
    assert kinds.rows() == [("client_ip", "pool"), ("payment_fingerprint", "card")]


def test_components_and_counts(world: World) -> None:
    """A card ties four accounts, card or address six; pairs over the median share both."""
    assert baselines.joined(world, baselines.cards(world, most=None)) == [["a0", "a1", "a2", "a3"]]
    assert baselines.joined(world, baselines.any_shared(world, most=None)) == [[f"a{n}" for n in range(6)]]
    assert baselines.joined(world, baselines.any_shared(world, most=3)) == []
    common = baselines.in_common(world, most=4)
    assert (common[2, 3], common[0, 1], common[0, 4]) == (2.0, 1.0, 0.0)
    assert baselines.over_percentile(world, common, percentile=99.0) == []
    assert baselines.over_percentile(world, sp.csr_matrix((8, 8)), percentile=50.0) == []


def test_tight_communities_stay(world: World) -> None:
    """A clique is dense, a path of four has half of its pairs."""
    ties = sp.csr_matrix(np.ones((8, 8)))
    ties.setdiag(0)
    ties[4:, :] = 0
    ties[:, 4:] = 0
    for a, b in ((4, 5), (5, 6), (6, 7)):
        ties[a, b] = ties[b, a] = 1
    cut = (np.array([0, 0, 0, 0, 1, 1, 1, 1]), ties.tocsr())
    assert communities.tight(world, cut, density=0.6) == [["a0", "a1", "a2", "a3"]]
    assert len(communities.tight(world, cut, density=0.5)) == 2


def test_blocks_are_taken_in_order_and_an_account_once(world: World) -> None:
    """The second block keeps what the first has not; thin blocks end the list."""
    found = [({0, 1, 2}, 4.0), ({2, 3, 4, 5}, 3.0), ({6, 7, 0}, 1.0)]
    assert dense.densest(world, found, blocks=3, share=0.5) == [["a0", "a1", "a2"], ["a3", "a4", "a5"]]
    assert dense.densest(world, found, blocks=1, share=0.0) == [["a0", "a1", "a2"]]


def test_tight_clusters_stay(world: World) -> None:
    """Four accounts at one point are tight; three that lie two apart are 4/3 wide; noise is no group."""
    label = np.array([0, 0, 0, 0, 1, 1, 1, -1])
    wide = features.radii(np.array([[0.0], [0.0], [0.0], [0.0], [5.0], [7.0], [9.0], [1.0]]), label)
    assert wide.tolist() == [0.0] * 4 + [pytest.approx(4 / 3)] * 3 + [np.inf]
    assert features.tight(world, (label, wide), radius=1.0) == [["a0", "a1", "a2", "a3"]]
    assert len(features.tight(world, (label, wide), radius=1.5)) == 2


def test_behaviour_has_a_row_for_each_account(world: World) -> None:
    """Two requests in one hour of one day."""
    rows = features.habits(world)
    assert rows["account_id"].to_list() == NAMES
    told = rows.select("requests", "days", "load", "hours").row(0)
    assert told == (pytest.approx(np.log(2)), 0, pytest.approx(np.log(2)), 1)
    assert rows[sightings.OPENING].to_list() == [0.5] * 8


def test_records_block_on_what_few_hold(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Attributes that tell nobody apart are left out; common values block nothing."""
    monkeypatch.setattr(linkage, "BLOCKED", 3)
    records = linkage.records(world)
    assert "user_agent" not in records.columns
    assert records["block_payment_fingerprint"].null_count() == 4
    assert records["payment_fingerprint"].null_count() == 0


POSTS = [
    (0, "u", 1, "x"), (5, "v", 2, "x"), (11, "w", 3, "x"),
    (100, "u", 4, "y"), (108, "v", 5, "y"), (200, "w", 6, "z"), (300, "t", 7, "x"),
]  # fmt: skip
"""Second, account, post, object."""


def posts(rows: list[tuple[int, str, int, str]] = POSTS) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=["at", "account_id", "message", "object"], orient="row")


def pairs(found: pl.DataFrame) -> list[tuple[str, str, int, int]]:
    return sorted(found.select("a", "b", "message_a", "message_b").rows())


def test_coortweet_pairs_posts_of_one_object_within_the_window() -> None:
    """By hand, ten seconds: u and v twice, v and w once; u and w are eleven seconds apart; t posted once only."""
    assert pairs(coordination.detect_groups(posts(), 10, 1)) == [("u", "v", 1, 2), ("u", "v", 4, 5), ("v", "w", 2, 3)]
    wide = coordination.detect_groups(posts(), 11, 2)
    assert ("u", "w", 1, 3) in pairs(wide)
    assert all("t" not in pair for pair in pairs(coordination.detect_groups(posts(), 1000, 2)))


def test_coortweet_keeps_a_pair_of_which_one_account_takes_part_often() -> None:
    """With two posts asked for, w's single pair stays because v's post is of an account with two."""
    assert ("v", "w", 2, 3) in pairs(coordination.detect_groups(posts(), 10, 2))
    lonely = [*POSTS[:5], (400, "p", 8, "q"), (405, "t", 9, "q"), (500, "t", 10, "r"), (600, "p", 11, "s")]
    assert ("p", "t", 8, 9) not in pairs(coordination.detect_groups(posts(lonely), 10, 2))


def test_coortweet_edges_exceed_the_quantile() -> None:
    """Weights 2 and 1: the median is 1.5, and the heavier edge is over it; at 0 the lightest is not over itself."""
    edges = coordination.edge_weights(coordination.detect_groups(posts(), 10, 1))
    assert edges.rows() == [("u", "v", 2), ("v", "w", 1)]
    assert coordination.over_quantile(edges, 0.5).rows() == [("u", "v", 2)]
    assert coordination.over_quantile(edges, 0.0).rows() == [("u", "v", 2)]
    assert coordination.over_quantile(edges, 1.0).is_empty()
    assert coordination.over_quantile(edges.clear(), 0.5).is_empty()


def test_posts_carry_what_the_request_and_its_account_show(world: World) -> None:
    """Two requests of each of four with the card, and of each of four with the address; what all show is there too."""
    seen = coordination.posts(world)
    count = seen.with_columns(pl.col("object").str.split(":").list.first().alias("kind")).group_by("kind").len()
    assert dict(count.rows()) == {"payment_fingerprint": 8, "client_ip": 8, "user_agent": 16, "opening": 16}


def test_every_peer_can_be_swept() -> None:
    """Combinations are all there, and each peer says what runs."""
    assert settings({"a": (1, 2), "b": (3,)}) == [{"a": 1, "b": 3}, {"a": 2, "b": 3}]
    assert settings({}) == [{}]
    for peer in PEERS.values():
        assert settings(peer.costly)
        assert peer.how


def test_a_result_is_kept_and_a_failure_is_none(tmp_path: Path) -> None:
    """What was run with the same code is read again; a peer that cannot run is said to have failed."""
    (tmp_path / "world.json").write_text('{"maker": "m"}')
    python = tmp_path / "no-python"
    python.write_text("#!/bin/sh\nexit 1\n")
    python.chmod(0o755)
    assert run.result("cards", tmp_path, python, 1.0) is None
    kept = tmp_path / "peers" / f"cards-m-{run.code_of('cards')}.json"
    kept.write_text(
        json.dumps(
            {"megabytes": 7, "tried": [{"setting": {"most": 3}, "seconds": 1.5, "groups": [["a", "b", "c"], ["d"]]}]}
        )
    )
    found = run.result("cards", tmp_path, python, 1.0)
    assert found is not None
    three = table.Run(dict.fromkeys("abc", "0"), 1.5, 7)
    assert run.runs_of(found, {}, (3,)) == {"most 3": three}
    assert run.runs_of(found, {}, (3, 5)) == {
        "most 3, groups of 3": three,
        "most 3, groups of 5": table.Run({}, 1.5, 7),
    }


def test_declared_customers_are_those_not_known_to_be_unverified(tmp_path: Path) -> None:
    """Verified or not known counts; unverified does not; without the column nobody declares anything."""
    side = pl.DataFrame({"account_id": ["a", "b", "c"], "organization_id": ["o", "p", "q"]})
    side.with_columns(organization_verified=pl.Series([True, False, None])).write_parquet(tmp_path / "accounts.parquet")
    assert run.customers(tmp_path) == {"a": "o", "c": "q"}
    side.write_parquet(tmp_path / "accounts.parquet")
    assert run.customers(tmp_path) == {"a": "o", "b": "p", "c": "q"}
    side.select("account_id").write_parquet(tmp_path / "accounts.parquet")
    assert run.customers(tmp_path) == {}
