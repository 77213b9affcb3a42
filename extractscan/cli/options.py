"""Options that several commands share, each written once."""

from __future__ import annotations

from typing import Annotated

import typer

Output = Annotated[
    list[str] | None,
    typer.Option(
        "--output", "-o", metavar="FILE", help="Write the report to FILE, its format told by the suffix; repeatable."
    ),
]
Format = Annotated[
    str | None,
    typer.Option("--format", metavar="FORMAT", help="Output format, whatever the suffix; `formats` lists them."),
]
Clobber = Annotated[bool, typer.Option("--clobber", "-C", help="Overwrite existing output files.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing on stderr but errors.")]
Detail = Annotated[
    bool,
    typer.Option(
        "--verbose", "-v", help="Draw whole lists, not their first lines; analyze also says how long each stage took."
    ),
]
NoColor = Annotated[bool, typer.Option("--no-color", help="No colours; NO_COLOR does the same.")]
ReportFile = Annotated[str, typer.Argument(metavar="REPORT", help="A report saved as JSON.")]
