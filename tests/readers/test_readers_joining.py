"""Events are completed by what other inputs tell about the same requests, whatever the order, and all is counted."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from itertools import permutations
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import polars as pl
import pytest
from exports import folder_of
from reader_records import converse, lines, read_all, refusal, write

from extractscan.readers import formats, joining, open_logs
from extractscan.readers.inspection import inspect_logs
from extractscan.readers.joining import Gathering, Lookup, Sides
from extractscan.readers.picking import pick
from extractscan.readers.source import Side, Source, has_keys
from extractscan.readers.tally import Tally

NAMES = Side(
    name="names",
    title="a table of names",
    recognised="field `trace_names`",
    matches=lambda records: has_keys(records, "trace_names"),
    view=lambda record: record,
    on="trace",
    key=pick("trace_names"),
    fields=MappingProxyType({"account_id": pick("who"), "client_ip": pick("ip"), "latency_ms": pick("ms")}),
    rank=pick("rank"),
)
CALLS = Source(
    name="calls",
    title="calls without names",
    recognised="field `calls`",
    links_accounts="with names",
    carries_prompts="no",
    matches=lambda records: has_keys(records, "calls"),
    view=lambda record: record,
    fields=MappingProxyType(
        {"timestamp": pick("calls.t"), "account_id": pick("calls.user"), "client_ip": pick("calls.ip")}
    ),
    keys=MappingProxyType({"trace": pick("calls.trace")}),
    parts=lambda record: [{"calls": call} for call in record["calls"]],
    keeps=lambda record: "no call" if record["calls"].get("kind") == "tool" else None,
    heads=frozenset({"calls"}),
    wants="Give the table of names too.",
)


@pytest.fixture
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "SOURCES", (CALLS, *formats.SOURCES))
    monkeypatch.setattr(formats, "SIDES", (NAMES,))


def call(trace: str | None, **other: Any) -> dict[str, Any]:
    return {"t": "2026-01-01T00:00:00Z", "trace": trace, **other}


def name(trace: str | None, who: str | None, **other: Any) -> dict[str, Any]:
    return {"trace_names": trace, "who": who, **other}


@pytest.mark.usefixtures("kinds")
def test_events_take_their_accounts_from_the_side_and_every_row_is_counted(tmp_path: Path) -> None:
    calls = [
        {"calls": [call("t1", ip="203.0.113.1"), call("t1", kind="tool"), call("t2")]},
        {"calls": [call("t9"), call(None, user="own")]},
        {"calls": []},
        {"calls": 5},
    ]
    names = [
        name("t1", "ann", ip="203.0.113.9"),
        name("t2", "bob", ip="203.0.113.2", ms="x"),
        name("t8", "eve"),
        name("", "nobody"),
    ]
    write(tmp_path / "a", lines(calls))
    write(tmp_path / "b", lines(names))
    logs = open_logs([str(tmp_path)])
    assert {"account_id", "client_ip"} <= logs.columns
    for _ in range(2):
        frame = read_all(logs)
        assert frame.select("account_id", "client_ip", "source_row").rows() == [
            ("ann", "203.0.113.1", 0),
            ("bob", "203.0.113.2", 2),
            ("own", None, 4),
        ]
    assert read_all(logs, ["client_ip"], pl.Series(["bob"]))["client_ip"].to_list() == ["203.0.113.2"]
    events, side = logs.records()
    assert (events.rows, events.rows_used) == (7, 3)
    assert [(loss.reason, loss.count, loss.first_at) for loss in events.rejected] == [
        ("account_id: missing", 1, "row 3")
    ]
    assert events.notes == [
        "2 rows found in names by trace",
        "2 rows not found in names by trace",
        "1 rows set aside: no call",
        "2 rows set aside: records without any part",
    ]
    assert (side.rows, side.rows_used, side.format) == (4, 0, "names (ndjson)")
    assert [(loss.reason, loss.count, loss.first_at) for loss in side.rejected] == [
        ("latency_ms: not a number", 1, "row 1"),
        ("no trace", 1, "row 3"),
    ]
    assert side.notes == [
        "of the keys first found here (trace), 2 met events and 1 met none",
        "3 rows complete events of other inputs",
    ]
    found = dict(logs.originals([(0, 2), (0, 4), (0, 99), (1, 0)]))
    assert [json.loads(found[0, row]) for row in (2, 4)] == calls[:2]
    assert sorted(found) == [(0, 2), (0, 4), (1, 0)]


@pytest.mark.usefixtures("kinds")
def test_a_side_alone_and_events_without_it_are_refused_with_the_way_out(tmp_path: Path) -> None:
    error = refusal(write(tmp_path / "side", lines([name("t1", "ann")])))
    assert "recognised as a table of names: it holds no requests of its own" in str(error)
    assert error.hint == NAMES.hint
    calls = Source(
        **{field: getattr(CALLS, field) for field in CALLS.__slots__} | {"fields": {"timestamp": pick("calls.t")}}
    )
    formats.SOURCES = (calls,)  # type: ignore[assignment, misc]
    error = refusal(write(tmp_path / "calls", lines([{"calls": [call("t1")]}])))
    assert error.hint is not None
    assert error.hint.startswith("Give the table of names too. Name it with --map account_id=")


@pytest.mark.usefixtures("kinds")
def test_a_mapping_goes_over_a_side_and_leaves_the_join_alone(tmp_path: Path) -> None:
    write(tmp_path / "a", lines([{"calls": [call("t1", who="own"), call("t1", kind="tool", who="x")]}]))
    path = write(tmp_path / "b", lines([name("t1", "ann", ip="203.0.113.9")]))
    logs = open_logs([str(tmp_path / "a"), path], mapping={"account_id": "calls.who"})
    frame = read_all(logs)
    assert frame["account_id"].to_list() == ["own"]
    assert frame["client_ip"].to_list() == ["203.0.113.9"]
    both = {"timestamp": "at", "account_id": "who"}
    assert (
        read_all(open_logs([write(tmp_path / "c", lines([name("t1", "ann", at=1767225600)]))], mapping=both)).height
        == 1
    )


def _told(rows: list[dict[str, Any]], side: Side = NAMES) -> dict[str, Any]:
    gathering = Gathering(side)
    for file, row in enumerate(rows):
        places = pl.DataFrame(
            {"source_file": [file], "source_row": [0]}, schema={"source_file": pl.UInt32, "source_row": pl.Int64}
        )
        gathering.add([row], places, [Tally() for _ in rows])
    lookup = gathering.lookup()
    found, _ = lookup.find(pl.Series(["t1"]))
    return {column.name: column.cast(pl.String).gather(found)[0] for column in lookup.values}


def test_several_rows_of_one_key_become_one_whatever_their_order() -> None:
    rows = [
        name("t1", "old", ip="203.0.113.1", ms=5, rank="2026-01-01T00:00:00Z"),
        name("t1", "zoe", rank="2026-01-02T00:00:00Z"),
        name("t1", "ann", rank="2026-01-02T00:00:00Z"),
        name("t1", None),
        name("t2", "other", rank=9),
    ]
    expected = {"account_id": "ann", "client_ip": "203.0.113.1", "latency_ms": "5"}
    assert all(_told(list(order)) == expected for order in permutations(rows))


def test_keys_beyond_the_bound_are_lost_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joining, "MOST_KEYS", 3)
    gathering, tally = Gathering(NAMES), Tally()
    places = pl.DataFrame(
        {"source_file": [0] * 5, "source_row": range(5)}, schema={"source_file": pl.UInt32, "source_row": pl.Int64}
    )
    gathering.add([name(key, "w") for key in ("a", None, "b", "c", "d")], places, [tally])
    assert len(gathering.lookup().keys) == 3
    assert [(loss.reason, loss.count, loss.first_at) for loss in tally.losses()] == [
        ("more keys than are held in memory (3)", 1, "row 4"),
        ("no trace", 1, "row 1"),
    ]


@pytest.mark.usefixtures("kinds")
def test_what_a_side_tells_is_held_to_the_same_rules_as_events(tmp_path: Path) -> None:
    write(tmp_path / "a", lines([{"calls": [call("t1")]}]))
    write(tmp_path / "b", lines([name("t1", "Bearer sk-0123456789", ms="soon")]))
    logs = open_logs([str(tmp_path)])
    assert logs._sides.sentences(1) == []
    assert len(read_all(logs)["account_id"][0]) == 64
    side = logs.records()[1]
    assert "raw credentials replaced by their SHA-256" in side.notes
    assert [loss.reason for loss in side.rejected] == ["latency_ms: not a number"]


def test_a_side_without_rows_tells_nothing() -> None:
    lookup = Gathering(NAMES).lookup()
    rows, found = lookup.find(pl.Series(["a", None]))
    assert rows.to_list() == [None, None]
    assert not found.any()
    assert Sides([]).sentences(0) == []


def test_keys_are_found_by_their_hashes_alone() -> None:
    keys = np.sort(pl.Series(["b", "d"]).hash().to_numpy())
    lookup = Lookup(keys, np.zeros(2, np.uint32), pl.DataFrame(), np.zeros(2, np.bool_))
    _, found = lookup.find(pl.Series(["a", "b", None, "d", "zz"]))
    assert found.to_list() == [False, True, False, True, False]
    assert lookup.met.all()


def test_cloudtrail_beside_invocation_logs_gives_no_events_of_its_own(tmp_path: Path) -> None:
    folder = folder_of("bedrock_with_cloudtrail")
    seen: list[int] = []
    logs = open_logs([str(folder)])
    for _ in range(2):
        seen.clear()
        assert sum(frame.height for frame in logs.batches(progress=seen.append)) == 4
        assert sum(seen) == logs.total_bytes
    inspection = inspect_logs(logs)
    assert [each.title for each in inspection.inputs][1:] == [formats.cloudtrail.SOURCE.title] * 2
    alone = open_logs([str(folder / "trail.json.gz")])
    assert read_all(alone).height == 4
    write(tmp_path / "x", lines([converse(0)]))
    assert open_logs([str(tmp_path)]).files[0].side is None


def test_a_file_may_tell_about_its_own_events(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def spans(keep: Callable[[Any], bool], why: str) -> Any:
        return lambda record: None if keep(record) else why

    server = Side(
        **{field: getattr(NAMES, field) for field in NAMES.__slots__}
        | {
            "name": "spans",
            "key": pick("trace"),
            "rank": None,
            "events": True,
            "keeps": spans(lambda r: r.get("who") is not None, "no server span"),
            "heads": frozenset({"who"}),
        }
    )
    source = Source(
        name="spans",
        title="spans",
        recognised="field `span`",
        links_accounts="",
        carries_prompts="",
        matches=lambda records: has_keys(records, "span"),
        view=lambda record: record,
        fields=MappingProxyType({"timestamp": pick("span"), "account_id": pick("user")}),
        keys=MappingProxyType({"trace": pick("trace")}),
        keeps=spans(lambda r: r.get("who") is None, "no model call"),
        heads=frozenset({"who"}),
        side=server,
    )
    monkeypatch.setattr(formats, "SOURCES", (source,))
    records = [
        {"span": "2026-01-01T00:00:00Z", "trace": "t1"},
        {"span": "2026-01-01T00:00:00Z", "trace": "t1", "who": "ann"},
    ]
    logs = open_logs([write(tmp_path / "x", lines(records))])
    assert read_all(logs)["account_id"].to_list() == ["ann"]
    (record,) = logs.records()
    assert (record.rows, record.rows_used) == (2, 1)
    assert json.dumps(record.notes).count("set aside") == 1


@pytest.mark.parametrize("kind", ["csv", "parquet", "ndjson"])
def test_rows_of_a_table_without_a_single_column_in_use_are_counted(tmp_path: Path, kind: str) -> None:
    """Users whose id stands under another name tell nothing; a frame without columns would lose their rows."""
    export = folder_of("one_api_users")
    shutil.copy(export / "logs.jsonl", tmp_path)
    table = pl.read_csv(export / "users.csv").rename({"id": "number"})
    getattr(table, f"write_{kind}")(tmp_path / f"users.{kind}")
    *_, record = open_logs([str(tmp_path)]).records()
    assert (record.rows, record.rows_used) == (table.height, 0)
    assert f"{table.height} rows set aside: rows without an id" in record.notes
