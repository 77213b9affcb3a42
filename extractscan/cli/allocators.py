"""What a process may use: how its allocators give memory back, how much there is, and where temporary files go."""

from __future__ import annotations

import ctypes
import os
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from extractscan.errors import UsageError

_M_ARENA_MAX = -8  # mallopt(3)
_ARENAS = 2


def give_memory_back() -> None:
    """Make freed memory go back to the system soon.

    By their defaults Polars' and Arrow's allocators and glibc keep what they were given: a third of the peak on logs of
    some hundred thousand events. Values that the user has set stay. Must run before polars and pyarrow are imported.
    """
    os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:500,muzzy_decay_ms:0")
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    if sys.platform == "linux" and "MALLOC_ARENA_MAX" not in os.environ:
        try:
            ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _ARENAS)
        except (AttributeError, OSError):  # another C library: its default has to do
            return


def use_folder(path: str | None) -> None:
    """Put temporary files into a folder.

    Raises:
        UsageError: where it is none that can be written to.
    """
    if path is None:
        return
    if not (Path(path).is_dir() and os.access(path, os.W_OK)):
        raise UsageError(f"--tmp-dir {path}: no folder that can be written to", hint="make it, or name another one")
    tempfile.tempdir = path
    os.environ["TMPDIR"] = path  # for libraries that look for themselves


def whole_memory() -> int:
    """Return the bytes of memory of this machine, or of the container that the process may use, if that is less."""
    if not hasattr(os, "sysconf"):  # pragma: no cover  no POSIX: nobody to ask
        return 8 << 30
    limits = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for path in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        with suppress(OSError, ValueError):
            limits.append(int(Path(path).read_text(encoding="ascii")))
    return min(limits)
