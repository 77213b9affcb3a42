"""Put events together again that a log has cut into several records, in memory that is bounded."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from heapq import merge
from itertools import compress, groupby
from typing import Any, Final, NamedTuple
from zlib import crc32

import msgspec
import polars as pl

from extractscan.readers.chunk import MAX_ROWS, Chunk
from extractscan.readers.convert import plain, read_guarded
from extractscan.readers.detect import LogFile
from extractscan.readers.gathering import Piece
from extractscan.readers.held_blocks import HELD, Blocks, Waiting
from extractscan.readers.plan import Plan
from extractscan.readers.source import Fold
from extractscan.readers.streams import Meter
from extractscan.readers.tally import Tally

BUCKETS: Final = 128
"""Parts are dealt to so many files by their key, so that each can be put together alone."""


class Part(NamedTuple):
    """One record of several that make an event, and where it stands."""

    key: str
    file: int
    row: int
    record: Any


def folded(
    pieces: Iterator[Piece], fold: Fold, passed: Sequence[Tally], plan_of: Callable[[LogFile], Plan]
) -> Iterator[Piece]:
    """Yield what is whole as it comes, and then the events that were put together, at the place of one of their parts.

    Parts are brought into the order of the inputs, so that neither memory nor the split into files changes an event.
    What was read by columns waits as it is, and is read once more, record by record, where a part may have others.
    """
    files: dict[int, LogFile] = {}
    with Parts() as parts, Blocks() as blocks:
        for piece in pieces:
            files[piece.index] = piece.file
            if piece.chunk.read:
                whole = blocks.add(piece)
            else:
                whole, keys = _set_apart(piece, fold, parts)
                blocks.note(keys)
            if len(whole):
                yield Piece(piece.index, piece.file, whole)
        for index, rows in blocks.contested().items():
            for chunk in _again(files[index], plan_of, rows):
                _set_apart(Piece(index, files[index], chunk), fold, parts)
        edges, waiting = blocks.edges(), blocks.pieces()
        for bucket in parts.buckets():
            yield from merge(_put_together(bucket, fold, files, passed, edges), waiting, key=_place)


def _place(piece: Piece) -> tuple[int, int]:
    return piece.index, int(piece.chunk.rows[0])


def _again(file: LogFile, plan_of: Callable[[LogFile], Plan], rows: pl.Series) -> Iterator[Chunk]:
    """Read some records of a file one by one."""
    assert file.container is not None
    wanted = rows.implode()
    for chunk in file.container.read(replace(plan_of(file), columns=None), Meter(Tally())):
        mine = chunk.rows.is_in(wanted)
        if mine.any():
            yield Chunk(chunk.rows.filter(mine), list(compress(plain(chunk.records), mine)))


def _set_apart(piece: Piece, fold: Fold, parts: Parts) -> tuple[Chunk, list[str]]:
    rows, records, keys = [], [], []
    for row, record in zip(piece.chunk.rows.to_list(), plain(piece.chunk.records), strict=True):
        key = read_guarded(fold.key, record)
        if isinstance(key, str) and key:
            parts.add(Part(key, piece.index, row, record))
            keys.append(key)
        else:
            rows.append(row)
            records.append(record)
    return Chunk(pl.Series(rows, dtype=pl.Int64), records), keys


def _put_together(
    bucket: list[Part],
    fold: Fold,
    files: dict[int, LogFile],
    passed: Sequence[Tally],
    edges: Sequence[tuple[int, int]],
) -> Iterator[Piece]:
    """Make events of the parts of one bucket, in order, cut where blocks begin that were read by columns."""
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
    for (index, _), items in groupby(made, key=lambda item: (item[0], bisect(edges, item[:2]))):
        mine = list(items)
        for start in range(0, len(mine), MAX_ROWS):
            some = mine[start : start + MAX_ROWS]
            rows = pl.Series([row for _, row, _ in some], dtype=pl.Int64)
            yield Piece(index, files[index], Chunk(rows, [record for _, _, record in some]))


class Parts(Waiting):
    """Parts on their way, dealt to buckets by key."""

    def __init__(self) -> None:
        super().__init__()
        self._held: list[list[bytes]] = [[] for _ in range(BUCKETS)]

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
            with self._path(f"{number}.ndjson").open("rb") as handle:
                yield [_part(line) for line in handle]

    def _spill(self) -> None:
        for number, held in enumerate(self._held):
            with self._path(f"{number}.ndjson").open("ab") as handle:
                handle.writelines(data + b"\n" for data in held)
            held.clear()
        self._weight = 0


def _part(data: bytes) -> Part:
    return Part(*msgspec.json.decode(data))
