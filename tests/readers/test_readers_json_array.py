"""Arrays that are too long to be held give the same rows as when they are held, cut anywhere."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reader_records import event, read_all, write

from extractscan.readers import json_array, json_document, open_logs
from extractscan.readers.envelopes import NotARecordError

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def _pieces(data: bytes, size: int) -> list[bytes]:
    return [data[i : i + size] for i in range(0, len(data), size)]


def _until_broken(stream: list[bytes]) -> tuple[list[bytes], bool]:
    elements, found = json_array.split(iter(stream)), []
    while True:
        try:
            found.append(next(elements))
        except StopIteration:
            return found, False
        except NotARecordError:
            return found, True


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.lists(VALUES, max_size=6), st.integers(1, 40), st.sampled_from([None, 1]))
def test_elements_are_those_that_a_decoder_finds(values: list[object], size: int, indent: int | None) -> None:
    data = json.dumps(values, indent=indent, ensure_ascii=False).encode() + b"\n"
    assert [json.loads(element) for element in json_array.split(iter(_pieces(data, size)))] == values


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(VALUES, min_size=1, max_size=4), st.floats(0, 1, exclude_max=True), st.integers(1, 9))
def test_an_array_that_breaks_off_is_told_after_its_whole_elements(
    values: list[object], share: float, size: int
) -> None:
    data = json.dumps(values).encode()
    found, broken = _until_broken(_pieces(data[: int(len(data) * share)], size))
    assert broken
    assert [json.loads(element) for element in found] == values[: len(found)]


def test_what_follows_an_array_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for tail in (b"[1]", b"x"):
        with pytest.raises(NotARecordError):
            list(json_array.split(iter([b"[1, 2]" + tail])))
    monkeypatch.setattr(json_array, "LONGEST", 10)
    with pytest.raises(NotARecordError, match="longer than"):
        list(json_array.split(iter([b'["' + b"x" * 20, b'"]'])))


@pytest.mark.parametrize("tail", [b"]", b"", b', {"account_id": "a", "ti'])
def test_long_arrays_give_the_rows_losses_and_hashes_of_held_ones(
    tmp_path: Path, tail: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [*(event(i, prompt=f'a "quoted" [{i}] {{') for i in range(300)), "odd"]
    path = write(tmp_path / "x", gzip.compress(json.dumps(rows)[:-1].encode() + tail))
    held = open_logs([path])
    expected = (read_all(held), held.record_hashes((0, i) for i in range(0, 300, 7)), held.records()[0].rows_used)
    monkeypatch.setattr(json_document, "HELD", 1000)
    monkeypatch.setattr("extractscan.readers.streams._EXPANDED", 700)
    cut = open_logs([path])
    frame = read_all(cut)
    assert frame.equals(expected[0])
    assert (cut.record_hashes((0, i) for i in range(0, 300, 7)), cut.records()[0].rows_used) == expected[1:]
    losses = {loss.reason: (loss.count, loss.first_at) for loss in cut.records()[0].rejected}
    assert len(losses) == (1 if tail == b"]" else 2 if tail else 1)


def test_documents_that_are_no_arrays_have_a_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "x", json.dumps({"data": [event(i) for i in range(300)]}, indent=1).encode())
    monkeypatch.setattr(json_document, "HELD", 1000)
    assert open_logs([path]).records()[0].rejected == []
    monkeypatch.setattr(json_document, "LARGEST", 20_000)
    (record,) = open_logs([path]).records()
    assert "512 MiB" in record.rejected[0].reason
