"""Exports of every source, one folder each under `fixtures/`, with what reading a folder must give under `golden/`.

`python tests/readers/exports.py [NAME…]` writes golden files again; look at the difference before it is committed.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import polars as pl

from extractscan.readers import LogSet, open_logs

HERE = Path(__file__).parent
EXPORTS = sorted(path.name for path in (HERE / "fixtures").iterdir() if path.is_dir())


def folder_of(name: str) -> Path:
    return HERE / "fixtures" / name


def golden_of(name: str) -> Path:
    return HERE / "golden" / f"{name}.json"


def outcome(logs: LogSet, folder: Path) -> dict[str, Any]:
    """Everything that reading gives: the rows without their empty columns, and what is said of each input."""
    frame = pl.concat(logs.batches()).sort("source_file", "source_row", "request_id", maintain_order=True)
    inputs = [
        {
            "path": Path(record.path).relative_to(folder).as_posix(),
            "format": record.format,
            "rows": record.rows,
            "rows_used": record.rows_used,
            "rejected": [f"{loss.count} × {loss.reason}, first at {loss.first_at}" for loss in record.rejected],
            "notes": record.notes,
        }
        for record in logs.records()
    ]
    told = logs.accounts()
    accounts = {} if told is None else {"accounts": list(map(_filled, told.to_dicts()))}
    rows = list(map(_filled, frame.to_dicts()))
    return json.loads(json.dumps({"inputs": inputs, "rows": rows, **accounts}, default=lambda value: value.isoformat()))


def _filled(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if value is not None}


def text_of(found: dict[str, Any]) -> str:
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


def main(names: list[str]) -> None:
    for name in names or EXPORTS:
        golden_of(name).write_text(text_of(outcome(open_logs([str(folder_of(name))]), folder_of(name))))


if __name__ == "__main__":
    main(sys.argv[1:])
