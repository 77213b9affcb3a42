"""What could keep the tool from working here, looked at one by one."""

from __future__ import annotations

import importlib
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from typing import Literal, NamedTuple

from extractscan.cli.config import resolve
from extractscan.cli.say import stdout_view
from extractscan.custody import LIBRARIES
from extractscan.errors import UsageError

MODULES = {"graspologic-native": "graspologic_native"}
"""Import names that differ from the package's."""
LEAST_MEMORY = 2 << 30
LEAST_ROOM = 1 << 30
"""Bytes under which analyses of a few million events may not fit."""

State = Literal["ok", "note", "fault"]


class Finding(NamedTuple):
    """One thing that was looked at; only a fault keeps the tool from working."""

    what: str
    state: State
    says: str


def findings() -> list[Finding]:
    """Look at Python, libraries, memory, room for temporary files, the terminal and the configuration."""
    checks: tuple[Callable[[], Iterator[Finding]], ...] = (
        _python, _libraries, _extras, _memory, _temporary, _terminal, _configuration,
    )  # fmt: skip
    return [each for check in checks for each in check()]


def _python() -> Iterator[Finding]:
    found = f"{platform.python_version()} on {sys.platform}, {os.cpu_count() or 1} processors"
    yield Finding("Python", "ok" if sys.version_info >= (3, 11) else "fault", found)


def _libraries() -> Iterator[Finding]:
    for name in LIBRARIES:
        try:
            importlib.import_module(MODULES.get(name, name.replace("-", "_")))
            yield Finding(name, "ok", version(name))
        except Exception as error:  # noqa: BLE001  a broken wheel may fail in any way
            yield Finding(name, "fault", f"cannot be loaded: {type(error).__name__}: {error}")


def _extras() -> Iterator[Finding]:
    """Tell for each optional extra of the package whether what it needs is there."""
    try:
        needed = requires("extractscan") or []
    except PackageNotFoundError:
        yield Finding("extras", "note", "run from a source tree: not known")
        return
    extras: dict[str, list[str]] = {}
    for line in needed:
        requirement, _, marker = line.partition(";")
        if "extra ==" in marker:
            extra = marker.rpartition("==")[2].strip(" '\")")
            extras.setdefault(extra, []).append("".join(_name(requirement)))
    for extra, names in sorted(extras.items()):
        missing = [name for name in names if not _installed(name)]
        says = f"not installed: {', '.join(missing)}" if missing else "installed"
        yield Finding(f"extra [{extra}]", "note" if missing else "ok", says)


def _name(requirement: str) -> Iterator[str]:
    for letter in requirement.strip():
        if not (letter.isalnum() or letter in "-_."):
            return
        yield letter


def _installed(name: str) -> bool:
    try:
        return bool(version(name))
    except PackageNotFoundError:
        return False


def _memory() -> Iterator[Finding]:
    try:
        held = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        yield Finding("memory", "note", "not known on this system")
        return
    yield Finding("memory", "ok" if held >= LEAST_MEMORY else "note", f"{held / 1e9:.1f} GB")


def _temporary() -> Iterator[Finding]:
    folder = tempfile.gettempdir()
    try:
        with tempfile.TemporaryFile():
            room = os.statvfs(folder)
    except (AttributeError, OSError) as error:
        yield Finding("temporary files", "fault", f"{folder}: {error}")
        return
    free = room.f_bavail * room.f_frsize
    yield Finding("temporary files", "ok" if free >= LEAST_ROOM else "note", f"{folder}, {free / 1e9:.1f} GB free")


def _terminal() -> Iterator[Finding]:
    view = stdout_view()
    drawn = f"{view.width} columns, {'colours' if view.colour else 'no colours'}"
    yield Finding("terminal", "ok", f"{drawn}, {'Unicode' if view.unicode else 'ASCII only'}")


def _configuration() -> Iterator[Finding]:
    try:
        found = resolve({})
    except UsageError as error:
        yield Finding("configuration", "fault", f"{error}; {error.hint}")
        return
    yield Finding("configuration", "ok", f"{found.file or 'no file'}, {len(found.told)} keys set")
