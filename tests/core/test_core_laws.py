"""Laws of the whole analysis: what must not change a report, and what must not change who is accused."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from core_runs import accused, analyze, analyze_frames, essence, groups

from extractscan import model, schema


def test_the_world_has_what_the_laws_are_tried_on(report: model.Report, labels: dict[str, str]) -> None:
    """The campaign alone is accused, other groups are found and explained, and the researcher is a single source."""
    assert accused(report) == {frozenset(a for a, kind in labels.items() if kind == "work_queue")}
    assert {network.verdict for network in report.networks} > {"extraction_network"}
    assert [labels[single.account_ids[0]] for single in report.single_sources] == ["permitted_researcher"]


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_rows_changes_nothing(
    seed: int, report: model.Report, events: pl.DataFrame, accounts: pl.DataFrame, tmp_path: Path
) -> None:
    """Events and accounts in any order give the same report."""
    shuffled = events.sample(fraction=1.0, shuffle=True, seed=seed)
    table = accounts.sample(fraction=1.0, shuffle=True, seed=seed)
    assert essence(analyze_frames(tmp_path, shuffled, table)) == essence(report)


def test_the_split_into_files_changes_nothing(
    report: model.Report, events: pl.DataFrame, world: Path, tmp_path: Path
) -> None:
    """One file or five, of different formats and sizes: the same report."""
    mixed = events.sample(fraction=1.0, shuffle=True, seed=3)
    edges = [0, 1, 500, 501, 4000, len(mixed)]
    for number in range(5):
        part = mixed[edges[number] : edges[number + 1]]
        if number % 2:
            part.write_ndjson(tmp_path / f"{number}.ndjson")
        else:
            part.write_parquet(tmp_path / f"{number}.parquet")
    assert essence(analyze([tmp_path], world / "accounts.parquet")) == essence(report)


@pytest.mark.parametrize("threads", ["1", "3"])
def test_the_number_of_threads_changes_nothing(threads: str, report: model.Report, world: Path) -> None:
    """Another number of threads gives the same bytes, in another process with another hash seed."""
    code = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1]); from core_runs import analyze\n"
        "from extractscan import model; world = Path(sys.argv[2])\n"
        "sys.stdout.buffer.write(model.encode(analyze([world / 'logs.parquet'], world / 'accounts.parquet')))"
    )
    command = [sys.executable, "-c", code, str(Path(__file__).parent), str(world)]
    environment = os.environ | {"POLARS_MAX_THREADS": threads, "PYTHONHASHSEED": threads}
    done = subprocess.run(command, capture_output=True, check=True, env=environment)
    assert done.stdout == model.encode(report)


def test_repeated_requests_change_nothing(
    report: model.Report, events: pl.DataFrame, accounts: pl.DataFrame, tmp_path: Path
) -> None:
    """Requests that stand in the logs twice, in one file or in two, count once."""
    again = pl.concat([events, events.sample(fraction=0.4, seed=4)]).sample(fraction=1.0, shuffle=True, seed=5)
    again[:3000].write_parquet(tmp_path / "a.parquet")
    again[3000:].write_parquet(tmp_path / "b.parquet")
    accounts.write_parquet(tmp_path / "accounts.table")
    both = [tmp_path / "a.parquet", tmp_path / "b.parquet"]
    assert essence(analyze(both, tmp_path / "accounts.table")) == essence(report)


def test_events_without_a_request_id_all_count(events: pl.DataFrame, tmp_path: Path) -> None:
    """Nothing can be told to be a repetition that has no request id."""
    nameless = events.with_columns(pl.lit(None, pl.String).alias("request_id"))
    twice = pl.concat([events[:100], nameless[:100], nameless[:100]])
    twice = pl.concat([twice, nameless[200:]])
    assert analyze_frames(tmp_path, twice).coverage.events == len(twice)


def renamed(frame: pl.DataFrame, names: dict[str, str]) -> pl.DataFrame:
    return frame.with_columns(pl.col("account_id").replace_strict(names))


def test_renaming_in_order_changes_names_only(
    report: model.Report, events: pl.DataFrame, accounts: pl.DataFrame, tmp_path: Path
) -> None:
    """New names in the old order give the same report but for names and fingerprints."""
    ids = pl.concat([events["account_id"], accounts["account_id"]]).unique().sort()
    names = {name: f"user-{number:05d}" for number, name in enumerate(ids)}
    got = analyze_frames(tmp_path, renamed(events, names), renamed(accounts, names))
    text = model.encode(report).decode()
    for old, new in names.items():
        text = text.replace(old, new)
    expected = model.decode(text.encode())
    assert groups(got) == groups(expected)
    for mine, theirs in zip(got.networks, expected.networks, strict=True):
        same = ("coordination_bits", "extraction_bits", "accounts", "templates", "hypotheses", "null", "timeline")
        assert [getattr(mine, name) for name in same] == [getattr(theirs, name) for name in same]


@pytest.mark.parametrize("salt", ["a", "b"])
def test_renaming_in_any_order_gives_the_same_groups(
    salt: str, report: model.Report, events: pl.DataFrame, accounts: pl.DataFrame, tmp_path: Path
) -> None:
    """Names that sort otherwise give the same networks with the same verdicts."""
    ids = pl.concat([events["account_id"], accounts["account_id"]]).unique()
    names = {name: hashlib.sha256((salt + name).encode()).hexdigest()[:16] for name in ids}
    back = {new: old for old, new in names.items()}
    got = analyze_frames(tmp_path, renamed(events, names), renamed(accounts, names))
    found = {(n.verdict, frozenset(back[m.account_id] for m in n.accounts)) for n in got.networks}
    assert found == {(n.verdict, frozenset(m.account_id for m in n.accounts)) for n in report.networks}


def test_accounts_that_share_nothing_change_no_membership(
    report: model.Report, events: pl.DataFrame, accounts: pl.DataFrame, tmp_path: Path
) -> None:
    """Sixty strangers with values of their own join no network and move nobody in or out of the accused one."""
    rows = []
    for number in range(180):
        row = events.row(number * 7, named=True)
        mark = f"stranger-{number % 60}"
        row |= {"account_id": mark, "request_id": f"r{number}", "prompt": f"{mark} asks on {number}"}
        row |= {"client_ip": f"198.51.{number % 60}.7", "user_agent": mark, "ja4": mark, "device_id": mark}
        row |= {"asn": 70_000 + number % 60, "system_prompt": None, "organization_id": None, "end_user_id": None}
        row["timestamp"] += timedelta(hours=number)
        rows.append(row)
    more = pl.DataFrame(rows, schema=dict(schema.EVENTS))
    table = pl.DataFrame({"account_id": [f"stranger-{n}" for n in range(60)]}).with_columns(
        (pl.col("account_id") + "-card").alias("payment_fingerprint")
    )
    got = analyze_frames(tmp_path, pl.concat([events, more]), pl.concat([accounts, table], how="diagonal"))
    assert accused(got) == accused(report)
    assert not any(name.startswith("stranger") for names in groups(got).values() for name in names)


def test_a_campaign_is_found_on_baseline_logs_as_well(
    report: model.Report, events: pl.DataFrame, accounts: pl.DataFrame, world: Path, tmp_path: Path
) -> None:
    """With last week's log as background the same accounts are accused; accounts of then are no events of now."""
    middle = events["timestamp"].min() + timedelta(days=4)  # type: ignore[operator]
    events.filter(pl.col("timestamp") < middle).write_parquet(tmp_path / "past.parquet")
    now = analyze_frames(
        tmp_path, events.filter(pl.col("timestamp") >= middle), accounts, baseline_logs=[str(tmp_path / "past.parquet")]
    )
    assert now.coverage.accounts < report.coverage.accounts
    (mine,), (theirs,) = accused(now), accused(report)
    assert mine <= theirs
    assert len(mine) >= 0.9 * len(theirs)


