"""One reading of a log: what is kept of every event, and how the events of a few accounts are read again."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import polars as pl

from extractscan import groundwork, readers, reduce, room, rules, schema, shingles, summaries, survey
from extractscan.asking import LEAST_AT_ONCE, at_once, marked, marked_in, suspects
from extractscan.events import Window, remembered, unrepeated, within
from extractscan.sampling import NO_CAP, Sampler
from extractscan.selection import Selection
from extractscan.settings import Settings
from extractscan.settling import Part, settled

Thing = TypeVar("Thing")
Made = TypeVar("Made")
Marks = tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint64]]
WORKERS = 2
ROWS_AT_ONCE = 32_768
"""Batches in work at once, and their size: their windows of text are the peak of memory."""
LARGE = 64 << 20
"""Bytes of logs from which it pays to count the events of accounts beforehand."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A log that was read once, with all that later steps start from.

    Attributes:
        logs: The inputs.
        table: The accounts table, if one was given.
        ruleset: Intent rules, in the order of their bits in the masks.
        window: Of the log that is used.
        summary: Of all events in the window.
        asking: Source file, source row and mask of the events that ask for what a harvest asks for; None where only a
            sample of the texts was read.
        earlier: Summaries of baseline logs.
        selection: What is used of the events in the window.
        added: Events that stand in no input, with all columns of the log; `with_events` puts them there.
        columns: Canonical columns of all that was summarised.
        heard: Whether events can be read again; otherwise `again` gives what the summary knows of them.
        together: Events that are marked by rules at once where they are read again.
    """

    logs: readers.LogSet
    table: pl.DataFrame | None
    ruleset: Sequence[rules.Rule]
    window: Window
    summary: reduce.Summary
    asking: pl.DataFrame | None
    earlier: Sequence[reduce.Summary] = ()
    selection: Selection = field(default_factory=Selection)
    added: pl.DataFrame | None = None
    columns: frozenset[str] = frozenset()
    heard: bool = True
    together: int = LEAST_AT_ONCE


def read(
    logs: readers.LogSet,
    table: pl.DataFrame | None,
    settings: Settings,
    *,
    window: Window = (None, None),
    baseline: Sequence[readers.LogSet] = (),
    selection: Selection | None = None,
    rule_files: Sequence[Path] = (),
    tell: Callable[[int, int], None] | None = None,
    memory: int | None = None,
    stored: Sequence[summaries.Stored] = (),
) -> Reading:
    """Read a log, and baseline logs if there are any, once from end to end.

    What inputs tell of accounts themselves completes the accounts table. `memory` bytes are to be kept within: what the
    pass gathers goes to disk beyond a part of them. What is `stored` was read before: it is merged with the logs, of
    which there may be none then.

    Raises:
        InputError: where nothing can be read.
        UsageError: for a rule file that cannot be used.
    """
    ruleset, chosen, least = rules.load(rule_files), selection or Selection(), settings.min_accounts
    summaries.require_one_kind(stored, ruleset, logs=bool(logs.files))
    kept: frozenset[str] = frozenset().union(*(each.manifest.columns for each in stored))
    asking: pl.DataFrame | None = None
    if stored:
        parts = [each.part() for each in stored]
        if logs.files:
            most = min(each.most for each in parts)
            seen, logs = readers.with_late_columns(
                logs,
                lambda each: surveyed(
                    each, ruleset, window, tell, chosen=chosen, memory=memory, columns=each.columns | kept, most=most
                )[0],
            )
            parts.append(Part(*seen.parts(), most))
        summary = settled(parts, least)
    else:
        (summary, asking), logs = readers.with_late_columns(
            logs, lambda each: summarise(each, ruleset, window, least, tell, chosen=chosen, memory=memory)
        )
    older = chosen.for_baseline()
    earlier = [
        readers.with_late_columns(
            past, lambda each: summarise(each, ruleset, (None, None), least, chosen=older, memory=memory)[0]
        )[0]
        for past in baseline
    ]
    table = readers.completed(table, logs.accounts())
    known = logs.columns | kept
    together = at_once(memory)
    return Reading(logs, table, ruleset, window, summary, asking, earlier, chosen, columns=known, together=together)


def with_events(reading: Reading, events: pl.DataFrame, accounts: pl.DataFrame | None, settings: Settings) -> Reading:
    """Return the reading of a log that holds further events as well; the inputs are not read again.

    The kept summary lacks text that fewer than `min_accounts` accounts of the log share: text that only comes to so
    many through `events` is not seen; text that the new events share among themselves is.

    Args:
        reading: Of the log.
        events: Canonical columns of the log, and provenance that no event of the log has.
        accounts: Rows to append to the accounts table, with its columns.
        settings: Smallest network.
    """
    part = reduce.reduce(events, groundwork.event_values(reading.columns))
    told = marked(suspects(events, reading.ruleset), reading.ruleset)
    part = replace(part, intent=reduce.intent_of(told))
    table = reading.table
    if table is not None and accounts is not None:
        table = pl.concat([table, accounts.select(table.columns)])
    return replace(
        reading,
        table=table,
        summary=reduce.merge([reading.summary, part], least=settings.min_accounts),
        asking=None if reading.asking is None else pl.concat([reading.asking, told.select(reading.asking.columns)]),
        added=events if reading.added is None else pl.concat([reading.added, events]),
    )


def again(reading: Reading, columns: Sequence[str], who: pl.Series) -> Iterator[pl.DataFrame]:
    """Read the events of some accounts once more: these columns, as far as the log has them, and provenance.

    `mask` is a column too: the intent rules that an event matches.
    """
    if not reading.heard:
        yield remembered(reading.summary, columns, who)
        return
    read = _again(reading, columns, who)
    yield from read if reduce.MASK not in columns else _with_masks(reading, read)


def _again(reading: Reading, columns: Sequence[str], who: pl.Series) -> Iterator[pl.DataFrame]:
    seen = {*columns, *reading.selection.columns} & reading.logs.columns
    read = reading.logs.batches(seen, accounts=who)
    for batch in unrepeated(reading.selection.of(within(batch, reading.window)) for batch in read):
        wanted = [name for name in batch.columns if name in columns or name in schema.PROVENANCE]
        yield from batch.select(wanted).iter_slices(ROWS_AT_ONCE)
    if reading.added is not None:
        names = [name for name in schema.EVENTS if name in columns and name in reading.added.columns]
        added = reading.added.filter(pl.col(schema.ACCOUNT).is_in(who.implode()))
        yield added.select(*names, *schema.PROVENANCE)


def _with_masks(reading: Reading, read: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Add what each event asks for: what the first reading found, or, where it read a sample alone, found now."""
    place = list(schema.PROVENANCE)
    if reading.asking is not None:
        for batch in read:
            told = batch.join(reading.asking, on=place, how="left", maintain_order="left")
            yield told.with_columns(pl.col(reduce.MASK).fill_null(0))
        return
    yield from marked_in(read, reading.ruleset, reading.together)


