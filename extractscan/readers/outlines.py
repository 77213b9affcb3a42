"""Derive the reading by columns of a source from its own fields, which are asked once for each different outline.

The outline of a record is what it holds at the paths that a field looks at. Records with the same outline give the same
value, so that the field itself is read of one record for each, and nothing of it is written twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final

import polars as pl
import pyarrow as pa

from extractscan.readers.cast import series_of
from extractscan.readers.convert import read_all
from extractscan.readers.shape import UnusualError
from extractscan.readers.source import Column, Field, Source, prefixes


def by_blocks(source: Source) -> Source:
    """Give every field of a source a column.

    Fields that look into the same parts of records share outlines, so that text in them is opened once.
    """
    shared = _shared([field for field in source.fields.values() if field.column is None])

    def column(field: Field) -> Column:
        return field.column or _column(_own(field), shared[field.paths], source.view, field.read)

    fields = {name: replace(field, column=column(field)) for name, field in source.fields.items()}
    return replace(source, fields=MappingProxyType(fields), blocks=True)


def by_value(view: Callable[[Any], Any], read: Callable[[Any], Any], path: str) -> Column:
    """Read a field that looks at one place alone, once for each value that stands there."""
    return _column((path,), (path,), view, read)


def _shared(fields: Sequence[Field]) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Say at which paths fields look together with those that look into the same parts of records."""
    groups: list[dict[str, None]] = []
    for field in fields:
        own = dict.fromkeys(_own(field))
        near = [group for group in groups if not group.keys().isdisjoint(own)]
        groups = [group for group in groups if group.keys().isdisjoint(own)]
        groups.append({path: None for group in (*near, own) for path in group})
    return {field.paths: tuple(next(group for group in groups if field.paths[0] in group)) for field in fields}


def _own(field: Field) -> tuple[str, ...]:
    return tuple(dict.fromkeys(prefix for path in field.paths for prefix in prefixes(path)))


def _column(
    own: tuple[str, ...], shared: tuple[str, ...], view: Callable[[Any], Any], read: Callable[[Any], Any]
) -> Column:
    def read_block(block: Any) -> Any:
        needs = shared if _hold_text(block, own) else own
        if needs not in block.outlines:
            different, which = _distinct(_outlines(block, needs))
            block.outlines[needs] = [view(record) for record in _records(different, needs)], which
        views, which = block.outlines[needs]
        values = read_all(read, views)
        raw = series_of("values", values)
        return raw if which is None else raw.gather(which)

    return Column(shared, read_block)


def _hold_text(block: Any, paths: Iterable[str]) -> bool:
    """Whether what a field looks into has to be opened, which one outline for all fields does once."""
    outer = {prefix for path in paths for prefix in prefixes(path)[:-1]}
    return any(not (kind is None or pa.types.is_struct(kind)) for kind in map(block.kind, outer))


def _outlines(block: Any, paths: Iterable[str]) -> pl.DataFrame:
    """Make a table of what stands at some paths: the values, and for objects whether there is one.

    Raises:
        UnusualError: where there are lists, or numbers that may have been written with or without a fraction.
    """
    columns = {"": pl.repeat(value=True, n=block.height, eager=True)}
    for path in paths:
        if any(outer in columns for outer in prefixes(path)[:-1]):
            continue
        kind = block.kind(path)
        if kind is None:
            continue
        if pa.types.is_list(kind):
            raise UnusualError
        if pa.types.is_struct(kind):
            columns[path + _OBJECT] = block.given(path)
            continue
        columns[path] = block.leaf(path)
        if pa.types.is_floating(kind) and (columns[path] == columns[path].round()).any():
            raise UnusualError
    return pl.DataFrame(columns)


def _distinct(outlines: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series | None]:
    """Give the different rows of a table, and for each row which of them it is; all rows where few return."""
    varying = [values.name for values in outlines if values.n_unique() > 1] or [""]
    different = outlines.unique(varying)
    if different.height * 2 > outlines.height:
        return outlines, None
    numbered = different.with_row_index(_NUMBER)
    keys = numbered.select(*varying, _NUMBER)
    found = outlines.select(varying).join(keys, on=varying, how="left", nulls_equal=True, maintain_order="left")
    return different, found[_NUMBER]


_NUMBER: Final = "number of the row"


def _records(outlines: pl.DataFrame, paths: Sequence[str]) -> list[dict[str, Any]]:
    if not any("." in name for name in outlines.columns):
        nowhere = dict.fromkeys(path for path in paths if "." not in path)
        return [nowhere | row for row in outlines.drop("").to_dicts()]
    ways = [(path, path.split(".")) for path in paths]
    return [_record(row, ways) for row in outlines.iter_rows(named=True)]


def _record(row: Mapping[str, Any], ways: Iterable[tuple[str, list[str]]]) -> dict[str, Any]:
    """Make a record of an outline again, with None for what it lacks, as records have it that are read one by one."""
    record: dict[str, Any] = {}
    for path, (*outer, name) in ways:
        place: Any = record
        for each in outer:
            place = place[each] if isinstance(place, dict) else None
        if isinstance(place, dict):
            place[name] = {} if row.get(path + _OBJECT) else row.get(path)
    return record


_OBJECT: Final = "."
"""What a path ends with where a column tells whether an object stands there."""
