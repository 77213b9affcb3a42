"""Finds again, with the key, which files a redacted report was made of: a pseudonym is proved by making it anew."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import chdir, suppress
from itertools import islice
from pathlib import Path
from typing import Any, Final

import msgspec

from extractscan.errors import InputError, UsageError
from extractscan.model import Report
from extractscan.redaction.names import FILE, LENGTH, Names
from extractscan.redaction.values import COLUMNS

MOST_TRIED: Final = 200_000
"""Files and folders whose names are tried; more are left out, and what they would have named stays hidden."""
_PSEUDONYM: Final = re.compile(rf"{FILE}_[a-z2-7]{{{LENGTH}}}")
ONE: Final = ("accounts", "allow", "suppress", "baseline")
MANY: Final = ("inputs", "baseline_logs", "rules")
"""What of a question names a file, or several."""


def unveiled(report: Report, key: bytes, base: str) -> Report:
    """Return a redacted report with the names of its files, as far as they are found; pseudonyms elsewhere.

    The names of all files and folders below the base are tried as they may have been typed; a pattern is not found.

    Args:
        report: A redacted report.
        key: The key that it was redacted with.
        base: Folder that relative paths of inputs start from.

    Raises:
        UsageError: where the key is another.
    """
    names = Names(key)
    noted = "" if report.redaction is None else report.redaction.key_id
    if names.key_id() != noted:
        raise UsageError(
            f"the key has the id {names.key_id()}, the report was redacted with {noted}",
            hint="give the key file that --redact had when this report was made",
        )
    sought = frozenset([*_asked(report), *(each.path for each in report.inputs)])
    with chdir(base):
        found = _proved(names, sought, _typed())
        inputs = _named(report, found).run.inputs
        found |= _proved(names, sought, _opened(inputs))
    return _named(report, found)


def is_pseudonym(path: str) -> bool:
    """Say whether a redaction made this name of a file."""
    return _PSEUDONYM.fullmatch(path) is not None


def hidden(report: Report) -> list[str]:
    """List what of the question is a pseudonym still, sorted: files, and filters, whose values no file gives away."""
    files = [name for name in _asked(report) if is_pseudonym(name)]
    filters = [f"the values of the filter by {each.column}" for each in report.run.filters if each.column in COLUMNS]
    return sorted(files) + filters


def _proved(names: Names, sought: frozenset[str], tried: Iterable[str]) -> dict[str, str]:
    return {name: path for path in tried if (name := names.of(FILE, path)) in sought}


def _asked(report: Report) -> list[str]:
    told = [name for field in ONE if (name := getattr(report.run, field)) is not None]
    return told + [name for field in MANY for name in getattr(report.run, field)]


def _typed() -> Iterator[str]:
    """Give names as somebody in this folder would have typed them: relative, with ./ or a final /, or absolute."""
    here = str(Path.cwd())
    yield from ("-", ".", "./", here, f"{here}/")
    below = ((folder, name) for folder, folders, files in os.walk(".") for name in sorted((*folders, *files)))
    for folder, name in islice(below, MOST_TRIED):
        path = os.path.normpath(f"{folder}/{name}")
        for form in (path, f"./{path}", f"{here}/{path}"):
            yield from (form, f"{form}/")


def _opened(inputs: Sequence[str]) -> Iterator[str]:
    """Give what the report calls the inputs that named files hold: files of folders, members, tables."""
    from extractscan import readers

    for name in inputs:
        if Path(name).exists():
            with suppress(InputError):
                yield from (file.path for file in readers.open_logs([name]).files)


def _named(report: Report, found: dict[str, str]) -> Report:
    def name(text: str) -> str:
        return found.get(text, text)

    run: dict[str, Any] = {field: name(told) for field in ONE if (told := getattr(report.run, field)) is not None}
    run |= {field: [name(told) for told in getattr(report.run, field)] for field in MANY}
    inputs = [msgspec.structs.replace(each, path=name(each.path)) for each in report.inputs]
    return msgspec.structs.replace(report, run=msgspec.structs.replace(report.run, **run), inputs=inputs)
