"""Choose, among a database's tables, those that hold logs or complete them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from extractscan.errors import InputError
from extractscan.readers import formats
from extractscan.readers.source import Record

SAMPLED: Final = 20
"""Rows of each table that are looked at to choose."""


def chosen(shown: str, tables: Iterable[tuple[str, Sequence[Record]]], wanted: frozenset[str]) -> list[str]:
    """Name the tables that have all columns which the user's mapping wants, else those that hold logs of a known kind.

    Args:
        shown: What messages call the database.
        tables: Names with some rows; of an empty table one row of nulls.
        wanted: Columns that the user's mapping names.

    Raises:
        InputError: where there is none, listing what there is.
    """
    listed = list(tables)
    found = [name for name, rows in listed if wanted and rows and wanted <= set(rows[0])]
    found = found or [name for name, rows in listed if formats.source_of(rows) is not None]
    if not found:
        shapes = [f"{name} ({', '.join(list(rows[0])[:8])})" if rows else name for name, rows in listed]
        told = "; ".join(shapes[:12]) + (f" and {len(shapes) - 12} more" if len(shapes) > 12 else "")
        raise InputError(
            f"{shown}: no table of a known kind among {len(shapes)}: {told or 'none'}",
            hint="Name the fields of the right one: --map timestamp=COLUMN --map account_id=COLUMN.",
        )
    return found
