"""How much memory an analysis takes at least, so that what cannot stay within a limit is refused before it overruns.

By the table of `extractscan.forecast`, without what goes to files where a limit asks for it.
"""

from __future__ import annotations

import math
from typing import Final

from extractscan.errors import UsageError
from extractscan.forecast import Load, megabytes

KEPT: Final = 1.1
"""Times a limit that a run may take at its peak; measurements of one log differ by a twentieth."""


def require(memory: int | None, events: int, accounts: int, read: float = 1.0) -> None:
    """Refuse a log of which what stays in memory is larger than may be, by more than a tenth.

    Args:
        memory: Bytes to keep within; None is any number.
        events: That will come, or have come so far.
        accounts: Distinct ones.
        read: How much of the log they are, none to one.

    Raises:
        UsageError: where an analysis would overrun.
    """
    least = least_of(events, accounts)
    if memory is None or least <= memory * KEPT:
        return
    part = "" if read >= 1.0 else f" for the {read:.0%} of the log that was read, more for all,"
    raise UsageError(
        f"{events:,} events of {accounts:,} accounts take about {_gigabytes(least)} of memory, and "
        f"{_gigabytes(memory)} are to be kept within",
        hint=f"allow {_gigabytes(least)}{part} with --memory-limit, or take a part of the log with --from and --to",
    )


def least_of(events: int, accounts: int) -> int:
    """Return about how many bytes an analysis takes at its peak with all on disk that can be there.

    How many events are of linked accounts is not known beforehand: as many as in the worlds that the table was fitted
    to.
    """
    return megabytes(Load(events, events, accounts, 0.0, 0), on_disk=True) << 20


def _gigabytes(size: int) -> str:
    return f"{math.ceil(size / (1 << 30) * 10) / 10:.1f} GB"
