"""Put events together again that a log has cut into several records, in memory that is bounded."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, Final, NamedTuple, Self
from zlib import crc32

import msgspec
import polars as pl

from extractscan.readers.chunk import MAX_ROWS, Chunk
from extractscan.readers.convert import plain, read_guarded
from extractscan.readers.gathering import Piece
from extractscan.readers.source import Fold
from extractscan.readers.tally import Tally

HELD: Final = 256 << 20
"""Bytes of parts held in memory; beyond, they go to files that are deleted when the pass ends."""
BUCKETS: Final = 128
"""Parts are dealt to so many files by their key, so that each can be put together alone."""


class Part(NamedTuple):
    """One record of several that make an event, and where it stands."""

    key: str
    file: int
    row: int
    record: Any


def folded(pieces: Iterator[Piece], fold: Fold, passed: Sequence[Tally]) -> Iterator[Piece]:
    """Yield what is whole as it comes, and then the events that were put together, at the place of one of their parts.

    Parts are brought into the order of the inputs, so that neither memory nor the split into files changes an event.
    """
    files: dict[int, Piece] = {}
    with Parts() as parts:
        for piece in pieces:
            files[piece.index] = piece
            whole = _set_apart(piece, fold, parts)
            if len(whole):
                yield Piece(piece.index, piece.file, whole)
        for bucket in parts.buckets():
            yield from _put_together(bucket, fold, files, passed)


def _set_apart(piece: Piece, fold: Fold, parts: Parts) -> Chunk:
    rows, records = [], []
    for row, record in zip(piece.chunk.rows.to_list(), plain(piece.chunk.records), strict=True):
        key = read_guarded(fold.key, record)
        if isinstance(key, str) and key:
            parts.add(Part(key, piece.index, row, record))
        else:
            rows.append(row)
            records.append(record)
    return Chunk(pl.Series(rows, dtype=pl.Int64), records)


def _put_together(bucket: list[Part], fold: Fold, files: dict[int, Piece], passed: Sequence[Tally]) -> Iterator[Piece]:
    bucket.sort(key=lambda part: part[:3])
    made = []
    for _, group in groupby(bucket, key=lambda part: part.key):
        parts = list(group)
        record = fold.merge([part.record for part in parts])
        home = next((part for part in parts if part.record is record), parts[0])
        for part in parts:
            if part is not home:
                passed[part.file].count(fold.says, 1)
        made.append((home.file, home.row, record))
    made.sort(key=lambda item: item[:2])
    for index, items in groupby(made, key=lambda item: item[0]):
        mine = list(items)
        for start in range(0, len(mine), MAX_ROWS):
            some = mine[start : start + MAX_ROWS]
            rows = pl.Series([row for _, row, _ in some], dtype=pl.Int64)
            yield Piece(index, files[index].file, Chunk(rows, [record for _, _, record in some]))


class Parts:
    """Parts on their way, dealt to buckets by key; a context that deletes its files."""

    def __init__(self) -> None:
        self._held: list[list[bytes]] = [[] for _ in range(BUCKETS)]
        self._weight = 0
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._folder is not None:
            self._folder.cleanup()

    def add(self, part: Part) -> None:
        """Take one part in."""
        data = msgspec.json.encode(part, enc_hook=str)
        self._held[crc32(part.key.encode("utf-8", "replace")) % BUCKETS].append(data)
        self._weight += len(data)
        if self._weight > HELD:
            self._spill()

    def buckets(self) -> Iterator[list[Part]]:
        """Give the parts bucket by bucket; all of one key are in one."""
        if self._folder is None:
            yield [_part(data) for held in self._held for data in held]
            return
        self._spill()
        for number in range(BUCKETS):
            with self._path(number).open("rb") as handle:
                yield [_part(line) for line in handle]

    def _spill(self) -> None:
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="extractscan-")
        for number, held in enumerate(self._held):
            with self._path(number).open("ab") as handle:
                handle.writelines(data + b"\n" for data in held)
            held.clear()
        self._weight = 0

    def _path(self, number: int) -> Path:
        assert self._folder is not None
        return Path(self._folder.name) / f"{number}.ndjson"


def _part(data: bytes) -> Part:
    return Part(*msgspec.json.decode(data))
