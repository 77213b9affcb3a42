"""What `analyze` was asked, and how it is carried out: check all, analyze, deliver, then choose the exit code."""

from __future__ import annotations

from dataclasses import dataclass

from extractscan.cli.config import load_settings
from extractscan.cli.findings import check_level, findings_code
from extractscan.cli.mapping import parse_mapping
from extractscan.cli.moments import window
from extractscan.cli.outputs import check_outputs, deliver
from extractscan.cli.progress import Stages, progress
from extractscan.cli.summary import refuse_partial, summarise


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The options of `analyze` as they were typed."""

    inputs: list[str]
    accounts: str | None
    outputs: list[str]
    fmt: str | None
    start: str | None
    end: str | None
    last: str | None
    profile: str
    config: str | None
    mapping: list[str]
    baseline_logs: list[str]
    fail_on: str | None
    strict: bool
    reproducible: bool
    shuffles: int | None
    seed: int | None
    clobber: bool
    quiet: bool
    verbose: bool
    no_color: bool
    bar: bool


def carry_out(asked: Request) -> int:
    """Analyze as asked and return the exit code; what cannot work is refused before anything is read.

    Raises:
        ExtractscanError: for every expected failure; under `strict`, lost rows fail after the report is delivered.
    """
    level = check_level(asked.fail_on)
    begins, ends, recent = window(asked.start, asked.end, asked.last)
    settings = load_settings(asked.profile, asked.config, seed=asked.seed, shuffles=asked.shuffles)
    read = [*asked.inputs, asked.accounts, asked.config, *asked.baseline_logs]
    check_outputs(asked.outputs, asked.fmt, clobber=asked.clobber, inputs=read)
    columns = parse_mapping(asked.mapping)
    from extractscan import pipeline

    stages = Stages()
    with progress(stages, wanted=asked.bar) as notice:
        report = pipeline.analyze(
            asked.inputs,
            accounts=asked.accounts,
            settings=settings,
            mapping=columns,
            start=begins,
            end=ends,
            last=recent,
            baseline_logs=asked.baseline_logs,
            progress=notice,
            reproducible=asked.reproducible,
        )
    deliver(report, asked.outputs, asked.fmt, no_color=asked.no_color, detail=asked.verbose, quiet=asked.quiet)
    if not asked.quiet:
        printed = not asked.outputs and asked.fmt in (None, "terminal")
        summarise(report, stages if asked.verbose else None, printed=printed)
    if asked.strict:
        refuse_partial(report)
    return findings_code(report, level)
