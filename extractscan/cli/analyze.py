"""The command that reads logs and makes a report."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from extractscan.cli.options import Accounts, Clobber, Detail, Format, Inputs, Mapping, NoColor, Output, Quiet


def analyze(
    inputs: Inputs,
    *,
    accounts: Accounts = None,
    output: Output = None,
    fmt: Format = None,
    start: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="Use events from this time on (UTC).")
    ] = None,
    end: Annotated[
        str | None,
        typer.Option("--to", metavar="TIME", help="Use events before this time (UTC); a plain date counts whole."),
    ] = None,
    last: Annotated[
        str | None, typer.Option("--last", metavar="SPAN", help="Use the last 30d, 12h, 90m or 4w of the log.")
    ] = None,
    profile: Annotated[
        str, typer.Option("--profile", metavar="NAME", help="strict, balanced or wide: how much proof is asked for.")
    ] = "balanced",
    config: Annotated[
        str | None, typer.Option("--config", metavar="FILE", help="TOML file with settings, over the profile.")
    ] = None,
    mapping: Mapping = None,
    baseline_logs: Annotated[
        list[str] | None,
        typer.Option("--baseline-logs", metavar="PATH", help="Older logs that show what is ordinary; repeatable."),
    ] = None,
    fail_on: Annotated[
        str | None,
        typer.Option(
            "--fail-on",
            metavar="LEVEL",
            help="Exit 1 for an extraction network at or over LEVEL: critical, high, medium, low, info.",
        ),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 4 where rows had to be rejected.")] = False,
    reproducible: Annotated[
        bool, typer.Option("--reproducible", help="Leave the wall-clock time out of the report.")
    ] = False,
    shuffles: Annotated[
        int | None, typer.Option("--shuffles", metavar="K", min=0, help="Repetitions of the null test.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", metavar="N", min=0, help="Seed of the shuffles and the community search.")
    ] = None,
    threads: Annotated[
        int | None, typer.Option("--threads", metavar="N", min=1, help="Threads to use; all cores by default.")
    ] = None,
    clobber: Clobber = False,
    quiet: Quiet = False,
    verbose: Detail = False,
    no_color: NoColor = False,
    no_progress: Annotated[bool, typer.Option("--no-progress", help="No progress bar.")] = False,
) -> int:
    """Read logs and report which accounts are linked, and why.

    Without --output the report is printed. Exit codes: 0 fine, 1 findings under --fail-on, 2 usage, 3 no readable
    input, 4 partial under --strict or nothing could be tested, 5 internal, 130 interrupted.
    """
    if threads is not None:
        os.environ["POLARS_MAX_THREADS"] = str(threads)  # read once, when polars is first imported
    from extractscan.cli.config import load_settings
    from extractscan.cli.findings import check_level, findings_code
    from extractscan.cli.mapping import parse_mapping
    from extractscan.cli.moments import window
    from extractscan.cli.outputs import check_outputs, deliver
    from extractscan.cli.progress import Stages, progress
    from extractscan.cli.summary import refuse_partial, summarise

    level = check_level(fail_on)
    begins, ends, recent = window(start, end, last)
    settings = load_settings(profile, config, seed=seed, shuffles=shuffles)
    check_outputs(output or (), fmt, clobber=clobber, inputs=[*inputs, accounts, config, *(baseline_logs or ())])
    columns = parse_mapping(mapping or ())
    from extractscan import pipeline

    stages = Stages()
    with progress(stages, wanted=not quiet and not no_progress) as notice:
        report = pipeline.analyze(
            inputs,
            accounts=accounts,
            settings=settings,
            mapping=columns,
            start=begins,
            end=ends,
            last=recent,
            baseline_logs=baseline_logs or (),
            progress=notice,
            reproducible=reproducible,
        )
    deliver(report, output or (), fmt, no_color=no_color, detail=verbose, quiet=quiet)
    if not quiet:
        summarise(report, stages if verbose else None, printed=not output and fmt in (None, "terminal"))
    if strict:
        refuse_partial(report)
    return findings_code(report, level)
