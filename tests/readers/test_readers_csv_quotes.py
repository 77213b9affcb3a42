"""A quote out of its place in a CSV costs the row that it stands in, and no other."""

from __future__ import annotations

import csv
import io
from functools import partial
from pathlib import Path

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from reader_records import read_all, write

from extractscan.readers import csv_records, open_logs, stored
from extractscan.readers.csv_records import Part, cut
from extractscan.readers.lines import blocks

HEADER = "timestamp,account_id,prompt,model"


def _row(i: int, prompt: str, model: str = "m") -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow([f"2026-01-01T00:{i // 60:02}:{i % 60:02}Z", f"a{i}", prompt, model])
    return out.getvalue()


def _read(path: Path, text: str) -> tuple[pl.DataFrame, list[tuple[str, int, str]]]:
    logs = open_logs([write(path, text.encode())])
    frame = read_all(logs)
    record = logs.records()[0]
    aside = sum(int(note.split()[0]) for note in record.notes if "set aside" in note)
    assert record.rows == record.rows_used + aside + sum(each.count for each in record.rejected)
    rows = frame["source_row"].to_list()
    found = dict(logs.originals((0, row) for row in rows))
    assert set(found) == {(0, row) for row in rows}
    return frame, [(each.reason, each.count, each.first_at) for each in record.rejected]


