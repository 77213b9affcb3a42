"""Where the bytes of an input lie: a file, a part of an archive, or an object of a store."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from extractscan.errors import InputError

PIECE: Final = 1 << 20
UNREADABLE: Final = (OSError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, ValueError)
"""What reading stored bytes may raise: disks, networks, and archives with methods or passwords that are not known."""


class DamagedError(InputError):
    """The input ends or breaks inside; what was yielded before is good."""


@dataclass(frozen=True, slots=True)
class Stored:
    """Where the bytes of one input lie.

    Attributes:
        path: The file, or the key within the store.
        start: First byte of a part, as archives without compression hold their members.
        length: Bytes of the part; None for all up to the end.
        member: Entry of a zip archive at `path`.
        store: File system of an object store; None for the local disk.
    """

    path: str
    start: int = 0
    length: int | None = None
    member: zipfile.ZipInfo | None = None
    store: Any = field(default=None, repr=False)

    @property
    def whole_file(self) -> bool:
        """Whether this is a plain file on the local disk, from its first byte to its last."""
        return self.store is None and self.member is None and self.start == 0 and self.length is None


def read(stored: Stored, size: int | None = None) -> Iterator[bytes]:
    """Yield the bytes in order, as they are stored; an archive's checksum is checked at the end of a member.

    Raises:
        DamagedError: where they cannot be read, after those before were yielded.
    """
    try:
        with ExitStack() as held:
            handle = _opened(stored, held)
            step, left = size or PIECE, stored.length
            while piece := handle.read(step if left is None else min(step, left)):
                left = left if left is None else left - len(piece)
                yield bytes(piece)
    except UNREADABLE as error:
        raise DamagedError(_reason(error)) from error
    if left:
        raise DamagedError("the archive ends inside this member")


def _opened(stored: Stored, held: ExitStack) -> Any:
    if stored.store is not None:
        return held.enter_context(stored.store.open_input_stream(stored.path, compression=None))
    if stored.member is not None:
        archive = held.enter_context(zipfile.ZipFile(stored.path))
        return held.enter_context(archive.open(stored.member))
    handle = held.enter_context(Path(stored.path).open("rb"))  # noqa: SIM115 - the stack closes it
    handle.seek(stored.start)
    return handle


def _reason(error: BaseException) -> str:
    said = getattr(error, "strerror", None) or str(error).strip().splitlines()[:1]
    return (said if isinstance(said, str) else "".join(said))[:200] or type(error).__name__
