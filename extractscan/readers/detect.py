"""Say what a file is, by its content alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from extractscan import schema
from extractscan.errors import InputError
from extractscan.readers import containers, formats, mapped
from extractscan.readers.chat import is_chat, parse
from extractscan.readers.convert import FLAT, read_guarded
from extractscan.readers.paths import Found
from extractscan.readers.source import Record, Source
from extractscan.readers.streams import DamagedError

DETECT: Final = 50
"""Records that decide what a file is."""
SAMPLE: Final = 1000
"""Records that decide which columns a file delivers."""

_ELSEWHERE: Final = (
    (b"BZh", "bzip2-compressed"),
    (b"\xfd7zXZ", "xz-compressed"),
    (b"PK\x03\x04", "a zip archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Obj\x01", "an Avro file"),
    (b"ORC", "an ORC file"),
    (b"ARROW1", "an Arrow IPC file"),
    (b"SQLite format 3\0", "a SQLite database"),
    (b"%PDF", "a PDF"),
    (b"\xff\xfe", "UTF-16 text"),
    (b"\xfe\xff", "UTF-16 text"),
)
_CONVERT: Final = (
    "Convert it to Parquet, NDJSON or CSV (plain, gzip or zstd); `extractscan formats` lists what is read."
)


@dataclass(frozen=True, slots=True)
class LogFile:
    """One input and what it was found to be; `skipped` says why it is not read."""

    path: str
    size: int
    container: containers.Container | None = None
    compression: str = ""
    source: Source | None = None
    columns: frozenset[str] = frozenset()
    chats: bool = False
    """Whether prompts are chat messages in JSON text, so that system prompts lie in them."""
    framing: str = ""
    """How a text file is cut into records; only its container reads it."""
    skipped: str = ""

    @property
    def format(self) -> str:
        """What the report calls it."""
        if self.source is None or self.container is None:
            return "skipped"
        return f"{self.source.name} ({self.container.name}{' ' + self.compression if self.compression else ''})"


@dataclass(frozen=True, slots=True)
class Sampled:
    """A file with its first records, before the user's mapping is applied."""

    file: LogFile
    records: Sequence[Record]
    fields: Sequence[str]
    filled: frozenset[str] | None


def sample(found: Found) -> Sampled:
    """Read the head of a file.

    Raises:
        InputError: where it is empty, damaged from the start, or of a kind that is not read.
    """
    if found.size == 0:
        raise InputError(f"{found.path}: empty file", hint="Export the logs again, or leave the file out.")
    try:
        with Path(found.path).open("rb") as handle:
            head = handle.read(4096)
    except OSError as error:
        raise InputError(f"{found.path}: {error.strerror}", hint="Check the permissions.") from error
    for magic, what in _ELSEWHERE:
        if head.startswith(magic):
            raise InputError(f"{found.path}: {what}, which is not read", hint=_CONVERT)
    try:
        look = containers.look(found.path, head, SAMPLE)
    except DamagedError as error:
        hint = error.hint or "Export or copy the file again: this copy is broken."
        raise InputError(f"{found.path}: {error}", hint=hint) from error
    file = LogFile(found.path, found.size, look.container, look.compression, framing=look.framing)
    return Sampled(file, look.records, look.fields, look.filled)


def identify(sampled: Sampled, mapping: Mapping[str, str]) -> LogFile:
    """Find the source of a sampled file and the columns that it delivers.

    Raises:
        InputError: where it is of no known source, or of one that cannot be analysed, saying which.
    """
    file, records = sampled.file, sampled.records
    found = _known(file.path, records[:DETECT] or [dict.fromkeys(sampled.fields)], sampled.fields, mapping)
    source = mapped.overlay(found, mapping) if mapping or found is None else found
    missing = [n for n in schema.REQUIRED if not _has(source, n, sampled)]
    if missing:
        raise _incomplete(file.path, missing, sampled)
    chats = _holds_chats(source, records)
    views = [source.view(record) for record in records]
    columns = {n for n in source.fields if _has(source, n, sampled) and _filled(source, n, sampled, views)}
    columns |= set(schema.REQUIRED) | ({schema.SYSTEM_PROMPT} if chats else set())
    return LogFile(
        file.path, file.size, file.container, file.compression, source, frozenset(columns), chats, file.framing
    )


def _known(path: str, records: Sequence[Record], fields: Sequence[str], mapping: Mapping[str, str]) -> Source | None:
    found = formats.source_of(records)
    if found is not None:
        return found
    refusal = formats.refusal_of(records)
    if refusal is not None and not (mapping and refusal.mappable):
        raise InputError(f"{path}: recognised as {refusal.title}: {refusal.why}", hint=refusal.hint)
    if mapping:
        return None
    shown = ", ".join(mapped.paths_of(records)[:40] or sorted(fields)[:40])
    raise InputError(
        f"{path}: not a log format that is known (fields: {shown or 'none'})",
        hint=f"Name the fields: --map {schema.TIMESTAMP}=FIELD --map {schema.ACCOUNT}=FIELD. " + formats.KNOWN,
    )


def _has(source: Source, name: str, sampled: Sampled) -> bool:
    """Whether the source's fields for a column exist at all in this file."""
    field = source.fields.get(name)
    if field is None:
        return False
    return any(head in sampled.fields for head in field.heads)


def _filled(source: Source, name: str, sampled: Sampled, views: Sequence[Any]) -> bool:
    """Whether a column has a value anywhere that was looked at, or may well have one further on."""
    field = source.fields[name]
    if name in source.late:
        return True
    if sampled.filled is not None and source.name in FLAT and field.paths[0] in sampled.fields:
        return field.paths[0] in sampled.filled
    return any(read_guarded(field.read, view) not in (None, "") for view in views)


def _holds_chats(source: Source, records: Sequence[Record]) -> bool:
    if schema.PROMPT not in source.fields or source.fields[schema.PROMPT].paths != (schema.PROMPT,):
        return False
    return any(is_chat(parse(record.get(schema.PROMPT))) for record in records)


def _incomplete(path: str, missing: Sequence[str], sampled: Sampled) -> InputError:
    shown = ", ".join(mapped.paths_of(sampled.records)[:40] or sorted(sampled.fields)[:40])
    return InputError(
        f"{path}: no field for {' and '.join(missing)} (fields: {shown})",
        hint=" ".join(f"Name it with --map {name}=FIELD." for name in missing),
    )
