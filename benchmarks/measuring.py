"""Runs the tool in processes of its own and says what each cost, for the measurements beside this file."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from time import perf_counter

WORLDS = Path(__file__).with_name("worlds")
"""Where worlds are written; git ignores it."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one process took, children of its own included."""

    wall: float
    cpu: float
    megabytes: int
    """Peak of resident memory, in units of 2**20 bytes."""


def run(*command: str) -> Cost:
    """Run a command and wait for it.

    The peak is only right for a command larger than the caller: Linux hands a new process the peak of the one that
    started it. So worlds are made in processes of their own as well.

    Raises:
        RuntimeError: with all that it wrote, where it ends with anything but 0.
    """
    with tempfile.TemporaryFile() as said:
        start = perf_counter()
        process = subprocess.Popen(command, stdout=said, stderr=said, env=os.environ | {"EXTRACTSCAN_DEBUG": "1"})
        _, status, used = os.wait4(process.pid, 0)
        wall = perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            text = said.read().decode(errors="replace")
            raise RuntimeError(f"{' '.join(command)}: exit {process.returncode}\n{text}")
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss // 1024)


def tool(*arguments: str) -> Cost:
    """Run extractscan with this Python."""
    return run(sys.executable, "-m", "extractscan", *arguments)


def analyze(inputs: Sequence[Path], accounts: Path, report: Path, *options: str) -> Cost:
    """Analyse a log into a reproducible report."""
    given = (*map(str, inputs), "--accounts", str(accounts), "-o", str(report), "--clobber", "--quiet", "--no-progress")
    return tool("analyze", *given, "--reproducible", *options)


@contextmanager
def world(seed: int, accounts: int, *, campaigns: bool = True, keep: bool = False) -> Iterator[Path]:
    """Write a world of every kind with `extractscan simulate`, hand out its folder, and remove it afterwards."""
    folder = WORLDS / f"simulated-{seed}-{accounts}{'' if campaigns else '-without-campaigns'}"
    flag = "--campaigns" if campaigns else "--no-campaigns"
    try:
        tool("simulate", str(folder), "--accounts", str(accounts), "--seed", str(seed), flag, "--clobber", "--quiet")
        yield folder
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


def seeds_of(text: str) -> list[int]:
    """Read `1,2,3` or `1-3`."""
    first, dash, last = text.partition("-")
    return list(range(int(first), int(last) + 1)) if dash else [int(part) for part in text.split(",")]


def here() -> str:
    """Name the day, the machine and the versions that a figure belongs to."""
    commit = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False)
    parts = (
        f"{datetime.now(UTC):%Y-%m-%d}",
        f"commit {commit.stdout.strip() or 'unknown'}",
        f"{os.cpu_count()} cores",
        f"{platform.system()} {platform.machine()}",
        f"Python {platform.python_version()}",
        *(f"{name} {version(name)}" for name in ("polars", "numpy")),
        f"load {os.getloadavg()[0]:.1f}",
    )
    return ", ".join(parts)
