"""How small a network this log could show: rings planted into shuffled sightings, and what the search recovers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
import polars as pl

from extractscan import networks, null_test, schema
from extractscan.groundwork import Ground
from extractscan.incidence import Floats, Incidence, Ints, Kind, Names, column_of, spans
from extractscan.release import release
from extractscan.settings import Settings
from extractscan.ties import BINDING

SIZES: Final = (3, 4, 5, 6, 8, 10, 13, 17, 22, 30, 45, 70, 100)
DRAWS: Final = 3
"""Rings of each size; most of them have to be recovered."""
RECOVERED: Final = 0.8
"""Share of a ring that one group has to hold, and of that group that has to be the ring's."""
PLANTED_SHARE: Final = 0.05
"""The most of all units that are planted at once, unless one ring is more: planting must not change what is rare."""
HARVEST: Final = 0.6
"""Share of a planted account's traffic under the private wording."""


@dataclass(frozen=True, slots=True)
class _Shared:
    """How the accounts of an operator share values of one channel.

    Attributes:
        signals: The signal that is shared: the first of these that the log has.
        holders: Accounts to a value; 0 for one value that all hold.
        seen: Values that one account holds.
        borrowed: Whether the values are ones that others in the log hold as well, instead of new ones.
    """

    signals: tuple[str, ...]
    holders: int
    seen: int = 1
    borrowed: bool = False


SHARED: Final = {
    schema.IDENTITY: _Shared(("payment", "phone", "signup_device", "signup_address", "email_domain"), 5),
    schema.NETWORK: _Shared(("address", "prefix", "autonomous_system"), 3, seen=3),
    schema.CLIENT: _Shared(("client_stack", "user_agent", "tls_fingerprint", "device", "sdk"), 0),
    schema.CONTENT: _Shared(("template", "system_prompt"), 0),
    schema.TIME: _Shared(("signup_batch",), 10, borrowed=True),
}
"""A card for five accounts, a proxy pool of one address an account, one build, one wording, sign-ups on common days."""


def smallest_detectable(ground: Ground, settings: Settings) -> int | None:
    """Return the size from which on an ordinary operator's ring is linked on this log; None where none of `SIZES` is.

    Rings are planted into the log's own sightings, shuffled as for the null test: what they are held against has the
    log's degrees, fields and gaps, but no network of its own. They share values in the channels that it has, and the
    search for networks has to bring each back as one group. What the traffic was for is not judged here.

    Bound: three rings of each size up to the first that is shown together with the next, a search or two as a rule.
    """
    who = ground.incidence
    shared = {signal: how for how in SHARED.values() if (signal := _present(who, how)) is not None}
    if len(shared) < settings.channels_needed:
        return None
    strata, seed = null_test.strata(ground), [settings.seed, who.units]
    rng = np.random.Generator(np.random.PCG64(seed).advance(len(who.flat.by_value)))  # goes on behind the shuffle's
    shown: list[tuple[int, bool]] = []
    for sizes in _batches(who.units, settings.min_accounts):
        rings = [size for size in sizes for _ in range(DRAWS)]
        # dealt anew for each batch, and the same: a shuffled log is not held beside the one with rings
        base = null_test.dealt(who, strata, np.random.default_rng(seed))
        back = _recovered(who, base, rings, shared, settings, rng)
        shown += [(size, sum(back[i * DRAWS : (i + 1) * DRAWS]) * 2 > DRAWS) for i, size in enumerate(sizes)]
        for (size, first), (_, second) in pairwise(shown):
            if first and second:
                return size
    return shown[-1][0] if shown and shown[-1][1] else None


def _present(who: Incidence, how: _Shared) -> str | None:
    """Return the first signal of a channel that anything is known of."""
    known = {kind.name for kind in who.kinds if len(kind.by_value)}
    return next((signal for signal in how.signals if signal in known), None)


def _batches(units: int, least: int) -> Iterator[list[int]]:
    """Yield the sizes that are planted together, smallest first; none is larger than the log."""
    batch: list[int] = []
    for size in SIZES:
        if not least <= size <= units:
            continue
        if batch and (sum(batch) + size) * DRAWS > PLANTED_SHARE * units:
            yield batch
            batch = []
        batch.append(size)
    if batch:
        yield batch


