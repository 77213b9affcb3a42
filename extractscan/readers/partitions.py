"""Read columns from the names of folders: `account_id=a1/date=2026-03-01/part-0.parquet`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import unquote

from extractscan import schema
from extractscan.readers.source import Record

_NONE: Final = frozenset({"", "__HIVE_DEFAULT_PARTITION__", "null"})


def partitions_of(path: str) -> dict[str, str]:
    """Give the keys and values that the folders of a path name; the last folder with a key wins."""
    found: dict[str, str] = {}
    for folder in path.replace("\\", "/").replace("!", "/").split("/")[:-1]:
        key, equals, value = folder.partition("=")
        if equals and key and unquote(value) not in _NONE:
            found[unquote(key)] = unquote(value)
    return found


def constants_of(path: str, fields: Sequence[str], mapping: Mapping[str, str]) -> dict[str, str]:
    """Give the canonical columns that the folders name, by the user's mapping or by their own name.

    What the records hold themselves wins.
    """
    there = {key: value for key, value in partitions_of(path).items() if key not in fields}
    own = {name: there[name] for name in schema.EVENTS if name in there and name not in mapping}
    return own | {name: there[key] for name, key in mapping.items() if key in there}


def filled_in(record: Record, constants: Mapping[str, str]) -> Record:
    """Give a record with the columns that its folders name."""
    return {**record, **constants} if constants else record
