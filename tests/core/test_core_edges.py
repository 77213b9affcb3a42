"""Logs that lack nearly everything: a report that says what could not be tested, or a refusal, but never a crash."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import polars as pl
import pytest
from core_runs import accused, analyze, analyze_frames, groups

from extractscan import model, null_test, pipeline, schema
from extractscan.errors import EXIT_PARTIAL, CannotTestError, InputError
from extractscan.settings import Settings
from extractscan.signals import SIGNALS

FAST = Settings(shuffles=0)
Frame = Callable[[pl.DataFrame], pl.DataFrame]


def few(frame: pl.DataFrame, labels: dict[str, str]) -> pl.DataFrame:
    """The campaign, the stolen keys, and every third of all other accounts."""
    kept = [
        name
        for number, (name, kind) in enumerate(sorted(labels.items()))
        if kind in {"work_queue", "stolen_keys"} or number % 3 == 0
    ]
    return frame.filter(pl.col("account_id").is_in(kept))


def valid(report: model.Report) -> dict[str, Any]:
    """The report as a document that follows its own schema and comes back as it was."""
    document: dict[str, Any] = msgspec.json.decode(model.encode(report))
    jsonschema.Draft202012Validator(model.json_schema()).validate(document)
    assert model.decode(model.encode(report)) == report
    return document


def test_a_report_follows_its_schema(report: model.Report) -> None:
    """The whole of a report with every part in it is valid, and bits and counts add up."""
    valid(report)
    for network in report.networks:
        shares = sum(round(item.bits * 1000) for item in network.evidence)
        assert shares == round(network.coordination_bits * 1000)
        assert sum(round(item.bits * 1000) for item in network.extraction) == round(network.extraction_bits * 1000)
        assert sum(member.events for member in network.accounts) == network.events
        assert sum(point.events for point in network.timeline) == network.events
        assert sum(network.models.values()) == network.events
        for member in network.accounts:
            assert sum(round(b * 1000) for b in member.channels.values()) == round(member.bits * 1000)
            assert member.events_in_campaign <= member.events


def test_only_an_extraction_network_has_events_in_a_campaign(report: model.Report) -> None:
    """What is not accused has no campaign; what is has one, and its members' shares of it add up."""
    for network in report.networks:
        inside = sum(member.events_in_campaign for member in network.accounts)
        if network.verdict == "extraction_network":
            assert network.events_in_campaign == inside > 0
        else:
            assert network.events_in_campaign == 0


def test_every_signal_is_reported_once(report: model.Report) -> None:
    """Coverage names every signal, and says why where one did not run."""
    assert [run.name for run in report.coverage.signals] == list(SIGNALS)
    assert all(run.ran is (run.why_not is None) for run in report.coverage.signals)


def test_evidence_points_at_records_of_the_network(report: model.Report, events: pl.DataFrame) -> None:
    """Every shown record is one of a member's, and its hash is that of no other record."""
    network = report.networks[0]
    rows = [row for item in network.evidence for row in item.rows]
    assert rows
    members = {member.account_id for member in network.accounts}
    assert {events["account_id"][row.row] for row in rows} <= members
    assert len({row.sha256 for row in rows}) == len({row.row for row in rows})
    assert all(len(row.sha256) == 64 for row in rows)


@pytest.mark.parametrize("column", [name for name in schema.ACCOUNTS if name != schema.ACCOUNT])
def test_the_accounts_table_may_lack_any_column(
    column: str, events: pl.DataFrame, accounts: pl.DataFrame, labels: dict[str, str], tmp_path: Path
) -> None:
    """Signals that need the column are reported as not run for that reason; nothing else changes that."""
    got = analyze_frames(tmp_path, few(events, labels), accounts.drop(column), settings=FAST)
    skipped = {run.name: run.why_not or "" for run in got.coverage.signals if not run.ran}
    needing = {name for name, one in SIGNALS.items() if one.table == "accounts" and column in one.needs}
    if column in {*schema.EVENTS, schema.EMAIL_DOMAIN}:
        needing = set()  # the log names the organization, and a mail address its domain
    assert needing <= skipped.keys()
    assert all(column in skipped[name] for name in needing)
    assert accused(got)
    valid(got)


