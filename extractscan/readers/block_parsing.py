"""Parse blocks of lines, and JSON that stands in texts, into tables of a known shape."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import msgspec
import polars as pl
import pyarrow as pa
import pyarrow.json as pj

from extractscan.readers.shape import HOLLOW, ITEM, UnusualError
from extractscan.readers.whole_lines import lines_of

_PARSED_AT_ONCE: Final = 1 << 20


def parsed(block: bytes, kind: pa.Schema, expected: int | None = None) -> pa.Table | None:
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
        )
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None
    return table if table.num_rows == count else None


def json_in(array: pa.ChunkedArray, kind: pa.Schema) -> pa.ChunkedArray:
    """Open texts that are one object or one list each; null where nothing is in a text.

    Raises:
        UnusualError: where a text is anything else.
    """
    made = pl.from_arrow(array)
    assert isinstance(made, pl.Series)
    texts = made.fill_null("")
    none = texts.is_in(HOLLOW)
    whole = (texts.str.starts_with("{") & texts.str.ends_with("}")) | (
        texts.str.starts_with("[") & texts.str.ends_with("]")
    )
    if not (whole | none).all():
        raise UnusualError
    texts = texts.set(none, "null") if none.any() else texts
    lines = ('{"item":' + texts + "}").str.join("\n").item().encode()
    table = None if b"NaN" in lines or b"Infinity" in lines else parsed(lines, kind, len(texts))
    if table is None:
        raise UnusualError
    return table.column(ITEM)


@lru_cache(maxsize=64)
def heads_decoder(heads: tuple[str, ...]) -> msgspec.json.Decoder[Any]:
    """Give what decodes some top-level fields of records, named `f0`, `f1` and so on, and skips the others."""
    names = [f"f{number}" for number in range(len(heads))]
    kind = msgspec.defstruct(
        "Heads", [(name, Any, None) for name in names], rename=dict(zip(names, heads, strict=True)), gc=False
    )
    return msgspec.json.Decoder(kind)
