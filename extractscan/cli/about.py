"""Commands about the tool itself: its version, its formats, its schemas."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated

import typer

from extractscan import __version__

LIBRARIES = ("graspologic-native", "msgspec", "numpy", "polars", "pyarrow", "rich", "scipy", "typer")
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


def schema(
    document: Annotated[Document, typer.Argument(help="The report, an event, or a row of the accounts table.")],
) -> int:
    """Print the JSON Schema of the report, of one event, or of one row of the accounts table."""
    import json

    from extractscan.cli.schemas import row_schema
    from extractscan.model import json_schema

    found = json_schema() if document is Document.report else row_schema(document.value)
    typer.echo(json.dumps(found, indent=2))
    return 0