@pytest.mark.parametrize("column", [name for name in schema.ACCOUNTS if name != schema.ACCOUNT])
def test_the_accounts_table_may_hold_one_column_alone(
    column: str, events: pl.DataFrame, accounts: pl.DataFrame, labels: dict[str, str], tmp_path: Path
) -> None:
    """One column of it is enough for the signals that need no more."""
    got = analyze_frames(tmp_path, few(events, labels), accounts.select("account_id", column), settings=FAST)
    ran = {run.name for run in got.coverage.signals if run.ran}
    columns = {column, schema.EMAIL_DOMAIN} if column == schema.EMAIL else {column}
    needing = {name for name, one in SIGNALS.items() if one.table == "accounts" and set(one.needs) <= columns}
    assert needing <= ran
    valid(got)


@pytest.mark.parametrize("column", [name for name in schema.EVENTS if name not in schema.REQUIRED])
def test_the_log_may_lack_any_column(
    column: str, events: pl.DataFrame, accounts: pl.DataFrame, labels: dict[str, str], tmp_path: Path
) -> None:
    """Signals that need the column are reported as not run; the rest of the analysis stands."""
    got = analyze_frames(tmp_path, few(events, labels).drop(column), accounts, settings=FAST)
    skipped = {run.name for run in got.coverage.signals if not run.ran}
    needing = {
        name for name, one in SIGNALS.items() if one.table in {"events", "content", "network"} and column in one.needs
    }
    assert skipped == needing | ({"pivot"} if column == schema.MODEL else set())
    valid(got)


def test_an_accounts_table_of_strangers_is_as_good_as_none(
    events: pl.DataFrame, accounts: pl.DataFrame, labels: dict[str, str], tmp_path: Path
) -> None:
    """Where no account of the log is in the table, its signals did not run."""
    foreign = accounts.with_columns(pl.col("account_id") + "-of-another-firm")
    got = analyze_frames(tmp_path, few(events, labels), foreign, settings=FAST)
    assert not any(run.ran for run in got.coverage.signals if SIGNALS[run.name].table == "accounts")


def test_a_log_without_an_accounts_table_says_so(world: Path) -> None:
    """Signals of the table did not run, with the way to have them; the limits name what is missing."""
    got = analyze([world / "logs.parquet"])
    reasons = {run.why_not for run in got.coverage.signals if SIGNALS[run.name].table == "accounts"}
    assert all("--accounts" in (why or "") for why in reasons)
    assert any("No sign-up or payment data" in line for line in got.limits)
    valid(got)


def test_a_log_of_times_and_accounts_cannot_be_tested(events: pl.DataFrame, tmp_path: Path) -> None:
    """Timing alone links nobody: exit code 4 and a hint at what to add, never a clean report."""
    with pytest.raises(CannotTestError, match="cannot test") as refused:
        analyze_frames(tmp_path, events.select("timestamp", "account_id"), settings=FAST)
    assert refused.value.exit_code == EXIT_PARTIAL
    assert "--accounts" in refused.value.hint


def test_a_window_without_events_cannot_be_tested(world: Path) -> None:
    """Nothing left to analyse is not clean."""
    with pytest.raises(CannotTestError, match="no events"):
        analyze([world / "logs.parquet"], start=datetime(2040, 1, 1, tzinfo=UTC))


def test_an_empty_log_is_refused(events: pl.DataFrame, tmp_path: Path) -> None:
    """A log without rows is never clean."""
    with pytest.raises((InputError, CannotTestError)) as refused:
        analyze_frames(tmp_path, events[:0], settings=FAST)
    assert refused.value.hint


