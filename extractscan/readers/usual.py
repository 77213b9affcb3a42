"""Read blocks whose records have the usual shape by columns, while others wait or are read one by one."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final

import msgspec
import polars as pl

from extractscan.readers import blockwise
from extractscan.readers.lines import Bytes
from extractscan.readers.shape import Form, UnusualError
from extractscan.readers.source import Column
from extractscan.readers.stored import DamagedError

_TRIES: Final = 8
"""Blocks in a row that may turn out to be of another shape, those included that wait already; then a log has none."""
_HEAD: Final = 256 << 10
"""Bytes of the first block that show what shape its records have."""
_AHEAD: Final = 2
"""Blocks that are parsed beside the one that is worked on: more would cost memory and gain nothing on few cores."""

_HEADS: Final = msgspec.json.Decoder(dict[str, Any])


class Usual:
    """What shape the records of one input usually have, learned as it is read."""

    def __init__(self, columns: Mapping[str, Column], wanted: Sequence[str]) -> None:
        self._columns, self._wanted = columns, wanted
        self._shape = blockwise.shape_of(columns)
        self._form: Form | None = None
        self._tries = _TRIES

    def begin(self, block: Bytes) -> None:
        """Learn from the first records of an input."""
        head = bytes(block[:_HEAD])
        try:
            self._take(_HEADS.decode_lines(head[: head.rfind(b"\n") + 1]))
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return

    def learn(self, records: Iterable[Any]) -> None:
        """Widen the shape by records that were read one by one; where they differ in type, give it up."""
        if self._tries:
            self._tries -= 1
            self._take(records)

    def _take(self, records: Iterable[Any]) -> None:
        self._shape.learn(records)
        try:
            self._form = self._shape.form()
        except UnusualError:
            self._tries = 0

    def read(self, block: Bytes) -> pl.DataFrame | None:
        """Read the wanted columns of a block; None where it has to be read record by record."""
        if self._tries == 0 or self._form is None:
            return None
        frame = blockwise.read(block, self._form, self._columns, self._wanted)
        if frame is not None:
            self._tries = _TRIES
        return frame


def ahead(stream: Iterator[Bytes], usual: Usual | None) -> Iterator[Bytes | pl.DataFrame]:
    """Yield blocks in order, or what could be read of them by columns, the next ones being read meanwhile.

    Raises:
        DamagedError: where the stream breaks, after all blocks before were yielded.
    """
    if usual is None:
        yield from stream
        return
    width = min(_AHEAD, pl.thread_pool_size())
    with ThreadPoolExecutor(width) as pool:
        held: deque[Future[Bytes | pl.DataFrame]] = deque()
        broken, first = None, True
        while True:
            try:
                block = next(stream, None)
            except DamagedError as error:
                broken = error
                break
            if block is None:
                break
            if first:
                usual.begin(block)
                first = False
            held.append(pool.submit(_read, block, usual))
            del block
            if len(held) > width:
                yield held.popleft().result()
        while held:
            yield held.popleft().result()
    if broken is not None:
        raise broken


def _read(block: Bytes, usual: Usual) -> Bytes | pl.DataFrame:
    frame = usual.read(block)
    return block if frame is None else frame
