"""Events that a log cut up are put together whatever the order, the split into files and the memory at hand."""

from __future__ import annotations

import json
import tempfile
from itertools import permutations
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from exports import folder_of, golden_of, outcome
from hypothesis import given, settings
from hypothesis import strategies as st
from reader_records import lines, read_all, write

from extractscan import scratch
from extractscan.readers import folding, open_logs
from extractscan.readers.azure_apim import LLM
from extractscan.readers.folding import Part, Parts

MESSAGES = json.dumps([{"role": "user", "content": "abc " * 40}])
CUTS = [MESSAGES[:50], MESSAGES[50:90], MESSAGES[90:]]
ANSWER = json.dumps([{"role": "assistant", "content": "done"}])


def chunk(key: str, number: int, **other: Any) -> dict[str, Any]:
    return {
        "TimeGenerated": "2026-01-01T00:00:00Z",
        "CorrelationId": key,
        "SequenceNumber": number,
        "PromptTokens": 7,
        "CompletionTokens": 3,
        "ModelName": "m",
        "RequestMessages": "",
        "ResponseMessages": "",
        **other,
    }


def gateway(key: str) -> dict[str, Any]:
    return {"CorrelationId": key, "CallerIpAddress": "203.0.113.1", "ApiId": "a", "ApimSubscriptionId": f"sub-{key}"}


def chunks_of(key: str) -> list[dict[str, Any]]:
    asked = [chunk(key, i, RequestMessages=text) for i, text in enumerate(CUTS)]
    return [*asked, chunk(key, 3, ResponseMessages=ANSWER)]


@pytest.mark.parametrize("order", list(permutations(range(4)))[::5])
def test_chunks_in_any_order_make_the_same_event(tmp_path: Path, order: tuple[int, ...]) -> None:
    write(tmp_path / "llm", lines(chunks_of("k")[i] for i in order))
    write(tmp_path / "gateway", lines([gateway("k")]))
    (row,) = read_all(open_logs([str(tmp_path)])).to_dicts()
    assert (row["account_id"], row["client_ip"], row["input_tokens"]) == ("sub-k", "203.0.113.1", 7)
    assert (row["prompt"], row["completion"]) == ("abc " * 40, "done")


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.lists(st.integers(0, 2), min_size=24, max_size=24), st.integers(60, 5000), st.randoms(use_true_random=False))
def test_the_split_into_files_and_little_memory_change_no_event(places: list[int], held: int, random: Any) -> None:
    records = [record for key in "uvwxyz" for record in chunks_of(key)]
    random.shuffle(records)
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(folding, "HELD", held)
        for file in range(3):
            mine = [record for record, place in zip(records, places, strict=True) if place == file]
            if mine:
                write(Path(folder) / f"{file}", lines(mine))
        write(Path(folder) / "gateway", lines(map(gateway, "uvwxyz")))
        logs = open_logs([folder])
        frame = read_all(logs).sort("account_id")
        inputs = logs.records()
    assert frame["account_id"].to_list() == [f"sub-{key}" for key in "uvwxyz"]
    assert frame["prompt"].to_list() == ["abc " * 40] * 6
    assert frame["completion"].to_list() == ["done"] * 6
    further = sum(int(n.split()[0]) for each in inputs for n in each.notes if "further parts" in n)
    assert further == 18


def test_files_of_parts_are_deleted_even_if_nobody_reads_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "HELD", 10)
    with Parts() as parts:
        for row in range(300):
            parts.add(Part(f"k{row % 30}", 0, row, {"n": row}))
        folder = Path(parts._folder.name)  # type: ignore[union-attr]
        first = next(bucket for bucket in parts.buckets() if bucket)
        assert len({part.key for part in first}) >= 1
        assert folder.exists()
        assert folder.parent == scratch.folder()  # the next run removes it after a kill
    assert not folder.exists()


def test_a_bucket_on_the_disk_holds_all_parts_of_its_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "HELD", 200)
    with Parts() as parts:
        for row in range(300):
            parts.add(Part(f"k{row % 30}", 0, row, {"n": row}))
        buckets = [bucket for bucket in parts.buckets() if bucket]
    keys = [{part.key for part in bucket} for bucket in buckets]
    assert sum(map(len, keys)) == len(set().union(*keys)) == 30
    assert sorted(part.row for bucket in buckets for part in bucket) == list(range(300))


def test_a_gap_ends_the_text_and_a_repeated_chunk_adds_none(tmp_path: Path) -> None:
    records = [chunk("k", 0, RequestMessages=CUTS[0]), chunk("k", 2, RequestMessages=CUTS[2])]
    records += [chunk("n", 0, RequestMessages=ANSWER), chunk("n", 0, RequestMessages=ANSWER), chunk("n", "x")]
    write(tmp_path / "llm", lines(records))
    write(tmp_path / "gateway", lines(map(gateway, "kn")))
    frame = read_all(open_logs([str(tmp_path)])).sort("account_id")
    assert frame["prompt"].to_list() == ["abc " * 5, None]
    assert frame["system_prompt" if "system_prompt" in frame.columns else "prompt"].null_count() >= 1


def test_messages_that_come_parsed_are_joined_as_lists() -> None:
    assert LLM.fold is not None
    halves = [[{"role": "user", "content": "one"}], [{"role": "user", "content": "two"}]]
    for parts in (halves, list(map(json.dumps, halves))):
        rows = [chunk("k", i, RequestMessages=half) for i, half in enumerate(parts)]
        assert LLM.fold.merge(rows)["requestmessages"] == halves[0] + halves[1]


def test_records_without_a_key_are_events_by_themselves(tmp_path: Path) -> None:
    write(tmp_path / "llm", lines([chunk("", 0, RequestMessages=ANSWER) | {"CorrelationId": None}, *chunks_of("k")]))
    write(tmp_path / "gateway", lines([gateway("k")]))
    logs = open_logs([str(tmp_path)])
    assert read_all(logs).height == 1
    assert [loss.reason for loss in logs.records()[1].rejected] == ["account_id: missing"]


def test_the_two_rows_of_an_operation_are_one_event_in_either_order(tmp_path: Path) -> None:
    folder = folder_of("gcp_audit")
    expected = json.loads(golden_of("gcp_audit").read_text())["rows"]
    first = (folder / "audit-1.jsonl").read_bytes()
    write(tmp_path / "audit-0.jsonl", b"".join(reversed(first.splitlines(keepends=True))))
    for name in ("audit-2.jsonl.gz", "sink.jsonl"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    found = outcome(open_logs([str(tmp_path)]), tmp_path)["rows"]

    def bare(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        kept = [{k: v for k, v in row.items() if not k.startswith("source_")} for row in rows]
        return sorted(kept, key=lambda row: row["request_id"])

    assert bare(found) == bare(expected)


def test_the_originals_of_a_folded_event_are_its_first_part(tmp_path: Path) -> None:
    path = write(tmp_path / "llm", lines(chunks_of("k")))
    logs = open_logs([path, write(tmp_path / "gateway", lines([gateway("k")]))])
    frame = read_all(logs)
    place = (int(frame["source_file"][0]), int(frame["source_row"][0]))
    ((ref, data),) = logs.originals([place])
    assert ref == place
    assert json.loads(data)["SequenceNumber"] == 0
    assert isinstance(frame["source_row"], pl.Series)
