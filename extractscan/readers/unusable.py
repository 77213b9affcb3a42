"""Say why inputs that were read gave not a single event, and what would help."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from extractscan import schema
from extractscan.errors import InputError
from extractscan.readers.detect import LogFile
from extractscan.readers.tally import Tally

_SHOWN: Final = 5
"""Reasons that are listed; more would push the hint off the screen."""


def nothing_usable(files: Sequence[LogFile], tallies: Sequence[Tally]) -> InputError:
    """Make the error for inputs of which no record became an event; it is not raised here."""
    losses = [
        f"{file.path} ({file.format}): {loss.reason} ({loss.count}, first at {loss.first_at})"
        for file, tally in zip(files, tallies, strict=True)
        for loss in tally.losses()
    ]
    if not losses:
        return _no_loss(files, tallies)
    wants = dict.fromkeys(file.source.wants for file in files if file.source and file.source.wants)
    fields = f"Name the right fields: --map {schema.TIMESTAMP}=FIELD --map {schema.ACCOUNT}=FIELD."
    return InputError(
        f"no row has both a readable timestamp and an account id: {'; '.join(losses[:_SHOWN])}",
        hint=" ".join([*wants, fields]),
    )


def _no_loss(files: Sequence[LogFile], tallies: Sequence[Tally]) -> InputError:
    more = f" (and {len(files) - 1} more)" if len(files) > 1 else ""
    aside = [told for tally in tallies for told in tally.counted()]
    if aside:
        what = f"{files[0].path}{more}: recognised as {files[0].format}, with no request to a model in it"
        message = f"{what} ({'; '.join(aside[:_SHOWN])})"
        return InputError(message, hint="Give the log that holds the requests.")
    return InputError(f"{files[0].path}{more}: no rows", hint="Export the logs again, or leave the file out.")
