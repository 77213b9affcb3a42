"""Say what a file is, by its content alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from extractscan import schema
from extractscan.errors import InputError
from extractscan.readers import containers, formats, mapped
from extractscan.readers.chat import is_chat, parse
from extractscan.readers.convert import FLAT, plain, read_guarded
from extractscan.readers.found import MEMBER, Found
from extractscan.readers.opening import parts_of
from extractscan.readers.partitions import constants_of, filled_in
from extractscan.readers.plan import Plan
from extractscan.readers.source import Record, Side, Source, keys_of
from extractscan.readers.stored import DamagedError, Stored, read
from extractscan.readers.streams import Meter
from extractscan.readers.tally import Tally

DETECT: Final = 50
"""Records that decide what a file is."""
SAMPLE: Final = 1000
"""Records that decide which columns a file delivers."""


@dataclass(frozen=True, slots=True)
class LogFile:
    """One input and what it was found to be; `skipped` says why it is not read."""

    path: str
    size: int
    stored: Stored
    container: containers.Container | None = None
    layers: str = ""
    source: Source | None = None
    columns: frozenset[str] = frozenset()
    chats: bool = False
    """Whether prompts are chat messages in JSON text, so that system prompts lie in them."""
    framing: str = ""
    """How a text file is cut into records; only its container reads it."""
    skipped: str = ""
    constants: Mapping[str, str] = field(default_factory=dict)
    """Canonical columns that the folders of the path name."""
    note: str = ""
    """What a reader of the report must know about where it lies."""
    side: Side | None = None
    """What it tells about events of other inputs (or of its own, where `source` is there too)."""
    keys: frozenset[str] = frozenset()
    """Keys by which its events are completed."""

    @property
    def format(self) -> str:
        """What the report calls it."""
        kind = self.source or self.side
        if kind is None or self.container is None:
            return "skipped"
        return f"{kind.name} ({self.container.name}{' ' + self.layers if self.layers else ''})"


@dataclass(frozen=True, slots=True)
class Sampled:
    """A file with its first records, before the user's mapping is applied."""

    file: LogFile
    records: Sequence[Record]
    fields: Sequence[str]
    filled: frozenset[str] | None


def sample(found: Found, mapping: Mapping[str, str] | None = None) -> Sampled:
    """Read the head of a file; the mapping may name folders of its path.

    Raises:
        InputError: where it is empty, damaged from the start, or of a kind that is not read.
    """
    if found.problem:
        hint = "Unpack it, and give the file itself." if MEMBER in found.path else "Give the log files themselves."
        raise InputError(f"{found.path}: {found.problem}", hint=hint)
    if found.size == 0:
        raise InputError(f"{found.path}: empty file", hint="Export the logs again, or leave the file out.")
    try:
        if found.kind:
            look = containers.look_at_table(found.kind, found.stored, found.framing, SAMPLE)
        else:
            look = containers.look(found.stored, next(read(found.stored, 4096), b""), SAMPLE)
    except DamagedError as error:
        hint = error.hint or "Export or copy the file again: this copy is broken."
        raise InputError(f"{found.path}: {error}", hint=hint) from error
    file = LogFile(found.path, found.size, found.stored, look.container, look.layers, framing=look.framing)
    file = replace(file, constants=constants_of(found.path, look.fields, mapping or {}), note=found.note)
    return Sampled(file, look.records, look.fields, look.filled)


class UndecidedError(InputError):
    """What was looked at of a file does not show what is needed; records further on may."""


