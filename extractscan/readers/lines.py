"""Cut a stream of bytes into blocks of whole lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from weakref import ReferenceType, ref

import numpy as np

from extractscan.readers.stored import DamagedError

BLOCK: Final = 16 << 20
"""Bytes of one block: large enough that a frame pays, small enough that ten stay below a GiB as Python objects."""
LONGEST: Final = 256 << 20
"""No record of a log is longer; a decompression bomb is."""
BOM: Final = b"\xef\xbb\xbf"

_Room = np.ndarray[Any, np.dtype[np.uint8]]
Bytes = bytes | memoryview
"""A block, or a view of one whose memory is used again for another."""


def blocks(stream: Iterator[bytes], size: int = BLOCK) -> Iterator[bytes]:
    """Yield the stream in blocks that end with a line end (the last may lack it), without the byte order mark.

    Raises:
        DamagedError: where the stream breaks, after the whole lines before the break were yielded; or where a line
            is longer than 256 MiB.
    """
    return map(bytes, views(stream, size))


def views(stream: Iterator[bytes], size: int = BLOCK) -> Iterator[memoryview]:
    """Yield the same blocks as views, whose memory is used again as soon as nobody holds any view of it.

    To ask for fresh memory for each block would take as long as to copy what goes into it.

    Raises:
        DamagedError: as `blocks` does.
    """
    room, filled, first = _room(0), 0, True
    lent: list[tuple[_Room, ReferenceType[_Room]]] = []
    broken: DamagedError | None = None
    try:
        for piece in stream:
            before, filled = filled, filled + len(piece)
            if filled > len(room):
                room = _room(max(size, before) + len(piece) if before else filled, room[:before])
            room[before:filled] = np.frombuffer(piece, np.uint8)
            if filled >= size and b"\n" in piece:
                end = before + piece.rfind(b"\n") + 1
                yield _lent(room, _begin(room[:filled], first=first), end, lent)
                rest, first = room[end:filled], False
                filled = len(rest)
                room = _room(max(len(room), filled), rest, _unused(lent))
            elif filled > LONGEST:
                raise DamagedError("a line longer than 256 MiB")  # noqa: TRY301 - handled with all other breaks
    except DamagedError as error:
        broken = error
    end = filled if broken is None else bytes(room[:filled]).rfind(b"\n") + 1
    begin = _begin(room[:filled], first=first)
    if begin < end:
        yield _lent(room, begin, end, lent)
    if broken is not None:
        raise broken


def _begin(room: _Room, *, first: bool) -> int:
    return len(BOM) if first and bytes(room[: len(BOM)]) == BOM else 0


def _room(size: int, content: _Room | None = None, room: _Room | None = None) -> _Room:
    """Give memory of a size, some other if that is large enough, that begins with some content."""
    if room is None or len(room) < size:
        room = np.empty(size, np.uint8)
    if content is not None:
        room[: len(content)] = content
    return room


def _lent(room: _Room, begin: int, end: int, lent: list[tuple[_Room, ReferenceType[_Room]]]) -> memoryview:
    shown = room[begin:end]
    lent.append((room, ref(shown)))
    return shown.data


def _unused(lent: list[tuple[_Room, ReferenceType[_Room]]]) -> _Room | None:
    """Take memory back that nobody holds a view of any more; None where there is none."""
    at = next((at for at, (_, shown) in enumerate(lent) if shown() is None), None)
    return None if at is None else lent.pop(at)[0]
