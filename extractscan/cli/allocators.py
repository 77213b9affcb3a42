"""Settings of the memory allocators, made before the libraries that read them are loaded."""

from __future__ import annotations

import ctypes
import os
import sys

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
