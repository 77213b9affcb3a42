"""Memory goes back to the system where the C library can do so, and nothing happens where it cannot."""

from __future__ import annotations

import ctypes

import pytest

from extractscan import release


def test_another_c_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without malloc_trim nothing fails; with it, it is asked once a release."""
    release.release()
    asked: list[int] = []
    for library in (object(), type("C", (), {"malloc_trim": asked.append})):
        release._trim.cache_clear()
        monkeypatch.setattr(ctypes, "CDLL", lambda _name, library=library: library)
        release.release()
    release._trim.cache_clear()
    assert asked == [0]
