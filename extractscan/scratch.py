"""Room for what a log grows into: arrays in memory, in files beyond a limit, and gone at the end whatever happens.

Folders of runs that were killed are removed by the next run that uses the same place: a run keeps a lock on its own.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Final

import numpy as np
import numpy.typing as npt

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
    """Arrays and frames by name, appended to and taken out whole.

    Bound: `room` bytes in memory; once there are more, everything goes into files, one a name.
    """

    def __init__(self, folder: Path | None = None, room: int | None = None) -> None:
        """Keep at most `room` bytes in memory (None: any number); the rest goes to `folder`, which must exist."""
        self._folder = folder
        self._room = room
        self._arrays: dict[str, list[npt.NDArray[Any]]] = {}
        self._held = 0
        self.spilled = 0
        """Bytes that went to files."""

    def put(self, name: str, array: npt.NDArray[Any]) -> None:
        """Append an array to those of a name."""
        if len(array):
            self._arrays.setdefault(name, []).append(array)
            self._held += array.nbytes
        if self._room is not None and self._folder is not None and self._held > self._room:
            self._spill(self._folder)

    def take(self, name: str, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
        """Return all arrays of a name as one, in the order in which they came, and forget them."""
        held = self._arrays.pop(name, [])
        self._held -= sum(array.nbytes for array in held)
        parts = [np.zeros(0, dtype=dtype), *held]
        path = None if self._folder is None else self._folder / name
        if path is not None and path.exists():
            parts.insert(0, np.fromfile(path, dtype=dtype))
            path.unlink()
        return np.concatenate(parts)

    def _spill(self, folder: Path) -> None:
        for name, arrays in self._arrays.items():
            with (folder / name).open("ab") as file:
                for array in arrays:
                    array.tofile(file)
                    self.spilled += array.nbytes
        self._arrays, self._held = {}, 0


@contextmanager
def scratch_folder(place: str | None = None) -> Iterator[Path]:
    """Give a folder for temporary files below `place` (default: the system's), and remove it at the end.

    Folders there whose run is dead are removed first.
    """
    root = Path(place or tempfile.gettempdir())
    remove_dead(root)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=root))
    try:
        with (folder / "starting").open("w") as lock:
            with suppress(OSError):
                _lock(lock)
            (folder / "starting").rename(folder / LOCK)
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def remove_dead(root: Path) -> Sequence[Path]:
    """Remove the folders of runs that ended without doing so, and return them."""
    dead = []
    for folder in sorted(root.glob(f"{PREFIX}*")):
        with suppress(OSError), (folder / LOCK).open("r") as lock:
            _lock(lock)
            shutil.rmtree(folder, ignore_errors=True)
            dead.append(folder)
    return dead
