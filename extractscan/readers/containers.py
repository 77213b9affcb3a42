"""The table of containers: how bytes become records, one line each."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

from extractscan.readers import (
    csv_records,
    csv_table,
    envelopes,
    json_document,
    json_lines,
    lakehouse,
    parquet,
    sqlite_table,
    text_lines,
)
from extractscan.readers.chunk import Chunk
from extractscan.readers.lines import BOM
from extractscan.readers.plan import Plan
from extractscan.readers.stored import DamagedError, Stored
from extractscan.readers.streams import Meter, layers_of, pieces
from extractscan.readers.tally import Tally


@dataclass(frozen=True, slots=True)
class Container:
    """One way in which records are packed.

    Attributes:
        read: Yields all records in order; what is damaged is counted in the meter's tally.
        originals: Gives chosen records as they lie in the file.
        streams: Whether `read` sees every byte of the file, so that the hash comes for nothing.
    """

    name: str
    read: Callable[[Plan, Meter], Iterator[Chunk]]
    originals: Callable[[Plan, Iterable[int]], Iterator[tuple[int, bytes]]]
    streams: bool = True


@dataclass(frozen=True, slots=True)
class Look:
    """What the head of a file shows.

    Attributes:
        framing: What the container needs to know to cut the file into records.
        filled: Fields with values anywhere in the file, where the container knows.
    """

    container: Container
    layers: str
    framing: str
    records: Sequence[Mapping[str, Any]]
    fields: Sequence[str]
    filled: frozenset[str] | None = None


CONTAINERS: Final = {
    "parquet": Container("parquet", parquet.read, parquet.originals, streams=False),
    "ndjson": Container("ndjson", json_lines.read, json_lines.originals),
    "json": Container("json", json_document.read, json_document.originals),
    "text": Container("text", text_lines.read, text_lines.originals),
    "csv": Container("csv", csv_table.read, csv_table.originals),
    "sqlite": Container("sqlite", sqlite_table.read, sqlite_table.originals, streams=False),
    "postgresql": Container("postgresql", parquet.read, parquet.originals, streams=False),
    "delta": Container("delta", lakehouse.read, lakehouse.originals, streams=False),
    "iceberg": Container("iceberg", lakehouse.read, lakehouse.originals, streams=False),
}

_HEAD: Final = 1 << 20
_FURTHER: Final = 256 << 10
_LONG_HEAD: Final = 32 << 20
"""Where the first megabyte holds no line end, so much is searched for one."""
_NOT_A_LOG: Final = "Give Parquet, NDJSON, JSON or CSV; `extractscan formats` lists what is read."
_CONVERT: Final = (
    "Convert it to Parquet, NDJSON or CSV (plain, gzip or zstd); `extractscan formats` lists what is read."
)
_AS_UTF8: Final = "Write it as UTF-8 first: iconv -f WINDOWS-1252 -t UTF-8 FILE > NEW."
_ELSEWHERE: Final = (
    (b"PK\x03\x04", "a zip archive within an archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Obj\x01", "an Avro file"),
    (b"ORC", "an ORC file"),
    (b"ARROW1", "an Arrow IPC file"),
    (b"%PDF", "a PDF"),
    (codecs.BOM_UTF32_LE, "UTF-32 text"),
    (codecs.BOM_UTF32_BE, "UTF-32 text"),
    (b"{\0", "UTF-16 text without a byte order mark"),
    (b"[\0", "UTF-16 text without a byte order mark"),
    (b"\0{", "UTF-16 text without a byte order mark"),
    (b"\0[", "UTF-16 text without a byte order mark"),
)
_OPENS: Final = re.compile(rb"[\[{,:]\s*$")
"""How the first line of a pretty-printed document ends."""


def look(stored: Stored, head: bytes, count: int) -> Look:
    """Recognise the container by its first bytes and give up to `count` records.

    Raises:
        DamagedError: where not one record can be read.
    """
    layers, inner = layers_of(stored, head)
    if inner.startswith(b"PAR1"):
        return _look_at_parquet(stored, layers, count)
    for magic, what in _ELSEWHERE:
        if inner.startswith(magic):
            raise DamagedError(f"{what}, which is not read", hint=_CONVERT)
    text, whole = _start(stored, layers)
    if b"\0" in text[:4096]:
        raise DamagedError("binary content of no known kind", hint=_NOT_A_LOG)
    if text_lines.is_log(text):
        return Look(CONTAINERS["text"], layers, "", text_lines.sample(text, count), [text_lines.LINE])
    if text[:1] in {b"{", b"["}:
        return _look_at_json(stored, layers, text, whole=whole, count=count)
    return _look_at_table(stored, layers, text, whole=whole, count=count)


def look_at_table(kind: str, stored: Stored, framing: str, count: int) -> Look:
    """Give the first records of a table of a known kind.

    Raises:
        DamagedError: where it cannot be read.
    """
    if kind == "postgresql":
        fields, records = parquet.sample(stored, count)
    elif kind == "sqlite":
        fields, records = sqlite_table.sample(stored, framing, count)
    else:
        fields, records = lakehouse.sample(stored, count)
    return Look(CONTAINERS[kind], "", framing, records, fields, frozenset(fields))


def _look_at_parquet(stored: Stored, layers: str, count: int) -> Look:
    if layers:
        raise DamagedError("a compressed Parquet file", hint="Decompress it first; Parquet compresses itself.")
    fields, records = parquet.sample(stored, count)
    return Look(CONTAINERS["parquet"], "", "", records, fields, parquet.filled(stored, records))


def _start(stored: Stored, layers: str) -> tuple[bytes, bool]:
    """Decompress the head of a text file, up to its first line end at least, and say whether that is all of it."""
    held = b""
    stream = pieces(stored, layers, Meter(Tally()))
    try:
        for piece in stream:
            held += piece
            if len(held) >= _HEAD and (b"\n" in held or len(held) >= _LONG_HEAD):
                return held.removeprefix(BOM).lstrip(), False
    except DamagedError:
        if not held.strip():
            raise
    held = held.removeprefix(BOM)
    if not held.strip():
        raise DamagedError("nothing but white space" if held else "no content")
    return held.lstrip(), True


def _look_at_json(stored: Stored, layers: str, text: bytes, *, whole: bool, count: int) -> Look:
    first, newline, rest = text.partition(b"\n")
    single = not newline or not rest.strip()
    if text[:1] == b"[" or _opens_document(first) or (single and not whole):
        records = _document_sample(stored, layers, count)
        return Look(CONTAINERS["json"], layers, "", records, _fields_of(records))
    parts = [line for line in text.split(b"\n") if line.strip()]
    parts = parts if whole or len(parts) < 2 else parts[:-1]
    values = list(_values(parts[:count]))
    wrapped = any(map(envelopes.is_wrapped, values))
    if wrapped:
        records = list(islice(_records(element for line in parts for element in _elements(line, wrapped=True)), count))
    else:
        records = list(islice(_within(chain(values, _values(parts[count:]))), count))
    if not records:
        records = _document_sample(stored, layers, count)
        return Look(CONTAINERS["json"], layers, "", records, _fields_of(records))
    if not whole and not layers and stored.whole_file:
        records += _records(element for line in _further(stored.path) for element in _elements(line, wrapped=wrapped))
    framing = json_lines.WRAPPED if wrapped else ""
    return Look(CONTAINERS["ndjson"], layers, framing, records, _fields_of(records))


def _further(path: str) -> Iterator[bytes]:
    """Yield some whole lines from the middle and the end of a plain file, where fields may be that the head lacks."""
    with Path(path).open("rb") as handle:
        size = handle.seek(0, 2)
        for start in (size // 2, max(size - _FURTHER, 0)):
            handle.seek(start)
            yield from handle.read(_FURTHER).split(b"\n")[1:-1]


def _opens_document(first: bytes) -> bool:
    if not _OPENS.search(first):
        return False
    return not any(True for _ in _values([first]))


def _values(parts: Iterable[bytes]) -> Iterator[Any]:
    for part in parts:
        try:
            yield envelopes.decode(part)
        except envelopes.NotARecordError:
            continue


def _elements(line: bytes, *, wrapped: bool) -> list[envelopes.Element]:
    if not wrapped:
        return [envelopes.Element(line)]
    try:
        return list(envelopes.elements(line))
    except envelopes.NotARecordError:
        return []


def _records(elements: Iterable[envelopes.Element]) -> Iterator[Mapping[str, Any]]:
    for element in elements:
        try:
            yield envelopes.record_of(element)
        except envelopes.NotARecordError:
            continue


def _within(values: Iterable[Any]) -> Iterator[Mapping[str, Any]]:
    for value in values:
        try:
            yield envelopes.record_in(value)
        except envelopes.NotARecordError:
            continue


def _document_sample(stored: Stored, layers: str, count: int) -> list[Mapping[str, Any]]:
    tally = Tally()
    chunks = json_document.read(Plan(stored, layers=layers), Meter(tally))
    records = list(islice((record for chunk in chunks for record in list(chunk.records)), count))
    if not records:
        why = "; ".join(f"{loss.reason} at {loss.first_at}" for loss in tally.losses())
        hint = _AS_UTF8 if "not UTF-8" in why else ""
        raise DamagedError(why or "a JSON document without records", hint=hint)
    return records


def _fields_of(records: Iterable[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(key for record in records for key in record))


def _look_at_table(stored: Stored, layers: str, text: bytes, *, whole: bool, count: int) -> Look:
    header = csv_records.header_of(text)
    first = header.decode("utf-8", "replace").strip("\r\n")
    found = csv_table.header_of(first)
    if found is None:
        message = f"text that is no JSON and no table with a header ({envelopes.shown(first)})"
        raise DamagedError(message, hint=_NOT_A_LOG)
    delimiter, names = found
    plan = Plan(stored, layers=layers, framing=delimiter)
    body = text[len(header) :]
    end = body.rfind(b"\n") + 1 or len(body)
    records = csv_table.sample(body[:end], names, plan, count)
    seen_all = whole and len(records) < count
    return Look(CONTAINERS["csv"], layers, delimiter, records, names, None if seen_all else frozenset(names))
