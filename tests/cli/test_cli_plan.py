"""What a run would take is said before it is made: by rates, or by what a few accounts take on this machine."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from extractscan import forecast, null_test, readers, rehearsal, simulate
from extractscan.cli.inspection_page import Drawn, inspection_page
from extractscan.cli.planning import cost_of
from extractscan.forecast import Load, Sample
from extractscan.readers.inspection import inspect_logs
from extractscan.settings import Settings
from extractscan.writers.terminal import View

SPENT = """
import json, resource, subprocess, sys
done = subprocess.run([sys.executable, "-m", "extractscan", *sys.argv[1:]], capture_output=True, check=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([used.ru_utime + used.ru_stime, used.ru_maxrss >> 10, done.stdout.decode()]))
"""
"""Runs the tool from a process that is smaller: Linux hands the peak of a process on to those that it starts."""
SAMPLES = Path(__file__).parents[2] / "sample_logs"
WITHIN = 0.3
TRIES = 4
"""A busy machine takes more CPU for the same work, and now and then in between the plan and the run."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """1,500 accounts of all kinds, some 60,000 events."""
    folder = tmp_path_factory.mktemp("planned")
    simulate.write_world(folder, accounts=1_500, seed=5)
    return folder


def spent(*arguments: object) -> tuple[float, int, str]:
    """CPU seconds, peak in MB and standard output of the tool in a process of its own."""
    command = [sys.executable, "-c", SPENT, *map(str, arguments)]
    seconds, megabytes, said = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return seconds, megabytes, said


def test_a_plan_holds_within_a_third(world: Path, tmp_path: Path) -> None:
    """Seconds of CPU and the peak of memory of the run that follows."""
    given = (world / "logs.parquet", "--accounts", world / "accounts.parquet", "--shuffles", 3)
    seen: list[tuple[float, float]] = []
    for _ in range(TRIES):
        plan = json.loads(spent("inspect", *given, "--plan", "--json")[2])["cost"]
        seconds, megabytes, _ = spent("analyze", *given, "-o", tmp_path / "r.json", "--clobber", "--no-progress")
        assert 0 < plan["rehearsed_events"] < 41_000
        assert sum(stage["cpu_seconds"] for stage in plan["stages"]) == pytest.approx(plan["cpu_seconds"], abs=0.5)
        seen.append((plan["cpu_seconds"] / seconds, plan["megabytes"] / megabytes))
        if all(1 - WITHIN <= ratio <= 1 + WITHIN for ratio in seen[-1]):
            return
    pytest.fail(f"planned against taken, CPU and memory: {seen}")


def test_a_plan_is_drawn_stage_by_stage(run: Any) -> None:
    """And without one the page says by rates what a run takes, and that there is more to be had."""
    log = SAMPLES / "campaign.parquet"
    page = run("inspect", log, "--plan", "--shuffles", 1).stdout
    for words in ("What a run would take", "judgement", "CPU in all", "1 shuffle", "3,617 events of a few accounts"):
        assert words in page, words
    short = run("inspect", log).stdout
    assert "--plan says more" in short
    assert "What a run would take" not in short
    assert json.loads(run("inspect", log, "--json").stdout)["cost"]["rehearsed_events"] == 0


def test_all_events_of_some_accounts_are_kept() -> None:
    """As many accounts as have about so many events, whatever the batches, and none in part."""
    log = pl.DataFrame(
        {
            "account_id": [f"a{n % 500}" for n in range(10_000)],
            "prompt": ["x" if n % 4 else None for n in range(10_000)],
            "source_file": 0,
            "source_row": range(10_000),
        }
    )
    kept = []
    for size in (10_000, 900):
        sample = Sample(3_000)
        for batch in log.iter_slices(size):
            sample.add(batch)
        assert sample.texts == 7_500
        events = sample.events()
        assert events is not None
        kept.append(events.sort("account_id"))
        assert 500 < len(events) <= 3_000
        assert events["account_id"].value_counts()["count"].unique().to_list() == [20]
    assert kept[0]["account_id"].equals(kept[1]["account_id"])
    nothing = Sample(0)
    nothing.add(log.drop("prompt"))
    assert nothing.texts == 0
    assert nothing.events() is None


def test_a_log_that_is_heavier_than_usual_costs_more() -> None:
    """What a part took over the rates raises the whole, within bounds; a slower machine raises everything."""
    load, part = Load(10**6, 10**6, 30_000, 3.0, 20), Load(30_000, 30_000, 900, 0.1, 2)
    plain = forecast.forecast(load, 1000, here=(1.0, 1.0), cores=2)
    assert plain.bytes_read == 2000
    usual = forecast.usual(part)
    same = forecast.forecast(load, 1000, here=(1.0, 1.0), cores=2, part=(part, usual))
    heavy = forecast.forecast(load, 1000, here=(1.0, 1.0), cores=2, part=(part, usual | {"search": 1e9}))
    slow = forecast.forecast(load, 1000, here=(2.0, 1.5), cores=2, part=(part, usual))
    assert plain.cpu_seconds <= same.cpu_seconds < heavy.cpu_seconds
    assert slow.seconds > slow.cpu_seconds / 2
    bound = forecast.heavier("search", load, 1.0, (part, usual | {"search": 1e9}))
    assert bound == forecast.heavier("search", load, 1.0, (part, usual | {"search": 1e12}))
    assert bound > forecast.heavier("search", load, 1.0, (part, usual)) >= 1
    assert forecast.forecast(load, 0, here=(1.0, 1.0), cores=1).seconds >= plain.seconds


def test_stages_grow_faster_than_accounts_only_so_far_as_was_measured() -> None:
    """Groups of a part are thinner than the whole's; of ten million events no more is made of that than of one."""
    part = Load(40_000, 40_000, 1_200, 0.1, 2)
    usual = forecast.usual(part)
    few, some, many = (
        forecast.heavier("search", Load(events, events, events * 3 // 100, 1.0, 20), 1.0, (part, usual))
        for events in (100_000, 1_000_000, 10_000_000)
    )
    assert 1.0 < few < some == many


@pytest.mark.parametrize(
    ("events", "measured"), [(1_000_000, 2_373_250), (3_000_000, 13_277_449), (10_000_000, 9_423_131)]
)
def test_sightings_are_expected_as_they_were_counted(events: int, measured: int) -> None:
    """Of large worlds within a quarter, which tells whether a log is large to the null test; without text fewer."""
    load = Load(events, events, events * 3 // 100, 0.0, 20)
    assert 0.75 <= forecast.sightings(load) / measured <= 1.25
    assert forecast.sightings(replace(load, texts=0)) < forecast.sightings(load)
    assert forecast.sightings(Load(0, 0, 0, 0.0, 0)) == 0


def test_a_plan_counts_the_shuffles_that_are_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a log that is large to the null test five of twenty, unless chance comes near what a part of it gave."""
    many = null_test.ONE_AT_A_TIME
    assert null_test.needed(20, many, clear=True) == 5
    assert null_test.needed(3, many, clear=True) == 3
    assert null_test.needed(20, many - 1, clear=True) == null_test.needed(20, many, clear=False) == 20
    log = SAMPLES / "campaign.parquet"
    logs = readers.open_logs([str(log)])
    costs = []
    for large in (many, 1):
        monkeypatch.setattr(null_test, "ONE_AT_A_TIME", large)
        sample = Sample(40_000)
        seen = inspect_logs(logs, time.process_time, sample.add)
        table = str(SAMPLES / "campaign_accounts.parquet")
        costs.append(cost_of(seen, sample, logs, table, plan=True, shuffles=None))
    assert [(each.shuffles, each.shuffles_asked) for each in costs] == [(20, 20), (5, 20)]
    spent = [{stage.name: stage.cpu_seconds for stage in each.stages}["shuffles"] for each in costs]
    assert spent[1] < spent[0] / 2
    page = inspection_page(View(), Drawn(seen, costs[1], None, [], [])).decode()
    assert "5 shuffles of 20, if chance does not come near" in page


@pytest.mark.parametrize(
    ("events", "on_disk", "measured"),
    [
        (200_000, False, 603),
        (1_000_000, False, 983),
        (3_000_000, False, 1_698),
        (10_000_000, True, 1_906),
        (30_000_000, True, 3_804),
    ],
)
def test_memory_is_expected_as_it_was_measured(events: int, *, on_disk: bool, measured: int) -> None:
    """Of large worlds no tenth too little, by which a limit would be overrun, and no third too much."""
    load = Load(events, events, events * 3 // 100, 0.0, 20)
    assert 0.9 <= forecast.megabytes(load, on_disk=on_disk) / measured <= 1 + WITHIN


def test_events_without_text_or_accounts_table_are_rehearsed() -> None:
    """And without the null test; nothing is left of it."""
    log = pl.DataFrame(
        {
            "timestamp": pl.datetime_range(pl.datetime(2026, 3, 1), pl.datetime(2026, 3, 9), "1h", eager=True),
            "client_ip": "198.51.100.7",
            "user_agent": "curl/8",
        }
    ).with_columns((pl.int_range(pl.len()) % 9).cast(pl.String).alias("account_id"))
    load, took, clear = rehearsal.rehearse(log, None, Settings(shuffles=0))
    assert clear
    assert (load.events, load.texts, load.accounts, load.shuffles) == (193, 0, 9, 0)
    assert set(took) == set(forecast.RATES) - {"start"}
