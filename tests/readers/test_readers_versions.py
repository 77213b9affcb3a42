"""Of an observation that stands in several exports the last version counts, whatever the order of the files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from reader_records import lines, read_all, write

from extractscan.readers import open_logs
from extractscan.readers.countries import CODES, codes


def observation(name: str, updated: Any, tokens: int) -> dict[str, Any]:
    return {
        "id": name, "trace_id": "t1", "type": "GENERATION", "user_id": "ann", "provided_model_name": "m",
        "start_time": "2026-03-01T10:00:00Z", "usage_details": {"input": tokens}, "cost_details": {},
        "updated_at": updated,
    }  # fmt: skip


OLD, NEW = "2026-03-01T10:00:00.000Z", "2026-03-01T12:30:00+02:00"


@pytest.mark.parametrize("step", [1, -1])
@pytest.mark.parametrize(
    ("old", "new"), [(OLD, NEW), ("2026-03-01T10:29:59", NEW), (None, NEW), ("soon", OLD), (5, OLD)]
)
def test_the_version_that_was_updated_last_is_the_event(tmp_path: Path, old: Any, new: str, step: int) -> None:
    files = [[observation("o1", old, 1), observation("o2", OLD, 5)], [observation("o1", new, 2)]]
    for number, records in enumerate(files[::step]):
        write(tmp_path / f"{number}.jsonl", lines(records))
    logs = open_logs([str(tmp_path)])
    frame = read_all(logs).sort("request_id")
    assert frame.select("request_id", "input_tokens").rows() == [("o1", 2), ("o2", 5)]
    (place,) = frame.filter(pl.col("request_id") == "o1").select("source_file", "source_row").rows()
    assert place == (1 if step == 1 else 0, 0)
    notes = [note for record in logs.records() for note in record.notes if "other versions" in note]
    assert notes == ["1 rows are other versions of an observation: the last one counts"]
    assert sum(record.rows_used for record in logs.records()) == 2


def test_pages_of_the_api_are_told_apart_by_their_own_names(tmp_path: Path) -> None:
    def page(updated: str, tokens: int) -> dict[str, Any]:
        return {
            "id": "o1", "traceId": "t1", "type": "GENERATION", "userId": "ann", "startTime": OLD, "model": "m",
            "usageDetails": {"input": tokens}, "updatedAt": updated,
        }  # fmt: skip

    path = write(tmp_path / "x.jsonl", lines([page(NEW, 2), page(OLD, 1)]))
    assert read_all(open_logs([path]))["input_tokens"].to_list() == [2]


def test_names_of_countries_become_codes() -> None:
    names = ["Germany", " united states ", "Côte d'Ivoire", "de", "Atlantis", None]
    assert codes(pl.Series(names)).to_list() == ["DE", "US", "CI", "DE", "ATLANTIS", None]
    assert codes(pl.Series(["de", None])).to_list() == ["DE", None]
    assert all(len(code) == 2 and code.isupper() for code in CODES.values())
    assert len(set(CODES.values())) == 250
