"""What an analysis would take: seconds and memory of every stage, from the size of a log and what a part of it took."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from math import log2
from statistics import median
from typing import Final

import msgspec
import polars as pl

from extractscan import schema, shingles
from extractscan.sampling import ALL_TEXTS, LEAST_TEXTS

RATES: Final[Mapping[str, Mapping[str, float]]] = {
    "start": {"once": 1.19},
    "reading": {"decoded": 1.0, "once": 0.25, "events": 1.5, "texts": 16.0},
    "tables": {"once": 0.117, "accounts": 0.088},
    "search": {"once": 0.156, "accounts": 0.033},
    "judgement": {"once": 0.13, "events": 2.8},
    "shuffles": {"shuffles": 0.124, "shuffled": 0.024},
    "smallest": {"once": 0.218, "accounts": 0.049},
    "report": {"once": 0.163, "events": 1.65},
}
"""CPU seconds of each stage: in any case, for each second that decoding took, for each million events and texts, for
each thousand accounts, and for each shuffle and thousand accounts in it. `python -m benchmarks.plan_accuracy --fit`
measures and prints this table anew, and the two below."""
MEMORY: Final[Mapping[str, float]] = {
    "once": 235.0, "batch": 1278.0, "events": 25.0, "kept": 560.0, "shingles": 90.0, "accounts": 1.3, "judged": 6.0,
}  # fmt: skip
"""Peak in units of 2**20 bytes: in any case, for each million events of one batch and of all, for each million texts
whose wording is kept and for the shingles of all that are read where these stay in memory, for each thousand accounts,
and for each second that the judgement takes, which tells how much of the log is linked."""
SIGHTINGS: Final[Mapping[str, float]] = {"accounts": 23e3, "texts": 2.2e6, "from": 17.0, "until": 90.0}
"""Sightings of a thousand accounts; and of wording, which only shows where others have it, of a million texts that are
read for each doubling of the accounts beyond so many thousand. Of a sample fewer stay the more accounts there are
beyond so many thousand, by the square, since chance is left out there."""
KERNEL_SECONDS: Final = 0.0414
"""CPU seconds of `speed` on the machine that the tables were measured on."""
TRUST: Final[Mapping[str, float]] = {
    "reading": 1.0, "tables": 0.7, "search": 1.0, "judgement": 1.0, "shuffles": 1.0, "smallest": 1.0, "report": 0.7,
}  # fmt: skip
"""How far what a part of the log took is believed, where it does not grow with the size alone: as an exponent."""
THINNING: Final[Mapping[str, float]] = {
    "reading": 0.05, "tables": 0.15, "search": 0.4, "judgement": 0.15, "shuffles": 0.25, "smallest": 0.15,
    "report": 0.4,
}  # fmt: skip
"""A part of the accounts holds thinner groups: what a stage takes grows faster than the accounts, by this exponent."""
ABREAST: Final[Mapping[str, float]] = {"reading": 1.3, "judgement": 1.2, "shuffles": 1.7}
"""Cores that a stage keeps busy, of two or more; the others keep one."""
REHEARSED: Final = 40_000
"""Events of the accounts that are analysed to see how heavy a log is."""
READ: Final = 0.7
"""Share of the texts that may be read of a log too large to read all that are: caps are powers of two, and an account
is read to under its cap; 0.62 to 0.85 in worlds of three to thirty million events."""
_REPEATED: Final = 2.5
_SELDOM: Final = 0.2
"""Million texts up to which the wording of all is kept, and the share of the others of which it is: of the samples of
large logs what accounts repeat."""
_BATCH: Final = 131_072
"""Events that are read at once."""
_FURTHEST: Final = 5.0
_GROWN: Final = 25.0
"""No part of a log is believed to be more times as heavy or as light as usual, and no stage to grow faster than the
accounts beyond so many times the part, which is a million events: ten million would come out at nearly twice."""


@dataclass(frozen=True, slots=True)
class Load:
    """What the cost of an analysis depends on.

    Attributes:
        events: Rows that can be used.
        texts: Of these, rows with a prompt.
        accounts: Distinct ones.
        decoded: CPU seconds in which all rows were read and made canonical.
        shuffles: Repetitions of the null test that are asked for.
    """

    events: int
    texts: int
    accounts: int
    decoded: float
    shuffles: int

    def features(self) -> dict[str, float]:
        """Give the numbers that the rates stand for; of texts those that are read: all, or some of every account."""
        some = min(self.texts, READ * max(ALL_TEXTS, LEAST_TEXTS * self.accounts))
        read = (self.texts if self.texts <= ALL_TEXTS else some) / 1e6
        return {
            "once": 1.0,
            "decoded": self.decoded,
            "batch": min(self.events, _BATCH) / 1e6,
            "events": self.events / 1e6,
            "texts": read,
            "shingles": read,
            "kept": min(read, _REPEATED) + _SELDOM * max(read - _REPEATED, 0.0),
            "accounts": self.accounts / 1e3,
            "shuffles": float(self.shuffles),
            "shuffled": self.shuffles * self.accounts / 1e3,
        }


class StageCost(msgspec.Struct, frozen=True, kw_only=True):
    """One stage of an analysis."""

    name: str
    cpu_seconds: float


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """What an analysis would take, about."""

    bytes_read: int
    cpu_seconds: float
    seconds: float
    """By the clock, if the machine stays as busy as it is."""
    megabytes: int
    """Peak of resident memory, in units of 2**20 bytes."""
    shuffles: int
    """That are counted, which are those that are run if the null test ends as soon as it may."""
    shuffles_asked: int
    rehearsed_events: int
    """Events of the accounts that were analysed to see how heavy this log is; 0 where rates alone were used."""
    stages: list[StageCost]


def usual(load: Load) -> dict[str, float]:
    """Return the CPU seconds of each stage on the machine that the rates were measured on."""
    features = load.features()
    return {stage: sum(rate * features[name] for name, rate in rates.items()) for stage, rates in RATES.items()}


def sightings(load: Load) -> float:
    """Return about how many sightings a log gives; of many the null test may end early."""
    features = load.features()
    accounts = features["accounts"]
    doublings = max(log2(max(accounts, 1e-3) / SIGHTINGS["from"]), 0.0)
    left = min(SIGHTINGS["until"] / accounts, 1.0) ** 2 if load.texts > ALL_TEXTS else 1.0
    return SIGHTINGS["accounts"] * accounts + SIGHTINGS["texts"] * features["texts"] * doublings * left


def speed() -> tuple[float, float]:
    """Time a small fixed piece of work of the kind that an analysis does.

    Returns:
        How many times as long as on the machine of the rates it takes here in CPU seconds, and how many times as long
        it takes by the clock as in CPU seconds, at least 1: other programs need the cores as well.
    """
    words = [f"word{number * 7919 % 10_007} of{number % 97}" for number in range(300_000)]
    texts = pl.Series([" ".join(words[at : at + 40]) for at in range(0, len(words), 40)])
    spent, waited = [], []
    for _ in range(5):
        cpu, wall = time.process_time(), time.perf_counter()
        _, value = shingles.marks(texts)
        pl.DataFrame({"value": value % 1000, "word": value}).group_by("value").agg(pl.col("word").n_unique())
        texts.str.to_lowercase().str.contains("word1|of13|nothing")
        spent.append(time.process_time() - cpu)
        waited.append(time.perf_counter() - wall)
    return median(spent) / KERNEL_SECONDS, max(median(waited) / max(median(spent), 1e-6), 1.0)


def forecast(
    load: Load,
    size: int,
    *,
    here: tuple[float, float],
    cores: int,
    part: tuple[Load, Mapping[str, float]] | None = None,
    shuffles_asked: int | None = None,
) -> Cost:
    """Say what analysing a log would take.

    Args:
        load: What the log holds.
        size: Bytes of the inputs.
        here: From `speed`.
        cores: That can be used.
        part: What a part of the log held, and the CPU seconds that the stages took on it.
        shuffles_asked: Where fewer are expected to be run.
    """
    slower, waiting = here
    spent = {}
    decoding = RATES["reading"]["decoded"] * load.decoded
    for stage, seconds in usual(load).items():
        kept = decoding if stage == "reading" else 0.0  # was measured here
        spent[stage] = kept + (seconds - kept) * slower * heavier(stage, load, slower, part)
    clock = sum(seconds / min(ABREAST.get(stage, 1.0), cores) for stage, seconds in spent.items()) * waiting
    return Cost(
        bytes_read=2 * size,
        cpu_seconds=round(sum(spent.values()), 1),
        seconds=round(clock, 1),
        megabytes=megabytes(load, spent["judgement"] / slower),
        shuffles=load.shuffles,
        shuffles_asked=load.shuffles if shuffles_asked is None else shuffles_asked,
        rehearsed_events=part[0].events if part else 0,
        stages=[StageCost(name=stage, cpu_seconds=round(seconds, 1)) for stage, seconds in spent.items()],
    )


def megabytes(load: Load, judged: float | None = None, *, on_disk: bool = False) -> int:
    """Return the peak of memory of an analysis, in units of 2**20 bytes.

    Args:
        load: What the log holds.
        judged: Seconds that the judgement takes on the machine of the rates; None where that is not known.
        on_disk: Without shingles: under a limit they go to files.
    """
    features = load.features() | {"judged": usual(load)["judgement"] if judged is None else judged}
    return round(sum(rate * features[name] for name, rate in MEMORY.items() if name != "shingles" or not on_disk))


def heavier(stage: str, whole: Load, slower: float, part: tuple[Load, Mapping[str, float]] | None) -> float:
    """Return how many times as much as usual a stage takes on this log, by what it took on a part."""
    if part is None or stage not in part[1]:
        return 1.0
    expected = usual(part[0])[stage] * slower
    found = max(min(part[1][stage] / expected, _FURTHEST), 1 / _FURTHEST)
    grown = min(max(whole.events / max(part[0].events, 1), 1.0), _GROWN)
    return float(found ** TRUST.get(stage, 1.0) * grown ** THINNING.get(stage, 0.0))


class Sample:
    """All events of as many accounts as have about so many events, chosen by a hash of the account's name."""

    def __init__(self, most: int) -> None:
        """Keep at most so many events; with 0 nothing is kept, only counted."""
        self._most, self._below, self._rows = most, 1 << 64, 0
        self._kept: list[pl.DataFrame] = []
        self.texts = 0
        """Events with a prompt, of all that came."""

    def add(self, frame: pl.DataFrame) -> None:
        """Take a batch of canonical events in."""
        if schema.PROMPT in frame.columns:
            self.texts += len(frame) - frame[schema.PROMPT].null_count()
        if not self._most:
            return
        keyed = frame.with_columns(frame[schema.ACCOUNT].hash(5).alias("key"))
        self._kept.append(_own(keyed.filter(self._chosen())))
        self._rows += len(self._kept[-1])
        while self._rows > self._most:
            self._below //= 2
            self._kept = [_own(each.filter(self._chosen())) for each in self._kept]
            self._rows = sum(map(len, self._kept))

    def _chosen(self) -> pl.Expr:
        return pl.col("key") <= pl.lit(self._below - 1, pl.UInt64)

    def events(self) -> pl.DataFrame | None:
        """Return what was kept, as it would stand in a log; None where that is nothing."""
        held = [each.drop("key", *schema.PROVENANCE) for each in self._kept if len(each)]
        return pl.concat(held) if held else None


def _own(frame: pl.DataFrame) -> pl.DataFrame:
    """Copy text: a view of a few rows would keep all of its batch in memory."""
    return frame.with_columns(pl.col(pl.String) + "")
