"""The table of containers: how bytes become records, one line each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from extractscan.readers import parquet
from extractscan.readers.chunk import Chunk
from extractscan.readers.streams import DamagedError, Meter, compression_of


@dataclass(frozen=True, slots=True)
class Plan:
    """What to read of one file: its place, and the fields that the pass needs (None: all)."""

    path: str
    size: int
    compression: str
    framing: str
    heads: frozenset[str] | None
    direct: Sequence[str] | None
    """Fields that are canonical columns themselves, so that records may be decoded straight to them."""
    accounts: tuple[str, pl.Series] | None = None


@dataclass(frozen=True, slots=True)
class Container:
    """One way in which records are packed.

    Attributes:
        streams: Whether `read` sees every byte of the file, so that the hash comes for nothing.
        read: Yields all records in order; what is damaged is counted in the meter's tally.
        originals: Gives chosen records as they lie in the file.
    """

    name: str
    read: Callable[[Plan, Meter], Iterator[Chunk]]
    originals: Callable[[Plan, Iterable[int]], Iterator[tuple[int, bytes]]]
    streams: bool


@dataclass(frozen=True, slots=True)
class Look:
    """What the head of a file shows."""

    container: Container
    compression: str
    framing: str
    records: Sequence[Mapping[str, Any]]
    fields: Sequence[str]
    filled: frozenset[str] | None = None
    """Fields with values anywhere in the file, where the container knows."""


def _read_parquet(plan: Plan, meter: Meter) -> Iterator[Chunk]:
    return parquet.read(plan.path, plan.size, plan.heads, meter, plan.accounts)


def _parquet_originals(plan: Plan, rows: Iterable[int]) -> Iterator[tuple[int, bytes]]:
    return parquet.originals(plan.path, rows)


PARQUET: Final = Container("parquet", _read_parquet, _parquet_originals, streams=False)


def look(path: str, head: bytes, count: int) -> Look:
    """Recognise the container by its first bytes and give up to `count` records.

    Raises:
        DamagedError: where not one record can be read.
    """
    if head.startswith(b"PAR1"):
        fields, records = parquet.sample(path, count)
        if not fields:
            raise DamagedError("a Parquet file without columns")
        return Look(PARQUET, "", "", records, fields, parquet.filled(path))
    raise DamagedError(f"no container that is known{compression_of(head)}")
