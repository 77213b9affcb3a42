"""Open records that hold several, and set aside those that are no events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import polars as pl

from extractscan import schema
from extractscan.readers.chunk import Chunk
from extractscan.readers.convert import plain, read_all
from extractscan.readers.source import Accounts, Record, Side, Source
from extractscan.readers.tally import Tally


def views_of(
    kind: Accounts | Source | Side, records: Sequence[Record], places: pl.DataFrame, tallies: Sequence[Tally]
) -> tuple[list[Any], pl.DataFrame]:
    """View the records, or their parts, that are of use, with the place of each.

    Where records hold parts, rows count the parts, so that each event has a row of its own; `records_of` finds the
    record again. What is set aside is counted per input, by reason.
    """
    if kind.parts is not None:
        records, places = _parted(kind, records, places, tallies)
    views = list(map(kind.view, records))
    if kind.keeps is None:
        return views, places
    reasons = read_all(kind.keeps, views)
    if not any(reasons):
        return views, places
    places = places.filter(kept_of(reasons, places, tallies))
    return [view for view, reason in zip(views, reasons, strict=True) if reason is None], places


def kept_of(reasons: Sequence[str | None], places: pl.DataFrame, tallies: Sequence[Tally]) -> pl.Series:
    """Say which records are of use, and count the others by the reason that they have."""
    for (file, reason), count in Counter(zip(places[schema.FILE].to_list(), reasons, strict=True)).items():
        if reason is not None:
            tallies[file].count(f"rows set aside: {reason}", count)
    return pl.Series([reason is None for reason in reasons], dtype=pl.Boolean)


def parts_of(kind: Accounts | Source | Side, records: Sequence[Record]) -> Sequence[Record]:
    """Give the parts of all records, or the records themselves where they are whole."""
    if kind.parts is None:
        return records
    return [part for parts in read_all(kind.parts, records) for part in parts or ()]


def _parted(
    kind: Accounts | Source | Side, records: Sequence[Record], places: pl.DataFrame, tallies: Sequence[Tally]
) -> tuple[Sequence[Record], pl.DataFrame]:
    assert kind.parts is not None
    found = [parts or () for parts in read_all(kind.parts, records)]
    sizes = np.array([len(parts) for parts in found], dtype=np.int64)
    files, rows = places[schema.FILE].to_numpy(), places[schema.ROW].to_numpy()
    starts = np.empty_like(rows)
    for file in np.unique(files):
        mine = files == file
        own = np.maximum(sizes[mine] - 1, 0)
        more = np.cumsum(own)
        starts[mine] = rows[mine] + tallies[file].extra + more - own
        tallies[file].extra += int(more[-1])
        tallies[file].count("rows set aside: records without any part", int((sizes[mine] == 0).sum()))
    homes = np.repeat(np.arange(len(found)), sizes)
    within = np.arange(len(homes)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    spread = places[homes].with_columns(pl.Series(schema.ROW, starts[homes] + within))
    return [part for parts in found for part in parts], spread


def records_of(kind: Source, chunks: Iterable[Chunk], rows: Iterable[int]) -> dict[int, int]:
    """Find the records that chosen parts lie in, among all of an input, by the parts' rows."""
    wanted = set(rows)
    found: dict[int, int] = {}
    extra = 0
    for chunk in chunks:
        for row, record in zip(chunk.rows.to_list(), plain(chunk.records), strict=True):
            size = len(parts_of(kind, [record]))
            found.update((part, row) for part in range(row + extra, row + extra + size) if part in wanted)
            extra += max(size - 1, 0)
    return found
