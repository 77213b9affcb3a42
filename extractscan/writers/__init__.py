"""Every output, drawn from the report alone: one file a format, and the table that lists them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from extractscan.errors import UsageError
from extractscan.model import Report
from extractscan.writers import csv_accounts, json_report, markdown, ndjson, terminal


class Writer(NamedTuple):
    """One format: the suffixes that mean it, how to make its bytes, and one line for a list of formats."""

    suffixes: tuple[str, ...]
    render: Callable[[Report], bytes]
    title: str


WRITERS: Mapping[str, Writer] = MappingProxyType(
    {
        "json": Writer((".json",), json_report.render, "the whole report; every other format is drawn from it"),
        "terminal": Writer((".txt",), terminal.render, "for reading, without colours when it goes to a file"),
        "md": Writer((".md", ".markdown"), markdown.render, "Markdown for a ticket; log values cannot become markup"),
        "csv": Writer((".csv",), csv_accounts.render, "one row for each account of each network"),
        "ndjson": Writer((".ndjson", ".jsonl"), ndjson.render, "one JSON line for each account of each network"),
    }
)


def choose(path: str | os.PathLike[str] | None = None, fmt: str | None = None) -> str:
    """Return the name of the format to write, named outright or by the suffix of a path.

    Raises:
        UsageError: where no writer has that name or suffix; the hint lists them all.
    """
    if fmt is not None:
        if fmt in WRITERS:
            return fmt
        raise UsageError(f"there is no output format {fmt!r}", hint=f"formats: {', '.join(WRITERS)}")
    suffix = Path(path).suffix.lower() if path is not None else ""
    for name, writer in WRITERS.items():
        if suffix in writer.suffixes:
            return name
    known = ", ".join(f"{' '.join(writer.suffixes)} ({name})" for name, writer in WRITERS.items())
    raise UsageError(
        f"the suffix of {os.fspath(path or '')!r} is no output format",
        hint=f"known: {known}; or name one: --format",
    )


def write(report: Report, path: str | os.PathLike[str], fmt: str | None = None) -> int:
    """Write a report to a file and return its size in bytes; readers see the old file or the whole new one.

    The bytes go to a temporary file beside the target, are flushed to the disk, and take the target's place at once. A
    symbolic link is followed, so that what it points to is replaced. On failure the target is as it was.

    Raises:
        UsageError: for an unknown format, or a place that cannot be written.
    """
    return write_bytes(WRITERS[choose(path, fmt)].render(report), path)


def write_bytes(content: bytes, path: str | os.PathLike[str]) -> int:
    """Write a file whole or not at all, as `write` does, and return its size.

    Raises:
        UsageError: for a place that cannot be written.
    """
    try:
        _replace(Path(path).resolve(), content)
    except OSError as error:
        raise UsageError(
            f"cannot write {os.fspath(path)!r}: {error.strerror or error}",
            hint="check that the folder exists, may be written, and has room",
        ) from error
    return len(content)


def _replace(target: Path, content: bytes) -> None:
    temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
