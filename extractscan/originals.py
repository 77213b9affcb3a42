"""Finds the inputs of a report again: whether they are the same, and the records that it names, byte for byte."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from extractscan import custody, readers, rowsets
from extractscan.custody import Checked
from extractscan.errors import InputError
from extractscan.model import Input, Network, Report
from extractscan.readers.logset import LogSet

STDIN: Final = "-"
REMOTE: Final = "://"


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """One record to cut out.

    Attributes:
        sha256: The hash that the report holds of it; null for records that it names by number alone.
        named_by: Signals whose evidence it shows.
        in_campaign: Whether the report counts it as part of the harvest; null where it does not say.
    """

    input: str
    row: int
    sha256: str | None = None
    named_by: Sequence[str] = ()
    in_campaign: bool | None = None


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One record as it was found.

    Attributes:
        content: The bytes as they lie in the input.
        shown: The same without credentials: what may leave this program.
        cut: How many there were.
    """

    wanted: Wanted
    content: bytes
    shown: bytes
    cut: int

    @property
    def sha256(self) -> str:
        """The hash of the bytes as they lie in the input."""
        return hashlib.sha256(self.content).hexdigest()


def recheck(inputs: Iterable[Input], base: str | Path = ".") -> list[Checked]:
    """Tell of every input whether it is as it was when it was read, members of archives and tables included.

    Args:
        inputs: Inputs of a report.
        base: Folder that relative paths start from.
    """
    return [_recheck(each, Path(base)) for each in inputs]


def _recheck(each: Input, base: Path) -> Checked:
    if each.path == STDIN or REMOTE in each.path:
        return Checked(path=each.path, state="unchecked", says="a stream, a store or a database: not kept")
    place = base / each.path
    if not (each.sha256 or each.bytes or place.is_file()):
        return Checked(path=each.path, state="same", says="no file, and passed over: as it was")
    if place.is_file():
        return custody.check(place, each.sha256, each.bytes, each.path)
    try:
        (found,) = readers.open_logs([str(place)]).records()
    except (InputError, ValueError) as error:
        return Checked(path=each.path, state="missing", says=str(error))
    if found.sha256 != each.sha256:
        return Checked(path=each.path, state="changed", says=f"sha256 {found.sha256}, {each.sha256} was noted")
    return Checked(path=each.path, state="same", says=f"sha256 {each.sha256}")


def wanted(network: Network, limit: int | None) -> list[Wanted]:
    """List the records that a network's evidence shows, then those of its campaign up to `limit` in all.

    Args:
        network: Of a report.
        limit: Records in all; None for those that evidence shows, whatever their number.
    """
    campaign = {each.file: set(rowsets.read(each.rows)) for each in network.campaign_rows}
    shown: dict[tuple[str, int], Wanted] = {}
    for item in network.evidence:
        for row in item.rows:
            known = shown.get((row.file, row.row))
            inside = row.row in campaign.get(row.file, ()) if network.campaign_rows else None
            named = (*known.named_by, item.signal) if known else (item.signal,)
            shown[row.file, row.row] = Wanted(
                input=row.file, row=row.row, sha256=row.sha256, named_by=named, in_campaign=inside
            )
    found = [shown[place] for place in sorted(shown)]
    if limit is None:
        return found
    more = ((file, row) for file in sorted(campaign) for row in sorted(campaign[file]) if (file, row) not in shown)
    found += [Wanted(input=file, row=row, in_campaign=True) for file, row in more]
    return found[:limit]


def cut(report: Report, records: Sequence[Wanted], base: str | Path = ".") -> Iterator[Record]:
    """Yield records as they lie in the inputs, by input and row; those that cannot be read are left out.

    Text formats give the bytes of the line or the JSON element, without the line end; tables (Parquet, databases) the
    row with all its columns as JSON with sorted keys: what the report's hashes are of.
    """
    by_input: dict[str, dict[int, Wanted]] = {}
    for each in records:
        by_input.setdefault(each.input, {})[each.row] = each
    for logs, paths in _opened(report, sorted(by_input), Path(base)):
        for (index, row), content in logs.originals((i, row) for i in paths for row in by_input[paths[i]]):
            shown, count = logs.cutter(index)(content)
            yield Record(wanted=by_input[paths[index]][row], content=content, shown=shown, cut=count)


def _opened(report: Report, wanted: Sequence[str], base: Path) -> Iterator[tuple[LogSet, dict[int, str]]]:
    """Open the inputs together, because one may be readable only beside another, or else each alone.

    Yields:
        Log sets, and for the numbers of their inputs that are wanted, what the report calls them.
    """
    named = {_place(each.path, base): each.path for each in report.inputs if each.path != STDIN}
    there = [place for place in named if REMOTE in place or "!" in place or Path(place).exists()]
    alone = [[place] for place, path in named.items() if path in wanted]
    for places in (there, *alone):
        try:
            logs = readers.open_logs(places, mapping=report.run.mapping)
        except InputError:
            continue
        found = {index: named[file.path] for index, file in enumerate(logs.files) if named.get(file.path) in wanted}
        yield logs, found
        if places is there:
            return


def _place(path: str, base: Path) -> str:
    return path if REMOTE in path else str(base / path)
