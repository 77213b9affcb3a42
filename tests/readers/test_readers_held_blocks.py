"""Versions of an observation are told apart the same, whether blocks were read by columns or record by record."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from both_ways import watch_blocks
from hypothesis import given, settings
from hypothesis import strategies as st
from reader_records import lines, write

from benchmarks.ndjson_kinds import langfuse
from extractscan.readers import gathering, held_blocks, open_logs
from extractscan.readers import lines as line_blocks


def _row(i: int, **other: Any) -> dict[str, Any]:
    return langfuse(i, random.Random(i)) | other


def _read(folder: Path, columns_from: int, block: int, held: int) -> tuple[Any, list[bool]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gathering, "BLOCKS_FROM", columns_from)
        patch.setattr(held_blocks, "HELD", held)
        views = line_blocks.views
        patch.setattr("extractscan.readers.json_lines.views", lambda stream: views(stream, block))
        seen = watch_blocks(patch)
        logs = open_logs([str(folder)])
        frame = pl.concat(logs.batches())
        return (frame.to_dicts(), logs.records(), list(logs.quarantine())), seen


def _same(folder: Path, files: Sequence[Sequence[dict[str, Any]]], *, block: int = 4096, held: int = 1 << 30) -> Any:
    for number, rows in enumerate(files):
        write(folder / f"{number}.jsonl", lines(rows))
    by_blocks, seen = _read(folder, 0, block, held)
    one_by_one, _ = _read(folder, 1 << 60, block, held)
    assert by_blocks == one_by_one
    assert any(seen)
    return by_blocks


@pytest.mark.parametrize("held", [0, 20_000, 1 << 30])
def test_the_last_version_of_an_observation_counts(tmp_path: Path, held: int) -> None:
    first = [_row(i) for i in range(40)]
    again = [_row(i, name="later", updated_at="2026-04-01 10:00:00.000") for i in range(35, 60)]
    rows, records, _ = _same(tmp_path, [first, again], held=held)
    assert len(rows) == 60
    assert sum(row["endpoint"] == "later" for row in rows) == 25
    assert [note for record in records for note in record.notes if "other versions" in note] == [
        "5 rows are other versions of an observation: the last one counts"
    ]


def test_blocks_without_common_keys_are_not_read_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "a.jsonl", lines(_row(i) for i in range(100)))
    monkeypatch.setattr(gathering, "BLOCKS_FROM", 0)
    monkeypatch.setattr("extractscan.readers.folding._again", None)
    assert sum(map(len, open_logs([str(tmp_path)]).batches())) == 100


def test_records_without_a_key_are_events_by_themselves(tmp_path: Path) -> None:
    rows, *_ = _same(tmp_path, [[_row(i, id=None if i % 2 else "one") for i in range(20)]])
    assert len(rows) == 11


@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.integers(0, 3), st.sampled_from(["a", "b", 5])), min_size=30, max_size=60
    ),
    st.sampled_from([0, 1 << 30]),
    st.integers(0, 40),
)
@settings(max_examples=25, deadline=None, derandomize=True)
def test_any_versions_in_any_files_give_the_same_both_ways(
    tmp_path_factory: pytest.TempPathFactory, told: list[tuple[int, int, Any]], held: int, cut: int
) -> None:
    made = [_row(i, updated_at=f"2026-03-0{1 + version} 00:00:00", session_id=session) for i, version, session in told]
    quiet = [_row(100 + i) for i in range(12)]
    _same(tmp_path_factory.mktemp("versions"), [quiet + made[:cut], made[cut:] or quiet[:1]], held=held)
