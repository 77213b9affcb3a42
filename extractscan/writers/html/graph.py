"""Places the accounts of a network on a ring, and what they share inside and beside it.

Values that nearly all hold stand in the middle, those that many hold inside the ring at the mean angle of their
holders, those that few hold in a column on the side where their holders are. Accounts with like holdings stand side by
side. Positions are whole numbers, so that the page has the same bytes on every machine.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from extractscan.model import Network
from extractscan.model.shared import Observable

ACCOUNTS_DRAWN = 120
VALUES_DRAWN = 36
OF_ONE_SIGNAL = 6
"""Caps of the picture; the page says what it leaves out, and lists it."""
COMMON = 0.8
"""Share of the drawn accounts from which a value stands in the middle."""
FEW = 0.34
RADIUS = 420
LABEL, LINE = 330, 34
"""Units that the text beside a value is long and high."""
NEXT_TO = 46
"""Units between neighbours, so that their labels stay apart."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Accounts and values with their places, and who holds what.

    Attributes:
        accounts: (account id, x, y).
        values: (observable, x, y).
        edges: (number of the account, number of the value).
        accounts_left_out, values_left_out: Counts.
    """

    accounts: list[tuple[str, int, int]]
    values: list[tuple[Observable, int, int]]
    edges: list[tuple[int, int]]
    accounts_left_out: int
    values_left_out: int


def picture(network: Network) -> Picture:
    """Choose what is drawn, order the ring, and place everything."""
    drawn = chosen(network.observables)
    ring = _ring(network, drawn)
    place = {name: number for number, name in enumerate(ring)}
    angles = [2 * math.pi * number / max(len(ring), 1) - math.pi / 2 for number in range(len(ring))]
    radius = max(RADIUS, round(len(ring) * 22 / (2 * math.pi)))
    holders = [[place[name] for name in value.held_by if name in place] for value in drawn]
    return Picture(
        accounts=[(name, *_at(radius, angle)) for name, angle in zip(ring, angles, strict=True)],
        values=[
            (value, x, y) for value, (x, y) in zip(drawn, _places(holders, angles, radius, len(ring)), strict=True)
        ],
        edges=[(account, number) for number, who in enumerate(holders) for account in who],
        accounts_left_out=len(network.accounts) - len(ring),
        values_left_out=len(network.observables) - len(drawn) + network.observables_omitted,
    )


def chosen(observables: Sequence[Observable]) -> list[Observable]:
    """Choose values that tie most members and fewest others: the largest share of holders that are members first."""
    ranked = sorted(observables, key=lambda o: (-_weight(o), o.channel, o.signal, o.value))
    taken: list[Observable] = []
    of_signal: dict[str, int] = {}
    for value in ranked:
        if len(value.held_by) < 2 or of_signal.get(value.signal, 0) >= OF_ONE_SIGNAL or len(taken) >= VALUES_DRAWN:
            continue
        if value.outside > len(value.held_by):
            continue  # more strangers than members: no picture of this network
        of_signal[value.signal] = of_signal.get(value.signal, 0) + 1
        taken.append(value)
    return taken


def _weight(value: Observable) -> float:
    inside = len(value.held_by)
    return inside * inside / (inside + value.outside) if inside else 0.0


def _ring(network: Network, drawn: Sequence[Observable]) -> list[str]:
    """Choose the accounts that hold most, and order them so that those with like holdings stand together."""
    held: dict[str, list[int]] = {member.account_id: [] for member in network.accounts}
    for number, value in enumerate(drawn):
        for name in value.held_by:
            if name in held:
                held[name].append(number)
    kept = sorted(held, key=lambda name: (-len(held[name]), name))[:ACCOUNTS_DRAWN]
    size = {number: len(value.held_by) for number, value in enumerate(drawn)}
    telling = sorted(size, key=lambda number: (abs(size[number] - len(kept) / 4), number))
    rank = {number: place for place, number in enumerate(telling)}
    return sorted(kept, key=lambda name: (sorted(rank[number] for number in held[name]), name))


def _at(radius: float, angle: float) -> tuple[int, int]:
    return round(radius * math.cos(angle)), round(radius * math.sin(angle))


def _places(
    holders: Sequence[Sequence[int]], angles: Sequence[float], radius: int, accounts: int
) -> list[tuple[int, int]]:
    means = [_mean([angles[account] for account in who]) for who in holders]
    middle = [number for number, who in enumerate(holders) if len(who) >= COMMON * accounts]
    outer = [number for number, who in enumerate(holders) if number not in middle and len(who) <= FEW * accounts]
    inner = {number: means[number] for number in range(len(holders)) if number not in middle and number not in outer}
    centre = dict(zip(middle, _column(0, len(middle)), strict=True))
    places = centre | _parted(_spread(inner, radius * 0.62), list(centre.values()))
    right, left = _sides(outer, means)
    for side, group in ((1, right), (-1, left)):
        ordered = sorted(group, key=lambda number: (round(math.sin(means[number]), 9), number))
        places |= dict(zip(ordered, _column(side * round(radius * 1.32), len(ordered)), strict=True))
    return [places[number] for number in range(len(holders))]


def _sides(outer: Sequence[int], means: Sequence[float]) -> tuple[list[int], list[int]]:
    """Part values into a right and a left column by where their holders are, neither more than one longer."""
    ordered = sorted(outer, key=lambda number: (-round(math.cos(means[number]), 9), number))
    half = -(-len(ordered) // 2)
    return ordered[:half], ordered[half:]


def _parted(places: Mapping[int, tuple[int, int]], taken: Sequence[tuple[int, int]]) -> dict[int, tuple[int, int]]:
    """Move values down where the text beside others, or beside what stands already, would run through theirs."""
    stand, found = list(taken), {}
    for number, (x, wanted) in sorted(places.items(), key=lambda item: (item[1][1], item[1][0], item[0])):
        y = wanted
        while crossed := [other for at, other in stand if abs(at - x) < LABEL and abs(other - y) < LINE]:
            y = max(crossed) + LINE
        stand.append((x, y))
        found[number] = (x, y)
    return found


def _column(x: int, count: int) -> list[tuple[int, int]]:
    """Stack places one under another around the height of the centre."""
    return [(x, round((number - (count - 1) / 2) * NEXT_TO)) for number in range(count)]


def _mean(angles: Sequence[float]) -> float:
    return math.atan2(sum(map(math.sin, angles)), sum(map(math.cos, angles)))


def _spread(means: Mapping[int, float], distance: float) -> dict[int, tuple[int, int]]:
    """Put values at their angles on one circle, pushed apart where they would overlap."""
    least = min(NEXT_TO / max(distance, 1), 2 * math.pi / max(len(means), 1))
    places = {}
    before = -math.inf
    for number, angle in sorted(means.items(), key=lambda item: (round(item[1], 9), item[0])):
        before = max(angle, before + least)
        places[number] = _at(distance, before)
    return places
