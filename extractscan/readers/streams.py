"""Read files as bytes, decompressed on the way, with the hash of what lies on the disk."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import zstandard
from isal import isal_zlib

from extractscan.errors import InputError
from extractscan.readers.tally import Tally

PIECE: Final = 1 << 20
_GZIP_HEAD: Final = b"\x1f"
_EXPANDED: Final = 8 << 20
"""Output of one gzip step: a bomb grows piece by piece, and the line limit stops it."""
_ZSTD_STEP: Final = 4 << 10
"""zstd cannot bound its output, so its input is: 4 KiB expand to 128 MiB at the very worst."""

_BAD_GZIP: Final[Any] = isal_zlib.error

Progress = Callable[[int], None]
"""Called with the bytes of input consumed since the last call."""


class DamagedError(InputError):
    """The input ends or breaks inside; what was yielded before is good."""


@dataclass(slots=True)
class Meter:
    """What one pass over one input measures: losses, progress and, if nobody has it yet, the hash."""

    tally: Tally
    progress: Progress | None = None
    digest: Any = field(default=None)
    seen: int = 0
    """Bytes read from the disk; where a damaged stream ends early, fewer than the file has."""

    def consumed(self, piece: bytes) -> None:
        """Note bytes read from the disk."""
        if self.digest is not None:
            self.digest.update(piece)
        self.advance(len(piece))

    def advance(self, count: int) -> None:
        """Report progress alone, for containers that read themselves."""
        self.seen += count
        if self.progress is not None and count:
            self.progress(count)


def compression_of(head: bytes) -> str:
    """Name the compression that the first bytes show: `gzip`, `zstd` or empty for none."""
    if head[:2] == b"\x1f\x8b":
        return "gzip"
    if head[:4] == b"\x28\xb5\x2f\xfd":
        return "zstd"
    return ""


def sha256_of(path: str) -> str:
    """Hash a whole file as it lies on the disk."""
    with Path(path).open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def pieces(path: str, compression: str, meter: Meter) -> Iterator[bytes]:
    """Yield the decompressed bytes of a file in order, in bounded memory.

    Raises:
        DamagedError: where the compressed stream is cut or broken; all that could be read was yielded before.
    """
    raw = _raw(path, meter)
    if compression == "gzip":
        return _gunzip(raw)
    return _unzstd(raw) if compression == "zstd" else raw


def _raw(path: str, meter: Meter) -> Iterator[bytes]:
    try:
        with Path(path).open("rb") as handle:
            while piece := handle.read(PIECE):
                meter.consumed(piece)
                yield piece
    except OSError as error:
        raise DamagedError(f"{path}: {error.strerror or error}") from error


def _gunzip(raw: Iterator[bytes]) -> Iterator[bytes]:
    """Decompress all members, as log rotation concatenates them."""
    member, fresh, members = isal_zlib.decompressobj(wbits=31), True, 0
    for piece in raw:
        rest = piece
        while True:
            if fresh:
                rest = rest.lstrip(b"\0")
                if not rest:
                    break
                if members and rest[:1] != _GZIP_HEAD:
                    raise DamagedError("bytes after the gzip stream that are no gzip")
            try:
                out = member.decompress(rest, _EXPANDED)
            except _BAD_GZIP as error:
                raise DamagedError(f"damaged gzip stream ({error})") from error
            fresh = False
            if out:
                yield out
            if member.eof:
                rest = member.unused_data
                member, fresh, members = isal_zlib.decompressobj(wbits=31), True, members + 1
            else:
                rest = member.unconsumed_tail
                if not rest and len(out) < _EXPANDED:
                    break
    if not fresh:
        raise DamagedError("truncated gzip stream")


def _unzstd(raw: Iterator[bytes]) -> Iterator[bytes]:
    frame, fresh = zstandard.ZstdDecompressor().decompressobj(), True
    for piece in raw:
        for start in range(0, len(piece), _ZSTD_STEP):
            rest = piece[start : start + _ZSTD_STEP]
            while rest:
                try:
                    out = frame.decompress(rest)
                except zstandard.ZstdError as error:
                    raise DamagedError(f"damaged zstd stream ({error})") from error
                fresh = False
                if out:
                    yield out
                rest = b""
                if frame.eof:
                    rest = frame.unused_data
                    frame, fresh = zstandard.ZstdDecompressor().decompressobj(), True
    if not fresh:
        raise DamagedError("truncated zstd stream")