def test_a_campaign_of_the_baseline_logs_alone_is_no_finding(
    events: pl.DataFrame, accounts: pl.DataFrame, labels: dict[str, str], tmp_path: Path
) -> None:
    """Accounts that act in older logs only are background: nobody is accused of what the log at hand does not hold."""
    gone = pl.col("account_id").is_in([name for name, kind in labels.items() if kind == "work_queue"])
    events.filter(gone).write_parquet(tmp_path / "past.parquet")
    now = analyze_frames(tmp_path, events.filter(~gone), accounts, baseline_logs=[str(tmp_path / "past.parquet")])
    assert now.networks
    assert accused(now) == set()


def test_a_window_uses_its_events_only(events: pl.DataFrame, world: Path) -> None:
    """From its start up to but without its end, or the last days before the newest event."""
    first, newest = events["timestamp"].min(), events["timestamp"].max()
    start, end = first + timedelta(days=2), first + timedelta(days=5)  # type: ignore[operator]
    cut = analyze([world / "logs.parquet"], start=start, end=end).coverage
    inside = events.filter((pl.col("timestamp") >= start) & (pl.col("timestamp") < end))
    assert cut.events == len(inside)
    recent = analyze([world / "logs.parquet"], last=timedelta(days=3)).coverage
    assert recent.events == len(events.filter(pl.col("timestamp") >= newest - timedelta(days=3)))  # type: ignore[operator]
    both = analyze([world / "logs.parquet"], start=newest - timedelta(days=1), last=timedelta(days=3)).coverage  # type: ignore[operator]
    assert both.events == len(events.filter(pl.col("timestamp") >= newest - timedelta(days=1)))  # type: ignore[operator]


def test_progress_is_told_by_stage(world: Path) -> None:
    """Reading is told in bytes up to the whole, other stages in steps."""
    told: list[tuple[str, int, int]] = []
    analyze([world / "logs.parquet"], progress=lambda *step: told.append(step))
    assert [stage for stage, _, _ in told if stage] == sorted(
        (stage for stage, _, _ in told), key=["reading", "linking", "weighing", "shuffling"].index
    )
    reading = [(done, total) for stage, done, total in told if stage == "reading"]
    assert reading[-1][0] == reading[-1][1] == (world / "logs.parquet").stat().st_size
    assert told[-1] == ("shuffling", 2, 2)
