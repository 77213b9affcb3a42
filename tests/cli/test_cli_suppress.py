"""Networks that are known stay in sight and fail no run, until the entry ends or the network changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from extractscan import model, suppression

A = [f"a{number}" for number in range(10)]
TOMORROW = datetime.now(UTC).date() + timedelta(days=1)


@pytest.fixture
def listed(tmp_path: Path):
    """Write a list and return its path."""

    def write(*entries: str) -> Path:
        path = tmp_path / "known.toml"
        path.write_text("\n".join(f"[[suppress]]\n{entry}\n" for entry in entries))
        return path

    return write


@pytest.fixture
def found(pipeline, network):
    """An analysis that finds one network of ten accounts; returns the network."""
    made = network("N1", A)
    pipeline.outcome = msgspec.structs.replace(pipeline.outcome, networks=[made])
    return made


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ('fingerprint = "{mine}"\nreason = "our own load test"', 0),
        ('id = "N1"\nreason = "our own load test"', 0),
        ('fingerprint = "{mine}"\nreason = "r"\nexpires = {tomorrow}', 0),
        ('fingerprint = "{mine}"\nreason = "r"\nexpires = 2026-01-31', 1),
        ('fingerprint = "0123456789abcdef"\nreason = "r"', 1),
        ('id = "N2"\nreason = "r"', 1),
        ('scope = "members"\naccounts = {accounts}\nreason = "r"', 0),
        ('scope = "members"\naccounts = ["a1", "a2"]\nreason = "r"', 1),
    ],
)
def test_an_entry_that_covers_the_network_keeps_the_run_green(run, found, listed, entry: str, code: int) -> None:
    """By fingerprint, id or members; an expired entry and one about something else do not."""
    text = entry.replace("{mine}", found.fingerprint).replace("{tomorrow}", str(TOMORROW)).replace("{accounts}", str(A))
    assert run("analyze", "x.json", "--fail-on", "low").exit_code == 1
    assert run("analyze", "x.json", "--fail-on", "low", "--suppress", listed(text)).exit_code == code


def test_one_more_account_fires_again(run, pipeline, network, listed) -> None:
    """A fingerprint names exactly one set of accounts; so does a list of members, from above."""
    exact = f'fingerprint = "{network("N1", A).fingerprint}"\nreason = "r"'
    members = f'scope = "members"\naccounts = {A}\nreason = "r"'
    for accounts, entry, code in (
        (A[:9], exact, 1),
        (A[:9], members, 0),
        ([*A, "x"], exact, 1),
        ([*A, "x"], members, 1),
    ):
        pipeline.outcome = msgspec.structs.replace(pipeline.outcome, networks=[network("N1", accounts)])
        assert run("analyze", "x.json", "--fail-on", "low", "--suppress", listed(entry)).exit_code == code


def test_a_suppressed_network_stays_in_the_report(run, found, listed, tmp_path) -> None:
    """It is marked with the reason, the entry is listed as active, and the list is an input with its hash."""
    path = listed(f'fingerprint = "{found.fingerprint}"\nreason = "our own load test"\nexpires = {TOMORROW}')
    result = run("analyze", "x.json", "--suppress", path, "-o", tmp_path / "r.json")
    assert "1 on the list of known networks" in result.stderr
    report = model.decode((tmp_path / "r.json").read_bytes())
    assert report.networks[0].suppressed == "our own load test"
    assert report.networks[0].accounts == found.accounts
    (entry,) = report.excluded.suppressed
    assert (entry.state, entry.networks, entry.expires) == ("active", ["N1"], TOMORROW.isoformat())
    assert (report.inputs[0].role, report.inputs[0].path) == ("suppress", str(path))
    assert report.run.as_of == datetime.now(UTC).date().isoformat()


def test_expired_and_unused_entries_warn_even_in_quiet_runs(run, found, listed, tmp_path) -> None:
    """What no longer works, or never did, is said on stderr and stands in the report."""
    path = listed(
        f'fingerprint = "{found.fingerprint}"\nreason = "until the audit"\nexpires = 2026-01-31',
        'fingerprint = "0123456789abcdef"\nreason = "typed wrongly"',
        'scope = "members"\naccounts = ["nobody"]\nreason = "gone"\nexpires = 2026-01-31',
    )
    result = run("analyze", "x.json", "--suppress", path, "-q", "-o", tmp_path / "r.json")
    assert f"warning: the suppression of {found.fingerprint} ended on 2026-01-31, and N1 counts again" in result.stderr
    assert "0123456789abcdef covers no network: typed wrongly" in result.stderr
    report = model.decode((tmp_path / "r.json").read_bytes())
    assert [each.state for each in report.excluded.suppressed] == ["expired", "unused", "unused"]
    assert report.networks[0].suppressed is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("= 1", "known.toml"),
        ('[[suppress]]\nfingerprint = "0123456789abcdef"', "reason"),
        ('[[suppress]]\nfingerprint = "short"\nreason = "r"', "fingerprint"),
        ('[[suppress]]\nreason = "r"', "entry 1 (r) names no network"),
        ('[[suppress]]\nscope = "members"\nfingerprint = "0123456789abcdef"\nreason = "r"', "names no network"),
        ('[[suppress]]\nid = "N1"\nreason = "r"\nuntil = 2027-01-01', "until"),
        ('[[suppress]]\nid = "N1"\nreason = "r"\nexpires = "soon"', "expires"),
        ('[[suppress]]\nid = "N1"\nreason = "r"\nscope = "all"', "scope"),
        ('[[ignore]]\nid = "N1"', "ignore"),
    ],
)
def test_a_list_of_another_form_is_refused_before_anything_is_read(run, pipeline, tmp_path, text, message) -> None:
    """File and key are named, and the hint shows the form."""
    path = tmp_path / "known.toml"
    path.write_text(text)
    result = run("analyze", "x.json", "--suppress", path)
    assert result.exit_code == 2
    assert message in result.stderr
    assert "[[suppress]] has fingerprint" in result.stderr
    assert pipeline.calls == []


def test_a_list_that_is_not_there_is_refused(run, pipeline, tmp_path) -> None:
    """A missing file is no empty list."""
    assert run("analyze", "x.json", "--suppress", tmp_path / "none.toml").exit_code == 2
    assert pipeline.calls == []


def test_the_last_day_still_counts(report) -> None:
    """An entry holds on the day it names, and no longer."""
    network = report.networks[0]
    entry = suppression.Entry(fingerprint=network.fingerprint, reason="r", expires=date(2026, 5, 1))
    for day, reason in ((date(2026, 5, 1), "r"), (date(2026, 5, 2), None)):
        assert suppression.apply(report, [entry], day).networks[0].suppressed == reason


def test_several_reasons_are_all_given(report) -> None:
    """Two entries about one network are both printed with it."""
    name = report.networks[0].fingerprint
    entries = [suppression.Entry(fingerprint=name, reason=each) for each in ("one", "two")]
    assert suppression.apply(report, entries, date(2026, 5, 1)).networks[0].suppressed == "one; two"


@pytest.mark.parametrize(("level", "kept"), [("info", 4), ("low", 3), ("critical", 1)])
def test_networks_under_a_level_are_left_out_and_counted(run, saved, report, tmp_path, level: str, kept: int) -> None:
    """--min-level works on a saved report, keeps what is at or over it, and says how many it left out."""
    path = tmp_path / "r.json"
    assert run("report", saved, "--min-level", level, "-o", path).exit_code == 0
    shown = model.decode(path.read_bytes())
    expected = [n for n in report.networks if model.LEVELS.index(n.level) <= model.LEVELS.index(level)]
    assert shown.networks == expected
    assert len(shown.excluded.below_level) == len(report.networks) - len(expected)
    if len(expected) < len(report.networks):
        assert f"under the level {level} left out" in shown.limits[-1]
    else:
        assert shown == report


def test_an_unknown_level_is_refused(run, saved) -> None:
    """The hint lists the levels."""
    result = run("report", saved, "--min-level", "severe")
    assert result.exit_code == 2
    assert "critical, high" in result.stderr


def test_what_is_left_out_still_fails_a_run(run, pipeline) -> None:
    """--min-level is about what is shown: a finding under it counts for --fail-on all the same."""
    low = msgspec.structs.replace(pipeline.outcome.networks[0], level="low")
    pipeline.outcome = msgspec.structs.replace(pipeline.outcome, networks=[low])
    result = run("analyze", "x.json", "--min-level", "high", "--fail-on", "low", "--format", "json")
    assert result.exit_code == 1
    assert model.decode(result.stdout_bytes).networks == []