def summarise(
    logs: readers.LogSet,
    ruleset: Sequence[rules.Rule],
    window: Window,
    least: int,
    tell: Callable[[int, int], None] | None = None,
    *,
    chosen: Selection | None = None,
    memory: int | None = None,
) -> tuple[reduce.Summary, pl.DataFrame | None]:
    """Read every event once and keep its summary.

    Returns:
        The summary, without text that fewer than `least` accounts share; and the events that ask for what a harvest
        asks for: source file, source row, mask of the rules; None where only a sample of the texts was read.
    """
    seen, asking = surveyed(logs, ruleset, window, tell, chosen=chosen, memory=memory, searched=True)
    summary = seen.summary(least)
    return summary, asking if seen.sampler.settled() is None else None


def surveyed(
    logs: readers.LogSet,
    ruleset: Sequence[rules.Rule],
    window: Window,
    tell: Callable[[int, int], None] | None = None,
    *,
    chosen: Selection | None = None,
    memory: int | None = None,
    columns: frozenset[str] | None = None,
    most: int = NO_CAP,
    searched: bool = False,
) -> tuple[survey.Survey, pl.DataFrame]:
    """Read every event once; a request that stands twice in the logs counts once.

    `columns` are those for which signals run, where other logs have more than these; `most` are the prompts of an
    account that are read at most. A log that is to be `searched` is refused where that cannot stay within `memory`.

    Returns:
        What was seen; and of the events that were read for their text those that ask for what a harvest asks for:
        source file, source row, mask of the rules.
    """
    values = groundwork.event_values(logs.columns if columns is None else columns)
    done = 0

    def progress(size: int) -> None:
        nonlocal done
        done += size
        if tell:
            tell(done, logs.total_bytes)

    seen = survey.Survey(values, *survey.within(memory), sampler=Sampler(most=most))
    limit = memory if searched else None
    if window == (None, None) and not (chosen and chosen.filters) and logs.total_bytes >= LARGE:
        rows = logs.rows_by_account()
        if rows is not None:
            room.require(limit, int(rows["len"].sum()), len(rows))
            seen.expect(rows)
            limit = None  # was held against the whole log: a part of it would look as if all its text were read

    def added(batches: Iterator[pl.DataFrame]) -> Iterator[survey.Sample]:
        events = 0
        for batch in batches:
            sample = seen.add(batch)
            events += len(batch)
            room.require(limit, events, len(seen.keys), done / max(logs.total_bytes, 1))
            yield sample

    def one(sample: survey.Sample) -> tuple[survey.Sample, Marks, pl.DataFrame]:
        marks = shingles.marks(sample.events[schema.PROMPT])
        numbered = sample.events.with_columns(pl.Series("who", sample.who), pl.Series("level", sample.levels))
        return sample, marks, suspects(numbered, ruleset)

    wanted = [name for name in logs.columns if name != schema.COMPLETION]
    pick = chosen or Selection()
    pick.counts.begin()
    used = (pick.of(within(batch, window), counting=True) for batch in logs.batches(wanted, progress=progress))
    pieces = (piece for sample in added(unrepeated(used)) for piece in sample.pieces(ROWS_AT_ONCE))
    asking = [pl.DataFrame(schema={**schema.PROVENANCE, reduce.MASK: pl.UInt64})]
    held: list[pl.DataFrame] = []
    together = at_once(memory)
    for sample, marks, found in _side_by_side(one, pieces):
        seen.read(sample, *marks)
        held.append(found)
        if sum(map(len, held)) >= together:
            asking.append(_asked(held, ruleset, seen))
            held = []
    if held:
        asking.append(_asked(held, ruleset, seen))
    return seen, pl.concat(asking)


def _asked(found: Sequence[pl.DataFrame], ruleset: Sequence[rules.Rule], seen: survey.Survey) -> pl.DataFrame:
    """Mark suspects and count them."""
    told = marked(pl.concat(found), ruleset)
    seen.asked(told["who"].to_numpy(), told["level"].to_numpy(), told[reduce.MASK].to_numpy())
    return told.select(schema.FILE, schema.ROW, reduce.MASK)


def _side_by_side(work: Callable[[Thing], Made], things: Iterator[Thing]) -> Iterator[Made]:
    """Work on a few things at a time, in order; Polars and NumPy leave the interpreter free while they compute."""
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        waiting: deque[Future[Made]] = deque()
        for thing in things:
            waiting.append(pool.submit(work, thing))
            if len(waiting) > WORKERS:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
