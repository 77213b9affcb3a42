"""Looks at a block of bytes before it is parsed: whether each line holds one record for certain, and all is UTF-8."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyarrow as pa

_Bytes = np.ndarray[Any, np.dtype[np.uint8]]
_Mask = np.ndarray[Any, np.dtype[np.bool_]]

_MOST_BRACKETS: Final = 400
"""A line with more opening brackets may nest deeper than the decoder of single records goes."""


def lines_of(block: bytes) -> tuple[int, int] | None:
    """Count the lines and measure the longest, where each holds one object for certain; None elsewhere.

    A line end between a closing and an opening brace never stands within a record, so that there are at least as many
    records as lines; the parser says whether there are more.
    """
    text = np.frombuffer(block, np.uint8)
    ends, opening = (
        np.concatenate([np.flatnonzero(test(text[at : at + _SLICE])) + at for at in range(0, len(text), _SLICE)])
        for test in (_is_end, _is_bracket)
    )
    if text[-1] != _LINE_END:
        ends = np.append(ends, len(text))
    starts = np.concatenate(([0], ends[:-1] + 1))
    last = text[ends - 1]
    last = np.where(last == _RETURN, text[ends - 2], last)
    if not ((text[starts] == _OPEN).all() and (last == _CLOSE).all()):
        return None
    if np.diff(np.searchsorted(opening, ends), prepend=0).max() > _MOST_BRACKETS:
        return None
    return len(ends), int((ends - starts).max())


_SLICE: Final = 128 << 10
"""Bytes that are looked at in one go: what fits into the processor's cache."""


def _is_end(text: _Bytes) -> _Mask:
    hits: _Mask = text == _LINE_END
    return hits


def _is_bracket(text: _Bytes) -> _Mask:
    hits: _Mask = (text & _OPENING_BITS) == _BRACKET
    return hits


_LINE_END, _RETURN, _OPEN, _CLOSE, _BRACKET = b"\n\r{}["
_OPENING_BITS: Final = 0xDF
"""`{` and `[` are the same but for one bit."""


def is_utf8(block: bytes) -> bool:
    """Check all bytes, because a parser that skips fields does not look into them."""
    edges = np.array([0, len(block)], dtype=np.int64)
    whole = pa.Array.from_buffers(pa.large_string(), 1, [None, pa.py_buffer(edges), pa.py_buffer(block)])
    try:
        whole.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True
