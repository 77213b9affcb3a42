"""The command line: one file a group of commands, listed here; nothing heavy is imported before a command runs."""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping
from typing import Annotated, NoReturn

import typer

from extractscan import __version__
from extractscan.cli.about import doctor, formats, schema, version
from extractscan.cli.analyze import analyze
from extractscan.cli.comparing import diff
from extractscan.cli.completing import completion
from extractscan.cli.configuring import config_check, config_init, config_show
from extractscan.cli.converting import convert
from extractscan.cli.evidencing import evidence
from extractscan.cli.guard import guarded
from extractscan.cli.helping import Command
from extractscan.cli.inspecting import inspect
from extractscan.cli.reducing import reduce
from extractscan.cli.reports import explain, report
from extractscan.cli.ruling import rules_test
from extractscan.cli.selftesting import selftest
from extractscan.cli.stopping import end_soon
from extractscan.cli.verifying import verify
from extractscan.cli.worlds import score, simulate

COMMANDS = (
    analyze, report, explain, evidence, diff, verify, inspect, convert, reduce, formats, schema, simulate, score,
    selftest, completion, doctor, version,
)  # fmt: skip
"""Commands in the order of the help."""
GROUPS: Mapping[str, tuple[str, tuple[Callable[..., int], ...]]] = {
    "config": ("Show, check and begin the configuration of analyze.", (config_show, config_check, config_init)),
    "rules": ("Try intent rules of your own.", (rules_test,)),
}
"""Commands of two words: what the first is for, and a function for each second, named `first_second`."""

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
    app.command(_command.__name__, cls=Command)(guarded(_command))
for _name, (_help, _members) in GROUPS.items():
    _group = typer.Typer(name=_name, help=_help, rich_markup_mode=None, no_args_is_help=True)
    for _member in _members:
        _group.command(_member.__name__.removeprefix(f"{_name}_"), cls=Command)(guarded(_member))
    app.add_typer(_group)


def main() -> None:
    """Run the command line; the entry point of the installed program."""
    signal.signal(signal.SIGTERM, _end)
    end_soon()
    app(prog_name="extractscan")


def _end(number: int, _frame: object) -> NoReturn:
    """End as at an exit, so that temporary files go."""
    raise SystemExit(128 + number)
