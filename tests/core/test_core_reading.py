"""Reading a log twice: what a sample of the texts leaves open is looked up where it is needed."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import polars as pl
import pytest
from core_runs import accused, analyze

from extractscan import asking, harvest, pipeline, readers, reading, reduce, room, sampling, scratch, survey, trial
from extractscan.errors import UsageError
from extractscan.settings import Settings

SETTINGS = Settings(shuffles=1)


@pytest.mark.parametrize("together", [50, 10**6])
def test_masks_of_a_sampled_log_are_found_when_it_is_read_again(
    world: Path, monkeypatch: pytest.MonkeyPatch, together: int
) -> None:
    """The events of some accounts have the same masks, whether all texts were read at first or a sample."""
    logs = readers.open_logs([str(world / "logs.parquet")])
    whole = reading.read(logs, None, SETTINGS)
    who = whole.summary.intent["account_id"].unique().sort().head(20)
    columns = (*harvest.COLUMNS, reduce.MASK)
    expected = pl.concat(reading.again(whole, columns, who))
    monkeypatch.setattr(sampling, "ALL_TEXTS", 500)
    monkeypatch.setattr(reading, "at_once", lambda _memory: together)
    part = reading.read(logs, None, SETTINGS)
    assert whole.asking is not None
    assert part.asking is None
    assert 0 < len(part.summary.content) < len(whole.summary.content)
    assert pl.concat(reading.again(part, columns, who)).equals(expected)
    assert expected["mask"].max() > 0  # type: ignore[operator]
    assert list(reading.again(part, columns, pl.Series(["nobody"]))) == []


def test_more_texts_are_marked_at_once_where_there_is_memory() -> None:
    """A part of the limit for each, within bounds on either side."""
    assert asking.at_once(1 << 30) == asking.LEAST_AT_ONCE
    assert asking.at_once(8 << 30) == (8 << 30) // asking.TEXT_SHARE
    assert asking.at_once(1 << 40) == asking.at_once(None) == asking.MOST_AT_ONCE


def test_events_of_accounts_are_counted_before_a_large_log_is_read(
    world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a look at one column tells; a window or a filter would make the numbers wrong."""
    monkeypatch.setattr(reading, "LARGE", 0)
    asked = []
    monkeypatch.setattr(survey.Survey, "expect", lambda _self, rows: asked.append(rows))
    logs = readers.open_logs([str(world / "logs.parquet")])
    log = pl.read_parquet(world / "logs.parquet")
    reading.read(logs, None, SETTINGS)
    assert dict(asked[0].iter_rows()) == dict(log.group_by("account_id").len().iter_rows())
    reading.read(logs, None, SETTINGS, window=(log["timestamp"].min(), None))  # type: ignore[arg-type]
    log.head(300).write_ndjson(tmp_path / "log.ndjson")
    reading.read(readers.open_logs([str(tmp_path / "log.ndjson")]), None, SETTINGS)
    assert len(asked) == 1


