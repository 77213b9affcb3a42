"""Commands about the tool itself: its version, its formats, its schemas."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated

import typer

from extractscan import __version__

LIBRARIES = (
    "graspologic-native",
    "isal",
    "msgspec",
    "numpy",
    "polars",
    "pyarrow",
    "rich",
    "scipy",
    "typer",
    "zstandard",
)
"""Libraries whose versions may matter when a result is to be repeated."""


class Document(StrEnum):
    """What has a JSON Schema."""

    report = "report"
    events = "events"
    accounts = "accounts"


def version(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, with the libraries' versions.")] = False,
) -> int:
    """Print the version."""
    if not as_json:
        typer.echo(f"extractscan {__version__}")
        return 0
    import json
    import platform
    from importlib.metadata import version as installed

    from extractscan.model import SCHEMA_VERSION

    libraries = {name: installed(name) for name in LIBRARIES}
    about = {
        "name": "extractscan",
        "version": __version__,
        "report_schema": SCHEMA_VERSION,
        "python": platform.python_version(),
        "platform": sys.platform,
        "libraries": libraries,
    }
    typer.echo(json.dumps(about, indent=2))
    return 0


def formats(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> int:
    """List the formats that are read and written."""
    import msgspec

    from extractscan.cli.say import emit, emit_json, stdout_view
    from extractscan.cli.tables import formats_page
    from extractscan.readers import FORMATS
    from extractscan.writers import WRITERS

    if as_json:
        written = [{"name": name, "suffixes": each.suffixes, "title": each.title} for name, each in WRITERS.items()]
        listed = {"read": [each._asdict() for each in FORMATS], "written": written}
        emit_json(msgspec.json.format(msgspec.json.encode(listed)) + b"\n")
    else:
        emit(formats_page(stdout_view(), FORMATS, WRITERS))
    return 0


def schema(
    document: Annotated[
        Document,
        typer.Argument(help="What to describe: report, events or accounts (one row of each)."),
    ],
) -> int:
    """Print the JSON Schema of a report, event or account."""
    import json

    from extractscan.cli.schemas import row_schema
    from extractscan.model import json_schema

    found = json_schema() if document is Document.report else row_schema(document.value)
    typer.echo(json.dumps(found, indent=2))
    return 0
