"""Read columns that stand in one place of the records by whole blocks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import polars as pl
import pyarrow as pa

from extractscan.readers.blockwise import EXACT, ROW
from extractscan.readers.blockwise_chat import tools_of
from extractscan.readers.shape import UnusualError
from extractscan.readers.source import Column
from extractscan.readers.timestamps import to_utc


def leaf(*paths: str) -> Column:
    """Read the first of some paths that has a value, whatever it is."""

    def read(block: Any) -> Any:
        found = None
        for path in paths:
            found = block.either(found, block.leaf(path))
        return found

    return Column(paths, read)


def of_number(change: Callable[[pl.Series], pl.Series], *paths: str) -> Column:
    """Read the first of some paths that holds anything, and change the numbers that stand there, given as floats."""

    def read(block: Any) -> Any:
        found = block.first(*paths)
        if found is None:
            return None
        if not found.dtype.is_numeric() or (found.abs() >= EXACT).any():
            raise UnusualError
        return change(found.cast(pl.Float64))

    return Column(paths, read)


def names_at(path: str) -> Column:
    """Read names that stand as text, as a list of texts, or as a list of tools."""
    tools = tools_of(path)

    def read(block: Any) -> Any:
        kind = block.kind(path)
        if kind is None or not pa.types.is_list(kind):
            return block.leaf(path)
        plain = not pa.types.is_struct(kind.value_type)
        _check_names(block, path if plain else "", () if plain else tools.needs)
        named = _joined(block, path) if plain else tools.read(block)
        lost = block.sizes(path) > 0 if named is None else (block.sizes(path) > 0) & named.is_null()
        if lost.any():
            raise UnusualError
        return named

    return Column((path, f"{path}[]", *tools.needs), read, tools.absent)


def _check_names(block: Any, plain: str, tools: tuple[str, ...]) -> None:
    """Leave names that look like several, or like JSON, to the other way.

    Raises:
        UnusualError: where there are any.
    """
    paths = [(plain, "")] if plain else [tuple(need.split("[].")) for need in tools]
    for path, name in paths:
        found = block.texts(path, name) if name else block.texts(path)
        if found is not None and found.to_series(1).str.contains(r"^\s*\[|,").any():
            raise UnusualError


def _joined(block: Any, path: str) -> pl.Series | None:
    names = block.texts(path)
    if names is None:
        return None
    bare = names.select(ROW, pl.col("item").str.strip_chars())
    if not names[ROW].is_unique().all():
        bare = bare.unique().sort(ROW, "item")
    joined: pl.Series = block.joined(bare, "item", ",")
    return joined


def between(start: pl.Series | None, end: pl.Series | None) -> pl.Series | None:
    """Give whole milliseconds between two columns, of seconds since 1970 or of ISO times.

    Raises:
        UnusualError: where anything else stands there.
    """
    if start is None or end is None:
        return None
    if start.dtype.is_numeric() and end.dtype.is_numeric():
        took = (end.cast(pl.Float64) - start.cast(pl.Float64)) * 1000
    elif start.dtype == end.dtype == pl.String:
        took = (_microseconds(end) - _microseconds(start)).cast(pl.Float64) / 1e6 * 1000
    else:
        raise UnusualError
    return took.round(mode="half_to_even").cast(pl.Int64, strict=False)


def _microseconds(times: pl.Series) -> pl.Series:
    if not times.str.contains(_ISO).all():
        raise UnusualError
    return to_utc(times)[0].to_physical()


_ISO: Final = r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.(?:\d{3}){1,2})?(?:Z|[+-]\d\d:\d\d)?$"
"""Times that both ways of reading understand, and in the same way."""
