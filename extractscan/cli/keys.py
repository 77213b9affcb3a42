"""What `analyze` can be told, by flag, environment or file: one name, one type and one list of allowed values each."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final, get_args

import msgspec

from extractscan.cli.amounts import memory
from extractscan.cli.moments import moment, span
from extractscan.errors import UsageError
from extractscan.model import LEVELS, Level
from extractscan.model.asked import Marking
from extractscan.settings import PROFILES, Settings


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """The options of one analysis; a key has the name of its flag, with underscores."""

    accounts: str | None = None
    output: list[str] = []
    format: str | None = None
    start: str | None = msgspec.field(default=None, name="from")
    end: str | None = msgspec.field(default=None, name="to")
    last: str | None = None
    profile: str = "balanced"
    map: list[str] = []
    baseline_logs: list[str] = []
    fail_on: Level | None = None
    strict: bool = False
    reproducible: bool = False
    manifest: str | None = None
    sign_key: str | None = None
    quarantine: str | None = None
    min_level: Level | None = None
    suppress: str | None = None
    allow: str | None = None
    rules: list[str] = []
    include_account: list[str] = []
    exclude_account: list[str] = []
    include_organization: list[str] = []
    exclude_organization: list[str] = []
    include_model: list[str] = []
    exclude_model: list[str] = []
    include_country: list[str] = []
    exclude_country: list[str] = []
    baseline: str | None = None
    redact: bool = False
    key_file: str | None = None
    tlp: Marking | None = None
    threads: int | None = None
    memory_limit: str | None = None
    tmp_dir: str | None = None
    clobber: bool = False
    quiet: bool = False
    verbose: bool = False
    no_color: bool = False
    no_progress: bool = False


OPTIONS: Final = MappingProxyType({field.encode_name: field for field in msgspec.structs.fields(Options)})
THRESHOLDS: Final = MappingProxyType({field.encode_name: field for field in msgspec.structs.fields(Settings)})
KEYS: Final = (*OPTIONS, *THRESHOLDS)
"""Every key: options first, then the thresholds of the analysis."""

CHOICES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"profile": tuple(PROFILES), "fail_on": LEVELS, "min_level": LEVELS, "tlp": get_args(Marking)}
)
TIMES: Final[Mapping[str, Callable[[str, str], object]]] = MappingProxyType(
    {"from": moment, "to": moment, "last": span}
)
SIZES: Final[Mapping[str, Callable[[str, str], object]]] = MappingProxyType({"memory_limit": memory})
_YES: Final = ("1", "true", "yes", "on")
_NO: Final = ("0", "false", "no", "off")


def kind(key: str) -> type:
    """Return what a key holds: `bool`, `int`, `float`, `list` or `str`."""
    field = OPTIONS.get(key) or THRESHOLDS[key]
    text = str(field.type)
    return next((each for each in (bool, list, int, float) if each.__name__ in text), str)


def allowed(key: str) -> str:
    """Say in words what a key may be set to."""
    if key in CHOICES:
        return "one of " + ", ".join(CHOICES[key])
    if key == "map":
        return "a table of column = field, such as account_id = 'user.id'"
    if key == "last":
        return "a span of time: 90m, 12h, 30d, 4w"
    if key in SIZES:
        return "an amount of memory: 8GB, 512MB"
    if key in TIMES:
        return "a time: 2026-03-31 or 2026-03-31T18:00:00Z; UTC without a zone"
    words = {
        bool: "true or false",
        int: "a whole number from 0 up",
        float: "a number from 0 up",
        list: "a list of texts",
    }
    return words.get(kind(key), "text")


def checked(key: str, value: object, place: str) -> Any:
    """Return a value as its key's type.

    Args:
        key: One of `KEYS`.
        value: As it came from TOML, the environment (text, split already) or a flag.
        place: Where it was told, as an error names it.

    Raises:
        UsageError: naming place, value and what is allowed.
    """
    found = value.isoformat() if isinstance(value, date) else value
    wanted = kind(key)
    if wanted is list and isinstance(found, str):
        found = [found]
    if key == "map" and isinstance(found, dict):
        found = [f"{name}={field}" for name, field in found.items()]
    if not _fits(key, found, wanted):
        raise UsageError(f"{place} {value!r} is not allowed", hint=f"allowed: {allowed(key)}")
    read = TIMES.get(key) or SIZES.get(key)
    if read is not None:
        read(str(found), place)
    return found


def _fits(key: str, value: object, wanted: type) -> bool:
    if key in CHOICES:
        return value in CHOICES[key]
    if wanted is list:
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    if wanted in (int, float):
        number = not isinstance(value, bool) and isinstance(value, int if wanted is int else int | float)
        return number and math.isfinite(value) and value >= (1 if key == "threads" else 0)  # type: ignore[arg-type,operator]
    return isinstance(value, wanted)


def from_text(key: str, text: str) -> object:
    """Return the value that a text of the environment means: lists at commas, numbers, yes and no; else the text."""
    wanted = kind(key)
    if wanted is list:
        return split([text])
    if wanted is bool:
        word = text.strip().lower()
        return word in _YES if word in (*_YES, *_NO) else text
    for number in (int, float) if wanted in (int, float) else ():
        try:
            return number(text)
        except ValueError:
            continue
    return text


def split(texts: list[str]) -> list[str]:
    """Return the parts of comma lists; a part that holds a comma stands in double quotes."""
    return [part for row in csv.reader(texts, skipinitialspace=True) for part in row if part]
