"""A set of log files as one stream of canonical frames."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, groupby
from pathlib import Path
from typing import Any, Final

import polars as pl

from extractscan import model, schema
from extractscan.errors import InputError
from extractscan.readers import accounts as side_tables
from extractscan.readers.chunk import MAX_ROWS
from extractscan.readers.counting import counting
from extractscan.readers.cutting import Cutter, cutter_of
from extractscan.readers.detect import LogFile
from extractscan.readers.folding import folded
from extractscan.readers.gathering import Piece, gathered, in_order, next_frame, plan_of, side_plan, unseen
from extractscan.readers.joining import Sides
from extractscan.readers.opening import records_of
from extractscan.readers.provenance import hash_of, notes_on
from extractscan.readers.quarantine import Quarantined, quarantined
from extractscan.readers.source import Side
from extractscan.readers.streams import Meter, Progress
from extractscan.readers.tally import Tally, iso
from extractscan.readers.unusable import nothing_usable

_LONG: Final = (schema.PROMPT, schema.SYSTEM_PROMPT, schema.COMPLETION, schema.REQUEST, schema.SESSION)
"""Columns of text that hardly return."""


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
    _sides: Sides

    def batches(
        self,
        columns: Iterable[str] | None = None,
        *,
        accounts: pl.Series | None = None,
        progress: Progress | None = None,
    ) -> Iterator[pl.DataFrame]:
        """Yield canonical frames of at most 131,072 rows, in the order of inputs and records, what is folded last.

        Columns are those asked for that exist (default: all) in canonical order, then `source_file` and
        `source_row`; null where an input lacks one. Rows without a readable `timestamp` or an `account_id` are
        left out and counted; `accounts` keeps the rows of these accounts only.

        Raises:
            UsageError: for a column that is not canonical.
            InputError: at the end of a full pass in which no input gave a single row, or where a further pass meets a
                file that is not as long any more as it was.
        """
        if accounts is not None:
            _require_unchanged(self.files)
        names = in_order(self.columns if columns is None else columns)
        kept = [name for name in names if name in self.columns]
        passed = [Tally() for _ in self.files]
        yield from self._frames(kept, accounts, progress, passed)
        if accounts is None:
            for tally, fresh in zip(self._tallies, passed, strict=True):
                tally.absorb(fresh)
            if not any(tally.used for tally in passed):
                raise nothing_usable(self.files, self._tallies)

    def _frames(
        self, kept: Sequence[str], accounts: pl.Series | None, progress: Progress | None, passed: Sequence[Tally]
    ) -> Iterator[pl.DataFrame]:
        self._load_sides(progress, passed)
        pieces = gathered(self._pieces(kept, accounts, progress, passed))
        while (frame := next_frame(pieces, kept, passed, self._sides)) is not None:
            if accounts is not None:
                frame = _own(frame.filter(pl.col(schema.ACCOUNT).is_in(accounts.cast(pl.String).implode())))
            out = frame.select(*kept, *schema.PROVENANCE)
            if out.height:
                yield from out.iter_slices(MAX_ROWS)

    def widened(self) -> LogSet:
        """Give the set with the columns that passes found beyond those that samples of the inputs showed.

        Where `columns` has grown by them, nobody has been given their values yet.
        """
        return self._with(tally.late for tally in self._tallies)

    def wanting(self, columns: Iterable[str]) -> LogSet:
        """Give the set with these columns too, of inputs that may have them although their samples showed none."""
        wanted = frozenset(columns)
        return self._with(wanted.intersection(unseen(file)) for file in self.files)

    def _with(self, further: Iterable[AbstractSet[str]]) -> LogSet:
        files = tuple(
            replace(file, columns=file.columns | names) for file, names in zip(self.files, further, strict=True)
        )
        return replace(self, files=files, columns=self.columns.union(*(file.columns for file in files)))

    def quarantine(self) -> Iterator[Quarantined]:
        """Read all inputs once more and yield what was lost, by input and row, credentials cut out.

        Of one input at most 100,000 rows are given, then one entry that counts the others.
        """
        passed = [Tally(keeps=True) for _ in self.files]
        for _ in self._frames((), None, None, passed):
            pass
        for index, file in enumerate(self.files):
            if file.skipped:
                yield Quarantined(file=file.path, reason=file.skipped, place="the whole file")
            else:
                yield from quarantined(file.path, passed[index], partial(_raw, file), cutter_of(file))

    def records(self) -> list[model.Input]:
        """Describe every input: hash, rows, losses and assumptions; reads those that no pass has read yet."""
        if not all(tally.complete for tally in self._read_tallies()):
            for _ in self.batches(()):
                pass
        return [self._record(index) for index in range(len(self.files))]

    def rows_by_account(self) -> pl.DataFrame | None:
        """Count the rows of each account, account_id and len, sorted; None where that would take more than a look."""
        files = [file for file in self.files if not file.skipped]
        ways = [counting(file) for file in files]
        if not all(ways):
            return None
        counted = [way() for way in ways if way is not None]
        return pl.concat(counted).group_by(schema.ACCOUNT).agg(pl.col("len").sum()).sort(schema.ACCOUNT)

    def remember(self, records: Iterable[model.Input]) -> None:
        """Take over what another pass found in inputs of these paths, so that `records` need not read them again."""
        known = {record.path: record for record in records}
        for file, tally in zip(self.files, self._tallies, strict=True):
            if file.path in known:
                tally.recall(known[file.path])

    def accounts(self) -> pl.DataFrame | None:
        """Give what inputs tell of accounts themselves, one row an account; None where none tells of any."""
        return side_tables.among(self.files, self._tallies)

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
                for row, data in _originals(file, [row for _, row in group]):
                    yield (index, row), data

    def cutter(self, index: int) -> Cutter:
        """Say how to leave the credentials out of original records of one input."""
        return cutter_of(self.files[index])

    def _pieces(
        self, names: Sequence[str], accounts: pl.Series | None, progress: Progress | None, passed: Sequence[Tally]
    ) -> Iterator[Piece]:
        folding: dict[str, list[int]] = {}
        for index, file in enumerate(self.files):
            if file.container is None or file.source is None:
                continue
            if file.source.fold is None:
                yield from self._pieces_of(index, names, accounts, progress, passed)
            else:
                folding.setdefault(file.source.name, []).append(index)
        for indices in folding.values():
            source = self.files[indices[0]].source
            assert source is not None
            assert source.fold is not None
            parts = chain.from_iterable(self._pieces_of(i, names, accounts, progress, passed) for i in indices)
            yield from folded(parts, source.fold, passed, partial(plan_of, kept=names, accounts=accounts))

    def _pieces_of(
        self,
        index: int,
        names: Sequence[str],
        accounts: pl.Series | None,
        progress: Progress | None,
        passed: Sequence[Tally],
    ) -> Iterator[Piece]:
        file = self.files[index]
        assert file.container is not None
        meter = self._meter(index, passed[index], progress)
        yield from map(partial(Piece, index, file), file.container.read(plan_of(file, names, accounts), meter))
        self._finish(index, passed[index], meter)

    def _load_sides(self, progress: Progress | None, passed: Sequence[Tally]) -> None:
        if not self._sides.load(partial(self._side_records, progress), passed) and progress is not None:
            progress(sum(file.size for file in self.files if file.side is not None and file.source is None))

    def _side_records(
        self, progress: Progress | None, index: int, side: Side, tally: Tally
    ) -> Iterator[tuple[pl.DataFrame | list[Any], pl.DataFrame]]:
        file = self.files[index]
        assert file.container is not None
        meter = self._meter(index, tally, progress) if file.source is None else Meter(tally)
        for chunk in file.container.read(side_plan(file, side), meter):
            yield chunk.records, Piece(index, file, chunk).places
        if file.source is None:
            self._finish(index, tally, meter)

    def _meter(self, index: int, tally: Tally, progress: Progress | None) -> Meter:
        container = self.files[index].container
        known = self._tallies[index].sha256 is not None or container is None or not container.streams
        return Meter(tally, progress, None if known else hashlib.sha256())

    def _finish(self, index: int, tally: Tally, meter: Meter) -> None:
        size = self.files[index].size
        if meter.digest is not None and meter.seen == size:
            tally.sha256 = meter.digest.hexdigest()
        meter.advance(size - meter.seen)
        tally.complete = True

    def _read_tallies(self) -> list[Tally]:
        return [tally for tally, file in zip(self._tallies, self.files, strict=True) if file.container is not None]

    def _not_read(self, tally: Tally) -> set[str]:
        return {f"{name} appears only after the first records and was not read" for name in tally.late - self.columns}

    def _record(self, index: int) -> model.Input:
        file, tally = self.files[index], self._tallies[index]
        kind = file.source or file.side
        tally.sha256 = tally.sha256 or hash_of(file)
        skipped = [model.Rejected(reason=f"file skipped: {file.skipped}", count=1, first_at="the whole file")]
        return model.Input(
            path=file.path,
            format=file.format,
            sha256=tally.sha256,
            bytes=file.size,
            rows=tally.rows + tally.extra,
            rows_used=tally.used,
            rejected=skipped if file.skipped else tally.losses(),
            notes=[
                *self._sides.sentences(index),
                *sorted(tally.notes | set(kind.notes if kind else ()) | notes_on(file) | self._not_read(tally)),
                *tally.counted(),
            ],
            first=iso(tally.first),
            last=iso(tally.last),
        )


def _own(frame: pl.DataFrame) -> pl.DataFrame:
    """Copy texts that hardly return: views of a few rows would keep all of what was read with them in memory."""
    return frame.with_columns(pl.col(name) + "" for name in _LONG if name in frame.columns)


def _raw(file: LogFile, rows: Sequence[int], events: bool) -> Iterator[tuple[int, bytes]]:  # noqa: FBT001 - called by one
    """Give the records of chosen rows: of events, or of records as the container counts them."""
    assert file.container is not None
    if events:
        return _originals(file, rows)
    return file.container.originals(plan_of(file, None, None), rows)


def _originals(file: LogFile, rows: Sequence[int]) -> Iterator[tuple[int, bytes]]:
    """Give the records of one input that chosen events lie in, by the events' rows."""
    assert file.container is not None
    plan = plan_of(file, None, None)
    if file.source is None or file.source.parts is None:
        yield from file.container.originals(plan, rows)
        return
    homes = records_of(file.source, file.container.read(plan, Meter(Tally())), rows)
    found = dict(file.container.originals(plan, homes.values()))
    yield from ((row, found[homes[row]]) for row in sorted(homes) if homes[row] in found)


def _require_unchanged(files: Sequence[LogFile]) -> None:
    """Refuse to go on with a file that was written to or taken away since: what is read would not fit together."""
    for file in files:
        place, named = Path(file.path), file.stored.path
        if file.stored.whole_file and "://" not in named and not (file.skipped or Path(named).exists()):
            raise InputError(
                f"{file.path}: gone since it was first read", hint="Leave inputs where they are meanwhile."
            )
        if not file.skipped and place.is_file() and place.stat().st_size != file.size:
            raise InputError(f"{file.path}: changed while it was being read", hint="Analyse a copy of it.")
