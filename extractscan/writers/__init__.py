"""Every output, drawn from the report alone: one file a format, and the table that lists them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Literal, NamedTuple

from extractscan.errors import UsageError
from extractscan.model import Report
from extractscan.writers import (
    csv_accounts,
    evidence_ndjson,
    gexf,
    graphml,
    html,
    json_report,
    junit,
    markdown,
    ndjson,
    ocsf,
    parquet_accounts,
    sarif,
    step_summary,
    stix,
    terminal,
    timesketch,
)


class Writer(NamedTuple):
    """One format.

    Attributes:
        suffixes: Endings of a path that mean it; the longest that fits counts.
        render: Makes its bytes.
        title: One line for a list of formats.
        content: `json` and `text` may be printed, `binary` may not.
        needs: A module that only an extra installs, and the extra's name.
    """

    suffixes: tuple[str, ...]
    render: Callable[[Report], bytes]
    title: str
    content: Literal["json", "text", "binary"] = "text"
    needs: tuple[str, str] | None = None


WRITERS: Mapping[str, Writer] = MappingProxyType(
    {
        "json": Writer((".json",), json_report.render, "the whole report; every other format is drawn from it", "json"),
        "terminal": Writer((".txt",), terminal.render, "for reading, without colours when it goes to a file"),
        "html": Writer((".html", ".htm"), html.render, "one page for a browser and for paper; offline, no request"),
        "md": Writer((".md", ".markdown"), markdown.render, "Markdown for a ticket; log values cannot become markup"),
        "summary": Writer((".summary.md",), step_summary.render, "Markdown of a few lines for a CI job's summary"),
        "csv": Writer((".csv",), csv_accounts.render, "one row for each account of each network"),
        "parquet": Writer((".parquet",), parquet_accounts.render, "the rows of the CSV, typed", "binary"),
        "ndjson": Writer(
            (".ndjson", ".jsonl"), ndjson.render, "one JSON line for each account of each network", "json"
        ),
        "evidence": Writer(
            (".evidence.ndjson", ".evidence.jsonl"),
            evidence_ndjson.render,
            "one JSON line for each piece of evidence",
            "json",
        ),
        "sarif": Writer((".sarif", ".sarif.json"), sarif.render, "SARIF 2.1.0 for code-scanning pages", "json"),
        "junit": Writer((".junit.xml",), junit.render, "JUnit XML for CI servers"),
        "ocsf": Writer((".ocsf.json",), ocsf.render, "OCSF Detection Findings for a SIEM", "json"),
        "stix": Writer(
            (".stix.json",),
            stix.render,
            "a STIX 2.1 bundle for threat-intelligence platforms",
            "json",
            ("stix2", "stix"),
        ),
        "timesketch": Writer(
            (".timesketch.jsonl", ".timesketch.ndjson"), timesketch.render, "a timeline that Timesketch imports", "json"
        ),
        "graphml": Writer((".graphml",), graphml.render, "accounts and what they share, for graph programs"),
        "gexf": Writer((".gexf",), gexf.render, "the same graph for Gephi"),
    }
)


def choose(path: str | os.PathLike[str] | None = None, fmt: str | None = None) -> str:
    """Return the name of the format to write, named outright or by the longest suffix that a path ends in.

    Raises:
        UsageError: where no writer has that name or suffix, the hint lists them all; or where its extra is missing.
    """
    name = fmt if fmt is not None else _by_suffix(os.fspath(path) if path is not None else "")
    if name not in WRITERS:
        raise UsageError(f"there is no output format {name!r}", hint=f"formats: {', '.join(WRITERS)}")
    needs = WRITERS[name].needs
    if needs is not None and find_spec(needs[0]) is None:
        raise UsageError(
            f"the format {name} needs the library {needs[0]}", hint=f"pip install 'extractscan[{needs[1]}]'"
        )
    return name


def _by_suffix(path: str) -> str:
    ends = {suffix: name for name, writer in WRITERS.items() for suffix in writer.suffixes}
    fitting = [suffix for suffix in ends if path.lower().endswith(suffix)]
    if fitting:
        return ends[max(fitting, key=len)]
    known = ", ".join(f"{' '.join(writer.suffixes)} ({name})" for name, writer in WRITERS.items())
    raise UsageError(f"the suffix of {path!r} is no output format", hint=f"known: {known}; or name one: --format")


def write(report: Report, path: str | os.PathLike[str], fmt: str | None = None) -> int:
    """Write a report to a file and return its size in bytes; readers see the old file or the whole new one.

    The bytes go to a temporary file beside the target, are flushed to the disk, and take the target's place at once. A
    symbolic link is followed, so that what it points to is replaced. On failure the target is as it was.

    Raises:
        UsageError: for an unknown format, or a place that cannot be written.
    """
    return write_bytes(WRITERS[choose(path, fmt)].render(report), path)


def write_bytes(content: bytes, path: str | os.PathLike[str]) -> int:
    """Write a file whole or not at all, as `write` does, and return its size.

    Raises:
        UsageError: for a place that cannot be written.
    """
    try:
        _replace(Path(path).resolve(), content)
    except OSError as error:
        raise UsageError(
            f"cannot write {os.fspath(path)!r}: {error.strerror or error}",
            hint="check that the folder exists, may be written, and has room",
        ) from error
    return len(content)


def _replace(target: Path, content: bytes) -> None:
    temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
