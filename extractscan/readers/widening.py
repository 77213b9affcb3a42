"""Work on a log again where the first pass finds columns in it that no sample of its inputs showed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from extractscan.readers.logset import LogSet

Made = TypeVar("Made")


def with_late_columns(logs: LogSet, work: Callable[[LogSet], Made]) -> tuple[Made, LogSet]:
    """Work on a log in one pass; where that finds columns that no sample of the inputs showed, once more with these.

    Returns:
        What was made, and the log with all columns that it was made of.
    """
    while True:
        made = work(logs)
        narrow, logs = logs, logs.widened()
        if logs.columns == narrow.columns:
            return made, logs
        del made
