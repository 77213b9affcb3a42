"""The tool on one page: readers, reduce, sightings, links, networks, hypotheses, report."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import msgspec
import polars as pl

import extractscan
from extractscan import (
    allowing,
    comparing,
    custody,
    events,
    exhibits,
    groundwork,
    model,
    networks,
    null_test,
    readers,
    reading,
    recalling,
    schema,
    selection,
    summaries,
    told,
    trial,
)
from extractscan.exhibits import Case
from extractscan.findings import (
    exclusions,
    gaps,
    left_out,
    limits,
    numbered,
    require_testable,
    single_sources,
    unheard,
)
from extractscan.growing import Found
from extractscan.power import smallest_detectable
from extractscan.ranges import ranges
from extractscan.release import release
from extractscan.settings import Settings

Progress = Callable[[str, int, int], None]
"""Stage, done, total (bytes while reading, steps elsewhere)."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The groups of a log, the ground that they were found on, and what was heard of each."""

    ground: groundwork.Ground
    found: list[Found]
    cases: list[Case]


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
    filters: Sequence[model.Filter] = (),
    allow: Sequence[allowing.Entry] = (),
    rule_files: Sequence[str] = (),
    progress: Progress | None = None,
    reproducible: bool = False,
    memory: int | None = None,
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
        filters: By account, organization, model or country; every one must keep an event.
        allow: Gateways, egress ranges and customers that are known.
        rule_files: Further intent rules, beside the shipped ones.
        progress: Told of stages as they go.
        reproducible: Leave the wall clock out of the report.
        memory: Bytes to keep within; the report is the same.

    Raises:
        InputError: where nothing can be read.
        CannotTestError: where the fields that every test needs are missing.
        UsageError: for a mapping that names no field, a filter by a column that is not there, or a wrong rule file.
    """
    tell = progress or (lambda _stage, _done, _total: None)
    stored = [summaries.open_summary(path) for path in paths if summaries.is_summary(path)]
    rest = [path for path in paths if not summaries.is_summary(path)]
    recalling.require_whole(stored, start, end, last, filters, allow)
    logs = readers.open_logs(rest, mapping=mapping, dates=(start, end)) if rest or not stored else readers.no_logs()
    table, side = side_table(accounts)
    table = table if accounts or not stored else summaries.accounts_of(stored)
    shared = ranges(allowing.shared(allow))
    chosen = selection.Selection(filters=filters, homes=selection.homes_of(table) if filters else {}, shared=shared)
    sampled, logs = logs.columns, logs.wanting(each.column for each in filters)
    chosen.check(logs.columns)
    past = [readers.open_logs(baseline_logs, mapping=mapping)] if baseline_logs else []
    log = reading.read(
        logs,
        chosen.cleared(table),
        settings,
        window=events.window_of(logs, start, end, last),
        baseline=past,
        selection=chosen,
        rule_files=[Path(file) for file in rule_files],
        tell=partial(tell, "reading"),
        memory=memory,
        stored=stored,
    )
    del table  # what is needed of it goes into the ground
    chosen.check(sampled)
    log = recalling.whole(log, stored, rest, mapping)
    older = [msgspec.structs.replace(each, role="baseline") for one in past for each in one.records()]
    silent = gaps(log.summary)
    log, known = _told(log, settings)
    ground = laid(log, settings, known)
    del known
    judged = judge(log, settings, tell, ground)
    written, shuffles = comparing.compared(judged.cases, ground, settings, partial(tell, "shuffling"))
    report = model.Report(
        schema_version=model.SCHEMA_VERSION,
        tool=_tool(settings, reproducible=reproducible),
        inputs=[*log.logs.records(), *map(summaries.described, stored), *side, *older],
        coverage=_coverage(log, ground, silent, chosen, (len(shuffles), null_test.expected(shuffles)), settings),
        networks=_sealed(log.logs, written),
        single_sources=single_sources(ground, judged.found),
        excluded=exclusions(ground, judged.found, settings),
        limits=[*limits(ground), *unheard(log.heard)],
    )
    return _allowed(ground, chosen, allow, report)


def _tool(settings: Settings, *, reproducible: bool) -> model.Tool:
    return model.Tool(
        name="extractscan",
        version=extractscan.__version__,
        settings=settings.to_dict(),
        settings_sha256=settings.digest(),
        seed=settings.seed,
        generated_at=None if reproducible else datetime.now(UTC).isoformat(timespec="seconds"),
        libraries=custody.libraries(),
    )


def _told(log: reading.Reading, settings: Settings) -> tuple[reading.Reading, told.Told]:
    """Gather what is known of all accounts, and return the log with no more of its tables than is still looked at."""
    release()
    known = told.told(log.summary, log.table, settings, earlier=log.earlier)
    if not log.heard:  # the tables stand for the events
        return log, known
    thin = told.thin(log.summary) if log.earlier else known.summary
    return replace(log, summary=thin, table=None if log.table is None else log.table.clear(), earlier=()), known


def _coverage(
    log: reading.Reading,
    ground: groundwork.Ground,
    silent: list[model.Gap],
    chosen: selection.Selection,
    chance: tuple[int, float | None],
    settings: Settings,
) -> model.Coverage:
    release()
    return model.Coverage(
        first=exhibits.iso(log.summary.totals["first"].min()),
        last=exhibits.iso(log.summary.totals["last"].max()),
        events=int(log.summary.totals["events"].sum()),
        accounts=len(log.summary.totals),
        gaps=silent,
        signals=ground.runs,
        smallest_detectable_network=smallest_detectable(ground, settings),
        filters=chosen.filtered(),
        shuffles=chance[0],
        expected_false=chance[1],
    )


def _allowed(
    ground: groundwork.Ground, chosen: selection.Selection, allow: Sequence[allowing.Entry], report: model.Report
) -> model.Report:
    """Hold the networks and single sources against the user's list, number the networks, and say what was left out."""
    homes = dict(ground.accounts.select(schema.ACCOUNT, schema.ORGANIZATION).iter_rows())
    found = numbered(allowing.explained(report.networks, allow, homes))
    counted = (chosen.counts.accounts, chosen.counts.events)
    return msgspec.structs.replace(
        report,
        networks=found,
        single_sources=allowing.permitted(report.single_sources, allow, homes),
        excluded=msgspec.structs.replace(report.excluded, allowed=allowing.told(allow, found, homes, counted)),
        limits=[*report.limits, *left_out(report.coverage.filters)],
    )


