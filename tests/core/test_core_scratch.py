"""Room for arrays: the same in memory and on disk, and nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from extractscan.scratch import LOCK, PREFIX, Scratch, remove_dead, scratch_folder

HOLD = """
import sys, time
from extractscan.scratch import scratch_folder
with scratch_folder(sys.argv[1]) as folder:
    (folder / "shingles").write_bytes(b"x" * 1000)
    print(folder, flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("room", [None, 0, 100, 10**6])
def test_what_is_put_in_comes_out(tmp_path: Path, room: int | None) -> None:
    """In its order, once, whatever had to go to files."""
    scratch = Scratch(tmp_path, room)
    for number in range(20):
        scratch.put(f"x{number % 3}", np.arange(number, dtype=np.uint64))
    expected = [np.concatenate([np.arange(n) for n in range(20) if n % 3 == name]) for name in range(3)]
    assert (scratch.spilled > 0) == (room in {0, 100})
    for name in range(3):
        assert scratch.take(f"x{name}", np.uint64).tolist() == expected[name].tolist()
        assert scratch.take(f"x{name}", np.uint64).tolist() == []
    assert list(tmp_path.iterdir()) == []


def test_without_a_folder_everything_stays_in_memory() -> None:
    """A limit alone has nowhere to put things."""
    scratch = Scratch(room=0)
    scratch.put("x", np.ones(5))
    assert scratch.take("x", np.float64).sum() == 5


def test_the_folder_goes_at_the_end_also_after_a_failure(tmp_path: Path) -> None:
    """With everything in it."""

    def interrupted() -> None:
        with scratch_folder(str(tmp_path)) as folder:
            (folder / "x").write_text("x")
            assert folder.name.startswith(PREFIX)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="locks of this sort are POSIX")
def test_what_a_killed_run_left_is_removed_by_the_next(tmp_path: Path) -> None:
    """And what a living one uses is not, nor are folders of others."""
    other = tmp_path / "extractscan-notes"
    other.mkdir()
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    folder = Path(process.stdout.readline().strip())
    assert (folder / LOCK).exists()
    assert remove_dead(tmp_path) == []
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert folder.exists()
    with scratch_folder(str(tmp_path)):
        assert not folder.exists()
    assert list(tmp_path.iterdir()) == [other]
