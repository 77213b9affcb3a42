"""Read inputs as bytes, decompressed and as UTF-8, with the hash of what is stored."""

from __future__ import annotations

import bz2
import codecs
import hashlib
import lzma
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

import zstandard
from isal import isal_zlib

from extractscan.readers import stored as storage
from extractscan.readers.stored import DamagedError, Stored
from extractscan.readers.tally import Tally

_GZIP_HEAD: Final = b"\x1f"
_EXPANDED: Final = 8 << 20
"""Output of one step of decompression: a bomb grows piece by piece, and the limits stop it."""
_ZSTD_STEP: Final = 4 << 10
"""zstd cannot bound its output, so its input is: 4 KiB expand to 128 MiB at the very worst."""
MOST_LAYERS: Final = 3
"""A log may be compressed, and be UTF-16 text; what is packed deeper hides something."""
FREE_OUTPUT: Final = 1 << 30
LARGEST_RATIO: Final = 250
"""Beyond the first GiB, output of more than 250 times the input is a decompression bomb: repetitive logs reach 100."""

_BAD_GZIP: Final[Any] = isal_zlib.error

Progress = Callable[[int], None]
"""Called with the bytes of input consumed since the last call."""


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


_MAGIC: Final = (
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\0", "xz"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UTF32: Final = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)


def layer_of(head: bytes) -> str:
    """Name the compression or encoding that the first bytes show; empty for none."""
    if head.startswith(_UTF32):
        return ""
    return next((name for magic, name in _MAGIC if head.startswith(magic)), "")


def layers_of(stored: Stored, head: bytes) -> tuple[str, bytes]:
    """Find what lies around the records, outermost first, joined by blanks, and the first bytes within.

    Raises:
        DamagedError: where the outer layers cannot be read, or there are more than three.
    """
    layers: list[str] = []
    while layer := layer_of(head):
        if len(layers) == MOST_LAYERS:
            raise DamagedError("more than three layers of compression")
        layers.append(layer)
        head = b""
        for piece in pieces(stored, " ".join(layers), Meter(Tally())):
            head += piece
            if len(head) >= 4096:
                break
    return " ".join(layers), head


def sha256_of(stored: Stored) -> str:
    """Hash all stored bytes: of a file as it lies on the disk, of a member as the archive gives it out."""
    digest = hashlib.sha256()
    for piece in storage.read(stored):
        digest.update(piece)
    return digest.hexdigest()


def pieces(stored: Stored, layers: str, meter: Meter) -> Iterator[bytes]:
    """Yield the bytes within all layers in order, in bounded memory.

    Raises:
        DamagedError: where a layer is cut or broken, or expands like a bomb; what could be read was yielded before.
    """
    flow = _metered(stored, meter)
    for layer in layers.split():
        flow = _LAYERS[layer](flow)
    return _bounded(flow, meter) if layers else flow


def _metered(stored: Stored, meter: Meter) -> Iterator[bytes]:
    for piece in storage.read(stored):
        meter.consumed(piece)
        yield piece


def _bounded(flow: Iterator[bytes], meter: Meter) -> Iterator[bytes]:
    out = 0
    for piece in flow:
        out += len(piece)
        if out > max(FREE_OUTPUT, LARGEST_RATIO * meter.seen):
            raise DamagedError(f"expands more than {LARGEST_RATIO} times: taken for a decompression bomb")
        yield piece


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


def _streams(raw: Iterator[bytes], make: Callable[[], Any], name: str) -> Iterator[bytes]:
    """Decompress what the standard library's incremental decompressors read, stream after stream."""
    worker, fresh = make(), True
    for piece in raw:
        rest = piece
        while rest or not (fresh or worker.needs_input):
            try:
                out = worker.decompress(rest, _EXPANDED)
            except (OSError, EOFError, ValueError, lzma.LZMAError) as error:
                raise DamagedError(f"damaged {name} stream ({error})") from error
            fresh, rest = False, b""
            if out:
                yield out
            if worker.eof:
                rest = worker.unused_data.lstrip(b"\0")
                worker, fresh = make(), True
    if not fresh:
        raise DamagedError(f"truncated {name} stream")


def _bunzip(raw: Iterator[bytes]) -> Iterator[bytes]:
    return _streams(raw, bz2.BZ2Decompressor, "bzip2")


def _unxz(raw: Iterator[bytes]) -> Iterator[bytes]:
    return _streams(raw, lzma.LZMADecompressor, "xz")


def _from_utf16(raw: Iterator[bytes]) -> Iterator[bytes]:
    """Give UTF-16 text as UTF-8; the byte order mark says which of the two forms it has."""
    decoder = codecs.getincrementaldecoder("utf-16")()
    try:
        for piece in raw:
            yield decoder.decode(piece).encode()
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise DamagedError("damaged UTF-16 text") from error


_LAYERS: Final = MappingProxyType(
    {"gzip": _gunzip, "zstd": _unzstd, "bzip2": _bunzip, "xz": _unxz, "utf-16": _from_utf16}
)
