"""When events happen: waking hours by time zone and weekday, machines, timers and runs."""

from __future__ import annotations

import numpy as np

from extractscan.simulate.crowd import BURST, CRON, PERSON, STEADY
from extractscan.simulate.keys import Indices
from extractscan.simulate.plot import DAY, HOUR, Crowd, Scene

_MINUTE = HOUR // 60


def times(scene: Scene, rng: np.random.Generator, crowd: Crowd) -> tuple[Indices, Indices]:
    """Draw every event of a crowd from its loads and rhythms.

    Returns:
        Account rows (ascending) and offsets from the start in microseconds, one each an event.
    """
    load = crowd.habit("load")
    who = np.repeat(np.arange(len(load)), load)
    rhythm = crowd.habit("rhythm")[who]
    when = np.zeros(len(who), dtype=np.int64)
    for number, draw in {PERSON: _person, STEADY: _steady, CRON: _cron, BURST: _burst}.items():
        mine = rhythm == number
        if mine.any():
            when[mine] = draw(scene, rng, crowd, who[mine])
    return who, within(rng, crowd, who, when)


def within(rng: np.random.Generator, crowd: Crowd, who: Indices, when: Indices) -> Indices:
    """Move what falls outside an account's own span to a random moment inside it."""
    since, until = (crowd.habit(name)[who] for name in ("since", "until"))
    inside = (when >= since) & (when < until)
    other = since + (rng.random(len(who)) * np.maximum(until - since, 1)).astype(np.int64)
    out: Indices = np.where(inside, when, other)
    return out


def _person(scene: Scene, rng: np.random.Generator, crowd: Crowd, who: Indices) -> Indices:
    rows, counts = np.unique(who, return_counts=True)
    sessions = 1 + counts // np.maximum(1, rng.geometric(0.15, len(rows)))
    first = np.cumsum(sessions) - sessions
    owner = np.repeat(rows, sessions)
    starts = _session_starts(scene, rng, crowd, owner)
    place = np.searchsorted(rows, who)
    mine = first[place] + (rng.random(len(who)) * sessions[place]).astype(np.int64)
    length = rng.exponential(25 * _MINUTE, len(starts))
    out: Indices = starts[mine] + (rng.random(len(who)) * length[mine]).astype(np.int64)
    return out


def _session_starts(scene: Scene, rng: np.random.Generator, crowd: Crowd, owner: Indices) -> Indices:
    habit = {name: crowd.habit(name)[owner] for name in ("tz", "hour", "spread", "weekend", "since", "until")}
    first, last = habit["since"] // DAY, np.maximum(habit["until"] // DAY, habit["since"] // DAY + 1)
    day = first + (rng.random(len(owner)) * (last - first)).astype(np.int64)
    weekday_of_start = (scene.start // DAY + 3) % 7  # 1 January 1970 was a Thursday
    for _ in range(2):
        rest = ((day + weekday_of_start) % 7 >= 5) & (rng.random(len(owner)) > habit["weekend"])
        day = np.where(rest, first + (rng.random(len(owner)) * (last - first)).astype(np.int64), day)
    hour = rng.normal(habit["hour"], habit["spread"]) % 24
    out: Indices = day * DAY + ((hour - habit["tz"]) * HOUR).astype(np.int64)
    return out


def _steady(scene: Scene, rng: np.random.Generator, crowd: Crowd, who: Indices) -> Indices:
    del scene
    since, until = (crowd.habit(name)[who] for name in ("since", "until"))
    out: Indices = since + (rng.random(len(who)) * (until - since)).astype(np.int64)
    return out


def _cron(scene: Scene, rng: np.random.Generator, crowd: Crowd, who: Indices) -> Indices:
    key = crowd.habit("key")[who]
    minute = np.where(key % np.uint64(3) == 0, 0, (key >> np.uint64(8)) % np.uint64(12) * np.uint64(5)).astype(np.int64)
    every = np.array([1, 2, 6, 24])[((key >> np.uint64(16)) % np.uint64(4)).astype(np.int64)]
    tick = (rng.random(len(who)) * (scene.days * 24 / every)).astype(np.int64)
    out: Indices = tick * every * HOUR + minute * _MINUTE + rng.exponential(20e6, len(who)).astype(np.int64)
    return out


def _burst(scene: Scene, rng: np.random.Generator, crowd: Crowd, who: Indices) -> Indices:
    size = crowd.habits.height
    runs = rng.integers(0, int(scene.span * 0.98), (size, 4))
    chosen = runs[who, rng.integers(0, 4, len(who))]
    out: Indices = chosen + rng.gamma(2.0, 10 * _MINUTE, len(who)).astype(np.int64)
    return out
