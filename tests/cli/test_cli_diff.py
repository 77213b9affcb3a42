"""Two reports are held against each other by who is in their networks, and by what carried over to new accounts."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from cli_networks import SAVED, make_network
from hypothesis import given
from hypothesis import strategies as st

from extractscan import diffing, model
from extractscan.model.shared import Observable


def names(prefix: str, first: int, last: int) -> list[str]:
    return [f"{prefix}{number:02d}" for number in range(first, last)]


A, B = names("a", 0, 10), names("b", 0, 10)


@pytest.mark.parametrize(
    ("old", "new", "states"),
    [
        ([A], [A], ["same"]),
        ([A], [[*A, "x", "y"]], ["grown"]),
        ([A], [A[:6]], ["shrunk"]),
        ([A], [[*A[:6], "x"]], ["grown"]),
        ([], [A], ["new"]),
        ([A], [], ["gone"]),
        ([A], [B], ["new", "gone"]),
        ([A, B], [A + B], ["merged"]),
        ([A], [A[:5], A[5:]], ["split", "split"]),
        ([A], [[*A[:4], *B]], ["new", "gone"]),
    ],
)
def test_states_follow_the_members(run, network, saves, old, new, states) -> None:
    """Half of the smaller network makes two networks one; from that every state follows."""
    before = saves("old.json", *(network(f"N{n}", each) for n, each in enumerate(old, 1)))
    after = saves("new.json", *(network(f"N{n}", each) for n, each in enumerate(new, 1)))
    found = json.loads(run("diff", before, after, "--json").stdout)
    assert [each["state"] for each in found["networks"]] == states
    assert sum(found["counts"].values()) == len(states)
    assert run("diff", before, after).exit_code == 0


def test_who_joined_and_left_is_named(run, network, saves) -> None:
    """Accounts that were in none of the older networks joined; those in no network now left."""
    before = saves("old.json", network("N1", A))
    after = saves("new.json", network("N7", [*A[2:], "x"]))
    (found,) = json.loads(run("diff", before, after, "--json").stdout)["networks"]
    assert (found["added"], found["removed"], found["kept"]) == (["x"], A[:2], 8)
    assert (found["now"]["id"], found["was"][0]["id"]) == ("N7", "N1")
    page = run("diff", before, after).stdout
    assert "1 joined: x" in page
    assert "2 left: a00, a01" in page


@pytest.mark.parametrize(
    ("was", "now", "risen"),
    [
        (("coordinated", "low"), ("extraction_network", "high"), True),
        (("extraction_network", "medium"), ("extraction_network", "high"), True),
        (("extraction_network", "high"), ("extraction_network", "high"), False),
        (("extraction_network", "high"), ("coordinated", "low"), False),
    ],
)
def test_a_worse_verdict_or_level_is_a_rise(run, network, saves, was, now, risen) -> None:
    """The same accounts are news where more is said of them than before."""
    before = saves("old.json", network("N1", A, verdict=was[0], level=was[1]))
    after = saves("new.json", network("N1", A, verdict=now[0], level=now[1]))
    result = run("diff", before, after, "--exit-code")
    assert result.exit_code == risen
    assert ("worse than it was" in result.stdout) is risen


def observable(value: str, holders: list[str], outside: int = 0) -> Observable:
    return Observable(channel="identity", signal="payment", value=value, held_by=holders, outside=outside)


def after_a_ban(network, saves, **changes) -> tuple[Path, Path]:
    """Ten accounts, of which two are banned; two new ones hold the card of the banned."""
    late = {"x1": "2026-03-20T00:00:00.000000Z", "x2": "2026-03-20T00:00:00.000000Z", **changes.get("first", {})}
    outside = changes.get("outside", 0)
    old = network(
        "N1", A, observables=[observable("card", ["a00", "a01"], outside), observable("other", ["a05", "a06"])]
    )
    kept = A[2:] if changes.get("silent") else A
    statuses = {} if changes.get("silent") else {"a00": "banned", "a01": "suspended"}
    new = network(
        "N2", [*kept, "x1", "x2"], first=late, statuses=statuses,
        observables=[observable("card", ["x1", "x2"]), observable("other", ["a05", "a06", "x1"])],
    )  # fmt: skip
    return saves("old.json", old), saves("new.json", new)


def test_accounts_that_hold_what_banned_ones_held_are_named(run, network, saves) -> None:
    """The new account, the stopped ones before it, and what carried over; what the living hold does not."""
    found = json.loads(run("diff", *after_a_ban(network, saves), "--json").stdout)["returned"]
    assert [each["account_id"] for each in found] == ["x1", "x2"]
    assert found[0]["stopped"] == {"a00": "banned", "a01": "banned"}
    assert [(each["signal"], each["value"], each["held_by"]) for each in found[0]["carried"]] == [
        ("payment", "card", ["a00", "a01"])
    ]
    page = " ".join(run("diff", *after_a_ban(network, saves)).stdout.split())
    assert "x1 in N2" in page
    assert "a00, a01 (banned)" in page
    assert "payment card" in page


def test_an_age_carries_over_to_nobody(run, network, saves) -> None:
    """That new accounts are as young as the stopped ones were does not say that one holder came back."""
    young = Observable(channel="time", signal="age", value="8 to 16 days", held_by=["a00", "a01"], outside=0)
    later = msgspec.structs.replace(young, held_by=["x1"])
    old = network("N1", A, observables=[young])
    new = network(
        "N2", [*A, "x1"], first={"x1": "2026-03-20T00:00:00.000000Z"}, statuses={"a00": "banned"}, observables=[later]
    )
    assert json.loads(run("diff", saves("o.json", old), saves("n.json", new), "--json").stdout)["returned"] == []


def test_silence_counts_as_a_stop_but_is_called_so(run, network, saves) -> None:
    """Accounts that no network has any more are `silent`, for the log does not say why."""
    found = json.loads(run("diff", *after_a_ban(network, saves, silent=True), "--json").stdout)["returned"]
    assert found[0]["stopped"] == {"a00": "silent", "a01": "silent"}
    assert "a00, a01 (silent)" in run("diff", *after_a_ban(network, saves, silent=True)).stdout


@pytest.mark.parametrize(
    "changes",
    [{"outside": 3}, {"first": dict.fromkeys(["x1", "x2"], "2026-03-02T00:00:00.000000Z")}],
)
def test_common_values_and_overlapping_lives_are_no_return(run, network, saves, changes) -> None:
    """What more outsiders than members hold says nothing, nor does an account that began before the other ended."""
    assert json.loads(run("diff", *after_a_ban(network, saves, **changes), "--json").stdout)["returned"] == []


def test_many_returns_are_counted_unless_all_are_wanted(run, network, saves) -> None:
    """Ten are drawn, -v draws all."""
    fresh = names("x", 0, 14)
    late = dict.fromkeys(fresh, "2026-03-20T00:00:00.000000Z")
    old = saves("old.json", network("N1", A, observables=[observable("card", A)]))
    new = saves("new.json", network("N1", fresh, first=late, observables=[observable("card", fresh)]))
    assert "and 4 more" in run("diff", old, new).stdout
    assert "x13" in run("diff", old, new, "-v").stdout


def test_two_empty_reports_say_so(run, saves) -> None:
    """Without networks there is nothing to compare."""
    assert "Neither report has a network" in run("diff", saves("a.json"), saves("b.json")).stdout


def test_what_is_no_report_is_no_input(run, saved, tmp_path) -> None:
    """Both have to be reports."""
    assert run("diff", saved, tmp_path / "none.json").exit_code == 3


def test_a_hostile_account_cannot_act(run, network, saves) -> None:
    """Names reach the page as visible escapes."""
    page = run(
        "diff", saves("o.json", network("N1", A)), saves("n.json", network("N1", [*A, "\x1b[31mx\u202e"]))
    ).stdout
    assert "\x1b" not in page
    assert r"\x1b[31mx\u202e" in page


@pytest.fixture(scope="module")
def empty() -> model.Report:
    return model.decode(SAVED.read_bytes())


@pytest.fixture(scope="module")
def network_maker() -> Callable[..., model.Network]:
    return make_network


groups = st.lists(st.sets(st.integers(0, 30), min_size=1, max_size=12), max_size=5)


@given(old=groups, new=groups)
def test_laws_of_comparing(network_maker, empty, old: list[set[int]], new: list[set[int]]) -> None:
    """Every network of either report is accounted for once; a report compared with itself is the same throughout."""

    def report_of(sets: list[set[int]]) -> model.Report:
        made = [network_maker(f"N{n}", each) for n, each in enumerate(_disjoint(sets), 1)]
        return msgspec.structs.replace(empty, networks=made)

    before, after = report_of(old), report_of(new)
    found = diffing.compare(before, after)
    assert [each.now.fingerprint for each in found.networks if each.now] == [n.fingerprint for n in after.networks]
    seen = {one.fingerprint for each in found.networks for one in each.was}
    assert seen == {n.fingerprint for n in before.networks}
    assert {each.state for each in diffing.compare(before, before).networks} <= {"same"}
    backwards = diffing.compare(after, before)
    assert sum(each.state == "new" for each in backwards.networks) == sum(
        each.state == "gone" for each in found.networks
    )


def _disjoint(sets: list[set[int]]) -> list[list[str]]:
    """Networks of one report have no account in common."""
    taken: set[int] = set()
    made = []
    for each in sets:
        if left := each - taken:
            made.append([f"a{number}" for number in sorted(left)])
            taken |= left
    return made


def test_the_baseline_stands_in_the_report(run, pipeline, network, saves, tmp_path) -> None:
    """`analyze --baseline` writes each network's change and what is gone, with the older report among the inputs."""
    old = saves("old.json", network("N1", A), network("N2", B))
    pipeline.outcome = msgspec.structs.replace(pipeline.outcome, networks=[network("N1", [*A, "x"])])
    result = run("analyze", "x.json", "--baseline", old, "-o", tmp_path / "r.json")
    assert result.exit_code == 0, result.stderr
    assert "since the older report: 1 grown" in result.stderr
    written = model.decode((tmp_path / "r.json").read_bytes())
    assert written.networks[0].change.added == ["x"]
    assert written.baseline.gone == [network("N2", B).fingerprint]
    assert [(each.role, each.sha256) for each in written.inputs] == [("report", written.baseline.sha256)]
    assert written.run.baseline == str(old)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ([A], [A], 0),
        ([A], [[*A, "x"]], 1),
        ([A], [A[:6]], 0),
        ([], [A], 1),
        ([A, B], [A + B], 0),
        ([A, B], [[*A, *B, "x"]], 1),
        ([A], [A[:5], A[5:]], 0),
    ],
)
def test_only_news_fails_a_run(run, pipeline, network, saves, old, new, code) -> None:
    """Against a baseline, what is new or has accounts that it had not counts for --fail-on, and nothing else."""
    before = saves("old.json", *(network(f"N{n}", each) for n, each in enumerate(old, 1)))
    found = [network(f"N{n}", each) for n, each in enumerate(new, 1)]
    pipeline.outcome = msgspec.structs.replace(pipeline.outcome, networks=found)
    assert run("analyze", "x.json", "--fail-on", "low").exit_code == 1
    assert run("analyze", "x.json", "--fail-on", "low", "--baseline", before).exit_code == code


def test_a_network_that_has_risen_fails_a_run(run, pipeline, network, saves) -> None:
    """What was not a finding in the baseline is one now."""
    before = saves("old.json", network("N1", A, verdict="coordinated", level="low"))
    pipeline.outcome = msgspec.structs.replace(pipeline.outcome, networks=[network("N1", A)])
    assert run("analyze", "x.json", "--fail-on", "low", "--baseline", before).exit_code == 1
