"""Room for what a log grows into: arrays in memory, in files beyond a limit, and gone at the end whatever happens.

Folders of runs that were killed are removed by the next run that uses the same place: a run keeps a lock on its own.
"""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import IO, Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

PREFIX: Final = "extractscan-"
LOCK: Final = "in-use"


if sys.platform == "win32":  # pragma: no cover

    def _lock(file: IO[str]) -> None:
        """Pass for a living run: there a folder that was left behind stays."""
        raise OSError(file.name)

else:
    import fcntl

    def _lock(file: IO[str]) -> None:
        """Lock a file until it is closed; an OSError where another process has it."""
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


class Scratch:
    """Arrays by name, appended to and taken out whole.

    Bound: `room` bytes in memory; once there are more, everything goes into files, one a name.
    """

    def __init__(self, room: int | None = None) -> None:
        """Keep at most `room` bytes in memory, or any number."""
        self._room = room
        self._arrays: dict[str, list[npt.NDArray[Any]]] = {}
        self._files: dict[str, Path] = {}
        self._held = 0
        self.spilled = 0
        """Bytes that went to files."""

    def put(self, name: str, array: npt.NDArray[Any]) -> None:
        """Append an array to those of a name."""
        if len(array):
            self._arrays.setdefault(name, []).append(array)
            self._held += array.nbytes
        if self._room is not None and self._held > self._room:
            self._spill()

    def take(self, name: str, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
        """Return all arrays of a name as one, in the order in which they came, and forget them."""
        held = self._arrays.pop(name, [])
        self._held -= sum(array.nbytes for array in held)
        path = self._files.pop(name, None)
        parts = [np.zeros(0, dtype=dtype)]
        if path is not None:
            parts.append(np.fromfile(path, dtype=dtype))
            path.unlink()
        return np.concatenate([*parts, *held])

    def _spill(self) -> None:
        for name, arrays in self._arrays.items():
            path = self._files.setdefault(name, folder() / f"{id(self)}-{name}")
            with path.open("ab") as file:
                for array in arrays:
                    array.tofile(file)
                    self.spilled += array.nbytes
        self._arrays, self._held = {}, 0


def shelved(table: pl.DataFrame) -> Path:
    """Write a table into a file, from which `unshelved` takes it."""
    handle, name = tempfile.mkstemp(suffix=".arrow", dir=folder())
    os.close(handle)
    table.write_ipc(name)
    return Path(name)


def unshelved(path: Path) -> pl.DataFrame:
    """Read a table that was put into a file, and remove the file."""
    table = pl.read_ipc(path)
    path.unlink()
    return table


@cache
def folder() -> Path:
    """Return the folder of this process for temporary files, which only its user can read and which goes at the end.

    It lies where `tempfile` puts things; folders there whose run is dead are removed first.
    """
    root = Path(tempfile.gettempdir())
    remove_dead(root)
    made = Path(tempfile.mkdtemp(prefix=PREFIX, dir=root))
    lock = (made / "starting").open("w")  # open, and so locked, as long as the process lives
    with suppress(OSError):
        _lock(lock)
    (made / "starting").rename(made / LOCK)
    atexit.register(_remove, made, lock)
    return made


def clear() -> None:
    """Remove the folder of this process, if it has one, before the end."""
    if folder.cache_info().currsize:
        shutil.rmtree(folder(), ignore_errors=True)


def _remove(made: Path, lock: IO[str]) -> None:
    lock.close()
    shutil.rmtree(made, ignore_errors=True)


def remove_dead(root: Path) -> Sequence[Path]:
    """Remove the folders of runs that ended without doing so, and return them."""
    dead = []
    for found in sorted(root.glob(f"{PREFIX}*")):
        with suppress(OSError), (found / LOCK).open("r") as lock:
            _lock(lock)
            shutil.rmtree(found, ignore_errors=True)
            dead.append(found)
    return dead
