"""The tool on one page: readers, reduce, sightings, links, networks, hypotheses, report."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

import msgspec
import numpy as np
import polars as pl

import extractscan
from extractscan import (
    custody,
    dossier,
    exhibits,
    groundwork,
    model,
    networks,
    null_test,
    readers,
    reduce,
    rules,
    schema,
    trial,
)
from extractscan.findings import (
    exclusions,
    gaps,
    limits,
    numbered,
    require_testable,
    single_sources,
    smallest_detectable,
)
from extractscan.settings import Settings

Progress = Callable[[str, int, int], None]
"""Stage, done, total (bytes while reading, steps elsewhere)."""
Thing = TypeVar("Thing")
Made = TypeVar("Made")
WORKERS = 2
ROWS_AT_ONCE = 32_768
SUSPECTS_AT_ONCE = 200_000
"""Batches in work at once, their size (their windows of text are the peak of memory), and texts marked at once."""


def analyze(
    paths: Sequence[str],
    *,
    accounts: str | None = None,
    settings: Settings = Settings(),  # noqa: B008 frozen
    mapping: Mapping[str, str] | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
    last: timedelta | None = None,
    baseline_logs: Sequence[str] = (),
    progress: Progress | None = None,
    reproducible: bool = False,
) -> model.Report:
    """Analyse logs, from files to report.

    Args:
        paths: Files, directories and globs.
        accounts: The accounts table.
        settings: Thresholds; they stand in the report.
        mapping: Canonical name to source field, for logs of no known format.
        start: Earliest event used (UTC).
        end: First moment not used (UTC).
        last: Only this much before the newest event.
        baseline_logs: Earlier logs whose accounts count as background.
        progress: Told of stages as they go.
        reproducible: Leave the wall clock out of the report.

    Raises:
        InputError: where nothing can be read.
        CannotTestError: where the fields that every test needs are missing.
        UsageError: for a mapping that names no field.
    """
    tell = progress or (lambda _stage, _done, _total: None)
    logs = readers.open_logs(paths, mapping=mapping)
    table, side = _side_table(accounts)
    ruleset = rules.load()
    window = _window(logs, start, end, last)
    summary, asking = summarise(logs, ruleset, window, settings.min_accounts, partial(tell, "reading"))
    earlier, older = [], []
    if baseline_logs:
        past = readers.open_logs(baseline_logs, mapping=mapping)
        earlier = [summarise(past, ruleset, (None, None), settings.min_accounts)[0]]
        older = [msgspec.structs.replace(each, role="baseline") for each in past.records()]
    ground = groundwork.lay(summary, table, logs.columns, ruleset, settings, earlier=earlier)
    require_testable(ground)
    tell("linking", 0, 1)
    found = groundwork.current(networks.find(ground.incidence, ground.labels, settings), ground, settings)

    def again(columns: Sequence[str], who: pl.Series) -> Iterator[pl.DataFrame]:
        read = unrepeated(within(batch, window) for batch in logs.batches(columns, accounts=who))
        return (part for batch in read for part in batch.iter_slices(ROWS_AT_ONCE))

    cases = trial.hear(found, ground, again, asking, settings, partial(tell, "weighing"))
    shuffles = null_test.run(ground, settings, partial(tell, "shuffling"))
    written = [dossier.network(case, ground, null_test.of(case.found, shuffles), settings) for case in cases]
    return model.Report(
        schema_version=model.SCHEMA_VERSION,
        tool=model.Tool(
            name="extractscan",
            version=extractscan.__version__,
            settings=settings.to_dict(),
            settings_sha256=settings.digest(),
            seed=settings.seed,
            generated_at=None if reproducible else datetime.now(UTC).isoformat(timespec="seconds"),
            libraries=custody.libraries(),
        ),
        inputs=[*logs.records(), *side, *older],
        coverage=model.Coverage(
            first=exhibits.iso(summary.totals["first"].min()),
            last=exhibits.iso(summary.totals["last"].max()),
            events=int(summary.totals["events"].sum()),
            accounts=len(summary.totals),
            gaps=gaps(summary),
            signals=ground.runs,
            smallest_detectable_network=smallest_detectable(ground, settings),
        ),
        networks=numbered(_sealed(logs, written)),
        single_sources=single_sources(ground, found),
        excluded=exclusions(ground, found, settings),
        limits=limits(ground),
    )


def summarise(
    logs: readers.LogSet,
    ruleset: Sequence[rules.Rule],
    window: tuple[datetime | None, datetime | None],
    least: int,
    tell: Callable[[int, int], None] | None = None,
) -> tuple[reduce.Summary, pl.DataFrame]:
    """Read every event once and keep its summary; a request that stands twice in the logs counts once.

    Returns:
        The summary, without text that fewer than `least` accounts share; and the events that ask for what a harvest
        asks for: source file, source row, mask of the rules.
    """
    values = groundwork.event_values(logs.columns)
    done = 0

    def progress(size: int) -> None:
        nonlocal done
        done += size
        if tell:
            tell(done, logs.total_bytes)

    def one(batch: pl.DataFrame) -> tuple[reduce.Summary, pl.DataFrame]:
        return reduce.reduce(batch, values), suspects(batch, ruleset)

    wanted = [name for name in logs.columns if name != schema.COMPLETION]
    read = unrepeated(within(batch, window) for batch in logs.batches(wanted, progress=progress))
    batches = (part for batch in read for part in batch.iter_slices(ROWS_AT_ONCE))
    parts, asking = (
        [reduce.empty(tuple(values))],
        [_marked(suspects(pl.DataFrame(schema=dict(_SUSPECT)), ruleset), ruleset)],
    )
    held: list[pl.DataFrame] = []
    for part, found in _side_by_side(one, batches):
        parts.append(part)
        held.append(found)
        if sum(map(len, held)) >= SUSPECTS_AT_ONCE:
            asking.append(_marked(pl.concat(held), ruleset))
            held = []
    if held:
        asking.append(_marked(pl.concat(held), ruleset))
    marked = pl.concat(asking)
    parts.append(replace(parts[0], intent=reduce.intent_of(marked)))
    return reduce.merge(parts, least=least), marked.select(schema.FILE, schema.ROW, reduce.MASK)


def suspects(batch: pl.DataFrame, ruleset: Sequence[rules.Rule]) -> pl.DataFrame:
    """Keep the events whose prompt or system prompt may match a rule, with what marking them needs."""
    missing = [pl.lit(None, dtype).alias(name) for name, dtype in _SUSPECT.items() if name not in batch.columns]
    frame = batch.with_columns(missing).select(*_SUSPECT)
    systems = frame[schema.SYSTEM_PROMPT].unique()
    odd = systems.filter(rules.suspect(systems, ruleset))
    return frame.filter(rules.suspect(frame[schema.PROMPT], ruleset) | frame[schema.SYSTEM_PROMPT].is_in(odd.implode()))


_SUSPECT = {name: schema.EVENTS[name] for name in (schema.ACCOUNT, schema.PROMPT, schema.SYSTEM_PROMPT)} | dict(
    schema.PROVENANCE
)


def _marked(found: pl.DataFrame, ruleset: Sequence[rules.Rule]) -> pl.DataFrame:
    """Mark suspects by the rules that they match; those that match none go."""
    mask = reduce.event_intent(found, partial(rules.match, rules=ruleset))
    marked = found.select(schema.ACCOUNT, schema.FILE, schema.ROW, pl.Series(reduce.MASK, mask, dtype=pl.UInt64))
    return marked.filter(pl.col(reduce.MASK) != 0)


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


def within(batch: pl.DataFrame, window: tuple[datetime | None, datetime | None]) -> pl.DataFrame:
    """Keep the events of a time window: from its start, up to but without its end."""
    start, end = window
    if start is not None:
        batch = batch.filter(pl.col(schema.TIMESTAMP) >= start)
    return batch if end is None else batch.filter(pl.col(schema.TIMESTAMP) < end)


def unrepeated(batches: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Drop events whose request id, account and time were seen before; events without a request id all count."""
    seen = np.zeros(0, dtype=np.uint64)
    keys = [schema.REQUEST, schema.ACCOUNT, schema.TIMESTAMP]
    for batch in batches:
        if schema.REQUEST not in batch.columns or batch[schema.REQUEST].null_count() == len(batch):
            yield batch
            continue
        key = batch.select(pl.struct(keys).hash(7).alias("key"), schema.REQUEST)
        known = pl.col(schema.REQUEST).is_not_null()
        fresh = ~known | (pl.col("key").is_first_distinct() & ~pl.col("key").is_in(pl.Series(seen).implode()))
        keep = key.select(fresh).to_series()
        seen = np.concatenate([seen, key.filter(keep & key[schema.REQUEST].is_not_null())["key"].to_numpy()])
        yield batch.filter(keep)


