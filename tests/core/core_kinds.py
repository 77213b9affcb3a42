"""Small incidences, made by hand or at random, for the tests of linking, networks and the null test."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

import numpy as np

from extractscan.incidence import Incidence, Kind, kind_of
from extractscan.signals import SIGNALS

Held = Mapping[int, Mapping[str, float]]
"""Unit to its values and their weights."""


FORGEABLE = frozenset(name for name, signal in SIGNALS.items() if signal.forgeable)


def kind(name: str, channel: str, units: int, held: Held, *, mixture: bool = False) -> Kind:
    """Build a kind from what each unit holds; it is forgeable where the signal of its name is."""
    values = sorted({value for values in held.values() for value in values})
    rows = [(unit, values.index(value), weight) for unit, some in held.items() for value, weight in some.items()]
    unit, value, weight = (np.array([row[i] for row in rows]) for i in range(3))
    pairs = unit.astype(np.int64), value.astype(np.int64)
    return kind_of(name, channel, values, units, *pairs, weight, mixture=mixture, forgeable=name in FORGEABLE)


def one_each(units: Sequence[int], values: Sequence[str]) -> dict[int, dict[str, float]]:
    """Give every unit one value, in turn."""
    return {unit: {values[number % len(values)]: 1.0} for number, unit in enumerate(units)}


def campaign(
    units: int = 400, members: int = 20, cards: int = 3, addresses: int = 4, start: int = 0, seed: int = 1
) -> Incidence:
    """A crowd with cards, addresses and clients of its own, and one group that shares a few of each."""
    draw = random.Random(seed)
    inside = range(start, start + members)
    payment = {unit: {f"card{unit}": 1.0} for unit in range(units)} | one_each(inside, [f"c{i}" for i in range(cards)])
    pool = {unit: {f"p{draw.randrange(addresses)}": 2.0} | {f"p{unit % addresses}": 1.0} for unit in inside}
    address = {unit: {f"10.0.0.{draw.randrange(units * 2)}": 1.0} for unit in range(units)} | pool
    agent = {unit: {f"ua{draw.randrange(12)}": 1.0} for unit in range(units)} | one_each(inside, ["odd"])
    return Incidence(
        units,
        (
            kind("payment", "identity", units, payment),
            kind("address", "network", units, address),
            kind("user_agent", "client", units, agent),
        ),
    )


def weights(one: Kind) -> list[float]:
    """List the weights of a kind in the order of its values by unit."""
    return [float(weight) for weight in one.columns(one.by_value_weight).tocsr().data]


def joined(*parts: Incidence) -> Incidence:
    """Lay incidences side by side: units and values are renumbered, so that nothing is shared between them."""
    units = sum(part.units for part in parts)
    names: dict[str, str] = {}
    held: dict[str, dict[int, dict[str, float]]] = {}
    first = 0
    for number, part in enumerate(parts):
        for one in part.kinds:
            share = weights(one)
            names[one.name] = one.channel
            for unit in range(part.units):
                at = range(one.ptr[unit], one.ptr[unit + 1])
                values = {f"{number}:{one.values[one.value[i]]}": share[i] for i in at}
                if values:
                    held.setdefault(one.name, {})[first + unit] = values
        first += part.units
    return Incidence(units, tuple(kind(name, channel, units, held[name]) for name, channel in names.items()))
