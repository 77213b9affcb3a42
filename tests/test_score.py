"""Scores against small cases that were counted by hand, and against plain definitions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractscan import score as scoring
from extractscan.errors import InputError
from extractscan.model import Coverage, Member, Network, NullTest, Report, SingleSource, Tool
from extractscan.score import Agreement, Found, score


def _network(name: str, members: str, verdict: Any = "extraction_network", events: int = 0) -> Network:
    accounts = [
        Member(account_id=a, bits=20.0, role="core", events=1, events_in_campaign=1, first_seen="", last_seen="")
        for a in members
    ]
    return Network(
        id=name, fingerprint=name, verdict=verdict, level="high", title="", coordination_bits=0.0, extraction_bits=0.0,
        null=NullTest(shuffles=0, as_strong=0, expected_false=0.0), accounts=accounts, events=0,
        events_in_campaign=events,
        tokens=0, cost_usd=None, models={}, countries={}, first_seen="", last_seen="", evidence=[],
    )  # fmt: skip


def _report(*networks: Network, single: str = "") -> Report:
    source = SingleSource(
        account_ids=list(single), organization_id=None, events=1, events_in_campaign=1, extraction_bits=9.0, summary=""
    )
    return Report(
        schema_version="1.0",
        tool=Tool(name="extractscan", version="0", settings={}, settings_sha256="", seed=0),
        inputs=[],
        coverage=Coverage(first=None, last=None, events=0, accounts=0),
        networks=list(networks),
        single_sources=[source] if single else [],
    )


@pytest.fixture
def labels(tmp_path: Path) -> str:
    """Write labels: campaigns P (abcd) and Q (ef), a campus (g, h), ordinary people (i, j)."""
    path = tmp_path / "labels.parquet"
    pl.DataFrame(
        {
            "account_id": list("jihgfedcba"),
            "kind": ["ordinary"] * 2 + ["campus"] * 2 + ["slow"] * 2 + ["queue"] * 4,
            "group_id": [None] * 2 + ["campus-1"] * 2 + ["Q"] * 2 + ["P"] * 4,
            "campaign": [False] * 4 + [True] * 6,
            "events": [5] * 10,
            "events_in_campaign": [0] * 4 + [5] * 6,
        }
    ).write_parquet(path)
    return str(path)


def test_counts_by_hand(labels: str) -> None:
    """Ten accounts, two flagged networks and one that accuses nobody."""
    got = score(
        _report(_network("N1", "abeg", events=7), _network("N2", "ci"), _network("N3", "hj", "coordinated")), labels
    )
    assert (got.accounts, got.campaign_accounts, got.flagged, got.flagged_rightly) == (10, 6, 6, 4)
    assert (got.precision, got.recall) == (0.666667, 0.666667)
    assert got.recall_by_kind == {
        "queue": Found(accounts=4, flagged=3, recall=0.75),
        "slow": Found(accounts=2, flagged=1, recall=0.5),
    }
    assert list(got.recall_by_group) == ["P", "Q"]
    assert got.flagged_by_innocent_kind == {"campus": 1, "ordinary": 1}
    assert got.networks_split == {"P": 2}
    assert got.networks_merged == {"N1": ["P", "Q"]}
    assert got.networks_by_verdict == {"coordinated": 1, "extraction_network": 2}
    assert got.accounts_by_verdict["coordinated"] == {"campus": 1, "ordinary": 1}
    assert (got.campaign_events, got.campaign_events_reported) == (30, 7)
    # Pairs: a-b is the one right pair of 6 + 1 in networks and 6 + 1 in campaigns.
    assert got.pairwise == Agreement(precision=0.142857, recall=0.142857, f1=0.142857)
    # B-cubed precision: a, b 2/4; e, g 1/4; c, i 1/2; d, f alone 1. Recall: a, b 2/4; c, d 1/4; e, f 1/2; g, i 1.
    assert got.bcubed == Agreement(precision=0.5625, recall=0.5625, f1=0.5625)


def test_a_perfect_report_scores_one(labels: str) -> None:
    """Every measure is 1 when the networks are the campaigns."""
    got = score(_report(_network("N1", "abcd"), _network("N2", "ef")), labels)
    perfect = Agreement(precision=1.0, recall=1.0, f1=1.0)
    assert (got.precision, got.recall, got.bcubed, got.pairwise) == (1.0, 1.0, perfect, perfect)
    assert got.networks_split == got.networks_merged == got.flagged_by_innocent_kind == {}


def test_an_empty_report_has_no_precision(labels: str) -> None:
    """Nothing flagged is recall 0 and no precision, not precision 1."""
    got = score(_report(), labels)
    assert (got.flagged, got.precision, got.recall) == (0, None, 0.0)
    assert got.pairwise == Agreement(precision=None, recall=0.0, f1=None)


def test_wrong_pairs_alone_give_f1_zero(labels: str) -> None:
    """Precision and recall both 0 is F1 0, not an error."""
    got = score(_report(_network("N1", "ag"), _network("N2", "be")), labels)
    assert got.pairwise == Agreement(precision=0.0, recall=0.0, f1=0.0)


def test_the_first_network_counts(labels: str) -> None:
    """An account in two flagged networks is counted once, for the first."""
    got = score(_report(_network("N1", "ab"), _network("N2", "bc")), labels)
    assert got.flagged == 3
    assert got.networks_split == {"P": 2}


def test_single_sources_stand_apart(labels: str) -> None:
    """A single source is no flag, but is counted by kind."""
    got = score(_report(single="ag"), labels)
    assert (got.flagged, got.single_sources_by_kind) == (0, {"campus": 1, "queue": 1})


def test_unknown_accounts_are_refused(labels: str) -> None:
    """Labels of another log are an error that names the first stranger."""
    with pytest.raises(InputError, match="2 accounts of the report have no label, the first is 'x'"):
        score(_report(_network("N1", "ay"), single="x"), labels)


def test_labels_must_be_readable(tmp_path: Path) -> None:
    """A missing file, another format and a missing column each say so."""
    with pytest.raises(InputError, match="no such labels file"):
        score(_report(), str(tmp_path / "none.parquet"))
    (tmp_path / "text.parquet").write_text("account_id\n")
    with pytest.raises(InputError, match="not a readable Parquet"):
        score(_report(), str(tmp_path / "text.parquet"))
    pl.DataFrame({"account_id": ["a"]}).write_parquet(tmp_path / "short.parquet")
    with pytest.raises(InputError, match="labels lack kind, group_id"):
        score(_report(), str(tmp_path / "short.parquet"))


_SETS = st.dictionaries(st.sampled_from("abcdefghijkl"), st.sampled_from("XYZ"))


@given(network=_SETS, group=_SETS)
def test_bcubed_is_its_definition(network: dict[str, str], group: dict[str, str]) -> None:
    """The counted tables give the mean over accounts that the definition asks for, also for pairs."""
    people = sorted(network.keys() | group.keys())
    net = {a: network.get(a, f"alone {a}") for a in people}
    grp = {a: group.get(a, f"alone {a}") for a in people}
    precision = recall = 0.0
    for a in people:
        mates = [b for b in people if net[b] == net[a]]
        peers = [b for b in people if grp[b] == grp[a]]
        both = len(set(mates) & set(peers))
        precision += both / len(mates)
        recall += both / len(peers)
    got = scoring._bcubed(network, group)
    if people:
        assert got.precision == pytest.approx(precision / len(people), abs=1e-6)
        assert got.recall == pytest.approx(recall / len(people), abs=1e-6)
    else:
        assert got == Agreement(precision=None, recall=None, f1=None)
    pairs = [(a, b) for a in people for b in people if a < b]
    joined = [p for p in pairs if net[p[0]] == net[p[1]]]
    right = [p for p in joined if grp[p[0]] == grp[p[1]]]
    expected = round(len(right) / len(joined), 6) if joined else None
    assert scoring._pairwise(network, group).precision == expected
