"""What happens seldom: terminals as input, files that shrink or go while being read, tables that cannot be opened."""

from __future__ import annotations

import io
import sqlite3
import sys
import types
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from reader_records import event, lines, read_all, refusal, write

from extractscan.errors import InputError
from extractscan.readers import open_logs, paths, sqlite_table
from extractscan.readers.stored import DamagedError, Stored, read


class _Terminal(io.BytesIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    paths._from_stdin.cache_clear()
    yield
    paths._from_stdin.cache_clear()


def _stdin(monkeypatch: pytest.MonkeyPatch, stream: io.BytesIO) -> None:
    monkeypatch.setattr(sys, "stdin", types.SimpleNamespace(buffer=stream))


def test_standard_input_is_read_once_for_all_who_open_it(monkeypatch: pytest.MonkeyPatch) -> None:
    _stdin(monkeypatch, io.BytesIO(lines(event(i) for i in range(9))))
    assert [read_all(open_logs(["-"])).height for _ in range(2)] == [9, 9]


def test_a_terminal_is_no_log(monkeypatch: pytest.MonkeyPatch) -> None:
    _stdin(monkeypatch, _Terminal())
    with pytest.raises(InputError, match="is a terminal"):
        open_logs(["-"])


def test_a_part_that_ends_early_is_told_after_what_was_there(tmp_path: Path) -> None:
    flow = read(Stored(write(tmp_path / "x", b"x" * 50), 10, 100))
    assert next(flow) == b"x" * 40
    with pytest.raises(DamagedError, match="ends inside"):
        next(flow)


def test_a_file_that_goes_while_it_is_read_is_told(tmp_path: Path) -> None:
    path = write(tmp_path / "x", lines(event(i) for i in range(9)))
    logs = open_logs([path])
    Path(path).unlink()
    with pytest.raises(InputError, match="No such file"):
        list(logs.batches())


def test_tables_that_cannot_be_opened_or_go_are_told(tmp_path: Path) -> None:
    from deltalake import write_deltalake

    (tmp_path / "a" / "_delta_log").mkdir(parents=True)
    write(tmp_path / "a" / "_delta_log" / f"{0:020}.json", b"junk")
    assert "the table cannot be" in str(refusal(str(tmp_path / "a")))
    write_deltalake(tmp_path / "b", pl.DataFrame([event(i) for i in range(9)]).to_arrow())
    logs = open_logs([str(tmp_path / "b")])
    for file in (tmp_path / "b").glob("*.parquet"):
        file.unlink()
    with pytest.raises(InputError, match="the table cannot be read"):
        list(logs.batches())


def test_tables_of_sqlite_come_in_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = sqlite3.connect(tmp_path / "x.db")
    database.execute("CREATE TABLE log (timestamp, account_id, request_id)")
    rows = [(1772000000 + i, "a", f"r{i}") for i in range(50)]
    database.executemany("INSERT INTO log VALUES (?, ?, ?)", rows)
    database.commit()
    database.close()
    monkeypatch.setattr(sqlite_table, "_STEP", 7)
    frame = read_all(open_logs([str(tmp_path / "x.db")]))
    assert frame["request_id"].to_list() == [row[2] for row in rows]
    assert frame["source_row"].to_list() == list(range(50))
    with pytest.raises(DamagedError):
        sqlite_table.sample(Stored(write(tmp_path / "y.db", b"no database at all" * 90)), "log", 3)
