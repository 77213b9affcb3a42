"""Gather records of one kind from many inputs and make canonical frames of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import polars as pl

from extractscan import schema
from extractscan.readers import blockwise, canonical, convert, formats, mapped
from extractscan.readers.cast import cast
from extractscan.readers.chunk import MAX_ROWS, Chunk, uncollected
from extractscan.readers.detect import LogFile
from extractscan.readers.joining import Sides
from extractscan.readers.opening import kept_of, views_of
from extractscan.readers.picking import NOTHING, is_nothing
from extractscan.readers.plan import Plan
from extractscan.readers.source import ASIDE, FOLDED, Column, Field, Side, Source, keys_of
from extractscan.readers.tally import Tally

_HELD_BYTES: Final = 16 << 20
"""Bytes of small files gathered into one frame: a directory of one-record files is not a thousand frames."""


BLOCKS_FROM: Final = 64 << 10
"""Bytes of a file from which on it pays to learn the shape of its records: many small files are gathered instead."""
_SEEN_WHOLE: Final = 64 << 10
"""Bytes of a file that is stored as it is, below which the sample has seen all of it."""
_WORDS: Final = [word for word in NOTHING if word is not None]


@dataclass(frozen=True, slots=True)
class Piece:
    """A chunk and the input that it comes from."""

    index: int
    file: LogFile
    chunk: Chunk

    def joins(self, other: Piece) -> bool:
        """Whether both may go into one frame: records of one source; files of one record differ in what is filled."""
        mine, theirs = self.file, other.file
        lists = isinstance(self.chunk.records, list) and isinstance(other.chunk.records, list)
        return lists and (mine.source, mine.chats) == (theirs.source, theirs.chats)

    @property
    def places(self) -> pl.DataFrame:
        """Where each record stands."""
        file = pl.repeat(self.index, len(self.chunk), dtype=pl.UInt32, eager=True)
        return pl.DataFrame({schema.FILE: file, schema.ROW: self.chunk.rows})


def gathered(pieces: Iterator[Piece]) -> Iterator[list[Piece]]:
    """Put chunks of small files of one kind together; whoever takes a list empties it, which frees its records."""
    held: list[Piece] = []
    rows = weight = 0
    for piece in pieces:
        size = min(piece.file.size, _HELD_BYTES)
        if held and (not piece.joins(held[0]) or rows + len(piece.chunk) > MAX_ROWS or weight + size > _HELD_BYTES):
            yield held
            held, rows, weight = [], 0, 0
        held.append(piece)
        rows, weight = rows + len(piece.chunk), weight + size
        del piece
        if size >= _HELD_BYTES:
            yield held
            held, rows, weight = [], 0, 0
    if held:
        yield held


def next_frame(
    pieces: Iterator[list[Piece]], kept: Sequence[str], passed: Sequence[Tally], sides: Sides
) -> pl.DataFrame | None:
    """Read, convert and free the next records before the cycle collector may walk them."""
    with uncollected():
        held = next(pieces, None)
        if held is None:
            return None
        frame = _canonical(held, kept, passed, sides)
        held.clear()
    return frame


def _canonical(held: Sequence[Piece], kept: Sequence[str], passed: Sequence[Tally], sides: Sides) -> pl.DataFrame:
    """Convert gathered chunks to one frame with all kept columns, and count its rows as used."""
    file = held[0].file
    source = file.source
    assert source is not None
    places = pl.concat([piece.places for piece in held])
    names = in_order({name for piece in held for name in _read_names(piece.file, kept)} & set(source.fields))
    keys = {side.on for side in sides.serving(file.keys)}
    first = held[0].chunk
    if first.read:
        assert isinstance(first.records, pl.DataFrame)
        block = first.records
        if ASIDE in block.columns:
            if block[ASIDE].null_count() < block.height:
                kept_rows = kept_of(block[ASIDE].to_list(), places, passed)
                block, places = block.filter(kept_rows), places.filter(kept_rows)
            block = block.drop(ASIDE)
        raw, told = block.select(names).get_columns(), {}
        _watch_columns(block.drop(file.columns, strict=False), passed[held[0].index])
    elif keys or source.parts or source.keeps or source.name not in convert.FLAT:
        views, places = views_of(source, convert.plain(_together(held)), places, passed)
        _watch(held, views, places, passed)
        raw = convert.read_columns(source.fields, names, views)
        told = {on: convert.read_all(keys_of(source)[on].read, views) for on in keys}
    else:
        records = _together(held)
        if source is not canonical.SOURCE and not isinstance(records, pl.DataFrame):
            records = convert.plain(records)
        _watch(held, records, places, passed)
        raw, told = convert.values_of(source, records, names), {}
    frame = convert.typed(convert.open_chats(raw, systems=file.chats), places, passed)
    frame = _with_constants(frame, held, {*kept, *schema.REQUIRED})
    known = frozenset.intersection(*(piece.file.columns for piece in held))
    frame = sides.complete(frame, told, {*kept, *schema.REQUIRED}, passed, known)
    frame = convert.complete(frame, raw, passed)
    times = pl.col(schema.TIMESTAMP)
    spans = frame.group_by(schema.FILE).agg(pl.len(), times.min().alias("first"), times.max().alias("last"))
    for index, count, first, last in spans.iter_rows():
        passed[index].use(count, first, last)
    return frame.with_columns(pl.lit(None, dtype=schema.EVENTS[n]).alias(n) for n in kept if n not in frame.columns)


def unseen(file: LogFile) -> list[str]:
    """Columns that the source has and the sample of a file did not show: they may stand further on."""
    whole = file.size < _SEEN_WHOLE and not file.layers and file.stored.member is None
    if file.source is None or whole:
        return []
    return [name for name in file.source.fields if name not in file.columns]


def _watch(held: Sequence[Piece], views: Any, places: pl.DataFrame, passed: Sequence[Tally]) -> None:
    """Tell of columns that the sample did not show and that stand further on all the same."""
    if isinstance(views, pl.DataFrame) or not views or isinstance(views[0], msgspec.Struct):
        return
    source = held[0].file.source
    assert source is not None
    for name in dict.fromkeys(name for piece in held for name in unseen(piece.file)):
        values = convert.read_all(source.fields[name].read, views)
        if values.count(None) == len(values):
            continue
        there = [not is_nothing(value) for value in values]
        if any(there):
            for index in places[schema.FILE].filter(pl.Series(there)).unique():
                passed[index].late.add(name)


def _watch_columns(late: pl.DataFrame, tally: Tally) -> None:
    """Tell the same of a block that was read by columns."""
    for values in late:
        if (values.is_not_null() & ~values.cast(pl.String).is_in(_WORDS).fill_null(value=False)).any():
            tally.late.add(values.name)


def _with_constants(frame: pl.DataFrame, held: Sequence[Piece], wanted: set[str]) -> pl.DataFrame:
    """Fill what records lack with the columns that the folders of their files name."""
    for name in in_order({name for piece in held for name in piece.file.constants} & wanted):
        given = {piece.index: piece.file.constants[name] for piece in held if name in piece.file.constants}
        told = frame[schema.FILE].replace_strict(given, default=None, return_dtype=pl.String)
        done = cast(told, name, schema.EVENTS[name])[0].alias(name)
        own = (pl.col(name),) if name in frame.columns else ()
        frame = frame.with_columns(pl.coalesce(*own, done).alias(name))
    return frame


def _together(held: Sequence[Piece]) -> pl.DataFrame | Sequence[Any]:
    """Join the records of all pieces; what was decoded for different columns is joined as plain objects."""
    if len(held) == 1:
        return held[0].chunk.records
    records = [record for piece in held for record in piece.chunk.records]
    if len({type(record) for record in records}) > 1:
        return [msgspec.structs.asdict(each) if isinstance(each, msgspec.Struct) else each for each in records]
    return records


def _read_names(file: LogFile, kept: Iterable[str]) -> list[str]:
    """Columns to read of one file: those kept that it has, those every row needs, and what they are drawn from."""
    names = {name for name in kept if name in file.columns} | set(schema.REQUIRED) | {*kept}.intersection(unseen(file))
    if file.chats and schema.SYSTEM_PROMPT in names:
        names.add(schema.PROMPT)
    return in_order(names)


def plan_of(file: LogFile, kept: Iterable[str] | None, accounts: pl.Series | None) -> Plan:
    """Say what to read of a file for its events: the fields that the kept columns need, or all where None."""
    source = file.source
    if kept is None or source is None:
        return Plan(file.stored, file.size, file.layers, file.framing)
    names = [name for name in _read_names(file, kept) if name in source.fields]
    keys = [field for on, field in keys_of(source).items() if on in file.keys]
    fields = [*(source.fields[name] for name in names), *keys]
    fields += [source.fields[name] for name in unseen(file)]
    folded = source.fold.heads if source.fold else frozenset()
    heads = None if source.whole else source.heads.union(*(field.heads for field in fields), folded)
    if heads is not None and not source.dotted and any(source is known for known in formats.SOURCES):
        heads = frozenset(head for head in heads if "." not in head)
    by_account = None
    if accounts is not None and source is canonical.SOURCE and schema.ACCOUNT not in file.constants and not keys:
        by_account = (schema.ACCOUNT, accounts.cast(pl.String))
    named = dict.fromkeys([*names, *(path for key in keys for path in key.paths)])
    direct = list(named) if source is canonical.SOURCE else None
    absent = frozenset() if direct is None else frozenset(schema.EVENTS) - file.columns
    columns = _by_blocks(file, [*names, *unseen(file), *in_order(absent)], keys)
    wanted = (*names, *(name for name in (ASIDE, FOLDED) if columns is not None and name in columns))
    return Plan(file.stored, file.size, file.layers, file.framing, heads, direct, absent, by_account, columns, wanted)


def _by_blocks(file: LogFile, names: Sequence[str], keys: Sequence[Field]) -> Mapping[str, Column] | None:
    """Give how to read the columns of a file, and to notice those that its sample did not show, by whole blocks."""
    source = file.source
    if source is None or not source.blocks or keys or file.size < BLOCKS_FROM:
        return None
    columns = blockwise.columns_of({name: source.fields[name] for name in names})
    further = _beside(source)
    return None if columns is None or further is None else {**columns, **further}


def _beside(source: Source) -> dict[str, Column] | None:
    """Give how to tell of whole blocks which records are set aside and which are parts of events; None if it cannot."""
    further = {}
    if source.keeps is not None:
        further[ASIDE] = source.aside
    if source.fold is not None:
        further[FOLDED] = source.fold.column
    return None if None in further.values() else {name: column for name, column in further.items() if column}


def side_plan(file: LogFile, side: Side) -> Plan:
    """Say what to read of a file for what it tells about other events."""
    every = (side, *side.also)
    fields = [field for each in every for field in (*each.fields.values(), each.key, each.rank) if field is not None]
    deep = frozenset(head for field in fields for head in field.heads if "." not in head)
    heads = deep.union(*(each.heads for each in every))
    return Plan(file.stored, file.size, file.layers, file.framing, heads)


def in_order(names: Iterable[str]) -> list[str]:
    """Put canonical names into the order of the schema.

    Raises:
        UsageError: for a name that is not canonical.
    """
    wanted = set(names)
    mapped.check_names(dict.fromkeys(wanted - set(schema.PROVENANCE), ""), schema.EVENTS)
    return [name for name in schema.EVENTS if name in wanted]
