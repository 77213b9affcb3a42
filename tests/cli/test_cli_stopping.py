"""Whoever ends the tool leaves nothing of the log behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from extractscan.cli import stopping


def test_a_run_that_is_ended_leaves_no_temporary_files(tmp_path: Path) -> None:
    """SIGTERM while standard input is read ends with 143, and the copy of the input is gone."""
    command = [sys.executable, "-m", "extractscan", "inspect", "-"]
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
    assert process.stdin is not None
    process.stdin.write(b'{"timestamp": 1772000000, "account_id": "a"}\n')
    process.stdin.flush()
    for _ in range(1200):
        if any(tmp_path.rglob("extractscan-*/*")):
            break
        time.sleep(0.05)
    assert any(tmp_path.iterdir())
    process.send_signal(signal.SIGTERM)
    process.communicate()
    assert process.returncode == 143
    assert list(tmp_path.iterdir()) == []


STUCK = """
import ctypes
from extractscan import cli, scratch
(scratch.folder() / "x").write_text("x")
library, lock = ctypes.CDLL(None), ctypes.create_string_buffer(256)
library.pthread_mutex_lock(lock)
cli.app = lambda **_: (print("busy", flush=True), library.pthread_mutex_lock(lock))
cli.main()
"""


def test_an_interruption_ends_a_long_computation_within_a_second(tmp_path: Path) -> None:
    """A call into a library that does not come back for a minute; its temporary files go."""
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    command = [sys.executable, "-c", STUCK]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"busy\n"
        assert any(tmp_path.iterdir())
        time.sleep(0.5)  # from the last word of Python to the call that does not come back
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate()
    assert time.monotonic() - began < 5
    assert process.returncode == 130
    assert said.startswith(b"error: interrupted")
    assert list(tmp_path.iterdir()) == []


def test_a_thread_beside_the_main_one_changes_no_signal() -> None:
    """Tests and servers run commands in threads; there the program leaves signals alone."""
    before = signal.set_wakeup_fd(-1)
    signal.set_wakeup_fd(before)
    thread = threading.Thread(target=stopping.end_soon)
    thread.start()
    thread.join()
    after = signal.set_wakeup_fd(-1)
    signal.set_wakeup_fd(after)
    assert after == before


SLOW = """
import sys, time
class Slow:
    def find_spec(self, name, path, target=None):
        if name == "extractscan.cli":
            print("loading", flush=True)
            time.sleep(60)
sys.meta_path.insert(0, Slow())
from extractscan.__main__ import main
main()
"""


def test_an_interruption_while_the_program_is_loaded_is_one_like_any_other() -> None:
    """No traceback, and 130."""
    command = [sys.executable, "-c", SLOW]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"loading\n"
        process.send_signal(signal.SIGINT)
        _, said = process.communicate()
    assert (process.returncode, said) == (130, b"error: interrupted\n")