def _side_table(path: str | None) -> tuple[pl.DataFrame | None, list[model.Input]]:
    """Read the accounts table, and describe it as an input of the run."""
    if path is None:
        return None, []
    table, notes = readers.read_accounts_with_notes(path)
    data = Path(path).read_bytes()
    described = model.Input(
        path=path,
        format="accounts table",
        role="accounts",
        sha256=hashlib.sha256(data).hexdigest(),
        bytes=len(data),
        rows=len(table),
        rows_used=len(table),
        notes=notes,
    )
    return table, [described]


def _window(
    logs: readers.LogSet, start: datetime | None, end: datetime | None, last: timedelta | None
) -> tuple[datetime | None, datetime | None]:
    if last is None:
        return start, end
    stamps = [batch[schema.TIMESTAMP].max() for batch in logs.batches([schema.TIMESTAMP])]
    newest = max((stamp for stamp in stamps if isinstance(stamp, datetime)), default=None)
    if newest is None:
        return start, end
    since = newest - last
    return (since if start is None else max(start, since)), end


def _sealed(logs: readers.LogSet, written: Sequence[model.Network]) -> list[model.Network]:
    """Put path and hash into the evidence rows, which so far hold the number of their file; one reading for all."""
    places = {(int(row.file), row.row) for one in written for item in one.evidence for row in item.rows}
    paths = [record.path for record in logs.records()]
    hashes = logs.record_hashes(places)

    def sealed(item: model.Evidence) -> model.Evidence:
        rows = [
            model.Row(file=paths[int(row.file)], row=row.row, sha256=hashes[int(row.file), row.row])
            for row in item.rows
        ]
        return msgspec.structs.replace(item, rows=rows)

    return [msgspec.structs.replace(one, evidence=[sealed(item) for item in one.evidence]) for one in written]
