"""Filters as they were asked for, by the columns of the log."""

from __future__ import annotations

from extractscan.cli.keys import Options, split
from extractscan.model.asked import Filter
from extractscan.selection import COLUMNS


def filters_of(options: Options) -> list[Filter]:
    """Return the filters that were asked for, one a column."""
    found = []
    for name, column in COLUMNS.items():
        include: list[str] = getattr(options, f"include_{name}")
        exclude: list[str] = getattr(options, f"exclude_{name}")
        if include or exclude:
            found.append(Filter(column=column, include=split(include), exclude=split(exclude)))
    return found
