"""Room for arrays: the same in memory and on disk, and nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from extractscan.scratch import LOCK, PREFIX, Scratch, folder, remove_dead, shelved, unshelved

HOLD = """
import sys, tempfile, time
tempfile.tempdir = sys.argv[1]
from extractscan.scratch import folder
(folder() / "shingles").write_bytes(b"x" * 1000)
print(folder(), flush=True)
if sys.argv[2] == "stay":
    time.sleep(60)
elif sys.argv[2] == "fail":
    raise SystemExit(3)
"""


def started(place: Path, how: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", HOLD, str(place), how], stdout=subprocess.PIPE, text=True)


@pytest.mark.parametrize("room", [None, 0, 100, 10**6])
def test_what_is_put_in_comes_out(room: int | None) -> None:
    """In its order, once, whatever had to go to files."""
    scratch = Scratch(room)
    for number in range(20):
        scratch.put(f"x{number % 3}", np.arange(number, dtype=np.uint64))
    expected = [np.concatenate([np.arange(n) for n in range(20) if n % 3 == name]) for name in range(3)]
    assert (scratch.spilled > 0) == (room in {0, 100})
    for name in range(3):
        assert scratch.take(f"x{name}", np.uint64).tolist() == expected[name].tolist()
        assert scratch.take(f"x{name}", np.uint64).tolist() == []
    assert not list(folder().glob("*-x*"))


def test_two_that_use_one_name_do_not_meet() -> None:
    """Each has files of its own."""
    one, other = Scratch(0), Scratch(0)
    one.put("x", np.ones(5))
    other.put("x", np.zeros(7))
    assert one.take("x", np.float64).sum() == 5
    assert len(other.take("x", np.float64)) == 7


def test_a_table_on_the_shelf_comes_back_as_it_was() -> None:
    """With numbers of names, lists and what is not known; the file goes."""
    names = pl.Series("who", ["b", None, "a"], dtype=pl.Enum(["a", "b"]))
    table = pl.DataFrame([names, pl.Series("n", [[1], None, []]), pl.Series("t", ["", None, "x"])])
    path = shelved(table)
    assert path.parent == folder()
    assert_frame_equal(unshelved(path), table)
    assert not path.exists()


@pytest.mark.parametrize("how", ["end", "fail"])
def test_the_folder_goes_at_the_end_also_after_a_failure(tmp_path: Path, how: str) -> None:
    """With everything in it."""
    with started(tmp_path, how) as process:
        said = process.communicate(timeout=60)[0]
    assert PREFIX in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="locks of this sort are POSIX")
def test_what_a_killed_run_left_is_removed_by_the_next(tmp_path: Path) -> None:
    """And what a living one uses is not, nor are folders of others."""
    other = tmp_path / "extractscan-notes"
    other.mkdir()
    with started(tmp_path, "stay") as process:
        assert process.stdout is not None
        left = Path(process.stdout.readline().strip())
        assert (left / LOCK).exists()
        assert remove_dead(tmp_path) == []
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert left.exists()
    assert remove_dead(tmp_path) == [left]
    assert list(tmp_path.iterdir()) == [other]
