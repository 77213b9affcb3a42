"""Which rows belong to the accounts that a pass wants, where a table of original names is read piece by piece."""

from __future__ import annotations

import polars as pl

from extractscan import schema
from extractscan.readers.cast import cast


class Wanted:
    """Accounts by their canonical names, held against names as they stand in a table; each is looked at once."""

    def __init__(self, accounts: pl.Series) -> None:
        """Want these accounts, by the names that events have."""
        self._accounts = accounts.implode()
        empty = pl.Series([], dtype=pl.String)
        self._known, self._meant = empty, empty

    def rows(self, held: pl.Series) -> pl.Series | None:
        """Tell which values become one of the accounts' names; None where that cannot be told here."""
        if held.dtype != pl.String:
            return None
        names = held.unique().drop_nulls()
        fresh = names.filter(~names.is_in(self._known.implode()))
        if len(fresh):
            meant = cast(fresh, schema.ACCOUNT, schema.EVENTS[schema.ACCOUNT])[0]
            self._known = pl.concat([self._known, fresh])
            self._meant = pl.concat([self._meant, fresh.filter(meant.is_in(self._accounts))])
        return held.is_in(self._meant.implode()).fill_null(value=False)
