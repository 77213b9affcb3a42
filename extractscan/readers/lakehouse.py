"""Read Delta and Iceberg tables at their newest version, through the scans of the data frame library."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
import polars as pl

from extractscan.errors import UsageError
from extractscan.readers.chunk import MAX_ROWS, Chunk
from extractscan.readers.plan import Plan
from extractscan.readers.stored import DamagedError, Stored
from extractscan.readers.streams import Meter

DELTA: Final = "delta"
ICEBERG: Final = "iceberg"
NOTES: Final[Mapping[str, str]] = {
    DELTA: "read at the table's newest version; the hash is of the newest file of its log",
    ICEBERG: "read at the newest metadata file in its folder; the hash is of that file",
}

_EXTRA: Final = "Delta and Iceberg tables need more: pip install 'extractscan[lakehouse]'."
_DELTA_LOG: Final = re.compile(r"(\d{20})\.json")
_ICEBERG_METADATA: Final = re.compile(r"v?(\d+)(-[0-9a-f-]+)?(\.gz)?\.metadata\.json")
_ROW: Final = "\0row"
_BROKEN: Final = Exception
"""The libraries below have roots of their own, and may not be installed, so that these cannot be named."""


def newest(folder: str) -> tuple[str, str] | None:
    """Give the kind of the table that a folder is, and its newest metadata file; None where it is no table."""
    for kind, inner, pattern in ((DELTA, "_delta_log", _DELTA_LOG), (ICEBERG, "metadata", _ICEBERG_METADATA)):
        place = Path(folder) / inner
        if place.is_dir():
            files = [(int(m[1]), entry.name) for entry in place.iterdir() if (m := pattern.fullmatch(entry.name))]
            if files:
                return kind, str(place / max(files)[1])
    return None


def data_bytes(folder: str) -> int:
    """Sum the bytes of all data files below a table's folder, those of older versions included."""
    return sum(file.stat().st_size for file in Path(folder).rglob("*.parquet")) or 1


def _scan(stored: Stored) -> pl.LazyFrame:
    """Open a table by its metadata file.

    Raises:
        UsageError: where the libraries for it are not installed.
        DamagedError: where it cannot be opened.
    """
    path = Path(stored.path)
    try:
        if path.parent.name == "_delta_log":
            return pl.scan_delta(str(path.parent.parent), version=int(path.name.split(".")[0]))
        os.environ.setdefault("POLARS_ICEBERG_PLANNER", "pyiceberg")  # it warns of a faster one otherwise
        return pl.scan_iceberg(str(path))
    except ImportError as error:
        raise UsageError(f"{path.parent.parent}: {_first_line(error)}", hint=_EXTRA) from error
    except _BROKEN as error:
        raise DamagedError(f"the table cannot be opened ({_first_line(error)})") from error


def sample(stored: Stored, count: int) -> tuple[list[str], list[dict[str, Any]]]:
    """Give the column names and the first rows.

    Raises:
        UsageError: where the libraries for it are not installed.
        DamagedError: where it cannot be opened.
    """
    try:
        first = _scan(stored).head(count).collect()
    except ImportError as error:
        raise UsageError(f"{stored.path}: {_first_line(error)}", hint=_EXTRA) from error
    except _BROKEN as error:
        if isinstance(error, DamagedError | UsageError):
            raise
        raise DamagedError(f"the table cannot be read ({_first_line(error)})") from error
    return first.columns, first.to_dicts()


def read(plan: Plan, meter: Meter) -> Iterator[Chunk]:
    """Yield the rows in their order, with only the columns that the plan needs."""
    try:
        table = _scan(plan.stored)
        names = plan.chosen(table.collect_schema().names())
        kept = table.with_row_index(_ROW).select(_ROW, *names)
        if plan.accounts is not None and plan.accounts[0] in names:
            kept = kept.filter(pl.col(plan.accounts[0]).is_in(plan.accounts[1].implode()))
        for batch in kept.collect_batches(chunk_size=MAX_ROWS, maintain_order=True):
            for frame in batch.iter_slices(MAX_ROWS):
                meter.tally.rows = int(frame[_ROW][-1]) + 1
                yield Chunk(frame[_ROW].cast(pl.Int64), frame.drop(_ROW))
        meter.tally.rows = table.select(pl.len()).collect().item()
    except _BROKEN as error:
        meter.tally.reject(f"the table cannot be read ({_first_line(error)})", "the table")


def originals(plan: Plan, rows: Iterable[int]) -> Iterator[tuple[int, bytes]]:
    """Give chosen rows, with all their columns, as JSON with sorted keys."""
    wanted = pl.Series(sorted(set(rows)), dtype=pl.UInt32)
    found = _scan(plan.stored).with_row_index(_ROW).filter(pl.col(_ROW).is_in(wanted.implode())).collect()
    for record in found.sort(_ROW).to_dicts():
        row = record.pop(_ROW)
        yield row, msgspec.json.encode(record, order="sorted", enc_hook=str)


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
