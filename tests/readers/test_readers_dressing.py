"""What wraps an export changes none of its rows: encodings, line ends, byte order marks, compression, repetition."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from exports import EXPORTS, folder_of, golden_of, outcome

from extractscan.readers import open_logs

DRESSINGS: dict[str, Callable[[bytes], bytes]] = {
    "byte order mark": lambda data: b"\xef\xbb\xbf" + data,
    "line ends of Windows": lambda data: data.replace(b"\n", b"\r\n"),
    "UTF-16": lambda data: data.decode().encode("utf-16"),
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "no last line end": lambda data: data.rstrip(b"\n"),
    "blank lines at the end": lambda data: data + b"\n\n",
}


def texts_of(folder: Path) -> list[Path]:
    binary = {".gz", ".parquet", ".db"}
    return [path for path in folder.rglob("*") if path.is_file() and path.suffix not in binary]


@pytest.mark.parametrize("name", EXPORTS)
@pytest.mark.parametrize("dressing", DRESSINGS)
def test_the_dressing_of_an_export_changes_no_row(tmp_path: Path, name: str, dressing: str) -> None:
    folder = tmp_path / "export"
    shutil.copytree(folder_of(name), folder)
    for path in texts_of(folder):
        path.write_bytes(DRESSINGS[dressing](path.read_bytes()))
    assert outcome(open_logs([str(folder)]), folder)["rows"] == json.loads(golden_of(name).read_text())["rows"]


WHOLE = [
    "azure_openai",
    "envoy",
    "kong",
    "portkey",
    "vertex",
]
"""Exports whose lines are one event each."""


@pytest.mark.parametrize("name", WHOLE)
def test_lines_that_were_delivered_twice_are_counted_twice(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "export"
    shutil.copytree(folder_of(name), folder)
    for path in texts_of(folder):
        if path.suffix != ".csv":
            path.write_bytes(path.read_bytes() * 2)
    golden = json.loads(golden_of(name).read_text())["inputs"]
    found = outcome(open_logs([str(folder)]), folder)["inputs"]

    def figures(inputs: list[dict[str, Any]]) -> dict[str, tuple[int, int]]:
        return {each["path"]: (each["rows"], each["rows_used"]) for each in inputs if not each["path"].endswith("csv")}

    assert figures(found) == {path: (2 * rows, 2 * used) for path, (rows, used) in figures(golden).items()}


TWICE = {
    "azure_apim_llm": "*",
    "bedrock_with_cloudtrail": "trail*",
    "langfuse": "*/traces/*",
}
"""Files that may be there twice without making another event, because they are joined or folded by a key."""


@pytest.mark.parametrize("name", TWICE)
def test_what_is_joined_or_folded_may_be_delivered_twice(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "export"
    shutil.copytree(folder_of(name), folder)
    for path in [path for path in folder.glob(TWICE[name]) if path.is_file()]:
        shutil.copy(path, path.with_name(f"again-{path.name}"))
    found = outcome(open_logs([str(folder)]), folder)["rows"]
    assert bare(found) == bare(json.loads(golden_of(name).read_text())["rows"])


def bare(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    kept = [{key: value for key, value in row.items() if not key.startswith("source_")} for row in rows]
    return sorted(kept, key=lambda row: row["request_id"])
