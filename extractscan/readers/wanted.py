"""Which rows belong to the accounts that a pass wants, where a table of original names is read piece by piece."""

from __future__ import annotations

import polars as pl

from extractscan import schema
from extractscan.readers.cast import cast


class Wanted:
    """Accounts by their canonical names, held against names as they stand in a table; each once a piece.

    What a name becomes is not kept: to look millions of names up for every piece costs more than to work it out.
    """

    def __init__(self, accounts: pl.Series) -> None:
        """Want these accounts, by the names that events have."""
        self._accounts = accounts.implode()

    def rows(self, held: pl.Series) -> pl.Series | None:
        """Tell which values become one of the accounts' names; None where that cannot be told here."""
        if held.dtype != pl.String:
            return None
        names = held.unique().drop_nulls()
        meant = cast(names, schema.ACCOUNT, schema.EVENTS[schema.ACCOUNT])[0]
        return held.is_in(names.filter(meant.is_in(self._accounts)).implode()).fill_null(value=False)