def _recovered(
    who: Incidence,
    base: Iterator[Kind],
    sizes: Sequence[int],
    shared: dict[str, _Shared],
    settings: Settings,
    rng: np.random.Generator,
) -> list[bool]:
    """Plant rings of these sizes and tell which of them the search brings back, each as a group of its own.

    Args:
        who: The log's sightings.
        base: Its kinds, shuffled.
        sizes: Of the rings.
        shared: How their accounts share values, by signal.
        settings: Thresholds.
        rng: Draws what rings hold.
    """
    units, ring = who.units, np.repeat(np.arange(len(sizes)), sizes)
    donor = rng.integers(0, units, len(ring))
    kinds = (_planted(kind, ring, donor, shared.get(kind.name), units, rng) for kind in base)
    lent = int((who.flat.ptr[donor + 1] - who.flat.ptr[donor]).sum())
    most = len(who.flat.by_value) + lent + len(ring) * sum(how.seen for how in shared.values())
    planted = Incidence.laid(units + len(ring), kinds, most)
    release()
    found = networks.find(planted, (), settings)
    back = [False] * len(sizes)
    for group in found:
        mine = ring[group.members[group.members >= units] - units]
        held = np.bincount(mine, minlength=len(sizes))
        top = int(np.argmax(held))
        if held[top] >= RECOVERED * max(sizes[top], len(group.members)):
            back[top] = True
    return back


def _planted(kind: Kind, ring: Ints, donor: Ints, how: _Shared | None, units: int, rng: np.random.Generator) -> Kind:
    """Add planted units to a kind: they hold what their donors hold, or what their ring shares.

    A donor's card, phone or device stays his own: a copy of it would tie the ring to him.
    """
    fresh = 0
    if how is None:
        who, value, weight = _lent(kind, donor, units)
    else:
        who, value, weight, fresh = _common(kind, ring, how, units, rng)
    order = np.lexsort((who, value))
    ptr = np.append(kind.by_value_ptr, np.full(fresh, kind.by_value_ptr[-1]))
    at = ptr[value[order] + 1]  # planted units have the highest numbers: each is its values' last holder
    holder = np.insert(kind.by_value, at, who[order])
    share = np.insert(kind.by_value_weight, at, weight[order])
    if not kind.mixture:
        share = share / np.bincount(holder, weights=share)[holder]
    more = np.cumsum(np.bincount(value + 1, minlength=len(ptr)))
    new = pl.Series([f"planted {number}" for number in range(fresh)], dtype=pl.String)
    return replace(
        kind,
        values=Names(pl.concat([column_of(kind.values), new])),
        by_value_ptr=(ptr + more).astype(np.int32),
        by_value=holder,
        by_value_weight=share,
        units=units + len(ring),
        marks=None,
    )


def _lent(kind: Kind, donor: Ints, units: int) -> tuple[Ints, Ints, Floats]:
    """Return what planted units hold of their donors: planted unit, value and weight of each sighting."""
    if kind.name in BINDING:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0)
    lends = np.zeros(units, dtype=np.bool_)
    lends[donor] = True
    at = np.flatnonzero(lends[kind.by_value])
    value = np.searchsorted(kind.by_value_ptr, at, side="right") - 1
    at, value = (part[np.argsort(kind.by_value[at], kind="stable")] for part in (at, value))
    ptr = np.searchsorted(kind.by_value[at], np.arange(units + 1))
    given = spans(ptr, donor)
    who = units + np.repeat(np.arange(len(donor)), np.diff(ptr)[donor])
    return who, value[given], kind.by_value_weight[at[given]]


def _common(
    kind: Kind, ring: Ints, how: _Shared, units: int, rng: np.random.Generator
) -> tuple[Ints, Ints, Floats, int]:
    """Deal every ring its values: planted unit, value and weight of each sighting, and how many values are new."""
    size = np.bincount(ring)
    pool = np.ones(len(size), dtype=np.int64) if how.holders == 0 else -(-size * how.seen // how.holders)
    start = np.cumsum(pool) - pool
    who = np.repeat(np.arange(len(ring)), how.seen)
    place = np.arange(len(ring)) - (np.cumsum(size) - size)[ring]
    drawn = rng.integers(0, pool[ring][who]) if how.seen > 1 else place % pool[ring]
    pairs = np.unique(np.column_stack([who, start[ring][who] + drawn]), axis=0)
    weight = np.full(len(pairs), HARVEST if kind.mixture else 1.0)
    if how.borrowed:
        held = kind.value[rng.integers(0, len(kind.value), int(pool.sum()))].astype(np.int64)
        return units + pairs[:, 0], held[pairs[:, 1]], weight, 0
    return units + pairs[:, 0], len(kind.values) + pairs[:, 1], weight, int(pool.sum())
