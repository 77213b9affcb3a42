"""What goes where: machine output to stdout, everything said to people to stderr, and what stdout can draw."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import suppress

from extractscan.writers.show import quiet_json, show
from extractscan.writers.terminal import View

LINE = 2000
"""Characters of one line that is said; longer ones are cut."""
COLUMNS = (68, 240)
"""Bounds on the width that is drawn for: below, nothing fits; above, no eye follows a line."""
PIPED = 100
"""Columns where there is no terminal to ask."""


def say(message: str) -> None:
    """Print a message to stderr, each line with control characters made visible."""
    stream = sys.stderr
    ascii_only = not _draws_unicode(stream.encoding)
    for line in message.split("\n"):
        stream.write(f"{show(line, LINE, ascii_only=ascii_only)}\n")


def emit(content: bytes) -> None:
    """Write machine output or a drawn report to stdout; a reader who stops reading is no failure."""
    try:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # Python would complain once more when it closes stdout at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def emit_json(content: bytes) -> None:
    """Write JSON to stdout; for a terminal with the characters escaped that it would obey, for a pipe as it is."""
    emit(quiet_json(content) if sys.stdout.isatty() else content)


def stdout_view(*, no_color: bool = False, detail: bool = False) -> View:
    """Return how to draw for stdout: its width, colour only on a terminal that wants it, ASCII where it must be."""
    least, most = COLUMNS
    return View(
        width=min(max(_columns(), least), most),
        colour=sys.stdout.isatty() and not no_color and not os.environ.get("NO_COLOR") and _term() != "dumb",
        unicode=_draws_unicode(sys.stdout.encoding),
        detail=detail,
    )


def _columns() -> int:
    """Return the width of the terminal that stdout is, or that a pager behind it will most likely draw on."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            return shutil.get_terminal_size(os.get_terminal_size(stream.fileno())).columns
    return shutil.get_terminal_size((PIPED, 24)).columns


def _term() -> str:
    return os.environ.get("TERM", "")


def _draws_unicode(encoding: str | None) -> bool:
    return (encoding or "").lower().replace("-", "").startswith("utf")
