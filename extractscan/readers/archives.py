"""List the members of zip and tar archives as inputs of their own, with caps on what they may expand to."""

from __future__ import annotations

import tarfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Final

from extractscan.errors import InputError
from extractscan.readers import spool, stored
from extractscan.readers.paths import MEMBER, Found, clean, hidden
from extractscan.readers.stored import UNREADABLE, DamagedError, Stored
from extractscan.readers.streams import FREE_OUTPUT, LARGEST_RATIO, Meter, layers_of, pieces
from extractscan.readers.tally import Tally

MOST_MEMBERS: Final = 200_000
"""A bucket's day of one-object files has fewer; a directory of billions of empty members is an attack."""

_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_TAR_MARK: Final = slice(257, 262)
_BOMB: Final = "taken for a decompression bomb"


def members(found: Found) -> list[Found]:
    """Give an archive's members in the order of their names; anything else comes back as it is.

    Members that cannot be read (links, locked ones, archives within the archive) come with the reason.

    Raises:
        InputError: where the archive is damaged, empty or a bomb, or lacks the member that the path names.
    """
    if found.problem or not found.size:
        return [found]
    try:
        head = next(stored.read(found.stored, 4096), b"")
        if head.startswith(_ZIP):
            listed = _of_zip(found)
        elif (whole := _tar(found, head)) is not None:
            listed = _of_tar(found, whole)
        else:
            return [found]
        return _chosen(found, listed)
    except (*UNREADABLE, tarfile.TarError, DamagedError) as error:
        if isinstance(error, InputError) and not isinstance(error, DamagedError):
            raise
        raise InputError(f"{found.path}: damaged archive ({error})", hint="Copy or export it again.") from error


def _chosen(found: Found, listed: Iterable[Found]) -> list[Found]:
    ordered = sorted(listed, key=lambda member: member.path)
    if not ordered:
        raise InputError(f"{found.path}: an archive without files", hint="Pack the logs again.")
    if MEMBER not in found.path or Path(found.path).exists():
        return ordered
    named = [member for member in ordered if member.path == found.path]
    if not named:
        shown = ", ".join(member.path for member in ordered[:20])
        raise InputError(f"{found.path}: the archive has no such member", hint=f"Members: {shown}")
    return [replace(member, named=True) for member in named]


def _of_zip(found: Found) -> Iterator[Found]:
    with zipfile.ZipFile(found.stored.path) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir() and not _hidden(info.filename)]
    _check(found, len(infos), sum(info.file_size for info in infos))
    for info in infos:
        problem = "a locked member of an archive" if info.flag_bits & 1 else ""
        place = replace(found.stored, member=info)
        yield _member(found, info.filename, info.file_size, place, problem)


def _tar(found: Found, head: bytes) -> Stored | None:
    """Where a tar archive lies without compression: as it is, or in a temporary copy; None where it is none."""
    try:
        layers, inner = layers_of(found.stored, head)
    except DamagedError:
        return None  # whoever reads it as a log says what is wrong with it
    if inner[_TAR_MARK] != b"ustar":
        return None
    if not layers:
        return found.stored
    return Stored(spool.spooled(pieces(found.stored, layers, Meter(Tally()))))


def _of_tar(found: Found, whole: Stored) -> Iterator[Found]:
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
    archive = found.path.partition(MEMBER)[0] if not Path(found.path).exists() else found.path
    return Found(clean(f"{archive}{MEMBER}{name}"), size, named=False, stored=place, problem=problem)


def _check(found: Found, count: int, total: int) -> None:
    if count > MOST_MEMBERS:
        raise InputError(f"{found.path}: more than {MOST_MEMBERS:,} members: {_BOMB}", hint="Pack fewer files.")
    if total > max(FREE_OUTPUT, LARGEST_RATIO * found.size):
        raise InputError(
            f"{found.path}: expands more than {LARGEST_RATIO} times: {_BOMB}",
            hint="If it is none, unpack it yourself and give the folder.",
        )
