"""Memory goes back to the system where the C library can do so, and nothing happens where it cannot."""

from __future__ import annotations

import ctypes
import time
from pathlib import Path

import pytest

from extractscan import release


def test_another_c_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without malloc_trim nothing fails; with it, it is asked once a release."""
    monkeypatch.setattr(release, "STATM", Path("nowhere"))
    release.release()
    asked: list[int] = []
    for library in (object(), type("C", (), {"malloc_trim": asked.append})):
        release._trim.cache_clear()
        monkeypatch.setattr(ctypes, "CDLL", lambda _name, library=library: library)
        release.release()
    release._trim.cache_clear()
    assert asked == [0]


@pytest.mark.parametrize(
    ("size", "gives", "waits"), [("7 1 2", 0, 0), ("7 20000 2", 1, 0), ("7 9999999 2", 2, 2), ("odd", 2, 0)]
)
def test_a_large_process_waits_for_what_goes_back_in_the_background(
    size: str, gives: int, waits: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A small one that has not grown gives nothing back; one whose system does not say does, and does not wait."""
    naps: list[float] = []
    given: list[int] = []
    monkeypatch.setattr(release, "_trim", lambda: given.append)
    (tmp_path / "statm").write_text(size)
    monkeypatch.setattr(release, "STATM", tmp_path / "statm")
    monkeypatch.setattr(time, "sleep", naps.append)
    monkeypatch.setattr(release, "_left", 0)
    release.release()
    release.release()  # has not grown since
    assert naps == [release.SETTLED] * waits
    assert given == [0] * gives
