"""The command that says whether the files of a report are still the same."""

from __future__ import annotations

from typing import Annotated

import typer

from extractscan.cli.allocators import give_memory_back
from extractscan.cli.options import NoColor, Quiet, ReportFile

MANIFEST_SUFFIX = ".manifest.json"
"""`r.json` has its manifest in `r.manifest.json`, unless another name was given."""


def verify(
    report_file: ReportFile,
    *,
    manifest: Annotated[
        str | None,
        typer.Option("--manifest", metavar="FILE", help="Manifest of the outputs; REPORT.manifest.json if it exists."),
    ] = None,
    base: Annotated[
        str, typer.Option("--base", metavar="DIR", help="Folder that relative paths of inputs start from.")
    ] = ".",
    rerun: Annotated[
        bool, typer.Option("--rerun", help="Analyze again as the report was asked, and compare the bytes.")
    ] = False,
    public_key: Annotated[
        str | None,
        typer.Option("--public-key", metavar="FILE", help="Check the manifest's signature by this Ed25519 key (PEM)."),
    ] = None,
    key_file: Annotated[
        str | None,
        typer.Option("--key-file", metavar="FILE", help="Key of a redacted report: finds its inputs again by name."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    quiet: Quiet = False,
    no_color: NoColor = False,
) -> int:
    """Check that inputs and outputs of a report are unchanged.

    Exit code 0 where all that could be checked is the same, 1 where something changed, 3 where something is missing,
    4 where --rerun was asked for and cannot be done, or where nothing could be checked at all.
    """
    give_memory_back()
    from extractscan.cli.verification import Asked, carry_out

    return carry_out(
        Asked(
            report=report_file, manifest=manifest, base=base, rerun=rerun, public_key=public_key, key_file=key_file,
            as_json=as_json,
            quiet=quiet, no_color=no_color,
        )
    )  # fmt: skip
