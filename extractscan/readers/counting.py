"""How many rows each account has, where one column of a Parquet file says so."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from extractscan import schema
from extractscan.readers import canonical, parquet
from extractscan.readers.cast import cast
from extractscan.readers.detect import LogFile
from extractscan.readers.stored import DamagedError


def counting(file: LogFile) -> Callable[[], pl.DataFrame] | None:
    """Return what counts the rows of a file by account; None where the accounts do not stand in a column of it."""
    plain = file.source is canonical.SOURCE and file.container is not None and file.container.read is parquet.read
    if not plain or file.keys or schema.ACCOUNT in file.constants or file.stored.store is not None:
        return None
    try:
        with parquet.open_file(file.stored) as opened:
            names = opened.schema_arrow.names
            if schema.ACCOUNT not in names or not parquet.is_plain(opened, [schema.ACCOUNT]):
                return None
    except DamagedError:
        return None
    return lambda: _counted(file)


def _counted(file: LogFile) -> pl.DataFrame:
    scan = pl.scan_parquet(parquet.local(file.stored), glob=False, hive_partitioning=False)
    counted = scan.select(schema.ACCOUNT).group_by(schema.ACCOUNT).len().collect(engine="streaming")
    kept = cast(counted[schema.ACCOUNT], schema.ACCOUNT, schema.EVENTS[schema.ACCOUNT])[0]
    return counted.with_columns(kept.alias(schema.ACCOUNT)).drop_nulls(schema.ACCOUNT)
