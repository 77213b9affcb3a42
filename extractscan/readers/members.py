"""Open what holds several inputs: archives list their members, databases their log tables."""

from __future__ import annotations

import tarfile
from dataclasses import replace

from extractscan.errors import InputError
from extractscan.readers import archives, postgres, spool, sqlite_table
from extractscan.readers.found import MEMBER, Found
from extractscan.readers.stored import UNREADABLE, DamagedError, Stored, read
from extractscan.readers.streams import layers_of
from extractscan.readers.urls import POSTGRESQL


def members(found: Found, wanted: frozenset[str] = frozenset()) -> list[Found]:
    """Give the inputs within an archive or a database, sorted by name; anything else comes back as it is.

    Members that cannot be read (links, locked ones, archives within the archive) come with the reason. `wanted` are
    the columns that the user's mapping names: they tell which table of a database is meant.

    Raises:
        InputError: where it is damaged, empty or a bomb, or lacks the member that the path names.
    """
    if found.problem or (found.kind and found.kind != POSTGRESQL):
        return [found]
    if found.kind == POSTGRESQL:
        return postgres.tables(found.stored.path, wanted)
    try:
        listed = _listed(found, wanted)
    except (*UNREADABLE, tarfile.TarError, DamagedError) as error:
        raise InputError(
            f"{found.path}: damaged archive or database ({error})", hint="Copy or export it again."
        ) from error
    if listed is None:
        if found.member:
            raise InputError(f"{found.path}: no archive and no database", hint="Give the file by itself.")
        return [found]
    return _chosen(found, listed)


def _listed(found: Found, wanted: frozenset[str]) -> list[Found] | None:
    head = next(read(found.stored, 4096), b"")
    try:
        layers, inner = layers_of(found.stored, head)
    except DamagedError:
        return None  # whoever reads it as a log says what is wrong with it
    if inner.startswith(archives.ZIP) and not layers:
        local = found.stored if found.stored.store is None else Stored(spool.spooled(read(found.stored)))
        return list(archives.of_zip(replace(found, stored=local)))
    if archives.is_tar(inner):
        return list(archives.of_tar(found, layers))
    if inner.startswith(sqlite_table.MAGIC):
        return sqlite_table.tables(found, layers, wanted)
    return None


def _chosen(found: Found, listed: list[Found]) -> list[Found]:
    ordered = sorted(listed, key=lambda member: member.path)
    if not ordered:
        raise InputError(f"{found.path}: an archive without files", hint="Pack the logs again.")
    if not found.member:
        return ordered
    named = [member for member in ordered if member.path == f"{found.path}{MEMBER}{found.member}"]
    if not named:
        there = ", ".join(member.path for member in ordered[:20])
        raise InputError(f"{found.path}{MEMBER}{found.member}: there is no such member", hint=f"Members: {there}")
    return [replace(member, named=True) for member in named]
