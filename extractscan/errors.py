"""Every way a run can fail, each with the exit code and the advice that the command line prints."""

from __future__ import annotations

EXIT_OK = 0
EXIT_FINDINGS = 1
EXIT_USAGE = 2
EXIT_NO_INPUT = 3
EXIT_PARTIAL = 4
EXIT_INTERNAL = 5
EXIT_INTERRUPTED = 130


class ExtractscanError(Exception):
    """Root of all expected failures: a message saying what and where, a hint saying what to do.

    Attributes:
        hint: One or two sentences of advice, listing what exists where a choice was wrong.
        exit_code: What the process ends with.
    """

    exit_code = EXIT_INTERNAL

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(ExtractscanError):
    """A wrong option, setting, mapping or rule file."""

    exit_code = EXIT_USAGE


class InputError(ExtractscanError):
    """Nothing readable: a missing, empty, damaged or unrecognised input."""

    exit_code = EXIT_NO_INPUT


class CannotTestError(ExtractscanError):
    """The input was read, but the fields that any test needs are missing; never to be read as clean."""

    exit_code = EXIT_PARTIAL


class PartialError(ExtractscanError):
    """Rows or files were lost and `--strict` was asked for."""

    exit_code = EXIT_PARTIAL
