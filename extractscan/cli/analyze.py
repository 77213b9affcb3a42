"""The command that reads logs and makes a report."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from extractscan.cli.allocators import give_memory_back
from extractscan.cli.options import Accounts, Clobber, Detail, Format, Inputs, Mapping, NoColor, Output, Quiet

From = Annotated[str | None, typer.Option("--from", metavar="TIME", help="Use events from this time on (UTC).")]
To = Annotated[
    str | None,
    typer.Option("--to", metavar="TIME", help="Use events before this time (UTC); a plain date counts whole."),
]
Last = Annotated[
    str | None, typer.Option("--last", metavar="SPAN", help="Use the last 30d, 12h, 90m or 4w of the log.")
]
Profile = Annotated[
    str, typer.Option("--profile", metavar="NAME", help="strict, balanced or wide: how much proof is asked for.")
]
Config = Annotated[
    str | None, typer.Option("--config", metavar="FILE", help="TOML file with settings, over the profile.")
]
BaselineLogs = Annotated[
    list[str] | None,
    typer.Option("--baseline-logs", metavar="PATH", help="Older logs that show what is ordinary; repeatable."),
]
FailOn = Annotated[
    str | None,
    typer.Option(
        "--fail-on",
        metavar="LEVEL",
        help="Exit 1 for an extraction network at or over LEVEL: critical, high, medium, low, info.",
    ),
]
Strict = Annotated[bool, typer.Option("--strict", help="Exit 4 where rows had to be rejected.")]
Reproducible = Annotated[bool, typer.Option("--reproducible", help="Leave the wall-clock time out of the report.")]
Shuffles = Annotated[int | None, typer.Option("--shuffles", metavar="K", min=0, help="Repetitions of the null test.")]
Seed = Annotated[
    int | None, typer.Option("--seed", metavar="N", min=0, help="Seed of the shuffles and the community search.")
]
Threads = Annotated[
    int | None, typer.Option("--threads", metavar="N", min=1, help="Threads to use; all cores by default.")
]
NoProgress = Annotated[bool, typer.Option("--no-progress", help="No progress bar.")]


def analyze(
    inputs: Inputs,
    *,
    accounts: Accounts = None,
    output: Output = None,
    fmt: Format = None,
    start: From = None,
    end: To = None,
    last: Last = None,
    profile: Profile = "balanced",
    config: Config = None,
    mapping: Mapping = None,
    baseline_logs: BaselineLogs = None,
    fail_on: FailOn = None,
    strict: Strict = False,
    reproducible: Reproducible = False,
    shuffles: Shuffles = None,
    seed: Seed = None,
    threads: Threads = None,
    clobber: Clobber = False,
    quiet: Quiet = False,
    verbose: Detail = False,
    no_color: NoColor = False,
    no_progress: NoProgress = False,
) -> int:
    """Read logs and report which accounts are linked, and why.

    Without --output the report is printed. Exit codes: 0 fine, 1 findings under --fail-on, 2 usage, 3 no readable
    input, 4 partial under --strict or nothing could be tested, 5 internal, 130 interrupted.
    """
    give_memory_back()
    if threads is not None:
        os.environ["POLARS_MAX_THREADS"] = str(threads)  # read once, when polars is first imported
    from extractscan.cli.request import Request, carry_out

    request = Request(
        inputs=inputs, accounts=accounts, outputs=output or [], fmt=fmt, start=start, end=end, last=last,
        profile=profile, config=config, mapping=mapping or [], baseline_logs=baseline_logs or [], fail_on=fail_on,
        strict=strict, reproducible=reproducible, shuffles=shuffles, seed=seed, clobber=clobber, quiet=quiet,
        verbose=verbose, no_color=no_color, bar=not quiet and not no_progress,
    )  # fmt: skip
    return carry_out(request)
