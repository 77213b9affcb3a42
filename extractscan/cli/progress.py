"""A bar on stderr for runs that take long enough to wonder."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from extractscan.writers.numbers import count, size
from extractscan.writers.show import show

PATIENCE = 2.0
"""Seconds before a bar appears: whoever waits less needs none."""
IN_BYTES = "reading"
"""The stage that counts bytes; all others count steps."""

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
        TextColumn("{task.fields[amount]}", markup=False),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        get_time=time.monotonic,
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
            tasks[stage] = bar.add_task(show(stage), total=None, amount="")
            bar.tasks[-1].start_time = stages.began[stage]  # not when it was first drawn
        if total <= 1:  # one step has no share that is done: the bar runs to and fro
            return
        counted = (size(done), size(total)) if stage == IN_BYTES else (count(done), count(total))
        bar.update(tasks[stage], completed=done, total=total, amount=" of ".join(counted))

    try:
        yield notice
    finally:
        if tasks:
            bar.stop()
