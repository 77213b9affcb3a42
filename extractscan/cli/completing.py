"""The command that gives a shell the words of this program."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

PROGRAM = "extractscan"
VARIABLE = "_EXTRACTSCAN_COMPLETE"
"""Set by the shell's script when it asks for words."""


class Shell(StrEnum):
    """Shells that completion is written for."""

    bash = "bash"
    zsh = "zsh"
    fish = "fish"
    powershell = "powershell"


def completion(
    shell: Annotated[Shell, typer.Argument(help="bash, zsh, fish or powershell.")],
    *,
    install: Annotated[
        bool, typer.Option("--install", help="Write it to where the shell reads it, in your home folder.")
    ] = False,
) -> int:
    """Print the script that completes commands and options.

    Try it with: source <(extractscan completion bash)
    """
    from typer.completion import get_completion_script  # type: ignore[attr-defined]
    from typer.completion import install as write  # type: ignore[attr-defined]

    if install:
        from extractscan.cli.say import say
        from extractscan.errors import UsageError

        if shell is Shell.powershell:
            raise UsageError(
                "--install does not write PowerShell's profile",
                hint="append the output of `extractscan completion powershell` to $PROFILE",
            )
        _, path = write(shell=shell.value, prog_name=PROGRAM, complete_var=VARIABLE)
        say(f"wrote {path}; open a new {shell.value} to use it")
    else:
        typer.echo(get_completion_script(prog_name=PROGRAM, complete_var=VARIABLE, shell=shell.value))
    return 0
