"""Cut a stream of bytes into blocks of whole lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from extractscan.readers.stored import DamagedError

BLOCK: Final = 16 << 20
"""Bytes of one block: large enough that a frame pays, small enough that ten stay below a GiB as Python objects."""
LONGEST: Final = 256 << 20
"""No record of a log is longer; a decompression bomb is."""
BOM: Final = b"\xef\xbb\xbf"

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
    buffer, filled, first = bytearray(), 0, True
    buffers = [buffer]
    broken: DamagedError | None = None
    try:
        for piece in stream:
            before, filled = filled, filled + len(piece)
            buffer[before:filled] = piece
            if filled >= size and b"\n" in piece:
                end = before + piece.rfind(b"\n") + 1
                yield memoryview(buffer)[_begin(buffer) if first else 0 : end]
                rest, first = buffer[end:filled], False
                buffer = _unused(buffers)
                filled = len(rest)
                buffer[:filled] = rest
            elif filled > LONGEST:
                raise DamagedError("a line longer than 256 MiB")  # noqa: TRY301 - handled with all other breaks
    except DamagedError as error:
        broken = error
    end = filled if broken is None else buffer.rfind(b"\n", 0, filled) + 1
    block = memoryview(buffer)[_begin(buffer) if first else 0 : end]
    if block:
        yield block
    if broken is not None:
        raise broken


def _begin(data: bytearray) -> int:
    return len(BOM) if data.startswith(BOM) else 0


def _unused(buffers: list[bytearray]) -> bytearray:
    """Give memory that no view is held of, which Python lets shrink; new memory where there is none."""
    for buffer in buffers:
        try:
            buffer.pop()
        except BufferError:
            continue
        return buffer
    buffers.append(bytearray())
    return buffers[-1]
