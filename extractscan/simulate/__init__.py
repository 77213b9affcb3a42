"""Labelled traffic: campaigns and their innocent twins, for tests, measurements and first steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np

from extractscan.errors import UsageError
from extractscan.simulate import campaigns, world
from extractscan.simulate.plot import Kind

KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "work_queue": Kind(True, "one work list dealt evenly over many accounts", campaigns.work_queue, (3, 400)),
        "low_and_slow": Kind(True, "two requests a day from many accounts", campaigns.low_and_slow, (20, 400)),
    }
)
"""Every sort of group that a world can hold beside ordinary accounts."""


def write_world(
    directory: Path,
    *,
    accounts: int = 2000,
    seed: int = 0,
    kinds: Sequence[str] | None = None,
    campaigns: bool = True,
    days: int = 14,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Write a labelled world: logs.parquet (events), accounts.parquet (side table) and labels.parquet.

    Without `kinds`, every kind has a group and more are drawn until 30 to 45 % of accounts are in one; with `kinds`, each
    of these has exactly one. `campaigns=False` leaves all harvests out. Same arguments, same bytes (on one version of
    Python, NumPy, Polars and PyArrow). `progress` is called with accounts done and accounts in all.

    Raises:
        UsageError: for an unknown kind, or a world too small for the kinds.
    """
    if accounts < 1 or days < 2:
        raise UsageError(f"a world of {accounts} accounts and {days} days is too small", hint="at least 1 and 2")
    unknown = sorted(set(kinds or ()) - KINDS.keys())
    if unknown:
        raise UsageError(f"unknown kind: {', '.join(unknown)}", hint=f"there are: {', '.join(sorted(KINDS))}")
    names = KINDS.keys() if kinds is None else set(kinds)
    chosen = {name: KINDS[name] for name in names if campaigns or not KINDS[name].campaign}
    groups = world.cast(chosen, accounts, np.random.default_rng([seed, 3]), fill=kinds is None)
    world.write(directory, world.parts_of(chosen, groups, accounts), world.scene_of(seed, days), progress)
