"""`--map canonical=field`, checked before anything is read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from extractscan.errors import UsageError

FILE: Final = "@"
"""Before the name of a file that holds a mapping, as `inspect --write-map` writes it."""


def parse_mapping(pairs: Sequence[str]) -> dict[str, str]:
    """Return the field of the log for each canonical column that was named; pairs go over files (`@mapping.toml`).

    Raises:
        UsageError: where a pair has no `=`, names no canonical column, or names one twice; where a file is no mapping.
    """
    found: dict[str, str] = {}
    for pair in pairs:
        if pair.startswith(FILE):
            continue
        name, equals, field = pair.partition("=")
        if not equals or not name or not field:
            raise UsageError(f"--map {pair!r} is no pair", hint="write column=field, such as account_id=user.id")
        _check(name, f"--map {pair!r}")
        if name in found:
            raise UsageError(f"--map names {name!r} twice", hint="one field for each column")
        found[name] = field
    for pair in pairs:
        if pair.startswith(FILE):
            found = _from_file(pair.removeprefix(FILE)) | found
    return found


def _check(name: str, place: str) -> None:
    from extractscan.schema import EVENTS

    if name not in EVENTS:
        raise UsageError(f"{place}: there is no column {name!r}", hint=f"columns: {', '.join(EVENTS)}")


def _from_file(path: str) -> dict[str, str]:
    import tomllib

    try:
        found = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}", hint="--map @FILE takes a mapping file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is no TOML: {error}", hint="write lines such as: account_id = 'user.id'") from error
    for name, field in found.items():
        _check(name, path)
        if not isinstance(field, str) or not field:
            raise UsageError(f"{path}: {name} = {field!r} names no field", hint="write: account_id = 'user.id'")
    return found


def encode_mapping(given: Mapping[str, str], guessed: Mapping[str, str]) -> bytes:
    """Write a mapping file: what was given, then what was guessed, in the order of the schema.

    Where a field was guessed for some columns, those that every log needs and that lack one are named in a comment.
    """
    from extractscan.schema import EVENTS, REQUIRED

    lines = ["# canonical column = field of the log, dotted where nested; use with: --map @FILE"]
    for title, pairs in (("given", given), ("guessed by the names of the fields: check them", guessed)):
        if pairs:
            lines += ["", f"# {title}", *(f"{name} = {json.dumps(pairs[name])}" for name in EVENTS if name in pairs)]
    lacking = [name for name in REQUIRED if guessed and name not in {*given, *guessed}]
    if lacking:
        lines += ["", "# needed, and no field looks like it: name one", *(f'# {name} = "FIELD"' for name in lacking)]
    return ("\n".join(lines) + "\n").encode()