def further(sampled: Sampled) -> Iterator[Sampled]:
    """Look at more and more records of a file that holds JSON: in each step at some behind those before.

    Tables are known from their heads. After 64 MiB or 200,000 records there are no more steps.
    """
    file = sampled.file
    if file.container is None or file.container.name not in SAMPLED_IN_PART:
        return
    plan, meter, seen = Plan(file.stored, file.size, file.layers, file.framing), Meter(Tally()), 0
    for chunk in file.container.read(plan, meter):
        records = plain(chunk.records)
        for start in range(0, len(records), SAMPLE):
            if start or seen:
                window = records[start : start + DETECT]
                fields = list(dict.fromkeys([*sampled.fields, *(name for record in window for name in record)]))
                yield replace(sampled, records=[*window, *sampled.records], fields=fields)
        seen += len(records)
        if seen >= _FURTHEST or meter.seen >= _FURTHEST_BYTES:
            return


SAMPLED_IN_PART: Final = ("ndjson", "json")
"""Containers in which a field may stand behind the records that were looked at."""
_FURTHEST: Final = 200_000
_FURTHEST_BYTES: Final = 64 << 20


def kind_of(sampled: Sampled, mapping: Mapping[str, str]) -> Source | Side:
    """Find what kind of records a sampled file holds.

    Raises:
        InputError: where it is of no known kind, or of one that cannot be analysed, saying which.
    """
    constants = sampled.file.constants
    records = [filled_in(record, constants) for record in sampled.records[:DETECT] or [dict.fromkeys(sampled.fields)]]
    found = formats.source_of(records)
    if isinstance(found, Side) and not _names_events(mapping, sampled):
        return found
    source = None if isinstance(found, Side) else found
    if source is None:
        _check_known(sampled, records, mapping)
    own = {name: path for name, path in mapping.items() if name not in constants}
    return mapped.overlay(source, own) if own or source is None else source


