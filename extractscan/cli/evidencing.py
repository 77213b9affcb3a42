"""The command that cuts the original records of a network out of the logs."""

from __future__ import annotations

from typing import Annotated

import typer

from extractscan.cli.options import Clobber, Quiet, ReportFile


def evidence(
    report_file: ReportFile,
    network: Annotated[
        str, typer.Argument(metavar="NETWORK", help="A network's id, or the first characters of its fingerprint.")
    ],
    *,
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="DIR", help="Folder to write to; made if needed.")
    ] = None,
    max_rows: Annotated[
        int | None,
        typer.Option(
            "--max-rows", metavar="N", min=1, help="Up to N records: those of the evidence, then those of the campaign."
        ),
    ] = None,
    base: Annotated[
        str, typer.Option("--base", metavar="DIR", help="Folder that relative paths of inputs start from.")
    ] = ".",
    sign_key: Annotated[
        str | None,
        typer.Option("--sign-key", metavar="FILE", help="Sign SHA256SUMS with this Ed25519 key (PEM)."),
    ] = None,
    clobber: Clobber = False,
    quiet: Quiet = False,
) -> int:
    """Cut a network's original records out of the logs, with hashes.

    The inputs are checked first. The folder gets the records byte for byte, but for keys and tokens, which are cut
    out and counted; index.json and SHA256SUMS. Exit code 3 where an input is missing or no record could be cut, 4
    where an input or a record has changed.
    """
    from extractscan.cli.evidence_folder import Asked, carry_out

    return carry_out(
        Asked(
            report=report_file, network=network, folder=output, limit=max_rows, base=base, sign_key=sign_key,
            clobber=clobber, quiet=quiet,
        )
    )  # fmt: skip