def _goes_on(text: str, lines: int) -> bool:
    """Whether the first record by the rules has all fields and more lines than its row."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        return len(next(reader)) == HEADER.count(",") + 1 and reader.line_num > lines
    except csv.Error:
        return False


@pytest.mark.parametrize(
    "bad",
    [
        '2026-01-01T00:00:00Z,x,"never closed,m\n',
        '2026-01-01T00:00:00Z,x,in a" word,m\n',
        '2026-01-01T00:00:00Z,x,"over two\nlines, never closed,m\n',
        '2026-01-01T00:00:00Z,x,"said "no" twice\nand more",m\n',
        '"2026-01-01T00:00:00Z,x,at the start,m\n',
        '2026-01-01T00:00:00Z,x,in the last field,"m\n',
    ],
)
@pytest.mark.parametrize("after", ["plain", 'quoted, "twice"', 'over\nseveral, "lines"'])
@pytest.mark.parametrize("size", [16 << 20, 400])
def test_a_stray_quote_loses_its_own_row_alone(
    tmp_path: Path, bad: str, after: str, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored, "PIECE", min(size, 1 << 20))
    monkeypatch.setattr(csv_records, "blocks", partial(blocks, size=size))
    good = [_row(i, after) for i in range(90)]
    frame, lost = _read(tmp_path / "x", f"{HEADER}\n" + "".join([*good[:30], bad, *good[30:]]))
    assert frame["account_id"].to_list() == [f"a{i}" for i in range(90)]
    assert frame["prompt"].unique().to_list() == [after]
    assert lost == [("unbalanced quotes", 1, "row 30")]


@given(
    st.lists(st.text('ab\n" ', max_size=9), min_size=8, max_size=30),
    st.integers(0, 10**9),
    st.sampled_from(["\n", "\r\n"]),
)
@example(["", "", "", "", 'aa""', "", "", "", "", "", "", "", "", "\n"], 339, "\n")
@example(["", "", "", "", "aaa", "\n", "", ""], 8409, "\n")
@settings(max_examples=60, deadline=None)
def test_wherever_a_quote_is_put_in_or_taken_out_all_other_rows_stay(
    tmp_path_factory: pytest.TempPathFactory, prompts: list[str], place: int, end: str
) -> None:
    rows = [_row(i, prompt).replace("\n", end) for i, prompt in enumerate(prompts)]
    hit = 1 + place % (len(rows) - 2)
    at = place % len(rows[hit].rstrip())
    row = rows[hit]
    rows[hit] = row[:at] + row[at + 1 :] if row[at] == '"' else row[:at] + '"' + row[at:]
    path = tmp_path_factory.mktemp("x") / "x"
    frame, lost = _read(path, HEADER + end + "".join(rows))
    logs = open_logs([path])
    read_all(logs)
    if any("taken in" in note for note in logs.records()[0].notes):
        return  # with a quote further on the stray one made a lawful text of full width, and the reader says so
    if _goes_on("".join(rows[hit:]), rows[hit].count("\n")):
        assert lost  # the same, with the beginning of the next row in it, whose end is no row then
        return
    kept = frame.filter(pl.col("account_id") != f"a{hit}")
    assert set(kept["account_id"]) >= {f"a{i}" for i in range(len(rows)) if i != hit}
    told = dict(kept.select("account_id", "prompt").iter_rows()) if "prompt" in kept.columns else {}
    for i, prompt in enumerate(prompts):
        if i != hit and prompt:
            assert told[f"a{i}"].replace("\r\n", "\n") == prompt
    assert all(reason for reason, _, _ in lost)


def test_two_stray_quotes_do_not_take_in_what_stands_between(tmp_path: Path) -> None:
    good = [_row(i, "fine") for i in range(20)]
    one, two = '2026-01-01T00:00:00Z,x,"open,m\n', '2026-01-01T00:00:00Z,y",closed,m\n'
    text = "".join([HEADER, "\n", *good[:5], one, *good[5:12], two, *good[12:]])
    frame, lost = _read(tmp_path / "x", text)
    assert frame["account_id"].to_list() == [f"a{i}" for i in range(20)]
    assert lost == [("unbalanced quotes", 2, "row 5")]


def test_rows_that_a_missing_quote_makes_a_lawful_text_are_told(tmp_path: Path) -> None:
    good = [_row(i, "over\ntwo") for i in range(20)]
    one, two = '2026-01-01T00:00:00Z,x,"open,m\n', '2026-01-01T00:00:00Z,y,closed",m\n'
    path = write(tmp_path / "x", "".join([HEADER, "\n", *good[:5], one, *["a,b,c,d\n"] * 7, two, *good[5:]]).encode())
    logs = open_logs([path])
    assert read_all(logs).height == 21
    assert [note for note in logs.records()[0].notes if "missing" in note] == [
        "1 rows hold lines with all the fields of a row: where a quote is missing, these were taken in"
    ]


def test_short_rows_over_several_lines_are_read_where_no_row_lies_within(tmp_path: Path) -> None:
    text = HEADER + '\n2026-01-01T00:00:00Z,x,"two\nlines"\n' + _row(1, "fine")
    frame, lost = _read(tmp_path / "x", text)
    assert frame["prompt"].to_list() == ["two\nlines", "fine"]
    assert lost == []


def test_a_field_that_goes_on_too_long_is_one_that_is_never_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_records, "LONGEST_OPEN", 40)
    monkeypatch.setattr(csv_records, "blocks", iter)
    stream = iter([b"a,b\n", b'1,"x\n', b"2,y\n" * 20, b"3,z\n", b'4,"w\n'])
    found = [part for block in csv_records.record_blocks(stream, ",") for part in block.records(",", 2)]
    assert found == [Part(b"a,b\n"), Part(b'1,"x\n', sound=False), *[Part(b"2,y\n")] * 20, Part(b"3,z\n"),
                     Part(b'4,"w\n', sound=False)]  # fmt: skip


def test_many_stray_quotes_are_cut_in_a_time_that_grows_with_the_file() -> None:
    data = b'1,"x,y\n' + b'2,"""",z\n3,"""\n' * 20_000
    assert sum(len(part.data) for part in cut(data, ",", 3)) == len(data)


def test_a_header_over_two_lines_is_one_record() -> None:
    data = b'timestamp,account_id,"prompt\n(last)"\nt,a,p\n'
    assert [block.data for block in csv_records.record_blocks(iter([data]), ",")] == [data[:37], data[37:]]
