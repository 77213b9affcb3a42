"""Read canonical columns of whole blocks of records at once, instead of record by record.

Whatever is read here is what `Field.read` would have given; where that is not certain, `UnusualError` is raised and the
block is read record by record.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import msgspec
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from extractscan import schema
from extractscan.readers.block_parsing import heads_decoder, heads_of, json_in, parsed
from extractscan.readers.lines import Bytes
from extractscan.readers.picking import NOTHING
from extractscan.readers.shape import ITEM, TEXT, Form, Shape, UnusualError, names_of
from extractscan.readers.source import Column, Field
from extractscan.readers.whole_lines import is_utf8

EXACT: Final = 2**53
"""Whole numbers beyond lose digits as floats."""
_FLOATS_FIT: Final = frozenset({pl.Float64(), pl.Int64()})
"""Types of columns for which it makes no difference whether 5 was written as 5 or as 5.0."""
ROW: Final = "row"
_NO_TEXTS: Final[Mapping[str, pa.Schema]] = MappingProxyType({})


class Records:
    """A block of records as a table of nested columns.

    Attributes:
        said: What messages say and who says it, by the path of the messages.
        outlines: Views of different records and which of them each record is, by the paths that are looked at.
    """

    def __init__(self, table: pa.Table, texts: Mapping[str, pa.Schema] = _NO_TEXTS, block: Bytes = b"") -> None:
        self._table = table
        self._texts = texts
        self._block = block
        self._heads: dict[tuple[str, ...], list[Any]] = {}
        self._told: dict[tuple[str, ...], tuple[list[Any], pl.Series | None]] = {}
        self._arrays: dict[str, pa.ChunkedArray | None] = {}
        self._firsts: dict[str, pl.Series | None] = {}
        self.said: dict[str, pl.DataFrame | None] = {}
        self.outlines: dict[tuple[str, ...], tuple[list[Any], pl.Series | None]] = {}

    @property
    def height(self) -> int:
        """How many records there are."""
        return int(self._table.num_rows)

    def _array(self, path: str) -> pa.ChunkedArray | None:
        if path not in self._arrays:
            outer, _, name = path.rpartition(".")
            self._arrays[path] = self._column(path, outer, name)
        return self._arrays[path]

    def _column(self, path: str, outer: str, name: str) -> pa.ChunkedArray | None:
        bare = names_of(name)[0].removesuffix(TEXT)
        if not outer:
            array = self._table.column(bare)
        elif (within := self._array(outer)) is None:
            return None
        elif pa.types.is_struct(within.type):
            array = pc.struct_field(within, [within.type.get_field_index(bare)])
        else:
            raise UnusualError
        if name.endswith(TEXT) and not pa.types.is_null(array.type):
            array = self._inside(path, array)
        return None if pa.types.is_null(array.type) else array

    def _inside(self, way: str, array: pa.ChunkedArray) -> pa.ChunkedArray:
        """Open JSON that stands as text; where there is none, as in an empty text, null stands there.

        Raises:
            UnusualError: where a text is anything else than one object or one list of the known shape.
        """
        if not pa.types.is_string(array.type) or way not in self._texts:
            raise UnusualError
        return json_in(array, self._texts[way])

    def given(self, path: str) -> pl.Series:
        """Say which records have an object, a list or a value there."""
        array = self._array(path)
        if array is None:
            return _NO.new_from_index(0, self.height)
        return _series(pc.is_valid(array))

    def kind(self, path: str) -> pa.DataType | None:
        """Give the Arrow type of what stands there; None where no record has anything."""
        array = self._array(path)
        return None if array is None else array.type

    def sizes(self, path: str) -> pl.Series:
        """Count the items of the lists there; null where there is none."""
        array = self._array(path)
        return self.nothing() if array is None else _series(pc.list_value_length(array))

    def leaf(self, path: str) -> pl.Series | None:
        """Give the values of a path as they stand; None where no record has any."""
        array = self._array(path)
        return None if array is None else _series(array)

    def first(self, *paths: str) -> pl.Series | None:
        """Give the first of some paths that holds anything, words for nothing left out; None where none does."""
        found: pl.Series | None = None
        for path in paths:
            if path not in self._firsts:
                self._firsts[path] = something(self.leaf(path))
            found = self.either(found, self._firsts[path])
        return found

    def within(self, path: str) -> tuple[pl.Series, Records] | None:
        """Give the items of lists as records, under `item`, and the number of the record that each is of."""
        array = self._array(path)
        if array is None:
            return None
        if not pa.types.is_list(array.type):
            raise UnusualError
        if pa.types.is_null(array.type.value_type):
            return None
        return _series(pc.list_parent_indices(array)), Records(pa.table({ITEM: pc.list_flatten(array)}))

    def items(self, path: str, *names: str) -> pl.DataFrame | None:
        """Take the items of lists apart, one a row, with the record's number as `row`; None where there are none.

        Of objects the columns are the fields asked for (dots for deeper ones), of plain values the one column `item`.
        """
        found = self.within(path)
        if found is None:
            return None
        rows, items = found
        columns = {ROW: rows}
        for name in names or ("",):
            values = items.leaf(f"item.{name}" if name else "item")
            columns[name or "item"] = items.nothing() if values is None else values
        return pl.DataFrame(columns)

    def heads(self, heads: tuple[str, ...], *kinds: Any) -> list[Any]:
        """Give some top-level fields of all records, the first of these of some kinds, as `f0`, `f1` and so on.

        Raises:
            UnusualError: where they cannot be decoded so.
        """
        if heads not in self._heads:
            try:
                self._heads[heads] = heads_decoder(heads, kinds).decode_lines(self._block)
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
                raise UnusualError from error
        return self._heads[heads]

    def told(self, heads: tuple[str, ...], view: Callable[[Any], Any]) -> tuple[list[Any], pl.Series | None]:
        """Give views of what different records hold in some of their top-level fields, and which each record is.

        Raises:
            UnusualError: where they cannot be decoded so.
        """
        if heads not in self._told:
            different, which = heads_of(self._block, heads)
            self._told[heads] = [view(dict(zip(heads, each, strict=True))) for each in different], which
        return self._told[heads]

    def nothing(self) -> pl.Series:
        """Give a column without any value."""
        return _NONE.new_from_index(0, self.height)

    def prose(self, path: str) -> pl.Series | None:
        """Give texts, or the texts of lists of parts joined by newlines; None where nobody says anything."""
        array = self._array(path)
        if array is None:
            return None
        if pa.types.is_string(array.type):
            texts = _series(array)
            return texts.set(texts == "", None)
        parts = self.texts(path, "text")
        return None if parts is None else self.joined(parts, "text", "\n")

    def joined(self, texts: pl.DataFrame, name: str, between: str) -> pl.Series:
        """Join what stands under a name by the records that `row` names, in order; empty texts are left out."""
        filled = texts[name] != ""
        said = pl.DataFrame([texts[each].filter(filled) for each in (ROW, name)])
        rows = said[ROW].to_numpy()
        if not (rows[1:] > rows[:-1]).all():
            said = said.group_by(ROW, maintain_order=True).agg(pl.col(name).str.join(between))
        return self.spread(said)

    def texts(self, path: str, *names: str) -> pl.DataFrame | None:
        """Take the items of lists apart as `items` does, where all of it is text.

        Raises:
            UnusualError: where anything is not.
        """
        found = self.items(path, *names)
        if found is not None and any(dtype != pl.String for dtype in found.dtypes[1:]):
            raise UnusualError
        return found

    @staticmethod
    def either(best: pl.Series | None, other: pl.Series | None) -> pl.Series | None:
        """Fill what the one column lacks with the other.

        Raises:
            UnusualError: where both are needed and are of different types.
        """
        if best is None or other is None or best.null_count() == 0:
            return other if best is None else best
        if best.dtype != other.dtype:
            raise UnusualError
        return best.zip_with(best.is_not_null(), other)

    def best(self, *columns: pl.Series | None) -> pl.Series | None:
        """Give the first of some columns that holds anything, words for nothing left out; None where none does."""
        found: pl.Series | None = None
        for values in columns:
            found = self.either(found, something(values))
        return found

    def spread(self, values: pl.DataFrame) -> pl.Series:
        """Put the second column of a frame at the records that `row` names, the last one of each; null elsewhere."""
        at = np.full(self.height, -1, dtype=np.int64)
        at[values[ROW].to_numpy()] = np.arange(values.height)
        places = _series(pa.Array.from_buffers(pa.int64(), self.height, [None, pa.py_buffer(at)]))
        return values.to_series(1).gather(places.set(places < 0, None))


def _series(array: pa.ChunkedArray | pa.Array) -> pl.Series:
    made = pl.from_arrow(array)
    assert isinstance(made, pl.Series)
    return made


def something(values: pl.Series | None) -> pl.Series | None:
    """Null for the words that exports write for a missing field."""
    if values is None or values.dtype != pl.String:
        return values
    hit = values.is_in(_WORDS)
    return values.set(hit, None) if hit.any() else values


_WORDS: Final = pl.Series([word for word in NOTHING if word is not None]).implode()
_NO, _NONE = pl.Series([False]), pl.Series([None], dtype=pl.String)
"""What columns of one value are made of."""


def columns_of(fields: Mapping[str, Field]) -> Mapping[str, Column] | None:
    """Give how to read some columns by blocks; None where one of them can only be read record by record."""
    found = {name: field.column for name, field in fields.items() if field.column is not None}
    return found if len(found) == len(fields) else None


def shape_of(columns: Mapping[str, Column]) -> Shape:
    """Make the shape that holds what some columns look at, without any record learned yet."""
    return Shape(
        (path for column in columns.values() for path in column.needs),
        (path for column in columns.values() for path in column.absent),
    )


def read(block: Bytes, form: Form, columns: Mapping[str, Column], names: Sequence[str]) -> pl.DataFrame | None:
    """Read some columns of a block of lines; None where anything in it is not of the shape.

    Returns:
        The raw values of each column, one row a line; of the columns that were not asked for, those with any value.
    """
    table = parsed(block, form.schema) if is_utf8(block) else None
    if table is None:
        return None
    records = Records(table, form.texts, block)
    try:
        frame = [_checked(columns[name].read(records), name, records.height) for name in names]
        others = [(name, column.read(records)) for name, column in columns.items() if name not in names]
    except UnusualError:
        return None
    late = [values.alias(name) for name, values in others if values is not None and values.null_count() < len(values)]
    return pl.DataFrame(frame + late)


def _checked(values: pl.Series | None, name: str, height: int) -> pl.Series:
    if values is None:
        return pl.Series(name, [None] * height, dtype=pl.String)
    if values.dtype.is_nested():
        raise UnusualError
    if values.dtype == pl.Float64:
        dtype = schema.EVENTS[name]
        if dtype not in _FLOATS_FIT and not isinstance(dtype, pl.Datetime):
            raise UnusualError
        if (values.abs() >= EXACT).any():
            raise UnusualError
    return values.alias(name)