def test_what_cannot_stay_within_a_limit_is_refused_before_it_is_read(
    world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error says how much to allow, and so much is enough; where nothing is searched the tables may be small."""
    monkeypatch.setattr(reading, "LARGE", 0)
    logs = readers.open_logs([str(world / "logs.parquet")])
    done: list[int] = []
    with pytest.raises(UsageError, match=r"accounts take about \d\.\d GB of memory, and 0\.1 GB") as refused:
        reading.read(logs, None, SETTINGS, memory=100 << 20, tell=lambda read, _whole: done.append(read))
    assert "GB with --memory-limit" in str(refused.value.hint)
    assert not done
    assert reading.surveyed(logs, [], (None, None), memory=100 << 20)[0].names is not None
    least = room.least_of(7_000_000, 2)
    room.require(int(least / room.KEPT) + 1, 7_000_000, 2)
    room.require(None, 7_000_000, 2)
    with pytest.raises(UsageError):
        room.require(int(least / room.KEPT) - 1, 7_000_000, 2)


def test_a_log_that_cannot_be_counted_beforehand_is_refused_as_it_grows(world: Path) -> None:
    """Small ones and other formats are refused at the batch with which they are too much."""
    logs = readers.open_logs([str(world / "logs.parquet")])
    with pytest.raises(UsageError, match=r"[1-9]\d* accounts take about 0\.\d GB"):
        reading.read(logs, None, SETTINGS, memory=100 << 20)
    with pytest.raises(UsageError) as refused:
        room.require(1, 1_000_000, 1_000, read=0.25)
    assert "for the 25% of the log that was read, more for all, with --memory-limit" in str(refused.value.hint)


def test_a_campaign_is_found_in_a_sample(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight prompts of each account are enough, and the report counts all events of the members."""
    monkeypatch.setattr(sampling, "ALL_TEXTS", 1)
    options = {"accounts": str(world / "accounts.parquet"), "settings": SETTINGS}
    sampled = pipeline.analyze([str(world / "logs.parquet")], **options)  # type: ignore[arg-type]
    monkeypatch.undo()
    whole = pipeline.analyze([str(world / "logs.parquet")], **options)  # type: ignore[arg-type]
    labels = pl.read_parquet(world / "labels.parquet").filter("campaign")["account_id"].to_list()
    found = frozenset().union(*accused(sampled))
    assert found
    assert len(found & set(labels)) >= 0.9 * len(found)
    both = found & frozenset().union(*accused(whole))
    assert len(both) >= 0.8 * len(found)
    counts = [{a.account_id: a.events for n in r.networks for a in n.accounts} for r in (sampled, whole)]
    assert all(counts[0][name] == counts[1][name] for name in both)


def _late(world: Path, folder: Path) -> tuple[str, str]:
    """A part of a log in which addresses are known only later on: as a table, and as records without empty fields."""
    log = pl.read_parquet(world / "logs.parquet").head(6000).sort("timestamp", "request_id")
    ip = pl.when(pl.int_range(pl.len()) >= 4000).then("client_ip").alias("client_ip")
    log = log.with_columns(ip)
    log.write_parquet(folder / "late.parquet")
    records = ({name: value for name, value in row.items() if value is not None} for row in log.to_dicts())
    with gzip.open(folder / "late.ndjson.gz", "wt") as handle:
        handle.writelines(json.dumps(record, default=str) + "\n" for record in records)
    return str(folder / "late.parquet"), str(folder / "late.ndjson.gz")


def test_a_column_that_is_filled_late_counts_as_if_it_had_been_seen_at_once(world: Path, tmp_path: Path) -> None:
    """Its first records decide nothing, for a log, for one beside a summary, and for a baseline."""
    table, records = _late(world, tmp_path)
    logs = readers.open_logs([records])
    assert "client_ip" not in logs.columns
    expected = reading.read(readers.open_logs([table]), None, SETTINGS, baseline=[readers.open_logs([table])])
    found = reading.read(logs, None, SETTINGS, baseline=[readers.open_logs([records])])
    assert found.columns == expected.columns
    assert found.logs.columns == expected.columns
    order = ["account_id", "kind", "value"]
    pairs = ((found.summary, expected.summary), (found.earlier[0], expected.earlier[0]))
    for mine, theirs in (map(reduce.plain, pair) for pair in pairs):
        assert mine.sightings.sort(order).equals(theirs.sightings.sort(order))
        assert "address" in mine.sightings["kind"].unique()
    who = expected.summary.totals["account_id"].head(5)
    seen = pl.concat(reading.again(found, ["client_ip"], who))
    assert seen["client_ip"].to_list() == pl.concat(reading.again(expected, ["client_ip"], who))["client_ip"].to_list()


def test_events_of_cases_wait_on_the_disk(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Large ones from their hearing on, all during shuffles; the report is the same, and nothing is left there."""
    expected = analyze([world / "logs.parquet"], world / "accounts.parquet")
    away: list[Path] = []
    shelved = scratch.shelved

    def noted(table: pl.DataFrame) -> Path:
        assert len(table) > 0
        away.append(shelved(table))
        return away[-1]

    monkeypatch.setattr(scratch, "shelved", noted)
    monkeypatch.setattr(trial, "LARGE", 1)
    assert analyze([world / "logs.parquet"], world / "accounts.parquet") == expected
    assert len(away) == len(expected.networks) > 0
    assert not any(path.exists() for path in away)
