"""Find, sort and recognise all inputs of a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain

from extractscan import schema
from extractscan.errors import InputError
from extractscan.readers import detect, mapped, paths
from extractscan.readers.chunk import uncollected
from extractscan.readers.dated import Window
from extractscan.readers.detect import Candidate, LogFile, Sampled
from extractscan.readers.found import Found
from extractscan.readers.joining import Sides
from extractscan.readers.logset import LogSet
from extractscan.readers.members import members
from extractscan.readers.opening import parts_of
from extractscan.readers.partitions import partitions_of
from extractscan.readers.stored import DamagedError
from extractscan.readers.streams import Meter, pieces
from extractscan.readers.tally import Tally


def open_logs(
    inputs: Sequence[str], *, mapping: Mapping[str, str] | None = None, dates: Window = (None, None)
) -> LogSet:
    """Find, sort and recognise all inputs: files, directories (with all below) and glob patterns.

    Members of directories and patterns that cannot be read are kept as skipped inputs with the reason, as long as
    another input is readable; a file that is named itself must be readable. `mapping` gives the source field (dotted
    path) of canonical columns and goes over what a recognised source says. Of an object store, folders that are named
    by days outside `dates` are left out.

    Raises:
        InputError: for a named path that cannot be read, or where nothing is readable.
        UsageError: for a mapping to an unknown column, or from a field that no input has.
    """
    mapping = dict(mapping or {})
    mapped.check_names(mapping, schema.EVENTS)
    search = mapped.Search(mapping)
    problems: list[tuple[Found, InputError]] = []
    candidates: list[tuple[Found, Candidate]] = []
    wanted = frozenset(path.partition(".")[0] for path in mapping.values())
    for found in _unpacked(paths.expand(inputs, dates), wanted, problems):
        try:
            with uncollected():
                candidates.append((found, _looked_at(found, mapping, search)))
        except InputError as error:
            problems.append((found, error))
    files = _identified(candidates, problems)
    _look_further(search, files)
    search.check()
    _raise_fatal(problems, len(files))
    columns = frozenset(name for file in files for name in file.columns)
    size = sum(file.size for file in files if not file.skipped)
    sides = Sides((index, file.side) for index, file in enumerate(files) if file.side is not None)
    return LogSet(columns, size, tuple(files), tuple(Tally() for _ in files), sides)


def _looked_at(found: Found, mapping: Mapping[str, str], search: mapped.Search) -> Candidate:
    """Read the head of a file and say what it can be.

    Raises:
        InputError: where it cannot be read, or be analysed.
    """
    sampled = detect.sample(found, mapping)
    search.look_at(sampled.records, [*sampled.fields, *partitions_of(found.path)])
    each, sampled = _recognised(sampled, mapping)
    if each.kind.parts is not None:
        search.look_at(parts_of(each.kind, sampled.records), ())
    return each


def _recognised(sampled: Sampled, mapping: Mapping[str, str]) -> tuple[Candidate, Sampled]:
    """Say what a file can be; where its head does not show that, look further until it does, or there is no more.

    Raises:
        InputError: where it is of no known kind, or of one that cannot be analysed.
    """
    first: tuple[Candidate, Sampled] | None = None
    problem: detect.UndecidedError | None = None
    for each in chain([sampled], detect.further(sampled)):
        try:
            found = detect.candidate(each, detect.kind_of(each, mapping))
        except detect.UndecidedError as error:
            problem = problem or error
            continue
        first = first or (found, each)
        if found.problem is None:
            return found, each
    if first is None:
        assert problem is not None
        raise problem
    return first


def _look_further(search: mapped.Search, files: Sequence[LogFile]) -> None:
    """Look for mapped fields behind the samples before they are refused; what tables have is known from their heads."""
    for file in files:
        if search.done:
            return
        if file.container is not None and file.container.name in detect.SAMPLED_IN_PART:
            with suppress(DamagedError):
                search.look_through(pieces(file.stored, file.layers, Meter(Tally())))


def no_logs() -> LogSet:
    """Return a set of no logs, for a run on summaries alone."""
    return LogSet(frozenset(), 0, (), (), Sides(()))


def _identified(
    candidates: Sequence[tuple[Found, Candidate]], problems: list[tuple[Found, InputError]]
) -> list[LogFile]:
    """Say what each file is among all: what events it holds, and whose it completes; adds to the problems."""
    offered = frozenset(on for _, each in candidates for on in each.keys)
    told: dict[str, frozenset[str]] = {}
    for _, each in candidates:
        told.update({on: told.get(on, frozenset()) | names for on, names in each.told.items() if on in offered})
    files = []
    for found, each in candidates:
        try:
            files.append(detect.identify(each, offered, told))
        except InputError as error:
            problems.append((found, error))
    files += [_skipped(found, error) for found, error in problems]
    return sorted(files, key=lambda file: file.path)


def _unpacked(
    listed: Sequence[Found], wanted: frozenset[str], problems: list[tuple[Found, InputError]]
) -> Iterator[Found]:
    """Give the members of archives in their place; an archive that cannot be listed is a problem like a file."""
    for found in listed:
        try:
            yield from members(found, wanted)
        except InputError as error:
            problems.append((found, error))


def _skipped(found: Found, error: InputError) -> LogFile:
    return LogFile(found.path, found.size, found.stored, skipped=str(error).removeprefix(f"{found.path}: "))


def _raise_fatal(problems: Sequence[tuple[Found, InputError]], count: int) -> None:
    """Raise where a file that was named cannot be read, or none at all."""
    for found, error in problems:
        if found.named:
            raise error
    if len(problems) == count:
        more = f" (and {count - 1} more file{'s' * (count > 2)}, none readable)" if count > 1 else ""
        raise InputError(f"{problems[0][1]}{more}", hint=problems[0][1].hint)
