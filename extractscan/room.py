"""How much memory an analysis takes at least, so that what cannot stay within a limit is refused before it is read."""

from __future__ import annotations

import math
from typing import Final

import polars as pl

from extractscan.errors import UsageError
from extractscan.sampling import ALL_TEXTS, LEAST_TEXTS

HELD: Final = {"once": 420_000, "event": 0.07, "text": 0.63, "account": 8.9}
"""Thousand bytes that an analysis holds at its peak, whatever goes to disk: in any case, and for each event, text that
is read and account; fitted to worlds of one and of ten million events, a sixth of them by one campaign."""


def require(memory: int | None, rows: pl.DataFrame) -> None:
    """Refuse a log of which the tables alone, which stay in memory, are larger than may be.

    Args:
        memory: Bytes to keep within; None is any number.
        rows: account_id, len; every account that will come.

    Raises:
        UsageError: where an analysis would overrun.
    """
    events, accounts = int(rows["len"].sum()), len(rows)
    least = tables_of(events, accounts)
    if memory is None or least <= memory:
        return
    raise UsageError(
        f"{events:,} events of {accounts:,} accounts take about {_gigabytes(least)} of memory, and "
        f"{_gigabytes(memory)} are to be kept within",
        hint=f"allow {_gigabytes(least)} with --memory-limit, or take a part of the log with --from and --to",
    )


def tables_of(events: int, accounts: int) -> int:
    """Return about how many bytes an analysis takes at its peak with all on disk that can be there."""
    texts = min(events, max(ALL_TEXTS, LEAST_TEXTS * accounts))
    return int((HELD["once"] + HELD["event"] * events + HELD["text"] * texts + HELD["account"] * accounts) * 1000)


def _gigabytes(size: int) -> str:
    return f"{math.ceil(size / (1 << 30) * 10) / 10:.1f} GB"
