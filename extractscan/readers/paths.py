"""Expand what the user named into inputs: files, directories, globs, archives and standard input, each once, sorted."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from glob import glob, has_magic
from pathlib import Path
from typing import Final

from extractscan.errors import InputError
from extractscan.readers import lakehouse, spool, stores
from extractscan.readers.dated import Window
from extractscan.readers.found import MEMBER, Found, clean, hidden
from extractscan.readers.stored import PIECE, Stored
from extractscan.readers.urls import POSTGRESQL, is_database, shown

STDIN: Final = "-"


def expand(paths: Sequence[str], window: Window = (None, None)) -> list[Found]:
    """List every file that the paths stand for, sorted by path, each real file once.

    Directories are walked without following links to directories; hidden files and those that begin with an
    underscore are left out there, because they are other tools' bookkeeping; what else is no file, such as a FIFO or a
    link to nothing, is listed with its problem and never opened. `-` is standard input. Of an object store, folders
    that are named by dates outside the window are left out.

    Raises:
        InputError: for a path that does not exist, is no file, or stands for no file at all.
    """
    found: dict[str, Found] = {}
    for path in paths:
        for item in _expand_one(str(path), window):
            real = (
                item.path
                if item.problem or "://" in item.path
                else f"{os.path.realpath(item.path)}{MEMBER}{item.member}"
            )
            known = found.get(real)
            if known is None or (item.path, not item.named) < (known.path, not known.named):
                found[real] = item
    if not found:
        raise InputError("no input was given", hint="Name at least one file, directory or pattern.")
    return sorted(found.values(), key=lambda item: item.path)


def _expand_one(path: str, window: Window) -> Iterator[Found]:
    if path == STDIN:
        yield _from_stdin()
    elif is_database(path):
        yield Found(shown(path), 1, named=True, stored=Stored(path), kind=POSTGRESQL)
    elif stores.is_store(path):
        yield from stores.listed(path, window)
    elif Path(path).is_dir():
        yield from _folder(path)
    elif not Path(path).exists() and has_magic(path):
        members = sorted(item for item in glob(path, recursive=True) if not Path(item).is_dir())  # noqa: PTH207 - may be absolute
        if not members:
            raise InputError(f"{path}: the pattern matches no file", hint="Quote it, and try it with `ls` first.")
        yield from (_file(item) if Path(item).is_file() else _no_file(item) for item in members)
    else:
        yield _named(path)


def _folder(path: str) -> Iterator[Found]:
    """All files and tables below a folder, or the table that it is."""
    table = _table(path, named=True)
    if table is not None:
        yield table
        return
    members = list(_walk(path))
    if not members:
        raise InputError(f"{path}: the directory holds no file", hint="Name a directory that holds log files.")
    yield from members


def _table(path: str, *, named: bool) -> Found | None:
    found = lakehouse.newest(path)
    if found is None:
        return None
    kind, metadata = found
    size, note = lakehouse.data_bytes(path), lakehouse.NOTES[kind]
    return Found(clean(path), size, named=named, stored=Stored(metadata), kind=kind, note=note)


def _named(path: str) -> Found:
    """A file, or one member of an archive or a database."""
    archive, mark, member = path.partition(MEMBER)
    if mark and not Path(path).exists() and Path(archive).is_file():
        return Found(clean(archive), _size(archive), named=True, stored=Stored(archive), member=clean(member))
    return Found(clean(path), _size(path), named=True, stored=Stored(path))


def _file(path: str) -> Found:
    return Found(clean(path), _size(path), named=False, stored=Stored(path))


@cache
def _from_stdin() -> Found:
    """Keep standard input in a temporary file, because a log is read more than once."""
    stream = sys.stdin.buffer
    if stream.isatty():
        raise InputError("-: standard input is a terminal", hint="Pipe a log into it: zcat logs.gz | extractscan …")
    path = spool.spooled(iter(lambda: stream.read(PIECE), b""))
    return Found(STDIN, Path(path).stat().st_size, named=True, stored=Stored(path))


def _walk(top: str) -> Iterator[Found]:
    for folder, names, files in os.walk(top):
        names[:] = [name for name in names if not hidden(name)]
        tables = {name: table for name in names if (table := _table(str(Path(folder) / name), named=False))}
        names[:] = [name for name in names if name not in tables]
        yield from tables.values()
        for name in files:
            member = Path(folder) / name
            if not hidden(name):
                yield _file(str(member)) if member.is_file() else _no_file(str(member))


def _no_file(path: str) -> Found:
    """Name what is passed over; to open a FIFO would wait until somebody writes into it."""
    if not Path(path).exists():
        problem = "a link to nothing" if Path(path).is_symlink() else "gone since the folder was listed"
    else:
        problem = "a FIFO, a socket or a device, which is not opened"
    return Found(clean(path), 0, named=False, stored=Stored(path), problem=problem)


def _size(path: str) -> int:
    try:
        if not Path(path).is_file():
            what = "no regular file" if Path(path).exists() else "no such file or directory"
            raise InputError(f"{path}: {what}", hint="Check the path; `-` reads standard input.")
        return Path(path).stat().st_size
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}", hint="Check the path and its permissions.") from error
