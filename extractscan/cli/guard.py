"""The one place where errors are caught: a message and advice on stderr, and the exit code that scripts read."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable
from typing import NoReturn, ParamSpec

import typer

from extractscan.errors import EXIT_INTERNAL, EXIT_INTERRUPTED, ExtractscanError

DEBUG = "EXTRACTSCAN_DEBUG"
"""Environment variable that adds the traceback to an error."""

P = ParamSpec("P")


def guarded(command: Callable[P, int]) -> Callable[P, NoReturn]:
    """Wrap a command so that it ends the process with the exit code it returns, or with that of its failure.

    Interruption ends with 130, an expected failure with its own code, anything else with 5. Only with
    `EXTRACTSCAN_DEBUG=1` is a traceback printed.
    """

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> NoReturn:
        raise typer.Exit(_code(lambda: command(*args, **kwargs)))

    return run


def _code(command: Callable[[], int]) -> int:
    try:
        return command()
    except ExtractscanError as error:
        _tell(str(error), error.hint)
        return error.exit_code
    except KeyboardInterrupt:
        _tell("interrupted", "an output that was not finished is as it was before")
        return EXIT_INTERRUPTED
    except (SystemExit, GeneratorExit):
        raise
    except BaseException as error:  # noqa: BLE001  a stranger gets a sentence, even for a panic in a compiled library
        _tell(
            f"internal error: {type(error).__name__}: {error}",
            f"this is a defect of the tool; {DEBUG}=1 shows where, please report it with that",
        )
        return EXIT_INTERNAL


def _tell(message: str, hint: str) -> None:
    from extractscan.cli.say import say

    if os.environ.get(DEBUG) == "1":
        import traceback

        traceback.print_exc()
    say(f"error: {message}")
    if hint:
        say(f"hint: {hint}")
    sys.stderr.flush()
