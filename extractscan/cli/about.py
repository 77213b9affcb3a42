"""Commands about the tool itself: its version, its formats, its schemas."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated

import typer

from extractscan import __version__
from extractscan.cli.options import NoColor


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

    from extractscan.custody import libraries
    from extractscan.model import SCHEMA_VERSION

    found = libraries()
    about = {
        "name": "extractscan",
        "version": __version__,
        "report_schema": SCHEMA_VERSION,
        "python": found.pop("python"),
        "platform": sys.platform,
        "libraries": found,
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


def doctor(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    no_color: NoColor = False,
) -> int:
    """Check what could keep the tool from working here.

    Exit code 1 where something does.
    """
    import msgspec

    from extractscan.cli.checkup import findings
    from extractscan.cli.say import emit, emit_json, stdout_view
    from extractscan.cli.tables import table
    from extractscan.writers.terminal import draw

    found = findings()
    if as_json:
        emit_json(msgspec.json.format(msgspec.json.encode([each._asdict() for each in found])) + b"\n")
    else:
        view = stdout_view(no_color=no_color)
        emit(draw(view, [table(view, [(each.what, each.state, each.says) for each in found])]))
    return int(any(each.state == "fault" for each in found))