@pytest.mark.parametrize("rows", [1, 2, 5])
def test_a_handful_of_events_gives_an_honest_report(rows: int, events: pl.DataFrame, tmp_path: Path) -> None:
    """No network, no crash, and a limit that says how little the log can show."""
    got = analyze_frames(tmp_path, events[:rows], settings=Settings(shuffles=2))
    assert got.networks == []
    assert got.coverage.events == rows
    assert any("few accounts" in line for line in got.limits)
    assert any("sources of error" in line for line in got.limits)
    valid(got)


def test_one_account_is_no_network(events: pl.DataFrame, labels: dict[str, str], tmp_path: Path) -> None:
    """A single account that harvests is a single source at most."""
    name = next(name for name, kind in labels.items() if kind == "work_queue")
    got = analyze_frames(tmp_path, events.filter(pl.col("account_id") == name), settings=FAST)
    assert got.networks == []
    assert got.coverage.accounts == 1
    assert got.coverage.smallest_detectable_network is None or got.coverage.smallest_detectable_network >= 3
    valid(got)


@pytest.mark.parametrize("text", [None, "hi"])
def test_a_log_without_prompts_still_links(
    text: str | None, events: pl.DataFrame, accounts: pl.DataFrame, labels: dict[str, str], tmp_path: Path
) -> None:
    """Without text the campaign's accounts are still linked; what the traffic was for is not claimed to be known."""
    silent = few(events, labels).with_columns(
        pl.lit(text, pl.String).alias("prompt"), pl.lit(None, pl.String).alias("system_prompt")
    )
    got = analyze_frames(tmp_path, silent, accounts, settings=FAST)
    assert got.networks
    assert all(network.templates == [] for network in got.networks)
    assert any("no prompts" in line for line in got.limits) is (text is None)
    valid(got)


def test_a_gap_in_a_busy_log_is_listed(events: pl.DataFrame, tmp_path: Path) -> None:
    """Five hours without any event in a log that has dozens an hour are a gap; a quiet log has none."""
    hour = pl.col("timestamp").dt.timestamp("us") // 3_600_000_000
    middle = int(events.select(hour.median()).item())
    cut = events.filter(~hour.is_between(middle, middle + 4))
    (gap,) = analyze_frames(tmp_path, cut, settings=FAST).coverage.gaps
    start, end = (int(datetime.fromisoformat(at).timestamp()) // 3600 for at in (gap.start, gap.end))
    assert start <= middle < middle + 5 <= end
    assert gap.hours == end - start
    quiet = events.gather_every(40)
    assert analyze_frames(tmp_path, quiet, settings=FAST).coverage.gaps == []


def test_only_the_report_that_is_not_reproducible_knows_the_time(events: pl.DataFrame, tmp_path: Path) -> None:
    """The wall clock stands in one field, and everything else is the same."""
    events[:50].write_parquet(tmp_path / "log.parquet")
    timed = pipeline.analyze([str(tmp_path / "log.parquet")], settings=FAST)
    plain = analyze([tmp_path / "log.parquet"], settings=FAST)
    assert timed.tool.generated_at is not None
    assert datetime.fromisoformat(timed.tool.generated_at).tzinfo is not None
    assert plain.tool.generated_at is None
    assert msgspec.structs.replace(timed, tool=plain.tool) == plain


def test_a_large_log_ends_the_null_test_when_its_answer_is_clear(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of eight shuffles asked for five are run, and the report says five; the networks are the same."""
    whole = analyze([world / "logs.parquet"], world / "accounts.parquet", Settings(shuffles=8))
    monkeypatch.setattr(null_test, "ONE_AT_A_TIME", 1)
    ended = analyze([world / "logs.parquet"], world / "accounts.parquet", Settings(shuffles=8))
    assert (whole.coverage.shuffles, ended.coverage.shuffles) == (8, 5)
    assert {network.null.shuffles for network in ended.networks} == {5}
    assert groups(ended) == groups(whole)
