"""Requests of some accounts that a world already holds: read them, change them, take some away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.evaluation.people import Place
from benchmarks.evaluation.scene import Account, World


@dataclass(frozen=True, slots=True)
class Run:
    """What one account sent in one go: its head, and its rows in the columns of the world."""

    head: dict[str, Any]
    rows: range

    @property
    def account(self) -> Account:
        """Who sent it."""
        account: Account = self.head["account"]
        return account


def runs(world: World, accounts: Iterable[Account], *, harvest: bool | None = None) -> list[Run]:
    """All runs of these accounts in the order they were sent; only the harvest, or only the rest, where asked for."""
    ids = {a.id for a in accounts}
    found, begin = [], 0
    for head in world.heads:
        rows = range(begin, begin + head["count"])
        begin = rows.stop
        if head["account"].id in ids and (harvest is None or head["harvest"] == harvest):
            found.append(Run(head, rows))
    return found


def get(world: World, column: str, rows: Sequence[int]) -> list[Any]:
    """Values of a column."""
    values = world.bodies[column]
    return [values[i] for i in rows]


def put(world: World, column: str, rows: Sequence[int], values: Sequence[Any]) -> None:
    """Set values of a column."""
    for i, value in zip(rows, values, strict=True):
        world.bodies[column][i] = value


def move(world: World, rows: Sequence[int], places: Sequence[Place]) -> None:
    """Let requests come from other places, one for each."""
    put(world, "ip", rows, [p.ip for p in places])
    put(world, "asn", rows, [p.asn for p in places])
    put(world, "country", rows, [p.country for p in places])


def prune(world: World, gone: set[int]) -> None:
    """Take rows out of the world; the first row of an account that would lose all of them must not be among them."""
    if not gone:
        return
    keep = np.ones(len(world.bodies["time"]), dtype=bool)
    keep[sorted(gone)] = False
    for name, values in world.bodies.items():
        world.bodies[name] = [v for v, k in zip(values, keep.tolist(), strict=True) if k]
    begin = 0
    for head in world.heads:
        count = head["count"]
        head["count"] = int(keep[begin : begin + count].sum())
        begin += count
