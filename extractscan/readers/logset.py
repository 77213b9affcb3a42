"""A set of log files as one stream of canonical frames."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any, Final

import msgspec
import polars as pl

from extractscan import model, schema
from extractscan.errors import InputError
from extractscan.readers import canonical, convert, detect, formats, mapped, paths
from extractscan.readers.chunk import MAX_ROWS, Chunk, uncollected
from extractscan.readers.detect import LogFile
from extractscan.readers.plan import Plan
from extractscan.readers.streams import Meter, Progress, sha256_of
from extractscan.readers.tally import Tally

_HELD_BYTES: Final = 16 << 20
"""Bytes of small files gathered into one frame: a directory of one-record files is not a thousand frames."""


@dataclass(frozen=True, slots=True)
class LogSet:
    """Input files, recognised and ready to be read any number of times.

    Attributes:
        columns: Canonical columns that at least one input delivers, known before the pass.
        total_bytes: Bytes on disk of all inputs that are read; the sum that `progress` reaches in one pass.
    """

    columns: frozenset[str]
    total_bytes: int
    files: tuple[LogFile, ...]
    _tallies: tuple[Tally, ...]

    def batches(
        self,
        columns: Iterable[str] | None = None,
        *,
        accounts: pl.Series | None = None,
        progress: Progress | None = None,
    ) -> Iterator[pl.DataFrame]:
        """Yield canonical frames of at most 131,072 rows, in the order of inputs and records.

        Columns are those asked for that exist (default: all) in canonical order, then `source_file` and
        `source_row`; null where an input lacks one. Rows without a readable `timestamp` or an `account_id` are
        left out and counted; `accounts` keeps the rows of these accounts only.

        Raises:
            UsageError: for a column that is not canonical.
            InputError: at the end of a full pass in which no input gave a single row.
        """
        names = _in_order(self.columns if columns is None else columns)
        kept = [name for name in names if name in self.columns]
        passed = [Tally() for _ in self.files]
        pieces = _gathered(self._pieces(kept, accounts, progress, passed))
        while (frame := _next_frame(pieces, kept, passed)) is not None:
            if accounts is not None:
                frame = frame.filter(pl.col(schema.ACCOUNT).is_in(accounts.cast(pl.String).implode()))
            out = frame.select(*kept, *schema.PROVENANCE)
            if out.height:
                yield from out.iter_slices(MAX_ROWS)
        if accounts is None:
            for tally, fresh in zip(self._tallies, passed, strict=True):
                tally.absorb(fresh)
            if not any(tally.used for tally in passed):
                raise self._nothing_usable()

    def records(self) -> list[model.Input]:
        """Describe every input: hash, rows, losses and assumptions; reads those that no pass has read yet."""
        if not all(tally.complete for tally in self._read_tallies()):
            for _ in self.batches(()):
                pass
        return [self._record(index) for index in range(len(self.files))]

    def record_hashes(self, refs: Iterable[tuple[int, int]]) -> dict[tuple[int, int], str]:
        """Give the SHA-256 of original records, by (`source_file`, `source_row`).

        Text formats hash the bytes of the line or the JSON element, without the line end; Parquet hashes the row
        with all its columns as JSON with sorted keys. Records that cannot be read again are left out.
        """
        return {ref: hashlib.sha256(data).hexdigest() for ref, data in self.originals(refs)}

    def originals(self, refs: Iterable[tuple[int, int]]) -> Iterator[tuple[tuple[int, int], bytes]]:
        """Yield original records as they lie in the inputs, by (`source_file`, `source_row`), in that order."""
        for index, group in groupby(sorted(set(refs)), key=lambda ref: ref[0]):
            file = self.files[index]
            if file.container is not None:
                rows = [row for _, row in group]
                for row, data in file.container.originals(_plan(file, None, None), rows):
                    yield (index, row), data

    def _pieces(
        self, names: Sequence[str], accounts: pl.Series | None, progress: Progress | None, passed: Sequence[Tally]
    ) -> Iterator[Piece]:
        for index, file in enumerate(self.files):
            if file.container is None:
                continue
            known = self._tallies[index].sha256 is not None or not file.container.streams
            digest = None if known else hashlib.sha256()
            meter = Meter(passed[index], progress, digest)
            yield from map(partial(Piece, index, file), file.container.read(_plan(file, names, accounts), meter))
            if digest is not None and meter.seen == file.size:
                passed[index].sha256 = digest.hexdigest()
            meter.advance(file.size - meter.seen)
            passed[index].complete = True

    def _read_tallies(self) -> list[Tally]:
        return [tally for tally, file in zip(self._tallies, self.files, strict=True) if file.container is not None]

    def _record(self, index: int) -> model.Input:
        file, tally = self.files[index], self._tallies[index]
        tally.sha256 = tally.sha256 or sha256_of(file.path)
        skipped = [model.Rejected(reason=f"file skipped: {file.skipped}", count=1, first_at="the whole file")]
        return model.Input(
            path=file.path,
            format=file.format,
            sha256=tally.sha256,
            bytes=file.size,
            rows=tally.rows,
            rows_used=tally.used,
            rejected=skipped if file.skipped else tally.losses(),
            notes=sorted(tally.notes | set(file.source.notes if file.source else ())),
        )

    def _nothing_usable(self) -> InputError:
        losses = [
            f"{file.path}: {loss.reason} ({loss.count}, first at {loss.first_at})"
            for file, tally in zip(self.files, self._tallies, strict=True)
            for loss in tally.losses()
        ]
        if not losses:
            more = f" (and {len(self.files) - 1} more)" if len(self.files) > 1 else ""
            hint = "Export the logs again, or leave the file out."
            return InputError(f"{self.files[0].path}{more}: no rows", hint=hint)
        return InputError(
            f"no row has both a readable timestamp and an account id: {'; '.join(losses[:5])}",
            hint=f"Name the right fields: --map {schema.TIMESTAMP}=FIELD --map {schema.ACCOUNT}=FIELD.",
        )


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


def _gathered(pieces: Iterator[Piece]) -> Iterator[list[Piece]]:
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


def _next_frame(pieces: Iterator[list[Piece]], kept: Sequence[str], passed: Sequence[Tally]) -> pl.DataFrame | None:
    """Read, convert and free the next records before the cycle collector may walk them."""
    with uncollected():
        held = next(pieces, None)
        if held is None:
            return None
        frame = _canonical(held, kept, passed)
        held.clear()
    return frame


def _canonical(held: Sequence[Piece], kept: Sequence[str], passed: Sequence[Tally]) -> pl.DataFrame:
    """Convert gathered chunks to one frame with all kept columns, and count its rows as used."""
    file = held[0].file
    assert file.source is not None
    sizes = [(piece.index, len(piece.chunk)) for piece in held]
    places = pl.DataFrame(
        {
            schema.FILE: pl.concat([pl.repeat(index, size, dtype=pl.UInt32, eager=True) for index, size in sizes]),
            schema.ROW: pl.concat([piece.chunk.rows for piece in held]),
        }
    )
    names = {name for piece in held for name in _read_names(piece.file, kept)}
    values = convert.values_of(file.source, _together(held), _in_order(names))
    frame = convert.typed(convert.open_chats(values, systems=file.chats), places, passed)
    for index, count in frame.group_by(schema.FILE).len().iter_rows():
        passed[index].used += count
    return frame.with_columns(pl.lit(None, dtype=schema.EVENTS[n]).alias(n) for n in kept if n not in frame.columns)


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
    names = {name for name in kept if name in file.columns} | set(schema.REQUIRED)
    if file.chats and schema.SYSTEM_PROMPT in names:
        names.add(schema.PROMPT)
    return _in_order(names)


def _plan(file: LogFile, kept: Iterable[str] | None, accounts: pl.Series | None) -> Plan:
    source = file.source
    if kept is None or source is None:
        return Plan(file.path, file.size, file.compression, file.framing)
    names = _read_names(file, kept)
    heads = frozenset(head for name in names for head in source.fields[name].heads)
    if any(source is known for known in formats.SOURCES):
        heads = frozenset(head for head in heads if "." not in head)
    by_account = None
    if accounts is not None and source is canonical.SOURCE:
        by_account = (schema.ACCOUNT, accounts.cast(pl.String))
    direct = names if source is canonical.SOURCE else None
    absent = frozenset() if direct is None else frozenset(schema.EVENTS) - file.columns
    return Plan(file.path, file.size, file.compression, file.framing, heads, direct, absent, by_account)


def _in_order(names: Iterable[str]) -> list[str]:
    wanted = set(names)
    mapped.check_names(dict.fromkeys(wanted - set(schema.PROVENANCE), ""), schema.EVENTS)
    return [name for name in schema.EVENTS if name in wanted]


def open_logs(inputs: Sequence[str], *, mapping: Mapping[str, str] | None = None) -> LogSet:
    """Find, sort and recognise all inputs: files, directories (with all below) and glob patterns.

    Members of directories and patterns that cannot be read are kept as skipped inputs with the reason, as long as
    another input is readable; a file that is named itself must be readable. `mapping` gives the source field (dotted
    path) of canonical columns and goes over what a recognised source says.

    Raises:
        InputError: for a named path that cannot be read, or where nothing is readable.
        UsageError: for a mapping to an unknown column, or from a field that no input has.
    """
    mapping = dict(mapping or {})
    mapped.check_names(mapping, schema.EVENTS)
    search = mapped.Search(mapping)
    files, problems = [], []
    for found in paths.expand(inputs):
        try:
            sampled = detect.sample(found)
            search.look_at(sampled.records, sampled.fields)
            files.append(detect.identify(sampled, mapping))
        except InputError as error:
            problems.append((found, error))
            files.append(LogFile(found.path, found.size, skipped=str(error).removeprefix(f"{found.path}: ")))
    search.check()
    _raise_fatal(problems, len(files))
    columns = frozenset(name for file in files for name in file.columns)
    size = sum(file.size for file in files if not file.skipped)
    return LogSet(columns, size, tuple(files), tuple(Tally() for _ in files))


def _raise_fatal(problems: Sequence[tuple[paths.Found, InputError]], count: int) -> None:
    """Raise where a file that was named cannot be read, or none at all."""
    for found, error in problems:
        if found.named:
            raise error
    if len(problems) == count:
        more = f" (and {count - 1} more file{'s' * (count > 2)}, none readable)" if count > 1 else ""
        raise InputError(f"{problems[0][1]}{more}", hint=problems[0][1].hint)
