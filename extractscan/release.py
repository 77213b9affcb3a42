"""Gives unused memory back to the system: allocators keep what was freed in pieces until they are told."""

from __future__ import annotations

import ctypes
import gc
import mmap
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Final

STATM: Final = Path("/proc/self/statm")
_PAGE: Final = mmap.PAGESIZE
GROWN: Final = 1 << 26
LARGE: Final = 1 << 30
"""Bytes of memory by which a small process has to have grown, or there is little to give back; and from which on it is
large: it always gives back, and waits for what is given back in the background."""
SETTLED: Final = 0.25
"""Seconds in which Polars' allocator has given back what is free (`extractscan.cli.allocators` asks for a tenth)."""


def release() -> None:
    """Collect what hangs together in circles, and have allocators give back the pages that nothing lies on.

    The C library does so when it is told; Polars' own does after a while, which a large process waits for.
    """
    global _left  # noqa: PLW0603 one process, one memory
    size = _resident()
    if size is not None and size < min(_left + GROWN, LARGE):
        return
    gc.collect()
    _trim()(0)
    if size is not None and size >= LARGE:
        time.sleep(SETTLED)
    _left = _resident() or 0


_left = 0
"""Bytes of memory that this process had when it gave back last."""


def _resident() -> int | None:
    """Return the bytes that this process has in memory, or None where the system does not say."""
    with suppress(OSError, ValueError, IndexError):
        return int(STATM.read_text(encoding="ascii").split()[1]) * _PAGE
    return None


@cache
def _trim() -> Callable[[int], object]:
    """Return malloc_trim(3), or where there is none something that does nothing."""
    try:
        trim: Callable[[int], object] = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):  # another C library, or Windows
        return lambda _pad: None
    return trim
