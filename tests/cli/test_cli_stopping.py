"""Whoever ends the tool leaves nothing of the log behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path


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
