"""Keep what was read as canonical Parquet, with a manifest of hashes, so that a slow source is read once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import msgspec
import polars as pl
import pyarrow.parquet as pq

import extractscan
from extractscan import model, schema
from extractscan.errors import UsageError
from extractscan.readers.chunk import MAX_ROWS
from extractscan.readers.dated import Window
from extractscan.readers.logset import LogSet
from extractscan.readers.streams import Progress

MANIFEST: Final = "_manifest.json"
ACCOUNTS: Final = "_accounts.parquet"
"""Names that begin with an underscore are passed over when the folder is read as logs."""
GROUPS_A_FILE: Final = 64
"""Row groups of one file: 8.4 million rows, so that a damaged copy loses little."""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """One file that was written, by its name in the folder."""

    path: str
    bytes: int
    sha256: str
    rows: int


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What was read and what was written."""

    tool: str
    version: str
    mapping: dict[str, str]
    start: str | None
    end: str | None
    columns: list[str]
    inputs: list[model.Input]
    outputs: list[Kept]


def keep(
    logs: LogSet,
    folder: Path,
    *,
    mapping: Mapping[str, str],
    window: Window = (None, None),
    progress: Progress | None = None,
) -> Manifest:
    """Write all events as `events-00000.parquet` and so on, in their order, and the manifest last.

    Row groups hold 131,072 rows; `source_file` (the number of the input in the manifest) and `source_row` stay. What
    the inputs tell of accounts goes to `_accounts.parquet`.

    Raises:
        InputError: where no input gives a single row.
        UsageError: where the disk is full or the folder may not be written.
    """
    try:
        names = _write_events(logs, folder, window, progress)
        if (wider := logs.widened()).columns > logs.columns:
            return keep(wider, folder, mapping=mapping, window=window, progress=progress)
        names += _write_accounts(logs, folder)
        outputs = [_kept(folder / name) for name in names]
        manifest = Manifest(
            tool="extractscan",
            version=extractscan.__version__,
            mapping=dict(mapping),
            start=window[0].isoformat() if window[0] else None,
            end=window[1].isoformat() if window[1] else None,
            columns=[name for name in schema.EVENTS if name in logs.columns],
            inputs=logs.records(),
            outputs=outputs,
        )
        (folder / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")
    except OSError as error:
        raise UsageError(
            f"{folder}: {error.strerror or error}", hint="Free some space, or name another folder."
        ) from error
    return manifest


def clear(folder: Path) -> None:
    """Remove what an earlier run wrote into a folder, by its manifest; other files stay.

    Raises:
        UsageError: where the manifest is none.
    """
    place = folder / MANIFEST
    if not place.is_file():
        return
    try:
        old = msgspec.json.decode(place.read_bytes(), type=Manifest)
    except (msgspec.MsgspecError, OSError) as error:
        raise UsageError(f"{place} is no manifest of this tool", hint="Name another folder.") from error
    place.unlink()
    for kept in old.outputs:
        (folder / Path(kept.path).name).unlink(missing_ok=True)


def _write_events(logs: LogSet, folder: Path, window: Window, progress: Progress | None) -> list[str]:
    names: list[str] = []
    writer: pq.ParquetWriter | None = None
    groups = 0
    try:
        for table in map(pl.DataFrame.to_arrow, _even(_within(logs.batches(progress=progress), window))):
            if writer is None or groups == GROUPS_A_FILE:
                if writer is not None:
                    writer.close()
                names.append(f"events-{len(names):05}.parquet")
                writer, groups = pq.ParquetWriter(folder / names[-1], table.schema, compression="zstd"), 0
            writer.write_table(table, row_group_size=MAX_ROWS)
            groups += 1
    finally:
        if writer is not None:
            writer.close()
    return names


def _within(frames: Iterator[pl.DataFrame], window: Window) -> Iterator[pl.DataFrame]:
    start, end = window
    for frame in frames:
        kept = frame if start is None else frame.filter(pl.col(schema.TIMESTAMP) >= start)
        yield kept if end is None else kept.filter(pl.col(schema.TIMESTAMP) < end)


def _even(frames: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Give the rows again in frames of 131,072, the last one shorter."""
    held: list[pl.DataFrame] = []
    rows = 0
    for frame in frames:
        held.append(frame)
        rows += frame.height
        while rows >= MAX_ROWS:
            whole = pl.concat(held)
            yield whole[:MAX_ROWS]
            held, rows = [whole[MAX_ROWS:]], rows - MAX_ROWS
    if rows:
        yield pl.concat(held)


def _write_accounts(logs: LogSet, folder: Path) -> list[str]:
    accounts = logs.accounts()
    if accounts is None:
        return []
    pq.write_table(accounts.to_arrow(), folder / ACCOUNTS, compression="zstd")
    return [ACCOUNTS]


def _kept(path: Path) -> Kept:
    with path.open("rb") as handle:
        digest = hashlib.file_digest(handle, "sha256").hexdigest()
    rows = pq.read_metadata(path).num_rows
    return Kept(path=path.name, bytes=path.stat().st_size, sha256=digest, rows=rows)
