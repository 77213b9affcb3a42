"""Put streams that can be read only once into temporary files, which go when the process ends."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from pathlib import Path
from typing import Final

from extractscan import scratch
from extractscan.errors import InputError

_NUMBERS: Final = count()


def new_path(suffix: str = "") -> str:
    """Name a temporary file that does not exist yet."""
    return str(scratch.folder() / f"{next(_NUMBERS)}{suffix}")


def spooled(stream: Iterable[bytes]) -> str:
    """Write a stream to a temporary file and give its path.

    Raises:
        InputError: where the disk is full; `--tmp-dir` or `TMPDIR` names another one.
    """
    path = new_path()
    try:
        with Path(path).open("wb") as handle:
            handle.writelines(stream)
    except OSError as error:
        Path(path).unlink(missing_ok=True)
        raise InputError(
            f"{path}: {error.strerror}", hint="Free some space, or name a folder that has it with --tmp-dir or TMPDIR."
        ) from error
    return path
