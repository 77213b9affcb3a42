"""Where options come from: the flag, then the environment, then the file, then the profile, then the default."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import msgspec

from extractscan.cli.keys import KEYS, OPTIONS, THRESHOLDS, Options, checked, from_text
from extractscan.errors import UsageError
from extractscan.settings import PROFILES, Settings

PROJECT_FILE: Final = "extractscan.toml"
"""Read where it stands in the working directory and no other file is named."""
PREFIX: Final = "EXTRACTSCAN_"
OTHERS: Final = frozenset({"EXTRACTSCAN_DEBUG", "EXTRACTSCAN_CONFIG", "EXTRACTSCAN_SIGN_PASSWORD"})
"""Variables that are no key: see `guard`, `config_file` and `signing_key`."""
FLAG_OF: Final[Mapping[str, str]] = MappingProxyType({"fmt": "format", "start": "from", "end": "to", "mapping": "map"})
"""Parameters of the command whose flag has another name."""
NEGATABLE: Final = frozenset({"strict", "reproducible"})
"""Flags that can also be turned off, with `--no-`."""


@dataclass(frozen=True, slots=True)
class Told:
    """A value and where it came from, such as `--seed`, `EXTRACTSCAN_SEED` or `extractscan.toml: seed`."""

    value: Any
    source: str


@dataclass(frozen=True, slots=True)
class Resolved:
    """What an analysis runs with: options, thresholds, the file they were read from, and the source of each key."""

    options: Options
    settings: Settings
    file: str | None
    told: Mapping[str, Told]


def resolve(given: Mapping[str, Any]) -> Resolved:
    """Return the options and settings of a run.

    Args:
        given: The parameters of the command; what was not typed is None, empty or False.

    Raises:
        UsageError: for a file or variable that names no key, or a value that is not allowed; it names the place.
    """
    file = config_file(given.get("config"))
    told = {**(_from_file(file) if file is not None else {}), **_from_environment(), **_from_flags(given)}
    profile = told["profile"].value if "profile" in told else Options().profile
    preset = {name: Told(value, f"profile {profile}") for name, value in PROFILES[profile].items()}
    told = {**preset, **told}
    values = {key: each.value for key, each in told.items()}
    return Resolved(
        options=msgspec.convert({key: value for key, value in values.items() if key in OPTIONS}, Options),
        settings=msgspec.convert({key: value for key, value in values.items() if key in THRESHOLDS}, Settings),
        file=file,
        told=told,
    )


def config_file(named: str | None) -> str | None:
    """Return the file that is read: the one named, that of `EXTRACTSCAN_CONFIG`, or the working directory's."""
    named = named or os.environ.get("EXTRACTSCAN_CONFIG") or None
    if named is None and Path(PROJECT_FILE).is_file():
        return PROJECT_FILE
    return named


def _from_file(path: str) -> dict[str, Told]:
    try:
        values = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}", hint="--config takes a TOML file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is no TOML: {error}", hint="write lines such as: margin_bits = 7.0") from error
    for key in values:
        _known(key, f"{path}: there is no key {key!r}", "")
    return {key: Told(checked(key, value, f"{path}: {key} ="), f"{path}: {key}") for key, value in values.items()}


def _from_environment() -> dict[str, Told]:
    found = {}
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name not in OTHERS:
            key = name.removeprefix(PREFIX).lower()
            _known(key, f"the environment sets {name}, which is no key", PREFIX)
            found[key] = Told(checked(key, from_text(key, os.environ[name]), f"{name} ="), name)
    return found


def _from_flags(given: Mapping[str, Any]) -> dict[str, Told]:
    found = {}
    for name, value in given.items():
        key = FLAG_OF.get(name, name)
        typed = value not in (None, []) and (value is not False or key in NEGATABLE)
        if key in KEYS and typed:
            flag = "--" + key.replace("_", "-")
            found[key] = Told(checked(key, value, flag), flag)
    return found


def _known(key: str, message: str, prefix: str) -> None:
    if key not in KEYS:
        near = get_close_matches(key, KEYS, n=3)
        near, every = ([prefix + (each.upper() if prefix else each) for each in names] for names in (near, KEYS))
        hint = f"nearest: {', '.join(near)}; all: {', '.join(every)}" if near else f"keys: {', '.join(every)}"
        raise UsageError(message, hint=hint)


def shown(found: Resolved) -> list[tuple[str, Any, str]]:
    """Return every key in order with its value and its source."""
    values = {**msgspec.to_builtins(found.options), **msgspec.to_builtins(found.settings)}
    return [(key, values[key], found.told[key].source if key in found.told else "default") for key in KEYS]
