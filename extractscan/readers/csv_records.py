"""Cut CSV into records: line ends inside quotes end none, and a quote that is never closed costs its own row alone."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np

from extractscan.readers.lines import blocks
from extractscan.readers.stored import DamagedError

_QUOTE: Final = b'"'
_MARK, _END, _RETURN = b'"\n\r'
LONGEST_OPEN: Final = 32 << 20
"""Bytes after which a quoted field that goes on over line ends is taken for one that is never closed."""


class Part(NamedTuple):
    """One record with its line end; of a broken one all lines up to the next good one."""

    data: bytes
    sound: bool = True


class Block(NamedTuple):
    """Whole records; cut already where some quote is not in its place."""

    data: bytes
    parts: list[Part] | None = None

    def records(self, delimiter: str, width: int) -> list[Part]:
        """Give the records one by one."""
        return list(cut(self.data, delimiter, width)) if self.parts is None else self.parts


def fields_of(text: str, delimiter: str) -> list[str] | None:
    """Take one record apart; None where it is no CSV."""
    try:
        return next(csv.reader([text], delimiter=delimiter), [])
    except csv.Error:
        return None


def record_blocks(stream: Iterator[bytes], delimiter: str) -> Iterator[Block]:
    """Yield the header alone, and then the rest in blocks of whole records.

    Raises:
        DamagedError: where the stream breaks, after the whole records before were yielded.
    """
    carry, width = b"", 0
    broken: DamagedError | None = None
    try:
        for block in blocks(stream):
            carry += block
            if not width:
                first = header_of(carry)
                if first == carry and len(first) <= LONGEST_OPEN:
                    continue
                width = len(fields_of(first.decode("utf-8", "replace").strip("\r\n"), delimiter) or [""])
                yield Block(first)
                carry = carry[len(first) :]
            done, carry = _whole(carry, delimiter, width)
            if done is not None:
                yield done
    except DamagedError as error:
        broken = error
    if carry and broken is None:
        yield from _rest(carry, delimiter, width)
    if broken is not None:
        raise broken


def _whole(data: bytes, delimiter: str, width: int) -> tuple[Block | None, bytes]:
    """Take the whole records off the front of the data; what is left may go on."""
    end = _sound_end(data, delimiter, width)
    if end is not None and len(data) - end <= LONGEST_OPEN:
        return (Block(data[:end]) if end else None), data[end:]
    parts = list(cut(data, delimiter, width, final=False))
    done = b"".join(part.data for part in parts)
    return (Block(done, parts) if parts else None), data[len(done) :]


def _rest(data: bytes, delimiter: str, width: int) -> Iterator[Block]:
    """Cut what is left at the end of a stream."""
    if not width or (data.endswith(b"\n") and _sound_end(data, delimiter, width) == len(data)):
        yield Block(data)
    else:
        yield Block(data, list(cut(data, delimiter, width)))


def _sound_end(data: bytes, delimiter: str, width: int) -> int | None:
    """Say where the last whole record ends; None where a quote is, or may be, out of its place.

    Each quote must open or close a field, or be doubled; and a record over several lines must have all fields.
    """
    text = np.frombuffer(data, np.uint8)
    quotes, ends = np.flatnonzero(text == _MARK), np.flatnonzero(text == _END)
    padded = np.frombuffer(b"\n" + data + b"\n", np.uint8)
    edges = (ord(delimiter), _END, _RETURN, _MARK)
    if not (np.isin(padded[quotes[::2]], edges).all() and np.isin(padded[quotes[1::2] + 2], edges).all()):
        return None
    within = np.searchsorted(quotes, ends) % 2 == 1
    last = ends[~within]
    if within.any():
        marks = np.flatnonzero(text == ord(delimiter))
        marks = marks[np.searchsorted(quotes, marks) % 2 == 0]
        fields, inner = (np.diff(np.searchsorted(found, last), prepend=0) for found in (marks, ends[within]))
        if (fields[inner > 0] != width - 1).any():
            return None
    return int(last[-1]) + 1 if len(last) else 0


def header_of(data: bytes) -> bytes:
    """Give the first record with its line end, in which all quotes are in their places."""
    end = _line_end(data, 0)
    while end < len(data) and data.count(_QUOTE, 0, end) % 2:
        end = _line_end(data, end)
    return data[:end]


def _line_end(data: bytes, start: int) -> int:
    return data.find(b"\n", start) + 1 or len(data)


def cut(data: bytes, delimiter: str, width: int, *, final: bool = True) -> Iterator[Part]:
    """Cut bytes into records that may have quotes out of place.

    A record over several lines must be proper CSV; where it is not, or has too few fields and a line within has all
    `width` of them, it is broken, and the next record is the next line that parses with all fields. Where the data may
    go on (not `final`), a last record that may do so is left out.
    """
    start, hopeless = 0, False
    while start < len(data):
        end = _line_end(data, start)
        if data.count(_QUOTE, start, end) % 2:
            found = _Found(end, 0) if hopeless else _record(data, start, delimiter)
            hopeless = hopeless or found.open
            end = found.end
            sound = found.fields == width or (found.fields > 0 and not _next_whole(data, start, end, delimiter, width))
            if not sound:
                end = _next_whole(data, start, len(data), delimiter, width) or len(data)
            if not final and end == len(data) and len(data) - start <= LONGEST_OPEN:
                return
            yield Part(data[start:end], sound)
        else:
            yield Part(data[start:end])
        start = end


class _Found(NamedTuple):
    """A record by the rules: where it ends and how many fields it has, 0 if a quote is not in its place."""

    end: int
    fields: int
    open: bool = False


@lru_cache(maxsize=8)
def _field(delimiter: str) -> re.Pattern[bytes]:
    mark = re.escape(delimiter.encode())
    return re.compile(rb'"(?:[^"]++|"")*+|[^"\r\n' + mark + rb"]*+")


def _record(data: bytes, start: int, delimiter: str) -> _Found:
    """Read one record by the rules, from the start of a line."""
    field, mark = _field(delimiter), ord(delimiter)
    at, fields = start, 0
    while True:
        found = field.match(data, at)
        assert found is not None
        quoted, at = data[at : at + 1] == _QUOTE, found.end()
        if quoted:
            if at == len(data):
                return _Found(at, 0, open=True)
            at += 1
        fields += 1
        if data.startswith(b"\r\n", at):
            at += 1
        if at >= len(data) or data[at] == _END:
            return _Found(min(at + 1, len(data)), fields)
        if data[at] != mark:
            return _Found(at, 0)
        at += 1


def _next_whole(data: bytes, start: int, stop: int, delimiter: str, width: int) -> int | None:
    """Find the next line after the one at `start`, and before `stop`, from which a record with all fields is read."""
    while (start := _line_end(data, start)) < stop:
        if _record(data, start, delimiter).fields == width:
            return start
    return None
