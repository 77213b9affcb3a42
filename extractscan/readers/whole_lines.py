"""Looks at a block of bytes before it is parsed: whether each line holds one record for certain, and all is UTF-8."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyarrow as pa

from extractscan.readers.lines import Bytes

_Words = np.ndarray[Any, np.dtype[np.uint64]]
_Places = np.ndarray[Any, np.dtype[np.intp]]
_Bytes = np.ndarray[Any, np.dtype[np.uint8]]
_Mask = np.ndarray[Any, np.dtype[np.bool_]]

_MOST_BRACKETS: Final = 400
"""A line with more opening brackets may nest deeper than the decoder of single records goes."""


def lines_of(block: Bytes | pa.Buffer) -> tuple[int, int] | None:
    """Count the lines and measure the longest, where each holds one object for certain; None elsewhere.

    A line end between a closing and an opening brace never stands within a record, so that there are at least as many
    records as lines; the parser says whether there are more.
    """
    text = np.frombuffer(block, np.uint8)
    marked, brackets = _marked(text)
    ends = _places(marked)
    if text[-1] != _LINE_END:
        ends = np.append(ends, len(text))
    starts = np.concatenate(([0], ends[:-1] + 1))
    last = text[ends - 1]
    last = np.where(last == _RETURN, text[ends - 2], last)
    if not ((text[starts] == _OPEN).all() and (last == _CLOSE).all()):
        return None
    about = np.add.reduceat(brackets, starts // _WORD, dtype=np.int64) + brackets[ends // _WORD]
    for line in np.flatnonzero(about > _MOST_BRACKETS):
        if _is_bracket(text[starts[line] : ends[line]]).sum() > _MOST_BRACKETS:
            return None
    return len(ends), int((ends - starts).max())


def _marked(text: _Bytes) -> tuple[_Words, _Bytes]:
    """Mark line ends, 64 bytes a word, the first byte of eight in the highest bit; and count brackets by such words."""
    words = len(text) // _WORD + 1
    ends, brackets = np.zeros(words, np.uint64), np.zeros(words, np.uint8)
    bits, opening = ends.view(np.uint8), np.zeros(_SLICE // _WORD, np.uint64)
    for at in range(0, len(text), _SLICE):
        part = text[at : at + _SLICE]
        here = np.packbits(part == _LINE_END)
        bits[at // 8 : at // 8 + len(here)] = here
        opening.view(np.uint8)[: len(here)] = np.packbits(_is_bracket(part))
        opening.view(np.uint8)[len(here) :] = 0
        counted = np.bitwise_count(opening)[: (len(part) - 1) // _WORD + 1]
        brackets[at // _WORD : at // _WORD + len(counted)] = counted
    return ends, brackets


def _places(bits: _Words) -> _Places:
    """Give the numbers of the bytes that are marked, in order."""
    words = np.flatnonzero(bits)
    marks = np.flatnonzero(np.unpackbits(bits[words].view(np.uint8)).view(np.bool_))
    places: _Places = words[marks // _WORD] * _WORD + marks % _WORD
    return places


_WORD: Final = 64
_SLICE: Final = 128 << 10
"""Bytes that are looked at in one go: what fits into the processor's cache, and whole words."""


def _is_bracket(text: _Bytes) -> _Mask:
    hits: _Mask = (text & _OPENING_BITS) == _BRACKET
    return hits


_LINE_END, _RETURN, _OPEN, _CLOSE, _BRACKET = b"\n\r{}["
_OPENING_BITS: Final = 0xDF
"""`{` and `[` are the same but for one bit."""


def is_utf8(block: Bytes) -> bool:
    """Check all bytes, because a parser that skips fields does not look into them."""
    try:
        one_value(block, pa.large_string()).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def one_value(content: Bytes | pa.Buffer, kind: pa.DataType) -> pa.Array:
    """Give bytes as the one value of an array, without a copy."""
    edges = np.array([0, len(content)], dtype=np.int64)
    return pa.Array.from_buffers(kind, 1, [None, pa.py_buffer(edges), pa.py_buffer(content)])
