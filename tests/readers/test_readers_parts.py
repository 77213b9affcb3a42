"""The parts of the readers, one law or table each: times, blocks, accounts, inspection."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reader_records import converse, event, lines, payload, read_all, spend_row, write

from extractscan.errors import InputError
from extractscan.readers import (
    csv_records,
    json_lines,
    open_logs,
    parquet,
    stored,
)
from extractscan.readers.envelopes import elements
from extractscan.readers.lines import blocks
from extractscan.readers.mapped import dig
from extractscan.readers.stored import DamagedError
from extractscan.readers.timestamps import to_utc

NOON = "2026-01-02T12:00:00"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{NOON}Z", f"{NOON}.000000"),
        (f"{NOON}.1234567Z", f"{NOON}.123456"),
        (f"{NOON}.123456789Z", f"{NOON}.123456"),
        (f"{NOON}+02:00", "2026-01-02T10:00:00.000000"),
        (f"{NOON}-0730", "2026-01-02T19:30:00.000000"),
        (f"{NOON}+02", "2026-01-02T10:00:00.000000"),
        ("2026-01-02 12:00:00.5+00", f"{NOON}.500000"),
        ("2026-01-02 12:00:00 UTC", f"{NOON}.000000"),
        ("2026-01-02t12:00:00z", f"{NOON}.000000"),
        ("2026-01-02T12:00Z", f"{NOON}.000000"),
        ("02/Jan/2026:12:00:00 +0000", f"{NOON}.000000"),
        ("Fri, 02 Jan 2026 12:00:00 +0000", f"{NOON}.000000"),
        ("1767355200", f"{NOON}.000000"),
        ("1767355200.25", f"{NOON}.250000"),
        ("1767355200123", f"{NOON}.123000"),
        ("1767355200123456789", f"{NOON}.123456"),
        ("639029520001234567", f"{NOON}.123456"),
        ("6.3902952e17", f"{NOON}.000000"),
        ("1.7673552e18", f"{NOON}.000000"),
        (f"{NOON},250Z", f"{NOON}.250000"),
        ("2026-01-02 12:00:00.000 -0800", "2026-01-02T20:00:00.000000"),
        (" 1767355200 ", f"{NOON}.000000"),
        ("1890-01-02T12:00:00Z", None),
        ("9999-12-31T23:59:59Z", None),
        ("17", None),
        ("soon", None),
        ("", None),
    ],
)
def test_zoned_and_numeric_texts_are_read_without_an_assumption(text: str, expected: str | None) -> None:
    stamps, naive = to_utc(pl.Series("t", [text, None]))
    assert stamps.dtype == pl.Datetime("us", "UTC")
    assert stamps.dt.to_string("%Y-%m-%dT%H:%M:%S%.6f").to_list() == [expected, None]
    assert not naive


@pytest.mark.parametrize(
    "text", [NOON, "2026-01-02 12:00:00.000000", "2026-01-02 12:00:00,123", "2026-01-02", "2026-01-02T12:00"]
)
def test_texts_without_a_zone_are_read_as_utc_and_told(text: str) -> None:
    stamps, naive = to_utc(pl.Series("t", [text, f"{NOON}Z"]))
    assert stamps.dt.date().to_list() == [datetime(2026, 1, 2).date()] * 2  # noqa: DTZ001 - only the date counts
    assert naive


@settings(max_examples=80, deadline=None)
@given(st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31)), st.integers(-840, 840))  # noqa: DTZ001 - bounds
def test_any_moment_survives_every_encoding(moment: datetime, offset: int) -> None:
    utc = moment.replace(tzinfo=UTC)
    micro = int((utc - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(microseconds=1))
    local = utc + timedelta(minutes=offset)
    zone = f"{'-' if offset < 0 else '+'}{abs(offset) // 60:02}:{abs(offset) % 60:02}"
    texts = [utc.isoformat(), local.strftime("%Y-%m-%dT%H:%M:%S.%f") + zone, str(micro), str(micro * 1000)]
    texts += [str(micro * 10 + 621_355_968_000_000_000)]
    assert to_utc(pl.Series("t", texts))[0].to_list() == [utc] * len(texts)
    assert to_utc(pl.Series("t", [micro, micro * 1000]))[0].to_list() == [utc] * 2
    seconds = to_utc(pl.Series("t", [micro / 1e6]))[0].to_list()[0]
    assert abs(seconds - utc) <= timedelta(microseconds=1)


def test_values_that_are_no_times_are_null() -> None:
    for values in (pl.Series("t", [True]), pl.Series("t", [None]), pl.Series("t", [float("nan"), float("inf")])):
        assert to_utc(values)[0].null_count() == len(values)


@given(st.lists(st.binary(max_size=6)), st.integers(1, 12))
def test_blocks_are_whole_lines_and_lose_nothing(pieces: list[bytes], size: int) -> None:
    found = list(blocks(iter(pieces), size))
    assert b"".join(found) == b"".join(pieces).removeprefix(b"\xef\xbb\xbf")
    assert all(block.endswith(b"\n") for block in found[:-1])


def test_a_break_yields_the_whole_lines_before_it() -> None:
    def broken() -> Any:
        yield b"a\nb\nhal"
        raise DamagedError("cut")

    found = []
    with pytest.raises(DamagedError, match="cut"):
        found.extend(blocks(broken()))
    stream_of = blocks(broken())
    assert next(stream_of) == b"a\nb\n"


def test_lines_beyond_all_bounds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extractscan.readers.lines.LONGEST", 20)
    with pytest.raises(DamagedError, match="longer than 256 MiB"):
        list(blocks(iter([b"x" * 15, b"x" * 15]), 5))


def test_documents_beyond_all_bounds_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extractscan.readers.json_document.HELD", 50)
    monkeypatch.setattr("extractscan.readers.json_document.LARGEST", 100)
    with pytest.raises(InputError, match="over 512 MiB"):
        open_logs([write(tmp_path / "x", json.dumps({"data": "x" * 200}, indent=1).encode()[:-5])])


@pytest.mark.parametrize("container", ["ndjson", "csv", "wrapped"])
def test_small_blocks_give_the_same_rows_places_and_hashes(
    tmp_path: Path, container: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = [event(i, prompt=f'line "one"\nline {i}') for i in range(200)]
    data = pl.DataFrame(records).write_csv().encode()
    if container == "ndjson":
        data = b"\n\n" + lines(records[:90]) + b"{bad\n" + lines(records[90:], "\n\n")
    if container == "wrapped":
        data = lines({"records": records[i : i + 7]} for i in range(0, 200, 7))
    path = write(tmp_path / "x", data)
    large = open_logs([path])
    expected = (read_all(large), large.records(), large.record_hashes((0, i) for i in range(0, 200, 9)))
    monkeypatch.setattr(stored, "PIECE", 50)
    monkeypatch.setattr(json_lines, "blocks", partial(blocks, size=500))
    monkeypatch.setattr(csv_records, "blocks", partial(blocks, size=500))
    small = open_logs([path])
    assert read_all(small).equals(expected[0])
    assert (small.records(), small.record_hashes((0, i) for i in range(0, 200, 9))) == expected[1:]
    assert expected[0].height == 200


def test_parquet_batches_are_bounded_by_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pl.DataFrame([event(i, prompt=f"{i}" * 500) for i in range(1000)]).write_parquet(tmp_path / "x")
    logs = open_logs([str(tmp_path / "x")])
    whole = read_all(logs)
    monkeypatch.setattr(parquet, "_BATCH_BYTES", 10_000)
    heights = [frame.height for frame in logs.batches()]
    assert max(heights) == 256
    assert read_all(logs).equals(whole)
    assert len(logs.record_hashes([(0, 3), (0, 700)])) == 2


def test_parquet_text_that_is_no_utf8_is_repaired(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    bad = pa.array([b"\xffabc", b"fine"]).view(pa.string())
    table = pa.table({"timestamp": [1767355200] * 2, "account_id": ["a", "b"], "prompt": bad})
    pq.write_table(table, tmp_path / "x")
    logs = open_logs([str(tmp_path / "x")])
    assert read_all(logs)["prompt"].to_list() == ["�abc", "fine"]
    assert len(logs.record_hashes([(0, 0)])) == 1


def test_parquet_accounts_of_other_types_are_filtered_after_the_cast(tmp_path: Path) -> None:
    pl.DataFrame({"timestamp": [1767355200] * 3, "account_id": [5, 6, 5]}).write_parquet(tmp_path / "x")
    assert read_all(open_logs([str(tmp_path / "x")]), accounts=pl.Series(["5"])).height == 2


def test_a_parquet_column_whose_first_value_is_late_is_delivered(tmp_path: Path) -> None:
    ja4 = [None] * 3000 + ["t13"]
    frame = pl.DataFrame([event(i) for i in range(3001)]).with_columns(
        pl.Series("ja4", ja4), pl.lit(None, pl.String).alias("asn")
    )
    frame.write_parquet(tmp_path / "x", row_group_size=500)
    columns = open_logs([str(tmp_path / "x")]).columns
    assert "ja4" in columns
    assert "asn" not in columns


def test_elements_repeat_what_cannot_be_cut_raw() -> None:
    assert [e.data for e in elements(b'[{"a":"\\ud800"}]')] == [b'{"a":"?"}']
    assert [e.data for e in elements(b'{"data":[{"a":"\\ud800"}]}')] == [b'{"a":"?"}']
    assert [e.data for e in elements(b'{"hits":{"hits":[{"a":"\\ud800"}]}}')] == [b'{"a":"?"}']
    table = b'{"tables":[{"columns":[{"name":"a"}],"rows":[["\\ud800"]]}]}'
    assert list(elements(table)) == [(b'["?"]', ["a"])]


def test_paths_end_where_nothing_is() -> None:
    node = {"a": [1, {"b": "{broken"}], "c": 5}
    assert [dig(node, p) for p in ("a.0", "a.9", "a.x", "a.1.b", "a.1.b.z", "c.d", "z")] == [
        1,
        None,
        None,
        "{broken",
        None,
        None,
        None,
    ]


def test_the_makers_of_records_are_of_different_sources(tmp_path: Path) -> None:
    formats = set()
    for number, record in enumerate((event(0), spend_row(0), payload(0), converse(0))):
        formats.add(open_logs([write(tmp_path / str(number), lines([record]))]).records()[0].format)
    assert len(formats) == 4