def laid(log: reading.Reading, settings: Settings, known: told.Told | None = None) -> groundwork.Ground:
    """Lay the ground of an analysis from a log that was read, or from what is known by it, if that was gathered before.

    Raises:
        CannotTestError: where the fields that every test needs are missing.
    """
    release()
    known = told.told(log.summary, log.table, settings, earlier=log.earlier) if known is None else known
    ground = groundwork.lay(known, log.columns, log.ruleset, settings, side_table=log.table is not None)
    require_testable(ground)
    release()
    return ground


def judge(log: reading.Reading, settings: Settings, tell: Progress, ground: groundwork.Ground | None = None) -> Judged:
    """Find the groups in a log that was read, and hear the case of each; the ground is laid here unless it is given.

    Raises:
        CannotTestError: where the fields that every test needs are missing.
    """
    ground = laid(log, settings) if ground is None else ground
    tell("linking", 0, 1)
    found = groundwork.current(networks.find(ground.incidence, ground.labels, settings), ground, settings)
    release()
    again = partial(reading.again, log)
    cases = trial.hear(found, ground, again, settings, partial(tell, "weighing"))
    release()
    return Judged(ground, found, [replace(case, heard=log.heard) for case in cases])


def side_table(path: str | None) -> tuple[pl.DataFrame | None, list[model.Input]]:
    """Read the accounts table, and describe it as an input of the run."""
    if path is None:
        return None, []
    table, notes = readers.read_accounts_with_notes(path)
    whole = Path(path).is_file()
    data = Path(path).read_bytes() if whole else table.write_ndjson().encode()
    notes += [] if whole else [f"{path}: no single file, so that the hash is of the table as it was read"]
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

    def named(each: model.Rows) -> model.Rows:
        return msgspec.structs.replace(each, file=paths[int(each.file)])

    return [
        msgspec.structs.replace(
            one,
            evidence=[sealed(item) for item in one.evidence],
            campaign_rows=[named(each) for each in one.campaign_rows],
        )
        for one in written
    ]
