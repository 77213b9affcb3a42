"""Write docs/cli.md from the command line itself: `python docs/generate_cli.py`; a test holds the two together."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main

from extractscan.cli import app

PAGE = Path(__file__).with_name("cli.md")
EXIT_CODES = (
    (0, "fine: the report was made; without `--fail-on` also when it holds findings"),
    (1, "an extraction network stands at or over `--fail-on LEVEL`; `verify`: a file has changed; `doctor`: a fault"),
    (2, "a wrong option, setting, mapping or output"),
    (3, "no readable input; `verify`: a file is missing"),
    (4, 'rows were rejected under `--strict`, or what was asked for cannot be tested or checked: never "clean"'),
    (5, "a defect of the tool"),
    (130, "interrupted"),
)


def page() -> str:
    """Return the whole page."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "# Command line"
    yield ""
    yield "<!-- written by docs/generate_cli.py; change the commands, not this page -->"
    yield ""
    yield "Machine output goes to stdout, everything else to stderr. A failure outranks findings, and reports are"
    yield "written before the exit code is chosen. `EXTRACTSCAN_DEBUG=1` adds the traceback to an error. Colours"
    yield "stay off in pipes and with `NO_COLOR`."
    yield ""
    yield "| exit code | meaning |"
    yield "|---:|---|"
    yield from (f"| {code} | {meaning} |" for code, meaning in EXIT_CODES)
    root: Any = typer.main.get_command(app)
    for name, command in root.commands.items():
        for words, each in _leaves(name, command):
            yield from _command(words, each)


def _leaves(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    if hasattr(command, "commands"):
        yield from ((f"{name} {second}", each) for second, each in command.commands.items())
    else:
        yield name, command


def _command(name: str, command: Any) -> Iterator[str]:
    yield ""
    yield f"## extractscan {name}"
    yield ""
    yield command.help.strip()
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    options = [each for each in command.params if each.param_type_name == "option"]
    for title, rows in (("argument", arguments), ("option", options)):
        if rows:
            yield ""
            yield f"| {title} | |"
            yield "|---|---|"
            yield from (f"| {_names(row)} | {_meaning(row)} |" for row in rows)


def _names(row: Any) -> str:
    if row.param_type_name == "argument":
        return f"`{row.metavar or row.name.upper()}`"
    metavar = f" {row.metavar}" if row.metavar else ""
    return ", ".join(f"`{name}{metavar}`" for name in sorted((*row.opts, *row.secondary_opts), key=len))


def _meaning(row: Any) -> str:
    text = row.help.replace("|", "\\|")
    shown = row.param_type_name == "option" and row.default is not None and not isinstance(row.default, bool)
    return f"{text} Default: {row.default}." if shown else text


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
