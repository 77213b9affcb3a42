"""List the members of zip and tar archives as inputs of their own, with caps on what they may expand to."""

from __future__ import annotations

import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Final

from extractscan.errors import InputError
from extractscan.readers import spool
from extractscan.readers.found import MEMBER, Found, clean, hidden
from extractscan.readers.stored import Stored
from extractscan.readers.streams import FREE_OUTPUT, LARGEST_RATIO, Meter, pieces
from extractscan.readers.tally import Tally

MOST_MEMBERS: Final = 200_000
"""A bucket's day of one-object files has fewer; a directory of billions of empty members is an attack."""

ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_TAR_MARK: Final = slice(257, 262)
_BOMB: Final = "taken for a decompression bomb"


def of_zip(found: Found) -> Iterator[Found]:
    """List the files of a zip archive.

    Raises:
        InputError: where they are too many or would expand to too much.
    """
    with zipfile.ZipFile(found.stored.path) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir() and not _hidden(info.filename)]
    _check(found, len(infos), sum(info.file_size for info in infos))
    for info in infos:
        problem = "a locked member of an archive" if info.flag_bits & 1 else ""
        place = replace(found.stored, member=info)
        yield _member(found, info.filename, info.file_size, place, problem)


def is_tar(head: bytes) -> bool:
    """Say whether the first bytes are those of a tar archive."""
    return head[_TAR_MARK] == b"ustar"


def of_tar(found: Found, layers: str) -> Iterator[Found]:
    """List the files of a tar archive; a compressed one is put into a temporary file, without the compression.

    Raises:
        InputError: where they are too many.
        DamagedError: where the archive cannot be read to its end.
    """
    plain = not layers and found.stored.whole_file
    whole = found.stored if plain else Stored(spool.spooled(pieces(found.stored, layers, Meter(Tally()))))
    with tarfile.open(whole.path, "r:") as archive:
        for listed, info in enumerate(archive, 1):
            _check(found, listed, 0)
            if not info.isdir() and not _hidden(info.name):
                plain = info.isreg() and not info.issparse()
                problem = "" if plain else "a link, a device or a sparse file in an archive"
                place = Stored(whole.path, info.offset_data, info.size)
                yield _member(found, info.name, info.size, place, problem)


def _hidden(name: str) -> bool:
    return hidden(PurePosixPath(name).name)


def _member(found: Found, name: str, size: int, place: Stored, problem: str) -> Found:
    path = clean(f"{found.path}{MEMBER}{name}")
    return Found(path, size, named=False, stored=place, problem=problem)


def _check(found: Found, count: int, total: int) -> None:
    if count > MOST_MEMBERS:
        raise InputError(f"{found.path}: more than {MOST_MEMBERS:,} members: {_BOMB}", hint="Pack fewer files.")
    if total > max(FREE_OUTPUT, LARGEST_RATIO * found.size):
        raise InputError(
            f"{found.path}: expands more than {LARGEST_RATIO} times: {_BOMB}",
            hint="If it is none, unpack it yourself and give the folder.",
        )
