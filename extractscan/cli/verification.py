"""Holds a report's files against the hashes that were noted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from extractscan import custody
from extractscan.cli.saved import load_report
from extractscan.cli.say import emit, emit_json, say, stdout_view
from extractscan.cli.tables import table
from extractscan.cli.verifying import MANIFEST_SUFFIX
from extractscan.errors import EXIT_FINDINGS, EXIT_NO_INPUT, EXIT_OK, InputError
from extractscan.writers.terminal import draw


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What `verify` was asked."""

    report: str
    manifest: str | None
    base: str
    as_json: bool
    quiet: bool
    no_color: bool


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was checked, and in words what was not."""

    inputs: list[custody.Checked]
    outputs: list[custody.Checked]
    notes: list[str]

    @property
    def code(self) -> int:
        """The exit code: what is missing outranks what has changed."""
        states = {each.state for each in (*self.inputs, *self.outputs)}
        if "missing" in states:
            return EXIT_NO_INPUT
        return EXIT_FINDINGS if "changed" in states else EXIT_OK


def carry_out(asked: Asked) -> int:
    """Check all files, say what was found, and return the exit code.

    Raises:
        InputError: where the report or a manifest that was named cannot be read.
    """
    report = load_report(asked.report)
    place = manifest_of(asked.report, asked.manifest)
    notes = list(custody.SAYS)
    outputs: list[custody.Checked] = []
    if place is None:
        notes.insert(0, "there is no manifest: outputs, this report among them, could not be checked")
    else:
        outputs = custody.check_outputs(load_manifest(place), place)
    done = Verification(inputs=custody.check_inputs(report.inputs, asked.base), outputs=outputs, notes=notes)
    _tell(asked, done)
    return done.code


def manifest_of(report: str, named: str | None) -> str | None:
    """Return the manifest's path: the one named, or the one beside the report if it is there."""
    beside = str(Path(report).with_suffix(MANIFEST_SUFFIX))
    return named or (beside if Path(beside).is_file() else None)


def load_manifest(place: str) -> custody.Manifest:
    """Read a manifest.

    Raises:
        InputError: where it cannot be read or is none.
    """
    try:
        return custody.decode(Path(place).read_bytes())
    except OSError as error:
        raise InputError(
            f"cannot read {place}: {error.strerror}", hint="`analyze --manifest FILE` writes one"
        ) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{place} is no manifest: {error}", hint="`analyze --manifest FILE` writes one") from error


def _tell(asked: Asked, done: Verification) -> None:
    if asked.as_json:
        emit_json(msgspec.json.format(msgspec.json.encode(done)) + b"\n")
        return
    rows = [(each.state, what, each.path, each.says) for what, each in _listed(done) if _shown(asked, each)]
    view = stdout_view(no_color=asked.no_color)
    if rows:
        emit(draw(view, [table(view, rows)]))
    for note in () if asked.quiet else done.notes:
        say(f"note: {note}")


def _listed(done: Verification) -> list[tuple[str, custody.Checked]]:
    return [*(("input", each) for each in done.inputs), *(("output", each) for each in done.outputs)]


def _shown(asked: Asked, each: custody.Checked) -> bool:
    return each.state != "same" or not asked.quiet
