"""Holds a report's files against the hashes that were noted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from extractscan import custody, originals, signing
from extractscan.cli.redacting import read_key
from extractscan.cli.repeating import WHAT, repeated
from extractscan.cli.saved import load_report
from extractscan.cli.say import emit, emit_json, say, stdout_view
from extractscan.cli.unveiling import hidden, is_pseudonym, unveiled
from extractscan.cli.verifying import MANIFEST_SUFFIX
from extractscan.errors import EXIT_FINDINGS, EXIT_NO_INPUT, EXIT_OK, EXIT_PARTIAL, InputError, UsageError
from extractscan.model import Report
from extractscan.writers.terminal import View, draw
from extractscan.writers.terminal.view import sentence, value

NAMELESS = "redacted: --key-file FILE finds its name again, where the file lies under --base"
HIDDEN = "under --base, nothing has a name from which the key makes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What `verify` was asked."""

    report: str
    manifest: str | None
    base: str
    rerun: bool
    public_key: str | None
    key_file: str | None
    as_json: bool
    quiet: bool
    no_color: bool


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was checked, and in words what was not."""

    inputs: list[custody.Checked]
    outputs: list[custody.Checked]
    others: list[custody.Checked]
    """The manifest's signature and the repeated analysis, where they were asked for."""
    notes: list[str]

    @property
    def code(self) -> int:
        """The exit code: what is missing outranks what was asked for and could not be checked, and that a change.

        Inputs that were not kept are no failure while something else could be checked; where nothing could, there is
        nothing that would be the same.
        """
        states = {each.state for each in (*self.inputs, *self.outputs, *self.others)}
        if "missing" in states:
            return EXIT_NO_INPUT
        if not states & {"same", "changed"} or any(each.state == "unchecked" for each in self.others):
            return EXIT_PARTIAL
        return EXIT_FINDINGS if "changed" in states else EXIT_OK


def carry_out(asked: Asked) -> int:
    """Check all files, say what was found, and return the exit code.

    Raises:
        InputError: where the report or a manifest that was named cannot be read.
        UsageError: for a key that is not the report's.
    """
    report = load_report(asked.report)
    key = _key(asked.key_file, report)
    place = manifest_of(asked.report, asked.manifest)
    notes = list(custody.SAYS)
    outputs: list[custody.Checked] = []
    if place is None:
        notes.insert(0, "there is no manifest: outputs, this report among them, could not be checked")
    else:
        outputs = custody.check_outputs(load_manifest(place), place)
    others = [] if asked.public_key is None else [_signature(place, asked.public_key)]
    if place is not None and asked.public_key is None and Path(place + signing.SUFFIX).is_file():
        notes.insert(0, "there is a signature; --public-key FILE checks it")
    known = report if key is None else unveiled(report, key, asked.base)
    inputs = _inputs(known, asked.base)
    if asked.rerun:
        others.append(_repeated(known, asked, key))
    done = Verification(inputs=inputs, outputs=outputs, others=others, notes=notes)
    _tell(asked, done)
    return done.code


def _key(path: str | None, report: Report) -> bytes | None:
    if path is not None and report.redaction is None:
        raise UsageError("--key-file for a report that is not redacted", hint="leave it out: the names are all there")
    return read_key(path, wanted=path is not None)


def _inputs(report: Report, base: str) -> list[custody.Checked]:
    """Check the inputs of which the names are known, in their order."""
    if report.redaction is None:
        return originals.recheck(report.inputs, base)
    return [
        custody.Checked(path=each.path, state="unchecked", says=NAMELESS)
        if is_pseudonym(each.path)
        else originals.recheck([each], base)[0]
        for each in report.inputs
    ]


def _repeated(report: Report, asked: Asked, key: bytes | None) -> custody.Checked:
    if report.redaction is not None:
        lost = hidden(report)
        if key is None:
            says = "a redacted report does not say what it was made of: --key-file FILE, with the key it was made with"
            return custody.Checked(path=WHAT, state="unchecked", says=says)
        if lost:
            return custody.Checked(path=WHAT, state="unchecked", says=f"{HIDDEN}: {', '.join(lost)}")
    return repeated(report, asked.report, asked.base, key)


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


def _signature(place: str | None, public: str) -> custody.Checked:
    if place is None:
        return custody.Checked(path="signature", state="missing", says="there is no manifest that could be signed")
    path = place + signing.SUFFIX
    try:
        good = signing.is_signed(Path(place).read_bytes(), Path(path).read_bytes(), public)
    except OSError as error:
        return custody.Checked(path=path, state="missing", says=error.strerror or str(error))
    says = f"is {'' if good else 'not '}of {place} by the holder of {public}"
    return custody.Checked(path=path, state="same" if good else "changed", says=says)


def _tell(asked: Asked, done: Verification) -> None:
    if asked.as_json:
        emit_json(msgspec.json.format(msgspec.json.encode(done)) + b"\n")
        return
    view = stdout_view(no_color=asked.no_color)
    emit(draw(view, (line for what, each in _listed(done) if _shown(asked, each) for line in _lines(view, what, each))))
    for note in () if asked.quiet else done.notes:
        say(f"note: {note}")


def _listed(done: Verification) -> list[tuple[str, custody.Checked]]:
    return [
        *(("input", each) for each in done.inputs),
        *(("output", each) for each in done.outputs),
        *(("also", each) for each in done.others),
    ]


def _lines(view: View, what: str, each: custody.Checked) -> Iterator[RenderableType]:
    """Draw one file: its state and path, and below what that state rests on where it is worth a line."""
    style = "" if each.state == "same" else "bold yellow"
    yield Text(f"{each.state:<10}{what:<8}", style).append_text(value(view, each.path, limit=400))
    if each.state != "same" or what == "also":
        yield Padding(sentence(view, each.says), (0, 0, 0, 18))


def _shown(asked: Asked, each: custody.Checked) -> bool:
    return each.state != "same" or not asked.quiet
