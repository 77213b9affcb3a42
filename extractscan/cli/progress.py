"""A bar on stderr for runs that take long enough to wonder."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from extractscan.writers.show import show

PATIENCE = 2.0
"""Seconds before a bar appears: whoever waits less needs none."""

Notice = Callable[[str, int, int], None]


@dataclass(slots=True)
class Stages:
    """When each stage began, in order, for the timings that `-v` prints."""

    began: dict[str, float] = field(default_factory=dict)

    def enter(self, stage: str) -> None:
        """Note that a stage is at work; only its first notice counts."""
        self.began.setdefault(stage, time.monotonic())

    def seconds(self) -> dict[str, float]:
        """Return how long each stage took, until the next began or now."""
        ends = [*list(self.began.values())[1:], time.monotonic()]
        return {stage: end - start for (stage, start), end in zip(self.began.items(), ends, strict=True)}


@contextmanager
def progress(stages: Stages, *, wanted: bool) -> Iterator[Notice]:
    """Give a function that takes stage, done and total; it draws a bar if wanted, on a terminal, after two seconds."""
    console = Console(stderr=True)
    bar = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=30),
        TextColumn("{task.percentage:>3.0f}%", markup=False),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )
    draws = wanted and sys.stderr.isatty()
    tasks: dict[str, TaskID] = {}
    since = time.monotonic()

    def notice(stage: str, done: int, total: int) -> None:
        stages.enter(stage)
        if not draws or time.monotonic() - since < PATIENCE:
            return
        if not tasks:
            bar.start()
        if stage not in tasks:
            for other in tasks.values():
                bar.update(other, visible=False)
            tasks[stage] = bar.add_task(show(stage), total=None)
        state: dict[str, Any] = {"completed": done, "total": total or None}
        bar.update(tasks[stage], **state)

    try:
        yield notice
    finally:
        if tasks:
            bar.stop()
