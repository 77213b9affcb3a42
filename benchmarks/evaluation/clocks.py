"""When requests come: the hours that people, offices and programs keep. Times are microseconds since 1970."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.evaluation.people import Rng

Times = NDArray[np.int64]

SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR

DAYTIME = np.array([1, 0.6, 0.4, 0.3, 0.3, 0.5, 1, 2, 4, 6, 7, 7, 5.5, 6, 7, 7, 6.5, 5.5, 4.5, 4, 4.5, 4.5, 3.5, 2])
OFFICE = np.array([0, 0, 0, 0, 0, 0, 0.2, 1, 5, 8, 9, 8, 4, 7, 9, 9, 8, 5, 2, 0.6, 0.3, 0.2, 0, 0])


def human(rng: Rng, count: int, begin: int, end: int, offset: int, profile: NDArray[np.float64] = DAYTIME) -> Times:
    """Sessions at waking hours: a few requests minutes apart, fewer at weekends; `offset` is hours from UTC."""
    if count <= 0 or end <= begin:
        return np.empty(0, np.int64)
    sessions = max(1, round(count / float(rng.uniform(1.5, 6))))
    first, last = begin // DAY, max(begin // DAY + 1, (end - 1) // DAY + 1)
    days = np.arange(first, last)
    weights = np.where((days + 3) % 7 >= 5, rng.uniform(0.15, 0.9), 1.0) * rng.gamma(1.2, 1, len(days)) + 1e-9
    day = rng.choice(days, sessions, p=weights / weights.sum())
    own = np.roll(profile, int(rng.integers(-2, 3)))
    hour = rng.choice(24, sessions, p=own / own.sum())
    starts = day * DAY + (hour - offset) * HOUR + rng.integers(0, HOUR, sessions)
    which = np.sort(rng.integers(0, sessions, count))
    gaps = rng.lognormal(4.2, 1.1, count) * SECOND
    steps = np.cumsum(gaps)
    opening = np.searchsorted(which, which)
    times = starts[which] + (steps - steps[opening]).astype(np.int64)
    return np.sort(begin + (times - begin) % (end - begin))


def machine(rng: Rng, count: int, begin: int, end: int) -> Times:
    """Any hour, at random."""
    return np.sort(rng.integers(begin, max(begin + 1, end), max(0, count)))


def steady(rng: Rng, count: int, begin: int, end: int) -> Times:
    """Any hour, evenly spread with some jitter."""
    if count <= 0:
        return np.empty(0, np.int64)
    step = (end - begin) / count
    return np.sort((begin + (np.arange(count) + rng.uniform(0, 1, count)) * step).astype(np.int64))


def runs(rng: Rng, count: int, begin: int, end: int, length: int) -> Times:
    """Batch jobs: `length` requests or so in a row, seconds apart, started at office hours or any other."""
    if count <= 0:
        return np.empty(0, np.int64)
    jobs = max(1, count // max(1, length))
    starts = rng.integers(begin, max(begin + 1, end - HOUR), jobs)
    which = np.sort(rng.integers(0, jobs, count))
    steps = np.cumsum(rng.lognormal(1.5, 0.8, count) * SECOND)
    opening = np.searchsorted(which, which)
    return np.sort(np.minimum(starts[which] + (steps - steps[opening]).astype(np.int64), end - 1))


def hourly(rng: Rng, count: int, begin: int, end: int, minute: int) -> Times:
    """A job of the scheduler: at the same minute of some hours, seconds late."""
    if count <= 0:
        return np.empty(0, np.int64)
    first, last = begin // HOUR + 1, max(begin // HOUR + 2, end // HOUR)
    slots = rng.integers(first, last, count)
    return np.sort(slots * HOUR + minute * 60 * SECOND + (rng.exponential(4, count) * SECOND).astype(np.int64))
