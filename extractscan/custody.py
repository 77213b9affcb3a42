"""What a sceptic needs to check that files are the same: their hashes, and the versions that made them."""

from __future__ import annotations

import hashlib
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final, Literal

import msgspec

from extractscan.model import Report

MANIFEST_VERSION: Final = "1.0"
LIBRARIES: Final = (
    "graspologic-native",
    "isal",
    "jinja2",
    "markupsafe",
    "msgspec",
    "numpy",
    "polars",
    "pyarrow",
    "rich",
    "scipy",
    "typer",
    "zstandard",
)
"""Libraries whose versions may matter when a result is to be repeated."""
SAYS: Final = (
    "A hash proves that a copy is the same as what was read or written here.",
    "It does not prove that an export was complete or true: keep the exporter's statement, the query and its time.",
)


class Output(msgspec.Struct, frozen=True, kw_only=True):
    """One file that a run wrote; the path is relative to the manifest's folder."""

    path: str
    bytes: int
    sha256: str


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """One file that a run read."""

    path: str
    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """All files of one run, with what made them."""

    manifest_version: str
    tool: str
    version: str
    libraries: Mapping[str, str]
    settings_sha256: str
    seed: int
    inputs: Sequence[Source]
    outputs: Sequence[Output]
    says: Sequence[str] = SAYS


State = Literal["same", "changed", "missing", "unchecked"]


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """Whether one file is as it was noted."""

    path: str
    state: State
    says: str


def libraries(names: Iterable[str] = LIBRARIES) -> dict[str, str]:
    """Return the installed versions of Python and the libraries, sorted by name; what is not installed is left out."""
    found = {"python": platform.python_version()}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return dict(sorted(found.items()))


def sha256_of(path: str | Path) -> str:
    """Hash a whole file."""
    with Path(path).open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def manifest(report: Report, outputs: Iterable[str], place: str) -> Manifest:
    """Describe the files of a run.

    Args:
        report: What the outputs were drawn from.
        outputs: Paths of the files that were written.
        place: Path that the manifest will have.
    """
    folder = Path(place).resolve().parent
    written = [Path(path) for path in outputs]
    return Manifest(
        manifest_version=MANIFEST_VERSION,
        tool=report.tool.name,
        version=report.tool.version,
        libraries=report.tool.libraries,
        settings_sha256=report.tool.settings_sha256,
        seed=report.tool.seed,
        inputs=[Source(path=each.path, bytes=each.bytes, sha256=each.sha256) for each in report.inputs],
        outputs=[
            Output(path=_relative(path, folder), bytes=path.stat().st_size, sha256=sha256_of(path)) for path in written
        ],
    )


def _relative(path: Path, folder: Path) -> str:
    return Path(os.path.relpath(path.resolve(), folder)).as_posix()


def encode(document: Manifest) -> bytes:
    """Serialise a manifest as indented JSON with a final newline."""
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def decode(content: bytes) -> Manifest:
    """Read a manifest.

    Raises:
        msgspec.DecodeError: where it is none.
    """
    return msgspec.json.decode(content, type=Manifest)


def check(path: str | Path, sha256: str, size: int, shown: str) -> Checked:
    """Tell whether a file still has the size and hash that were noted."""
    try:
        found = Path(path).stat().st_size
        if found != size:
            return Checked(path=shown, state="changed", says=f"{found:,} bytes, {size:,} were noted")
        digest = sha256_of(path)
    except OSError as error:
        return Checked(path=shown, state="missing", says=error.strerror or str(error))
    if digest != sha256:
        return Checked(path=shown, state="changed", says=f"sha256 {digest}, {sha256} was noted")
    return Checked(path=shown, state="same", says=f"sha256 {sha256}")


def check_outputs(document: Manifest, place: str | Path) -> list[Checked]:
    """Tell of every output in a manifest whether it is as it was written; paths start from the manifest's folder."""
    folder = Path(place).resolve().parent
    return [check(folder / each.path, each.sha256, each.bytes, each.path) for each in document.outputs]
