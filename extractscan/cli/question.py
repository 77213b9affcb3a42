"""From the question as the report holds it to the report: the one way that an analysis and its repetition go."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import msgspec

from extractscan import allowing, diffing, screening, suppression
from extractscan.cli.mapping import parse_mapping
from extractscan.cli.moments import window
from extractscan.cli.saved import load_report
from extractscan.model import Input, Report
from extractscan.model.asked import Role, Run
from extractscan.readers.urls import writable
from extractscan.rules import files_of, read
from extractscan.settings import Settings
from extractscan.suppression import Entry


@dataclass(frozen=True, slots=True)
class Lists:
    """The user's own files beside the logs, read and checked before anything is analyzed."""

    known: list[Entry]
    allowed: list[allowing.Entry]
    rule_files: list[str]
    older: Report | None
    described: list[Input]


@dataclass(frozen=True, slots=True)
class Answer:
    """A report with all networks, and the same with those alone that were asked for."""

    whole: Report
    shown: Report


def read_lists(run: Run) -> Lists:
    """Read the files that a question names beside the logs.

    Raises:
        UsageError: where a list is not of its form.
        InputError: where the older report cannot be read.
    """
    known = [] if run.suppress is None else suppression.load(run.suppress)
    older = None if run.baseline is None else load_report(run.baseline)
    day = date.fromisoformat(run.as_of) if run.as_of else date.min
    allowed = [] if run.allow is None else allowing.load(run.allow, day)
    rule_files = [str(file) for file in files_of(run.rules)]
    described = [_described(file, "intent rules", "rules", len(read([Path(file)]))) for file in rule_files]
    if run.allow is not None:
        described.append(_described(run.allow, "list of the known", "allow", len(allowed)))
    if run.suppress is not None:
        described.append(_described(run.suppress, "suppression list", "suppress", len(known)))
    if older is not None and run.baseline is not None:
        described.append(_described(run.baseline, "report", "report", len(older.networks)))
    return Lists(known, allowed, rule_files, older, described)


def _described(path: str, what: str, role: Role, rows: int) -> Input:
    content = Path(path).read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    return Input(path=path, format=what, sha256=digest, bytes=len(content), rows=rows, rows_used=rows, role=role)


def answer(
    run: Run, settings: Settings, progress: Callable[[str, int, int], None], memory: int | None = None
) -> Answer:
    """Analyze as asked, within some bytes of memory; what cannot work is refused before a log is read.

    Raises:
        ExtractscanError: for every expected failure.
    """
    begins, ends, recent = window(run.start, run.end, run.last)
    columns = parse_mapping([f"{name}={field}" for name, field in run.mapping.items()])
    lists = read_lists(run)
    from extractscan import pipeline

    report = pipeline.analyze(
        run.inputs,
        accounts=run.accounts,
        settings=settings,
        mapping=columns,
        start=begins,
        end=ends,
        last=recent,
        baseline_logs=run.baseline_logs,
        filters=run.filters,
        allow=lists.allowed,
        rule_files=lists.rule_files,
        progress=progress,
        reproducible=run.reproducible,
        memory=memory,
    )
    written = {name: [writable(path) for path in getattr(run, name)] for name in ("inputs", "baseline_logs")}
    told = msgspec.structs.replace(run, **written)  # without the passwords of databases
    return _finished(msgspec.structs.replace(report, run=told, inputs=[*report.inputs, *lists.described]), lists)


def _finished(report: Report, lists: Lists) -> Answer:
    """Hold the networks against the user's lists and the older report."""
    run = report.run
    if run.suppress is not None and run.as_of is not None:
        report = suppression.apply(report, lists.known, date.fromisoformat(run.as_of))
    if lists.older is not None:
        (sha256,) = (each.sha256 for each in lists.described if each.role == "report")
        report = diffing.since(report, lists.older, sha256)
    return Answer(report, screening.asked_for(report, run.min_level))
