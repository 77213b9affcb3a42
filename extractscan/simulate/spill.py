"""Sorts more rows than memory holds: rows go to a file a bucket, and buckets are sorted one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa


class Sorter:
    """Collects frames of one schema in bucket files; use as a context so that every file is closed."""

    def __init__(self, directory: Path, name: str, buckets: int) -> None:
        self._paths = [directory / f"{name}-{number}.arrow" for number in range(buckets)]
        self._writers: dict[int, pa.RecordBatchStreamWriter] = {}
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def add(self, frame: pl.DataFrame, bucket: npt.NDArray[np.int64]) -> None:
        """Append rows to the buckets that `bucket` numbers, one number a row."""
        order = np.argsort(bucket, kind="stable")
        cuts = np.searchsorted(bucket[order], np.arange(len(self._paths) + 1))
        for number, (low, high) in enumerate(pairwise(cuts)):
            if high > low:
                self._append(number, frame[order[low:high]].to_arrow())

    def _append(self, number: int, table: pa.Table) -> None:
        if number not in self._writers:
            sink = self._open.enter_context(pa.OSFile(str(self._paths[number]), "wb"))
            options = pa.ipc.IpcWriteOptions(compression="lz4")
            self._writers[number] = self._open.enter_context(pa.ipc.new_stream(sink, table.schema, options=options))
        self._writers[number].write_table(table)

    def drain(self, keys: list[str]) -> Iterator[pl.DataFrame]:
        """Give every bucket back in order, each sorted by `keys`, and delete its file."""
        self._open.close()
        for number, path in enumerate(self._paths):
            if number in self._writers:
                with pa.OSFile(str(path), "rb") as source, pa.ipc.open_stream(source) as stream:
                    table = stream.read_all()
                path.unlink()
                frame = pl.from_arrow(table)
                assert isinstance(frame, pl.DataFrame)
                yield frame.sort(keys)
