"""Where reports go: checked before the work starts, written when it is done."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from extractscan import custody, signing
from extractscan.cli.say import emit, emit_json, say, stdout_view
from extractscan.errors import UsageError
from extractscan.model import Report
from extractscan.writers import WRITERS, choose, write, write_bytes
from extractscan.writers.numbers import size
from extractscan.writers.terminal import render


def check_outputs(outputs: Sequence[str], fmt: str | None, *, clobber: bool, inputs: Iterable[str | None] = ()) -> None:
    """Refuse outputs that could not be written at the end, or would overwrite what must stay.

    Raises:
        UsageError: for an unknown format, a missing folder, an existing file without `clobber`, an input named as
            output, the same output twice, one format for several files, or bytes for a terminal.
    """
    if fmt is not None:
        binary = WRITERS[choose(fmt=fmt)].content == "binary"
        if binary and not outputs and sys.stdout.isatty():
            raise UsageError(f"{fmt} is not for a terminal", hint="name a file with --output, or pipe it on")
        if len(outputs) > 1:
            raise UsageError("--format with several --output", hint="leave --format out: the suffixes tell the formats")
    read = {Path(name).resolve() for name in inputs if name is not None}
    seen: set[Path] = set()
    for output in outputs:
        choose(output, fmt)
        target = Path(output).resolve()
        if target in seen:
            raise UsageError(f"{output} is named twice as output", hint="give each output its own name")
        if target in read:
            raise UsageError(f"{output} is also an input", hint="name another output: inputs are never written")
        _check_place(output, target, clobber=clobber)
        seen.add(target)


def check_manifest(
    manifest: str | None, outputs: Sequence[str], *, clobber: bool, inputs: Iterable[str | None]
) -> None:
    """Refuse a manifest of nothing, or one that would overwrite what must stay.

    Raises:
        UsageError: as `check_outputs` does.
    """
    if manifest is None:
        return
    if not outputs:
        raise UsageError("--manifest without --output", hint="a manifest lists files: write the report to one")
    taken = {Path(name).resolve() for name in (*outputs, *inputs) if name is not None}
    if Path(manifest).resolve() in taken:
        raise UsageError(f"{manifest} is also an input or an output", hint="give the manifest its own name")
    _check_place(manifest, Path(manifest).resolve(), clobber=clobber)


def check_new(target: str, inputs: Iterable[str]) -> None:
    """Refuse a file that exists already, is an input, or cannot be written.

    Raises:
        UsageError: as `check_outputs` does.
    """
    if Path(target).resolve() in {Path(name).resolve() for name in inputs}:
        raise UsageError(f"{target} is also an input", hint="name another file: inputs are never written")
    _check_place(target, Path(target).resolve(), clobber=False)


def check_quarantine(target: str | None, *, clobber: bool, others: Iterable[str | None], redact: bool) -> None:
    """Refuse a place for lost rows that would overwrite what must stay, and lost rows beside a redacted report.

    A lost row is written as it lies in the log, because that is what can be mended; nothing in it is known by a field,
    so nothing of it could be redacted.

    Raises:
        UsageError: as `check_outputs` does, and with `redact`.
    """
    if target is None:
        return
    if redact:
        raise UsageError(
            f"--quarantine {target} with --redact: lost rows are written as they lie in the log, names and all",
            hint="leave one of the two out; `extractscan report r.json --redact` hides a saved report afterwards",
        )
    if Path(target).resolve() in {Path(name).resolve() for name in others if name is not None}:
        raise UsageError(f"{target} is also an input or an output", hint="give the quarantine its own name")
    _check_place(target, Path(target).resolve(), clobber=clobber)


def write_manifest(report: Report, outputs: Sequence[str], manifest: str, *, key: Any, quiet: bool) -> None:
    """Write the hashes of a run's inputs and outputs, signed where there is a key, and say where."""
    content = custody.encode(custody.manifest(report, outputs, manifest))
    written = write_bytes(content, manifest)
    if key is not None:
        write_bytes(signing.sign(content, key), manifest + signing.SUFFIX)
    if not quiet:
        say(f"wrote {manifest} (manifest, {size(written)})")


def folder_for(directory: str, *, clobber: bool) -> Path:
    """Make the folder, or refuse one that could not serve.

    Raises:
        UsageError: where it is no folder, is not empty without `clobber`, or cannot be made.
    """
    target = Path(directory)
    if target.exists() and not target.is_dir():
        raise UsageError(f"{directory} is no folder", hint="name a new folder")
    if target.is_dir() and any(target.iterdir()) and not clobber:
        raise UsageError(f"{directory} is not empty", hint="--clobber writes into it; or name a new folder")
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot make {directory}: {error.strerror}", hint="name another folder") from error
    return target


def signing_key(path: str | None) -> Any:
    """Read the key to sign with before anything else is done; None where nothing is to be signed.

    Raises:
        UsageError: where it cannot be read.
    """
    return None if path is None else signing.private_key(path, os.environ.get("EXTRACTSCAN_SIGN_PASSWORD"))


def _check_place(output: str, target: Path, *, clobber: bool) -> None:
    if target.exists() and not target.is_file():
        raise UsageError(f"{output} is no regular file", hint="without --output the report goes to stdout")
    if target.exists() and not clobber:
        raise UsageError(f"{output} exists already", hint="--clobber overwrites it; or name another file")
    if not target.parent.is_dir():
        raise UsageError(f"there is no folder {target.parent}", hint="make it first, or name another place")
    if not os.access(target.parent, os.W_OK):
        raise UsageError(f"the folder {target.parent} may not be written", hint="name another place")


def deliver(
    report: Report, outputs: Sequence[str], fmt: str | None, *, no_color: bool, detail: bool, quiet: bool
) -> None:
    """Write a report to its files and say where; without files, print it to stdout in `fmt` or for a terminal."""
    if not outputs:
        _print(report, fmt or "terminal", no_color=no_color, detail=detail)
    for output in outputs:
        written = write(report, output, fmt)
        if not quiet:
            say(f"wrote {output} ({choose(output, fmt)}, {size(written)})")


def _print(report: Report, fmt: str, *, no_color: bool, detail: bool) -> None:
    if fmt == "terminal":
        emit(render(report, stdout_view(no_color=no_color, detail=detail)))
        return
    content = WRITERS[fmt].render(report)
    if WRITERS[fmt].content == "json":
        emit_json(content)
    else:
        emit(content)