def _names_events(mapping: Mapping[str, str], sampled: Sampled) -> bool:
    """Whether a mapping names what makes events of records that hold none by themselves."""
    paths = [mapping.get(name) for name in schema.REQUIRED]
    return all(path and any(mapped.dig(record, path) is not None for record in sampled.records) for path in paths)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file of a known kind, before it is known what the other inputs are.

    Attributes:
        told: Columns that it supplies for events of other inputs, by the key.
        missing: Required columns that it has no field for.
        problem: What to raise where no other input supplies those.
    """

    file: LogFile
    kind: Source | Side
    told: Mapping[str, frozenset[str]]
    missing: frozenset[str] = frozenset()
    problem: InputError | None = None

    @property
    def side(self) -> Side | None:
        """What it may tell about events of other inputs."""
        return self.kind if isinstance(self.kind, Side) else self.kind.side

    @property
    def keys(self) -> frozenset[str]:
        """Keys by which its events can be completed."""
        return frozenset(keys_of(self.kind)) if isinstance(self.kind, Source) else frozenset()


def candidate(sampled: Sampled, kind: Source | Side) -> Candidate:
    """Keep of a sample what its file can be, and let its records go."""
    side = kind if isinstance(kind, Side) else kind.side
    told = {each.on: _delivered(each, sampled) for each in (side, *side.also)} if side is not None else {}
    if isinstance(kind, Side):
        return Candidate(sampled.file, kind, told)
    missing = frozenset(n for n in schema.REQUIRED if not _has(kind, n, sampled)) - set(sampled.file.constants)
    problem = _incomplete(sampled, sorted(missing, reverse=True), kind) if missing else None
    chats = _holds_chats(kind, sampled.records)
    columns = _delivered(kind, sampled) | set(schema.REQUIRED) | set(sampled.file.constants)
    columns |= {schema.SYSTEM_PROMPT} if chats else set()
    file = replace(sampled.file, source=kind, columns=columns, chats=chats)
    return Candidate(file, kind, told, missing, problem)


def identify(found: Candidate, offered: frozenset[str], told: Mapping[str, frozenset[str]]) -> LogFile:
    """Say what a file is among all inputs, and which columns it delivers.

    Args:
        found: The file.
        offered: Keys by which events among the inputs can be completed.
        told: Columns that inputs supply for events, by the key.

    Raises:
        InputError: where it delivers no events and completes none.
    """
    side = found.side if not offered.isdisjoint(found.told) else None
    if isinstance(found.kind, Side) and side is None:
        message = f"{found.file.path}: recognised as {found.kind.title}: {found.kind.why}"
        raise InputError(message, hint=found.kind.hint)
    if side is not None and not side.events:
        return replace(found.file, source=None, columns=frozenset(), side=side)
    keys = found.keys & set(told)
    supplied = frozenset(name for on in keys for name in told[on])
    if found.problem is not None and not found.missing <= supplied:
        raise found.problem
    return replace(found.file, columns=found.file.columns | supplied, side=side, keys=keys)


def _delivered(kind: Source | Side, sampled: Sampled) -> frozenset[str]:
    """Name the columns that a file delivers, as far as its sample shows."""
    views = [kind.view(record) for record in parts_of(kind, sampled.records)]
    return frozenset(n for n in kind.fields if _has(kind, n, sampled) and _filled(kind, n, sampled, views))


TELLING = 3
"""Columns of the accounts table, from which a file without times is taken for one."""


def _check_known(sampled: Sampled, records: Sequence[Record], mapping: Mapping[str, str]) -> None:
    """Refuse what is known and not read, and what is unknown without a mapping."""
    path = sampled.file.path
    refusal = formats.refusal_of(records)
    if refusal is not None and not (mapping and refusal.mappable):
        raise InputError(f"{path}: recognised as {refusal.title}: {refusal.why}", hint=refusal.hint)
    if mapping:
        return
    told = sampled.fields & schema.ACCOUNTS.keys()
    if schema.ACCOUNT in told and len(told) >= TELLING and schema.TIMESTAMP not in sampled.fields:
        raise InputError(
            f"{path}: a table of accounts, and no log: nothing in it says when anybody called",
            hint=f"name the logs as inputs, and this table with --accounts {path}",
        )
    shown = mapped.listed(mapped.paths_of(records) or sorted(sampled.fields), 40)
    raise UndecidedError(
        f"{path}: not a log format that is known (fields: {shown or 'none'})",
        hint=f"Name the fields: --map {schema.TIMESTAMP}=FIELD --map {schema.ACCOUNT}=FIELD. " + formats.KNOWN,
    )


def _has(source: Source | Side, name: str, sampled: Sampled) -> bool:
    """Whether the source's fields for a column exist at all in this file."""
    field = source.fields.get(name)
    if field is None:
        return False
    whole = isinstance(source, Source) and source.whole
    return whole or any(head in sampled.fields for head in field.heads)


def _filled(source: Source | Side, name: str, sampled: Sampled, views: Sequence[Any]) -> bool:
    """Whether a column has a value anywhere that was looked at, or may well have one further on."""
    field = source.fields[name]
    if isinstance(source, Source) and name in source.late:
        return True
    if sampled.filled is not None and source.name in FLAT and field.paths[0] in sampled.fields:
        return field.paths[0] in sampled.filled
    return any(read_guarded(field.read, view) not in (None, "") for view in views)


def _holds_chats(source: Source, records: Sequence[Record]) -> bool:
    if schema.PROMPT not in source.fields or source.fields[schema.PROMPT].paths != (schema.PROMPT,):
        return False
    return any(is_chat(parse(record.get(schema.PROMPT))) for record in records)


def _incomplete(sampled: Sampled, missing: Sequence[str], source: Source) -> UndecidedError:
    shown = mapped.listed(mapped.paths_of(sampled.records) or sorted(sampled.fields), 40)
    ways = [source.wants] if source.wants else []
    known = f"recognised as {source.title}: " if any(source is each for each in formats.SOURCES) else ""
    return UndecidedError(
        f"{sampled.file.path}: {known}no field for {' and '.join(missing)} (fields: {shown})",
        hint=" ".join([*ways, *(f"Name it with --map {name}=FIELD." for name in missing)]),
    )
