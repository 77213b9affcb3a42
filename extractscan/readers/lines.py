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


def blocks(stream: Iterator[bytes], size: int = BLOCK) -> Iterator[bytes]:
    """Yield the stream in blocks that end with a line end (the last may lack it), without the byte order mark.

    Raises:
        DamagedError: where the stream breaks, after the whole lines before the break were yielded; or where a line
            is longer than 256 MiB.
    """
    held: list[bytes] = []
    weight, first = 0, True
    broken: DamagedError | None = None
    try:
        for piece in stream:
            held.append(piece)
            weight += len(piece)
            if weight >= size and b"\n" in piece:
                block, rest = _cut(held)
                yield block.removeprefix(BOM) if first else block
                held, weight, first = [rest], len(rest), False
            elif weight > LONGEST:
                raise DamagedError("a line longer than 256 MiB")  # noqa: TRY301 - handled with all other breaks
    except DamagedError as error:
        broken = error
    block = b"".join(held)
    block = block.removeprefix(BOM) if first else block
    if broken is not None:
        block = block[: block.rfind(b"\n") + 1]
    if block:
        yield block
    if broken is not None:
        raise broken


def _cut(held: list[bytes]) -> tuple[bytes, bytes]:
    last = held[-1]
    end = last.rfind(b"\n") + 1
    return b"".join([*held[:-1], last[:end]]), last[end:]
