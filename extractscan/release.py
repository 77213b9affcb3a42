"""Gives unused memory back to the system: allocators keep what was freed in pieces until they are told."""

from __future__ import annotations

import ctypes
import gc
from collections.abc import Callable
from functools import cache


def release() -> None:
    """Collect what hangs together in circles, and have the C library give back the pages that nothing lies on."""
    gc.collect()
    _trim()(0)


@cache
def _trim() -> Callable[[int], object]:
    """Return malloc_trim(3), or where there is none something that does nothing."""
    try:
        trim: Callable[[int], object] = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError, TypeError):  # another C library, or Windows
        return lambda _pad: None
    return trim
