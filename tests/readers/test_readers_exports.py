"""Each export is read as its golden file says, and no damage to it gives a traceback or a wrong count."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from pathlib import Path

import polars as pl
import pytest
from exports import EXPORTS, folder_of, golden_of, outcome
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reader_records import event, lines, payload, spend_row

from extractscan.errors import ExtractscanError
from extractscan.readers import open_logs
from extractscan.readers.formats import SIDES, SOURCES

QUICK = settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)

VALUE = re.compile(r"(?!timestamp: )\w+: not (a number|true or false|text|a time)\Z")
"""Losses of single values; all others are losses of rows."""
BREAK = re.compile("break|breaks|damaged|truncated")
"""Losses of what nobody can count."""

COUNTED = re.compile(r"[\d,]+ rows (set aside|complete|are further parts|are other versions)")
"""Notes on rows that are no events of their own."""


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_is_read_as_its_golden_file_says(name: str) -> None:
    folder = folder_of(name)
    found = outcome(open_logs([str(folder)]), folder)
    assert found == json.loads(golden_of(name).read_text()), f"python tests/readers/exports.py {name}"


@pytest.mark.parametrize("name", EXPORTS)
def test_each_column_of_an_export_is_the_same_alone_as_among_all(name: str) -> None:
    logs = open_logs([str(folder_of(name))])
    whole = pl.concat(logs.batches())
    for column in sorted(logs.columns):
        alone = pl.concat(logs.batches([column]))
        assert alone.equals(whole.select(alone.columns)), column


@pytest.mark.parametrize("name", EXPORTS)
def test_every_event_has_a_row_of_its_own_and_its_record_is_found_again(name: str) -> None:
    logs = open_logs([str(folder_of(name))])
    places = pl.concat(logs.batches([])).select("source_file", "source_row").rows()
    assert len(set(places)) == len(places)
    assert [place for place, _ in logs.originals(places)] == sorted(places)


def test_every_golden_file_has_its_export() -> None:
    assert sorted(path.stem for path in (folder_of("x").parent.parent / "golden").iterdir()) == EXPORTS


def test_every_source_and_side_has_an_export_that_shows_it() -> None:
    inputs = [each for name in EXPORTS for each in json.loads(golden_of(name).read_text())["inputs"]]
    shown = {each["format"].split()[0] for each in inputs}
    elsewhere = set(MADE)
    assert {kind.name for kind in (*SOURCES, *SIDES)} <= shown | elsewhere


MADE = {
    "canonical": lines(event(i) for i in range(12)),
    "litellm_spend_logs": lines(spend_row(i) for i in range(6)),
    "litellm_payload": lines(payload(i) for i in range(6)),
}
"""What other tests read records of, line by line; no export of it stands beside the others."""


def _laid_out(name: str, folder: Path) -> None:
    if name in MADE:
        folder.mkdir()
        (folder / "x.ndjson").write_bytes(MADE[name])
    else:
        shutil.copytree(folder_of(name), folder)


def test_what_is_made_for_the_others_is_what_it_is_called(tmp_path: Path) -> None:
    for name, data in MADE.items():
        _laid_out(name, tmp_path / name)
        (record,) = open_logs([str(tmp_path / name)]).records()
        assert record.format == f"{name} (ndjson)"
        assert record.rows == record.rows_used == data.count(b"\n")


def _damage(data: bytes, draw: st.DataObject) -> bytes:
    """Cut, flip, repeat lines, or change the encoding."""
    kind = draw.draw(st.sampled_from(["cut", "flip", "repeat", "utf-16", "latin-1", "bom", "crlf"]))
    if kind == "cut":
        return data[: draw.draw(st.integers(1, len(data)))]
    if kind == "flip":
        changed = bytearray(data)
        for place in draw.draw(st.lists(st.integers(0, len(data) - 1), min_size=1, max_size=6)):
            changed[place] = draw.draw(st.integers(0, 255))
        return bytes(changed)
    if kind == "repeat":
        lines = data.splitlines(keepends=True)
        return b"".join(line * draw.draw(st.integers(0, 2)) for line in lines) or data
    if kind == "bom":
        return b"\xef\xbb\xbf" + data
    if kind == "crlf":
        return data.replace(b"\n", b"\r\n")
    try:
        return data.decode().encode(kind)
    except UnicodeError:
        return data


@pytest.mark.parametrize("name", [*EXPORTS, *MADE])
@QUICK
@given(st.data())
def test_damage_gives_rows_that_add_up_or_an_expected_error(name: str, data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as top:
        folder = Path(top) / "export"
        _laid_out(name, folder)
        victim = data.draw(st.sampled_from(sorted(path for path in folder.rglob("*") if path.is_file())))
        victim.write_bytes(_damage(victim.read_bytes(), data))
        try:
            logs = open_logs([str(folder)])
            used = sum(frame.height for frame in logs.batches())
            records = logs.records()
        except ExtractscanError:
            return
    assert used == sum(record.rows_used for record in records)
    for record in records:
        losses = [loss for loss in record.rejected if not VALUE.match(loss.reason)]
        if record.format == "skipped" or any(BREAK.search(loss.reason) for loss in losses):
            continue
        told = sum(int(note.split()[0].replace(",", "")) for note in record.notes if COUNTED.match(note))
        assert record.rows == record.rows_used + sum(loss.count for loss in losses) + told
