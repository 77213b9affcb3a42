"""Put streams that can be read only once into temporary files, which go when the process ends."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterable
from functools import cache
from itertools import count
from pathlib import Path
from typing import Final

from extractscan.errors import InputError

_NUMBERS: Final = count()


@cache
def _folder() -> Path:
    """One folder a process, readable by its user alone, removed at exit."""
    path = tempfile.mkdtemp(prefix="extractscan-")
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return Path(path)


def new_path(suffix: str = "") -> str:
    """Name a temporary file that does not exist yet."""
    return str(_folder() / f"{next(_NUMBERS)}{suffix}")


def spooled(stream: Iterable[bytes]) -> str:
    """Write a stream to a temporary file and give its path.

    Raises:
        InputError: where the disk is full; `TMPDIR` names another one.
    """
    path = new_path()
    try:
        with Path(path).open("wb") as handle:
            handle.writelines(stream)
    except OSError as error:
        Path(path).unlink(missing_ok=True)
        raise InputError(
            f"{path}: {error.strerror}", hint="Free some space, or set TMPDIR to a folder that has it."
        ) from error
    return path
