"""Open records that hold several, and set aside those that are no events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from extractscan import schema
from extractscan.readers.convert import read_all
from extractscan.readers.source import Record, Side, Source
from extractscan.readers.tally import Tally


def views_of(
    kind: Source | Side, records: Sequence[Record], places: pl.DataFrame, tallies: Sequence[Tally]
) -> tuple[list[Any], pl.DataFrame]:
    """View the records, or their parts, that are of use, with the place of each.

    Parts stand at the place of the record that holds them. What is set aside is counted per input, by reason.
    """
    if kind.parts is not None:
        records, places = _parted(kind, records, places, tallies)
    views = list(map(kind.view, records))
    if kind.keeps is None:
        return views, places
    reasons = read_all(kind.keeps, views)
    if not any(reasons):
        return views, places
    for (file, reason), count in Counter(zip(places[schema.FILE].to_list(), reasons, strict=True)).items():
        if reason is not None:
            tallies[file].count(f"rows set aside: {reason}", count)
    kept = pl.Series([reason is None for reason in reasons], dtype=pl.Boolean)
    return [view for view, reason in zip(views, reasons, strict=True) if reason is None], places.filter(kept)


def parts_of(kind: Source | Side, records: Sequence[Record]) -> Sequence[Record]:
    """Give the parts of all records, or the records themselves where they are whole."""
    if kind.parts is None:
        return records
    return [part for parts in read_all(kind.parts, records) for part in parts or ()]


def _parted(
    kind: Source | Side, records: Sequence[Record], places: pl.DataFrame, tallies: Sequence[Tally]
) -> tuple[Sequence[Record], pl.DataFrame]:
    assert kind.parts is not None
    found = [parts or () for parts in read_all(kind.parts, records)]
    sizes = np.array([len(parts) for parts in found], dtype=np.int64)
    more = places.select(schema.FILE, pl.Series("more", sizes - 1)).group_by(schema.FILE).sum()
    for file, count in more.iter_rows():
        tallies[file].extra += count
    return [part for parts in found for part in parts], places[np.repeat(np.arange(len(found)), sizes)]
