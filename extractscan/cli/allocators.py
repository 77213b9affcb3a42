"""What a process may use: how its allocators give memory back, how much there is, and where temporary files go."""

from __future__ import annotations

import ctypes
import os
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from extractscan.errors import UsageError

_M_ARENA_MAX, _M_MMAP_THRESHOLD = -8, -3  # mallopt(3)
_ARENAS = 2
_ALONE = 1 << 20
"""Bytes from which an array lies by itself and goes back at once; glibc raises its own limit to 32 MB on the way."""


def give_memory_back() -> None:
    """Make freed memory go back to the system soon.

    By their defaults Polars' and Arrow's allocators and glibc keep what they were given: a third of the peak on logs of
    some hundred thousand events. Values that the user has set stay. Must run before polars and pyarrow are imported.
    """
    arenas = f"narenas:{os.cpu_count() or 1}"
    os.environ.setdefault("_RJEM_MALLOC_CONF", f"dirty_decay_ms:100,muzzy_decay_ms:0,{arenas}")
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    if sys.platform == "linux":
        wanted = {"MALLOC_ARENA_MAX": (_M_ARENA_MAX, _ARENAS), "MALLOC_MMAP_THRESHOLD_": (_M_MMAP_THRESHOLD, _ALONE)}
        for name, option in wanted.items():
            if name not in os.environ:
                with suppress(AttributeError, OSError):  # another C library: its default has to do
                    ctypes.CDLL(None).mallopt(*option)


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
