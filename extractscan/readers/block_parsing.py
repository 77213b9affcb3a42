"""Parse blocks of lines, and JSON that stands in texts, into tables of a known shape."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import repeat
from operator import attrgetter
from typing import Any, Final

import msgspec
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

from extractscan.readers.lines import Bytes
from extractscan.readers.shape import ITEM, UnusualError
from extractscan.readers.whole_lines import lines_of, one_value

_PARSED_AT_ONCE: Final = 4 << 20
"""Bytes of one chunk of a table: each costs a little for every column."""
_POOL: Final = pa.system_memory_pool()
"""Arrow's own pool takes large pages from the system, and clears them, as long as a short run lasts."""


def parsed(block: Bytes | pa.Buffer, kind: pa.Schema, expected: int | None = None) -> pa.Table | None:
    """Parse lines of one record each; None where they are not of the kind, or not as many as `expected`."""
    lines = lines_of(block)
    if lines is None or expected not in {None, lines[0]}:
        return None
    count, longest = lines
    size = max(_PARSED_AT_ONCE, 2 * longest)
    try:
        table = pj.read_json(
            pa.BufferReader(block),
            pj.ReadOptions(use_threads=False, block_size=min(size, len(block) + 1)),
            pj.ParseOptions(explicit_schema=kind, unexpected_field_behavior="ignore"),
            memory_pool=_POOL,
        )
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None
    return table if table.num_rows == count else None


def json_in(array: pa.ChunkedArray, kind: pa.Schema) -> pa.ChunkedArray:
    """Open texts that are one object or one list each; null where nothing is in a text.

    Raises:
        UnusualError: where a text is anything else.
    """
    parts = [part for chunk in array.chunks if len(chunk) for part in _opened(chunk, kind).chunks]
    return pa.chunked_array(parts, kind.field(ITEM).type)


def _opened(texts: pa.StringArray, kind: pa.Schema) -> pa.ChunkedArray:
    hollow = _hollow(texts)
    if hollow.all():
        return pa.chunked_array([pa.nulls(len(texts), kind.field(ITEM).type)])
    texts = pc.if_else(hollow, "null", texts, memory_pool=_POOL) if hollow.any() else texts
    lines = pc.binary_join_element_wise('{"item":', texts, "}\n", "", memory_pool=_POOL).buffers()[2]
    table = None if any(_holds(lines, word) for word in _NO_JSON) else parsed(lines, kind, len(texts))
    if table is None:
        raise UnusualError
    return table.column(ITEM)


_NO_JSON: Final = (b"NaN", b"Infinity")
"""What one parser takes for numbers and the other does not."""


def _holds(text: pa.Buffer, word: bytes) -> bool:
    """Look for some bytes; Python itself takes two to three times as long."""
    found = pl.from_arrow(one_value(text, pa.large_binary()))
    assert isinstance(found, pl.Series)
    return bool(found.bin.contains(word).any())


def _hollow(texts: pa.StringArray) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Say which texts hold nothing.

    Raises:
        UnusualError: where a text is neither that nor begins and ends as an object or a list does.
    """
    _, places, content = texts.buffers()
    ends = np.frombuffer(places, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    sizes = np.diff(ends)
    if content is None or not sizes.any():
        return np.ones(len(texts), np.bool_)
    data = np.frombuffer(content, np.uint8)
    first, last = data[np.minimum(ends[:-1], len(data) - 1)], data[ends[1:] - 1]
    whole = ((first == _BRACE) & (last == _BRACE + 2)) | ((first == _BRACKET) & (last == _BRACKET + 2))
    hollow: np.ndarray[Any, np.dtype[np.bool_]] = (sizes == 0) | (whole & (sizes == len("{}")))
    if not (whole | hollow).all():
        raise UnusualError
    return hollow


_BRACE, _BRACKET = b"{["
"""What closes either stands two places further."""


NAMES: Final = dict[str, msgspec.Raw] | list[Any] | str | int | float | bool | None
"""Any value, of which objects are opened as far as the names of their fields."""


@lru_cache(maxsize=64)
def heads_decoder(heads: tuple[str, ...], kinds: tuple[Any, ...] = ()) -> msgspec.json.Decoder[Any]:
    """Give what decodes some top-level fields of records, named `f0`, `f1` and so on, and skips the others.

    The first fields are of the kinds given, the others of any.
    """
    names = [f"f{number}" for number in range(len(heads))]
    every = [*kinds, *[Any] * (len(heads) - len(kinds))]
    fields = [(name, kind, None) for name, kind in zip(names, every, strict=True)]
    struct = msgspec.defstruct("Heads", fields, rename=dict(zip(names, heads, strict=True)), gc=False)
    return msgspec.json.Decoder(struct)


def heads_of(block: Bytes, heads: tuple[str, ...]) -> tuple[list[tuple[Any, ...]], pl.Series | None]:
    """Load some top-level fields of all records, once for each different text that stands there.

    Returns:
        What the fields hold, None where there is none, and which of them each record has; None where each has its own.

    Raises:
        UnusualError: where they cannot be decoded.
    """
    try:
        raw = heads_decoder(heads, (msgspec.Raw,) * len(heads)).decode_lines(block)
        columns = [_held(raw, f"f{number}") for number in range(len(heads))]
        texts = [[b"null" if text is None else bytes(text) for text in column] for column in columns if column]
        numbers: dict[tuple[bytes, ...], int] = {}
        keys = zip(*texts, strict=True) if texts else repeat((), len(raw))
        which = [numbers.setdefault(key, len(numbers)) for key in keys]
        told = [_filled(map(_ANY.decode, key), columns) for key in numbers]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise UnusualError from error
    return told, None if len(told) == len(which) else pl.Series(which, dtype=pl.UInt32)


def _held(records: list[Any], name: str) -> list[Any]:
    """List what stands in one field of records; nothing where none has any."""
    values = list(map(attrgetter(name), records))
    return values if any(values) else []


def _filled(values: Iterator[Any], columns: list[list[Any]]) -> tuple[Any, ...]:
    """Put values in the places of the columns that hold any, None in the others."""
    return tuple(next(values) if column else None for column in columns)


_ANY: Final = msgspec.json.Decoder()
