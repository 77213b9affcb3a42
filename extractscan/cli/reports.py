"""Commands on a saved report: every format again, and why an account is where it is."""

from __future__ import annotations

from typing import Annotated

import typer

from extractscan.cli.options import (
    Clobber,
    Detail,
    Format,
    KeyFile,
    MinLevel,
    NoColor,
    Output,
    Quiet,
    Redact,
    ReportFile,
    Tlp,
)


def report(
    report_file: ReportFile,
    *,
    output: Output = None,
    fmt: Format = None,
    min_level: MinLevel = None,
    redact: Redact = False,
    key_file: KeyFile = None,
    tlp: Tlp = None,
    clobber: Clobber = False,
    quiet: Quiet = False,
    verbose: Detail = False,
    no_color: NoColor = False,
) -> int:
    """Print or write a saved report again, without the logs."""
    import msgspec

    from extractscan.cli.findings import check_level
    from extractscan.cli.keys import checked
    from extractscan.cli.outputs import check_outputs, deliver
    from extractscan.cli.redacting import read_key, redacted
    from extractscan.cli.saved import load_report
    from extractscan.screening import asked_for

    check_outputs(output or (), fmt, clobber=clobber, inputs=[report_file, key_file])
    key = read_key(key_file, wanted=redact)
    level = check_level(min_level)
    found = asked_for(load_report(report_file), level)
    if key is not None:
        found = redacted(found, key)
    if tlp is not None:
        found = msgspec.structs.replace(found, tlp=checked("tlp", tlp, "--tlp"))
    deliver(found, output or (), fmt, no_color=no_color, detail=verbose, quiet=quiet)
    return 0


def explain(
    report_file: ReportFile,
    network: Annotated[
        str, typer.Argument(metavar="NETWORK", help="A network's id, or the first characters of its fingerprint.")
    ],
    account: Annotated[
        str | None, typer.Argument(metavar="[ACCOUNT]", help="One of its accounts: how its bits add up.")
    ] = None,
    *,
    no_color: NoColor = False,
) -> int:
    """Show one network, or how one account's bits add up.

    A network is drawn whole, down to the records its evidence rests on.
    """
    from extractscan.cli.saved import find_member, find_network, load_report
    from extractscan.cli.say import emit, stdout_view
    from extractscan.writers.terminal import render_member, render_network

    found = load_report(report_file)
    chosen = find_network(found, network)
    view = stdout_view(no_color=no_color, detail=True)
    if account is None:
        emit(render_network(found, chosen, view))
    else:
        emit(render_member(found, chosen, find_member(chosen, account), view))
    return 0
