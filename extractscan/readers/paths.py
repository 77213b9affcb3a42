"""Expand what the user named into files: files, directories and globs, each file once, sorted."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from glob import glob, has_magic
from pathlib import Path

from extractscan.errors import InputError

_IGNORED = (".", "_")
"""Heads of names that tools leave beside logs: `.DS_Store`, `_SUCCESS`, `._metadata`."""


@dataclass(frozen=True, slots=True)
class Found:
    """A file to read; `named` tells that the user gave this very path, so that it must be readable."""

    path: str
    size: int
    named: bool


def expand(paths: Sequence[str]) -> list[Found]:
    """List every file that the paths stand for, sorted by path, each real file once.

    Directories are walked without following links to directories; hidden files and those that begin with an
    underscore are left out there, because they are other tools' bookkeeping.

    Raises:
        InputError: for a path that does not exist, is no file, or stands for no file at all.
    """
    found: dict[str, Found] = {}
    for path in paths:
        for item in _expand_one(str(path)):
            real = os.path.realpath(item.path)
            known = found.get(real)
            if known is None or (item.path, not item.named) < (known.path, not known.named):
                found[real] = item
    if not found:
        raise InputError("no input was given", hint="Name at least one file, directory or pattern.")
    return sorted(found.values(), key=lambda item: item.path)


def _expand_one(path: str) -> Iterator[Found]:
    if Path(path).is_dir():
        members = sorted(_walk(path))
        if not members:
            raise InputError(f"{path}: the directory holds no file", hint="Name a directory that holds log files.")
    elif not Path(path).exists() and has_magic(path):
        members = sorted(item for item in glob(path, recursive=True) if Path(item).is_file())  # noqa: PTH207 - may be absolute
        if not members:
            raise InputError(f"{path}: the pattern matches no file", hint="Quote it, and try it with `ls` first.")
    else:
        yield Found(path, _size(path), named=True)
        return
    for member in members:
        yield Found(member, _size(member), named=False)


def _walk(top: str) -> Iterator[str]:
    for folder, names, files in os.walk(top):
        names[:] = [name for name in names if not name.startswith(_IGNORED)]
        for name in files:
            member = Path(folder) / name
            if not name.startswith(_IGNORED) and member.is_file():
                yield str(member)


def _size(path: str) -> int:
    try:
        if not Path(path).is_file():
            what = "no regular file" if Path(path).exists() else "no such file or directory"
            raise InputError(f"{path}: {what}", hint="Check the path; write streams to a file first.")
        return Path(path).stat().st_size
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}", hint="Check the path and its permissions.") from error
