"""What has to be said of the way an input was read, and its hash."""

from __future__ import annotations

from pathlib import Path

from extractscan.readers.detect import LogFile
from extractscan.readers.stored import DamagedError
from extractscan.readers.streams import sha256_of


def notes_on(file: LogFile) -> set[str]:
    """What has to be known of the way a file was read."""
    notes = {file.note} if file.note else set()
    if "utf-16" in file.layers:
        notes.add("UTF-16 text; hashes of records are of its lines in UTF-8")
    if _fetched_in_part(file):
        notes.add(
            "not hashed as a whole: only the columns in use were fetched; `extractscan convert` keeps what was read"
        )
    return notes


def _fetched_in_part(file: LogFile) -> bool:
    """Whether a store keeps it, and its container fetches what it needs alone."""
    return file.stored.store is not None and file.container is not None and not file.container.streams


def hash_of(file: LogFile) -> str:
    """The hash of an input that no pass has seen whole; empty where it cannot be read or was not fetched."""
    local = file.stored.whole_file and not file.container
    if _fetched_in_part(file) or (local and not Path(file.stored.path).is_file()):
        return ""
    try:
        return sha256_of(file.stored)
    except DamagedError:
        return ""
