"""Options that several commands share, each written once."""

from __future__ import annotations

from typing import Annotated

import typer

Inputs = Annotated[
    list[str], typer.Argument(metavar="INPUT...", help="Log files, folders, archives, globs, or - for standard input.")
]
Accounts = Annotated[str | None, typer.Option("--accounts", metavar="FILE", help="Side table with one row an account.")]
Mapping = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="NAME=FIELD",
        help="Read column NAME from the log's FIELD; @FILE reads such pairs.",
    ),
]
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
MinLevel = Annotated[
    str | None,
    typer.Option("--min-level", metavar="LEVEL", help="Leave out networks under LEVEL; the report says how many."),
]
Clobber = Annotated[bool, typer.Option("--clobber", "-C", help="Overwrite existing output files.")]
Redact = Annotated[
    bool,
    typer.Option("--redact", help="Keyed pseudonyms for whatever identifies, and only shared wording; see --key-file."),
]
KeyFile = Annotated[
    str | None,
    typer.Option("--key-file", metavar="FILE", help="Secret key for --redact: the same key gives the same pseudonyms."),
]
Tlp = Annotated[
    str | None,
    typer.Option("--tlp", metavar="LABEL", help="How far it may be passed on: clear, green, amber, amber+strict, red."),
]
Quiet = Annotated[
    bool,
    typer.Option(
        "--quiet",
        "-q",
        help="Say nothing on stderr but errors; analyze prints one line on stdout, or the report in a --format.",
    ),
]
Detail = Annotated[
    bool,
    typer.Option(
        "--verbose", "-v", help="Draw whole lists, not their first lines; analyze also says how long each stage took."
    ),
]
NoColor = Annotated[bool, typer.Option("--no-color", help="No colours; NO_COLOR does the same.")]
ReportFile = Annotated[str, typer.Argument(metavar="REPORT", help="A report saved as JSON.")]
