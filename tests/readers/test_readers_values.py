"""Values of any type become canonical ones, or are counted."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import product
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from reader_records import event, lines, read_all, write

from extractscan.readers import open_logs, timestamps
from extractscan.readers.timestamps import to_utc


@pytest.mark.parametrize(
    ("name", "value", "expected", "reason"),
    [
        ("latency_ms", "fast", None, "latency_ms: not a number"),
        ("latency_ms", "451.6", 452, None),
        ("latency_ms", 451.6, 452, None),
        ("latency_ms", 10**30, None, "latency_ms: not a number"),
        ("asn", "64500", 64500, None),
        ("temperature", "0.7", 0.7, None),
        ("temperature", True, None, "temperature: not a number"),
        ("stream", "yes", True, None),
        ("stream", 0, False, None),
        ("logprobs", 5, True, None),
        ("stream", "perhaps", None, "stream: not true or false"),
        ("status_code", "None", None, None),
        ("session_id", 17, "17", None),
        ("session_id", 17.0, "17", None),
        ("session_id", "", None, None),
        ("session_id", {"a": 1}, '{"a":1}', None),
        ("prompt", "None", "None", None),
        ("completion", "", None, None),
        ("country", "us", "US", None),
        ("tool_names", ["b", "a", "b"], "a,b", None),
        ("tool_names", [{"function": {"name": "f"}}, {"name": "e"}, 5], "e,f", None),
        ("tool_names", '["z", "y"]', "y,z", None),
        ("tool_names", "z, y", "y,z", None),
        ("tool_names", [], None, None),
        ("tool_names", "[broken", None, "tool_names: not text"),
        ("user_agent", "a\ud800b", "a?b", None),
    ],
)
def test_values_of_other_types_are_cast_or_counted(
    tmp_path: Path, name: str, value: object, expected: object, reason: str | None
) -> None:
    records = [event(0, **{name: value}), event(1, **{name: value})]
    logs = open_logs([write(tmp_path / "x", lines(records))])
    frame = read_all(logs)
    if name in frame.columns:
        assert frame[name].to_list() == [expected, expected]
    assert [(r.reason, r.count) for r in logs.records()[0].rejected] == ([(reason, 2)] if reason else [])


def test_columns_of_mixed_types_are_read_value_by_value(tmp_path: Path) -> None:
    values = [1, "2", 3.4, None, True, [5], {"a": 6}]
    logs = open_logs([write(tmp_path / "x", lines(event(i, asn=v, session_id=v) for i, v in enumerate(values)))])
    frame = read_all(logs)
    assert frame["asn"].to_list() == [1, 2, 3, None, None, None, None]
    assert frame["session_id"].to_list() == ["1", "2", "3.4", None, "true", "[5]", '{"a":6}']


@pytest.mark.parametrize(
    "column",
    [
        pl.Series([datetime(2026, 1, 2, 3, 4, 5)], dtype=pl.Datetime("ns")),  # noqa: DTZ001 - a naive one
        pl.Series([datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)], dtype=pl.Datetime("ms", "Europe/Berlin")),
        pl.Series([1767323045]),
        pl.Series([1767323045.0]),
        pl.Series(["2026-01-02T03:04:05.0000000Z"]),
        pl.Series(["2026-01-02T03:04:05Z"], dtype=pl.Categorical),
    ],
)
def test_parquet_times_of_every_type_are_read(tmp_path: Path, column: pl.Series) -> None:
    pl.DataFrame({"timestamp": column, "account_id": pl.Series([5])}).write_parquet(tmp_path / "x")
    frame = read_all(open_logs([str(tmp_path / "x")]))
    assert frame["timestamp"].to_list() == [datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)]
    assert frame["account_id"].to_list() == ["5"]


def test_parquet_columns_of_odd_types_do_not_stop_the_rest(tmp_path: Path) -> None:
    table = pa.table(
        {
            "timestamp": pa.array([date(2026, 1, 2)]),
            "account_id": pa.array([b"raw"]),
            "tool_names": pa.array([["b", "a"]]),
            "prompt": pa.array([[{"role": "user", "content": "hi"}]]),
            "cost_usd": pa.array([Decimal("1.25")]),
            "device_id": pa.array([None], pa.null()),
            "session_id": pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int64())),
        }
    )
    pq.write_table(table, tmp_path / "x")
    row = read_all(open_logs([str(tmp_path / "x")])).row(0, named=True)
    assert (row["account_id"], row["tool_names"], row["prompt"], row["cost_usd"]) == ("raw", "a,b", "hi", 1.25)
    assert "device_id" not in row


def test_parquet_times_in_text_columns_and_numbers_beyond_bounds_are_kept_or_counted(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "timestamp": [1767355200, 1767355201],
            "account_id": ["a", "b"],
            "session_id": [datetime(2026, 1, 1, tzinfo=UTC)] * 2,
            "stream": [True, False],
            "asn": pl.Series([7, None], dtype=pl.UInt8),
            "cost_usd": [float("inf"), 0.25],
        }
    )
    frame.write_parquet(tmp_path / "x")
    logs = open_logs([str(tmp_path / "x")])
    found = read_all(logs)
    assert found["session_id"].str.starts_with("2026-01-01T00:00:00").all()
    assert (found["stream"].to_list(), found["asn"].to_list()) == ([True, False], [7, None])
    assert found["cost_usd"].to_list() == [None, 0.25]
    assert [r.reason for r in logs.records()[0].rejected] == ["cost_usd: not a number"]


def test_native_times_beyond_all_reason_are_no_times(tmp_path: Path) -> None:
    stamps = [datetime(9999, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)]
    frame = pl.DataFrame({"timestamp": pl.Series(stamps, dtype=pl.Datetime("us", "UTC")), "account_id": ["a", "b"]})
    frame.write_parquet(tmp_path / "x")
    logs = open_logs([str(tmp_path / "x")])
    assert read_all(logs)["account_id"].to_list() == ["b"]
    assert [r.reason for r in logs.records()[0].rejected] == ["timestamp: not a time"]


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([0, 12.5, 86_400], "counted from an unknown start, not from 1970"),
        (["3600000", "17"], "counted from an unknown start, not from 1970"),
        (["04-20 17:17:47", "04-21 00:00:01.5"], "without a year"),
        (["Apr 20 17:17:47", "Apr  2 17:17:47"], "without a year"),
        ([17, "soon"], "not a time"),
        ([500_000_000], "not a time"),
        ([-5], "not a time"),
    ],
)
def test_times_that_cannot_be_placed_are_refused_with_the_reason(
    tmp_path: Path, values: list[object], reason: str
) -> None:
    good = event(0)
    logs = open_logs([write(tmp_path / "x", lines([good, *(event(1, timestamp=value) for value in values)]))])
    assert read_all(logs).height == 1
    assert [(r.reason, r.count) for r in logs.records()[0].rejected] == [(f"timestamp: {reason}", len(values))]


def test_accounts_to_keep_may_be_numbers(tmp_path: Path) -> None:
    path = tmp_path / "x"
    pl.DataFrame({"timestamp": [1767355200] * 3, "account_id": ["5", "6", "5"]}).write_parquet(path)
    assert read_all(open_logs([str(path)]), accounts=pl.Series([5])).height == 2


DAYS = [
    "2026-03-01",
    "1999-12-31",
    "2099-12-31",
    "2100-01-01",
    "2026-02-30",
    "20260301",
    "2026-060",
    "2026-3-1",
    "0026-03-01",
]
CLOCKS = ["10:00:00", "10:00", "100000", "24:00:00", "23:59:60", "10:60:00", "10:00:00,446", "1:02:03", "10", "9:00:00"]
FRACTIONS = ["", ".", ".5", ".446590", ".4465902", ".446590212", ".4465902129", ".000"]
ZONES = ["Z", "z", "", "+00:00", "-0700", "+02", "+05:30", " UTC", " +0200", "+25:00", "+00:00:00", "−07:00", "Z "]


def test_times_that_arrow_reads_are_those_that_the_slower_way_reads() -> None:
    every = [f"{a}{t}{b}{c}{d}" for a, t, b, c, d in product(DAYS, "T t_", CLOCKS, FRACTIONS, ZONES)]
    slowly = to_utc(pl.Series("t", [*every, "1 March"]))[0].to_list()
    quick = [timestamps._from_iso(pl.Series("t", [each])) for each in every]
    both = {
        each: (to_utc(one[0])[0][0], slow)
        for each, one, slow in zip(every, quick, slowly, strict=False)
        if one is not None
    }
    bare = {each for each, one in zip(every, quick, strict=True) if one is not None and one[1]}
    assert bare == {each for each in both if to_utc(pl.Series("t", [each, "1 March"]))[1]}
    assert {each: found for each, found in both.items() if found[0] != found[1]} == {}
    assert {"2026-03-01T10:00:00Z", "2026-03-01T10:00:00.4465902Z", "2026-03-01 10:00:00-0700"} <= both.keys()
    assert {"2026-03-01T10:00:00", "2026-03-01 10:00:00.4465902"} <= bare
    assert None not in {found[0] for each, found in both.items() if each.startswith("2026")}
