"""The command that reads logs and makes a report."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from extractscan.cli.allocators import give_memory_back, use_folder
from extractscan.cli.filters import (
    ExcludeAccount,
    ExcludeCountry,
    ExcludeModel,
    ExcludeOrganization,
    IncludeAccount,
    IncludeCountry,
    IncludeModel,
    IncludeOrganization,
)
from extractscan.cli.options import (
    Accounts,
    Clobber,
    Detail,
    Format,
    Inputs,
    KeyFile,
    Mapping,
    MinLevel,
    NoColor,
    Output,
    Quiet,
    Redact,
    Tlp,
)

From = Annotated[str | None, typer.Option("--from", metavar="TIME", help="Use events from this time on (UTC).")]
To = Annotated[
    str | None,
    typer.Option("--to", metavar="TIME", help="Use events before this time (UTC); a plain date counts whole."),
]
Last = Annotated[
    str | None, typer.Option("--last", metavar="SPAN", help="Use the last 30d, 12h, 90m or 4w of the log.")
]
Profile = Annotated[
    str | None,
    typer.Option(
        "--profile", metavar="NAME", help="strict, balanced or wide: how much proof is asked for. Default: balanced."
    ),
]
Config = Annotated[
    str | None,
    typer.Option("--config", metavar="FILE", help="TOML file with options and thresholds, not extractscan.toml."),
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
Strict = Annotated[bool | None, typer.Option("--strict/--no-strict", help="Exit 4 where rows had to be rejected.")]
Reproducible = Annotated[
    bool | None,
    typer.Option("--reproducible/--no-reproducible", help="Leave the wall-clock time out of the report."),
]
Manifest = Annotated[
    str | None,
    typer.Option("--manifest", metavar="FILE", help="Write the hashes of all inputs and outputs to FILE, for verify."),
]
SignKey = Annotated[
    str | None,
    typer.Option("--sign-key", metavar="FILE", help="Sign the manifest with this Ed25519 key (PEM); needs [sign]."),
]
Quarantine = Annotated[
    str | None,
    typer.Option("--quarantine", metavar="FILE", help="Write rows that could not be used to FILE, with the reasons."),
]
Suppress = Annotated[
    str | None,
    typer.Option("--suppress", metavar="FILE", help="TOML list of networks that are known: marked, and fail no run."),
]
Allow = Annotated[
    str | None,
    typer.Option("--allow", metavar="FILE", help="TOML list of gateways, egress ranges and customers that are known."),
]
Rules = Annotated[
    list[str] | None,
    typer.Option(
        "--rules", metavar="PATH", help="Your own intent rules, a file or folder, beside the shipped; repeatable."
    ),
]
Baseline = Annotated[
    str | None,
    typer.Option(
        "--baseline",
        metavar="REPORT",
        help="Older report: only what is new or grown since counts for --fail-on.",
    ),
]
Shuffles = Annotated[
    int | None, typer.Option("--shuffles", metavar="K", min=0, help="Repetitions of the null test, at most.")
]
Seed = Annotated[
    int | None, typer.Option("--seed", metavar="N", min=0, help="Seed of the shuffles and the community search.")
]
Threads = Annotated[
    int | None, typer.Option("--threads", metavar="N", min=1, help="Threads to use; all cores by default.")
]
MemoryLimit = Annotated[
    str | None,
    typer.Option(
        "--memory-limit", metavar="SIZE", help="Memory to keep within, such as 8GB; three quarters of all by default."
    ),
]
TmpDir = Annotated[
    str | None,
    typer.Option("--tmp-dir", metavar="DIR", help="Where temporary files go; the system's place by default."),
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
    profile: Profile = None,
    config: Config = None,
    mapping: Mapping = None,
    baseline_logs: BaselineLogs = None,
    fail_on: FailOn = None,
    strict: Strict = None,
    reproducible: Reproducible = None,
    manifest: Manifest = None,
    sign_key: SignKey = None,
    quarantine: Quarantine = None,
    min_level: MinLevel = None,
    suppress: Suppress = None,
    allow: Allow = None,
    rules: Rules = None,
    include_account: IncludeAccount = None,
    exclude_account: ExcludeAccount = None,
    include_organization: IncludeOrganization = None,
    exclude_organization: ExcludeOrganization = None,
    include_model: IncludeModel = None,
    exclude_model: ExcludeModel = None,
    include_country: IncludeCountry = None,
    exclude_country: ExcludeCountry = None,
    baseline: Baseline = None,
    redact: Redact = False,
    key_file: KeyFile = None,
    tlp: Tlp = None,
    shuffles: Shuffles = None,
    seed: Seed = None,
    threads: Threads = None,
    memory_limit: MemoryLimit = None,
    tmp_dir: TmpDir = None,
    clobber: Clobber = False,
    quiet: Quiet = False,
    verbose: Detail = False,
    no_color: NoColor = False,
    no_progress: NoProgress = False,
) -> int:
    """Read logs and report which accounts are linked, and why.

    Without --output the report is printed. Each option may also be set in the environment, as EXTRACTSCAN_FAIL_ON,
    and in extractscan.toml, as fail_on; a flag goes over the environment, that over the file. Exit codes: 0 fine, 1
    findings under --fail-on, 2 usage, 3 no readable input, 4 partial under --strict or nothing could be tested, 5
    internal, 130 interrupted.
    """
    given = dict(locals())  # the parameters and nothing else: they are the options as they were typed
    give_memory_back()
    from extractscan.cli.config import resolve

    asked = resolve(given)
    if asked.options.threads is not None:
        os.environ["POLARS_MAX_THREADS"] = str(asked.options.threads)  # read once, when polars is first imported
    use_folder(asked.options.tmp_dir)
    from extractscan.cli.request import carry_out

    return carry_out(inputs, asked)
