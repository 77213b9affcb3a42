"""What is said where: colours only for terminals that want them, bars only for whoever waits."""

from __future__ import annotations

import io
import os
import pty
import re
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from extractscan.cli import progress as bars
from extractscan.cli import say
from extractscan.cli.progress import Stages, progress


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def in_terminal(*arguments: str, **environment: str) -> str:
    """Run the program in a real pseudo-terminal and return what it drew."""
    ours, theirs = pty.openpty()
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "TERM")}
    done = subprocess.Popen(
        [sys.executable, "-m", "extractscan", *arguments],
        stdout=theirs,
        stderr=theirs,
        stdin=subprocess.DEVNULL,
        env={"TERM": "xterm-256color", "COLUMNS": "80", **kept, **environment},
    )
    os.close(theirs)
    drawn = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # the other side has gone
            break
        if not part:
            break
        drawn += part
    os.close(ours)
    assert done.wait() == 0
    return drawn.decode()


def test_a_terminal_gets_colours(saved: Path) -> None:
    """In a terminal levels have colours, and no other control sequence than colours is sent."""
    drawn = in_terminal("report", str(saved))
    assert "\x1b[1;38;5;160m" in drawn
    assert "\x1b" not in re.sub(r"\x1b\[[0-9;]*m", "", drawn)


@pytest.mark.parametrize(
    ("arguments", "environment"), [(["--no-color"], {}), ([], {"NO_COLOR": "1"}), ([], {"TERM": "dumb"})]
)
def test_a_terminal_that_wants_no_colours_gets_none(saved: Path, arguments: list[str], environment: dict) -> None:
    """--no-color, NO_COLOR and a dumb terminal all turn them off."""
    assert "\x1b" not in in_terminal("report", str(saved), *arguments, **environment)


def test_a_terminal_without_unicode_gets_ascii(saved: Path) -> None:
    """An ASCII stdout gets ASCII glyphs."""
    assert in_terminal("report", str(saved), "--no-color", PYTHONIOENCODING="ascii").isascii()


def test_json_on_a_terminal_cannot_act(tmp_path: Path, saved: Path) -> None:
    """JSON printed to a terminal has C1 controls and overrides escaped; in a pipe it is the exact document."""
    path = tmp_path / "x.json"
    path.write_bytes(saved.read_bytes().replace(b"acct_00001", "acct\u202e\x9b2J".encode()))
    assert not re.search("[\x80-\x9f\u202e]", in_terminal("report", str(path), "--format", "json"))
    piped = subprocess.run(
        [sys.executable, "-m", "extractscan", "report", str(path), "--format", "json"], capture_output=True, check=True
    )
    assert piped.stdout == path.read_bytes()


@pytest.mark.parametrize(("columns", "width"), [("20", 68), ("132", 132), ("9999", 240)])
def test_the_width_is_the_terminals_within_reason(monkeypatch, columns: str, width: int) -> None:
    """COLUMNS is followed between the bounds."""
    monkeypatch.setenv("COLUMNS", columns)
    assert say.stdout_view().width == width


def test_behind_a_pipe_the_width_is_that_of_the_terminal_in_front(saved: Path) -> None:
    """`extractscan report … | cat` in a terminal draws for that terminal; without one, for 100 columns."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 70))
    command = [sys.executable, "-m", "extractscan", "report", str(saved)]
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    piped = subprocess.run(command, stdout=subprocess.PIPE, stderr=theirs, env=environment, check=True)
    alone = subprocess.run(command, capture_output=True, env=environment, check=True)
    os.close(ours)
    os.close(theirs)
    assert max(map(len, piped.stdout.decode().splitlines())) == 70
    assert max(map(len, alone.stdout.decode().splitlines())) == 100


def test_a_stream_without_encoding_gets_ascii(monkeypatch) -> None:
    """Where nobody says what a stream can draw, ASCII is safe."""
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert say.stdout_view().unicode is False


def bar_of(monkeypatch: pytest.MonkeyPatch, *, patience: float = 0.0, wanted: bool = True, stage: str = "x") -> str:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(bars, "PATIENCE", patience)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    with progress(Stages(), wanted=wanted) as notice:
        notice("first", 0, 0)
        notice("first", 1, 1)
        notice(stage, 5_000, 10_000)
    return terminal.getvalue()


def test_a_bar_is_drawn_for_whoever_waits(monkeypatch) -> None:
    """After its patience the bar shows its stage, bytes as such, with hostile names made visible."""
    assert "5.0 KB of 10.0 KB" in bar_of(monkeypatch, stage="reading")
    assert "5,000 of 10,000" in bar_of(monkeypatch, stage="shuffling")
    assert r"link\x1b" in bar_of(monkeypatch, stage="link\x1b")


def test_a_short_run_draws_no_bar(monkeypatch) -> None:
    """Within two seconds nothing is drawn."""
    assert bar_of(monkeypatch, patience=60.0) == ""


def test_a_bar_that_nobody_wants_is_not_drawn(monkeypatch) -> None:
    """--quiet and --no-progress draw none."""
    assert bar_of(monkeypatch, wanted=False) == ""


def test_a_pipe_gets_no_bar(monkeypatch) -> None:
    """Without a terminal nothing is drawn, however long it takes."""
    monkeypatch.setattr(Terminal, "isatty", lambda self: False)
    assert bar_of(monkeypatch) == ""


def test_stages_are_timed_one_after_the_other(monkeypatch) -> None:
    """Each stage lasts until the next begins, the last until now."""
    clock = iter([1.0, 3.0, 3.5, 10.0])
    monkeypatch.setattr(bars.time, "monotonic", lambda: next(clock))
    stages = Stages()
    for stage in ("read", "link", "read"):
        stages.enter(stage)
    assert stages.seconds() == {"read": 2.0, "link": 7.0}
