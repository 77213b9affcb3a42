"""Hold blocks that were read by columns until it is known whose rows are parts of the same events."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple, Self

import polars as pl

from extractscan import scratch
from extractscan.readers.chunk import Chunk
from extractscan.readers.gathering import Piece
from extractscan.readers.source import FOLDED

HELD: Final = 256 << 20
"""Bytes that wait in memory; what comes beyond goes to files that are deleted when the pass ends."""
_ROW: Final = "number of the record"


class Block(NamedTuple):
    """A block that waits: the columns of its records and their numbers, in memory or in a file; hashes of the keys."""

    piece: Piece
    first: int
    held: pl.DataFrame | Path
    keys: pl.Series


class Waiting:
    """What waits in memory and in files; a context that deletes its files, which the next run does after a kill."""

    def __init__(self) -> None:
        self._weight = 0
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._folder is not None:
            self._folder.cleanup()

    def _path(self, name: str) -> Path:
        """Say where a file stands; the folder is made with the first."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(dir=scratch.folder())
        return Path(self._folder.name) / name


class Blocks(Waiting):
    """Blocks on their way, in the order of the inputs."""

    def __init__(self) -> None:
        super().__init__()
        self._blocks: list[Block] = []
        self._others: list[pl.Series] = []

    def add(self, piece: Piece) -> Chunk:
        """Take a block in, and give back those of its records that are whole by themselves."""
        frame = piece.chunk.records
        assert isinstance(frame, pl.DataFrame)
        given = (frame[FOLDED] != "").fill_null(value=False)
        rest = frame.drop(FOLDED)
        whole = Chunk(piece.chunk.rows.filter(~given), rest.filter(~given), read=True)
        rows = piece.chunk.rows.filter(given)
        if len(rows):
            parts = rest.filter(given).with_columns(rows.alias(_ROW))
            bare = Piece(piece.index, piece.file, Chunk(rows[:0], []))
            self._blocks.append(Block(bare, int(rows[0]), self._kept(parts), frame[FOLDED].filter(given).hash()))
        return whole

    def note(self, keys: list[str]) -> None:
        """Take note of the keys of records that were read one by one."""
        self._others.append(pl.Series(keys, dtype=pl.String).hash())

    def _kept(self, frame: pl.DataFrame) -> pl.DataFrame | Path:
        size = int(frame.estimated_size())
        if self._weight + size <= HELD:
            self._weight += size
            return frame
        path = self._path(f"{len(self._blocks)}.arrow")
        frame.write_ipc(path)
        return path

    def contested(self) -> dict[int, pl.Series]:
        """Let go of blocks in which a key stands that may stand elsewhere too, and give their rows by the input.

        Hashes tell, so that a block may be let go of for nothing now and then.
        """
        if not self._blocks:
            return {}
        every = pl.concat([*(block.keys for block in self._blocks), *self._others])
        returning = every.filter(every.is_duplicated()).unique().implode()
        split = [(bool(block.keys.is_in(returning).any()), block) for block in self._blocks]
        rows: dict[int, list[pl.Series]] = {}
        for lost, block in split:
            if lost:
                rows.setdefault(block.piece.index, []).append(_frame(block)[_ROW])
        self._blocks = [block for lost, block in split if not lost]
        return {index: pl.concat(each) for index, each in rows.items()}

    def edges(self) -> list[tuple[int, int]]:
        """Say where the blocks that are left begin: input and record, in order."""
        return [(block.piece.index, block.first) for block in self._blocks]

    def pieces(self) -> Iterator[Piece]:
        """Give the blocks that are left, in order, and let go of each."""
        while self._blocks:
            block = self._blocks.pop(0)
            frame = _frame(block)
            chunk = Chunk(frame[_ROW].alias(""), frame.drop(_ROW), read=True)
            yield Piece(block.piece.index, block.piece.file, chunk)


def _frame(block: Block) -> pl.DataFrame:
    return pl.read_ipc(block.held) if isinstance(block.held, Path) else block.held
