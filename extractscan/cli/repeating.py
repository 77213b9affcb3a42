"""Makes a report again from what it says it was made of, and compares the two byte for byte."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

import msgspec

import extractscan
from extractscan import custody
from extractscan.cli.question import answer
from extractscan.custody import Checked
from extractscan.model import Report, encode
from extractscan.settings import Settings

WHAT = "analysis, repeated"


def repeated(report: Report, path: str, base: str) -> Checked:
    """Analyze again and tell whether the same report comes out.

    The clock's one field is taken from the report. Other versions of the tool or of libraries are named, and do not
    count as a change by themselves.

    Args:
        report: The report.
        path: Its file, whose bytes are compared.
        base: Folder that relative paths of inputs start from.

    Raises:
        ExtractscanError: where the analysis fails.
    """
    if report.redaction is not None:
        return Checked(path=WHAT, state="unchecked", says="a redacted report does not say what it was made of")
    noted = Path(path).read_bytes()
    try:
        settings = msgspec.convert(report.tool.settings, Settings)
    except msgspec.ValidationError as error:
        return Checked(path=WHAT, state="changed", says=f"the settings are of another version: {error}")
    with chdir(base):
        made = answer(report.run, settings, lambda _stage, _done, _total: None).shown
    tool = msgspec.structs.replace(made.tool, generated_at=report.tool.generated_at)
    versions = ", ".join(_versions(report))
    if versions:
        tool = msgspec.structs.replace(tool, version=report.tool.version, libraries=report.tool.libraries)
    made = msgspec.structs.replace(made, tool=tool, tlp=report.tlp)
    but = f", but for versions: {versions}" if versions else ""
    if encode(made) == noted:
        return Checked(path=WHAT, state="same", says=f"{len(noted):,} bytes are the same{but}")
    parts = [name for name in Report.__struct_fields__ if getattr(made, name) != getattr(report, name)]
    says = f"differs in {', '.join(parts)}" if parts else "says the same, but not in the same bytes"
    return Checked(path=WHAT, state="changed", says=says + but)


def _versions(report: Report) -> Iterator[str]:
    """Name what has another version here than when the report was made."""
    then = {"extractscan": report.tool.version, **report.tool.libraries}
    now = {"extractscan": extractscan.__version__, **custody.libraries()}
    for name in sorted(then.keys() | now.keys()):
        if then.get(name) != now.get(name):
            yield f"{name} {now.get(name, 'none')} (was {then.get(name, 'none')})"
