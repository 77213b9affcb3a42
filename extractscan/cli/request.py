"""What `analyze` was asked, carried out: check all, analyze, deliver, then choose the exit code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from extractscan import model
from extractscan.cli.config import Resolved
from extractscan.cli.findings import findings_code
from extractscan.cli.keys import Options
from extractscan.cli.mapping import parse_mapping
from extractscan.cli.moments import window
from extractscan.cli.outputs import check_manifest, check_outputs, deliver, write_manifest
from extractscan.cli.progress import Stages, progress
from extractscan.cli.summary import refuse_partial, summarise
from extractscan.model.asked import Run


def carry_out(inputs: Sequence[str], asked: Resolved) -> int:
    """Analyze as asked and return the exit code; what cannot work is refused before anything is read.

    Raises:
        ExtractscanError: for every expected failure; under `strict`, lost rows fail after the report is delivered.
    """
    options = asked.options
    read = [*inputs, options.accounts, asked.file, *options.baseline_logs]
    check_outputs(options.output, options.format, clobber=options.clobber, inputs=read)
    check_manifest(options.manifest, options.output, clobber=options.clobber, inputs=read)
    stages = Stages()
    report = _analyze(inputs, asked, stages)
    detail, quiet = options.verbose, options.quiet
    deliver(report, options.output, options.format, no_color=options.no_color, detail=detail, quiet=quiet)
    if options.manifest is not None:
        write_manifest(report, options.output, options.manifest, quiet=quiet)
    summarise(report, stages, options)
    if options.strict:
        refuse_partial(report)
    return findings_code(report, options.fail_on)


def _analyze(inputs: Sequence[str], asked: Resolved, stages: Stages) -> model.Report:
    options = asked.options
    begins, ends, recent = window(options.start, options.end, options.last)
    columns = parse_mapping(options.map)
    from extractscan import pipeline

    with progress(stages, wanted=not options.quiet and not options.no_progress) as notice:
        report = pipeline.analyze(
            inputs,
            accounts=options.accounts,
            settings=asked.settings,
            mapping=columns,
            start=begins,
            end=ends,
            last=recent,
            baseline_logs=options.baseline_logs,
            progress=notice,
            reproducible=options.reproducible,
        )
    return msgspec.structs.replace(report, run=_run(inputs, options, columns))


def _run(inputs: Sequence[str], options: Options, columns: Mapping[str, str]) -> Run:
    """Note what was asked, so that the report can be made again."""
    return Run(
        inputs=list(inputs),
        accounts=options.accounts,
        mapping=dict(columns),
        start=options.start,
        end=options.end,
        last=options.last,
        baseline_logs=options.baseline_logs,
        reproducible=options.reproducible,
    )
