"""Makes a report again from what it says it was made of, and compares the two byte for byte."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

import msgspec

import extractscan
from extractscan import custody
from extractscan.cli.question import answer
from extractscan.cli.redacting import redacted
from extractscan.custody import Checked
from extractscan.errors import InputError
from extractscan.model import Report, decode, encode
from extractscan.originals import STDIN
from extractscan.settings import Settings

WHAT = "analysis, repeated"


def repeated(report: Report, path: str, base: str, key: bytes | None = None) -> Checked:
    """Analyze again and tell whether the same report comes out.

    The clock's one field is taken from the report. Other versions of the tool or of libraries are named, and do not
    count as a change by themselves. What cannot be repeated is `unchecked`, with the reason: never the same.

    Args:
        report: The report; a redacted one with the names of its files, as far as they were found.
        path: Its file, whose bytes are compared.
        base: Folder that relative paths of inputs start from.
        key: The key of a redacted report.

    Raises:
        ExtractscanError: where the analysis fails, but for a missing input.
    """
    if STDIN in (*report.run.inputs, *report.run.baseline_logs):
        return Checked(path=WHAT, state="unchecked", says="standard input was not kept: analyze a file to repeat it")
    noted = Path(path).read_bytes()
    try:
        settings = msgspec.convert(report.tool.settings, Settings)
    except msgspec.ValidationError as error:
        return Checked(path=WHAT, state="changed", says=f"the settings are of another version: {error}")
    try:
        with chdir(base):
            made = answer(report.run, settings, lambda _stage, _done, _total: None).shown
    except InputError as error:
        return Checked(path=WHAT, state="missing", says=str(error))
    tool = msgspec.structs.replace(made.tool, generated_at=report.tool.generated_at)
    versions = ", ".join(_versions(report))
    if versions:
        tool = msgspec.structs.replace(tool, version=report.tool.version, libraries=report.tool.libraries)
    made = msgspec.structs.replace(made, tool=tool)
    if key is not None:
        made = redacted(made, key)
    return _compared(
        msgspec.structs.replace(made, tlp=report.tlp), noted, f", but for versions: {versions}" * bool(versions)
    )


def _compared(made: Report, noted: bytes, but: str) -> Checked:
    if encode(made) == noted:
        return Checked(path=WHAT, state="same", says=f"{len(noted):,} bytes are the same{but}")
    held = decode(noted)
    parts = [name for name in Report.__struct_fields__ if getattr(made, name) != getattr(held, name)]
    says = f"differs in {', '.join(parts)}" if parts else "says the same, but not in the same bytes"
    return Checked(path=WHAT, state="changed", says=says + but)


def _versions(report: Report) -> Iterator[str]:
    """Name what has another version here than when the report was made."""
    then = {"extractscan": report.tool.version, **report.tool.libraries}
    now = {"extractscan": extractscan.__version__, **custody.libraries()}
    for name in sorted(then.keys() | now.keys()):
        if then.get(name) != now.get(name):
            yield f"{name} {now.get(name, 'none')} (was {then.get(name, 'none')})"
