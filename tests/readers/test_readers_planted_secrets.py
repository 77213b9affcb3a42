"""A credential that is planted in any field of any source, one field after another, gets past no reader."""

from __future__ import annotations

import copy
import csv
import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import pytest
from exports import EXPORTS, folder_of
from reader_records import converse, event, lines, payload, spend_row

from extractscan.errors import ExtractscanError
from extractscan.readers import formats, open_logs
from extractscan.readers.cast import TEXTS
from extractscan.readers.inspection import inspect_logs
from extractscan.readers.quarantine import encode

MARK = "PLANTED0123456789"
SHAPES = (f"sk-proj-{MARK}{{}}abcdef", f"Bearer {MARK}{{}}abcdef", f"https://h.example/v1?api-key={MARK}{{}}&x=1")
ROUNDS = 3
MADE = {"canonical": event, "litellm_spend_logs": spend_row, "litellm_payload": payload, "bedrock_invocation": converse}
Way = tuple[str | int, ...]
OPENED = -1
"""In a way: what stands there is JSON in text, and the way goes on within."""


def _ways(value: Any, way: Way = ()) -> Iterator[Way]:
    """List where texts stand, within JSON in texts too."""
    if isinstance(value, str):
        inner = _json(value) if value[:1] in {"{", "["} else None
        yield from _ways(inner, (*way, OPENED)) if isinstance(inner, dict | list) else [way]
    elif isinstance(value, dict | list):
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _ways(each, (*way, key))


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _with(value: Any, way: Way, secret: str) -> Any:
    if not way:
        return secret
    head, *rest = way
    if head == OPENED:
        return json.dumps(_with(json.loads(value), tuple(rest), secret))
    value = copy.copy(value)
    value[head] = _with(value[head], tuple(rest), secret)
    return value


def _spoiled(records: list[Any], turn: int) -> list[Any]:
    """Plant credentials in every third field of each record, each field in one record alone."""
    done: set[Way] = set()
    out = []
    for record in records:
        made = record
        for number, way in enumerate(_ways(record)):
            kind = tuple(0 if isinstance(step, int) and step >= 0 else step for step in way)
            if number % ROUNDS == turn and kind not in done:
                done.add(kind)
                made = _with(made, way, SHAPES[(number + turn) % len(SHAPES)].format(len(done)))
        out.append(made)
    return out


def _spoil(path: Path, turn: int) -> int:
    """Plant credentials in a file, and say how many; compressed files and server logs are left as they are."""
    if path.suffix == ".parquet":
        rows = _spoiled(pl.read_parquet(path).to_dicts(), turn)
        pl.DataFrame(rows, strict=False, infer_schema_length=None).write_parquet(path)
        return str(rows).count(MARK)
    if path.suffix not in {".csv", ".json", ".jsonl"}:
        return 0
    text = path.read_text()
    if path.suffix == ".csv":
        out = io.StringIO()
        rows = list(csv.DictReader(io.StringIO(text)))
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        writer.writerows(_spoiled(rows, turn))
        data = out.getvalue()
    elif (document := _json(text)) is not None:
        data = json.dumps(_spoiled([document], turn)[0])
    else:
        data = lines(_spoiled([record for line in text.splitlines() if (record := _json(line))], turn)).decode()
    path.write_text(data)
    return data.count(MARK)


def _told(folder: Path) -> str:
    """All that reading tells anybody, but for what people and models wrote."""
    try:
        logs = open_logs([str(folder)])
        out = [frame.drop(TEXTS & set(frame.columns)).write_ndjson() for frame in logs.batches()]
        accounts = logs.accounts()
        out += [accounts.write_ndjson()] if accounts is not None else []
        seen = msgspec.to_builtins(inspect_logs(logs))
        for each in seen["inputs"]:
            each["columns"] = [column for column in each["columns"] if column["name"] not in TEXTS]
        out += [json.dumps(seen, default=str), msgspec.json.encode(logs.records()).decode()]
        out.append(b"".join(encode(logs.quarantine())).decode())
    except ExtractscanError as error:
        out = [f"{error} {error.hint}"]
    return "\n".join(out)


@pytest.mark.parametrize("turn", range(ROUNDS))
@pytest.mark.parametrize("name", EXPORTS)
def test_no_planted_credential_gets_past_a_reader(name: str, turn: int, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    shutil.copytree(folder_of(name), folder)
    assert sum(_spoil(path, turn) for path in sorted(folder.rglob("*")) if path.is_file())
    assert MARK.casefold() not in _told(folder).casefold()


@pytest.mark.parametrize("turn", range(ROUNDS))
@pytest.mark.parametrize("name", MADE)
def test_no_planted_credential_gets_past_readers_of_what_the_tests_make(name: str, turn: int, tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").write_bytes(lines(MADE[name](i) for i in range(40)))
    assert _spoil(tmp_path / "x.jsonl", turn)
    assert MARK.casefold() not in _told(tmp_path).casefold()


def test_every_source_is_among_them() -> None:
    """The goldens say what each export was recognised as."""
    told = {
        each["format"].partition(" ")[0]
        for name in EXPORTS
        for each in json.loads(folder_of(name).parents[1].joinpath("golden", f"{name}.json").read_text())["inputs"]
    }
    known = {kind.name for kind in (*formats.SOURCES, *formats.SIDES)}
    assert known - told - set(MADE) == set()
