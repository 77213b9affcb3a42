"""The command line: one file a group of commands, listed here; nothing heavy is imported before a command runs."""

from __future__ import annotations

from typing import Annotated

import typer

from extractscan import __version__
from extractscan.cli.about import formats, schema, version
from extractscan.cli.analyze import analyze
from extractscan.cli.guard import guarded
from extractscan.cli.inspecting import inspect
from extractscan.cli.reports import explain, report
from extractscan.cli.worlds import score, simulate

COMMANDS = (analyze, report, explain, inspect, formats, schema, simulate, score, version)
"""Commands in the order of the help."""

app = typer.Typer(
    name="extractscan",
    help="Find hidden account networks that harvest an LLM API, and weigh the innocent explanations.",
    rich_markup_mode=None,  # plain help imports no rich, which keeps --help fast
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    add_completion=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:  # noqa: FBT001  typer calls it so
    if wanted:
        typer.echo(f"extractscan {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    *,
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Hold the options that stand before a command."""


for _command in COMMANDS:
    app.command(_command.__name__)(guarded(_command))


def main() -> None:
    """Run the command line; the entry point of the installed program."""
    app(prog_name="extractscan")
