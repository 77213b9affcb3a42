"""Text at the speed of a disk: prompts laid end to end out of a pool of phrases, with one gather for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from extractscan.simulate import prose
from extractscan.simulate.keys import Indices, Keys, key_of, mix, pick
from extractscan.simulate.vocabulary import LANGUAGES, words

PHRASES: Final = 1 << 20
"""Distinct phrases of four words, some common and most rare; what stands across two of them hardly ever returns."""
OPENINGS: Final = 1 << 14
"""Whole requests of the grammars, in all languages, with which one prompt in eight begins."""
OWN: Final = 4
"""Phrases in the wording that a firm repeats."""
_ENDS: Final = (" ", " ", " ", " ", ", ", ". ", ".\n", " ")


@dataclass(frozen=True, slots=True)
class Pool:
    """Phrases, openings and whole wordings by number, as one Arrow array."""

    texts: pa.LargeStringArray
    wordings: int
    """Number of the first wording; those of `pool` stand from there on in their order."""


def pool(seed: int, wordings: list[str]) -> Pool:
    """Make the phrases of a world, and put the given wordings behind them."""
    keys = mix(np.arange(PHRASES, dtype=np.uint64), key_of("phrases", seed) >> 1)
    rare = pl.Series(words()["rare"])
    four = [rare.gather(pick(keys, salt, len(rare))) for salt in range(4)]
    ends = pl.Series(_ENDS).gather(pick(keys, 4, len(_ENDS)))
    phrases = pl.select(pl.concat_str(*four, separator=" ") + ends).to_series()
    opening = mix(np.arange(OPENINGS, dtype=np.uint64), key_of("openings", seed) >> 1)
    half = np.full(OPENINGS, 0.3)
    language = np.where(pick(opening, 5, 2) == 0, pick(opening, 6, len(LANGUAGES)), 0)
    openings = prose.request(opening, language, half, half * 0.2) + "\n"
    both = pl.concat([phrases, openings, pl.Series(wordings, dtype=pl.String)])
    return Pool(both.to_arrow().cast(pa.large_string()), PHRASES + OPENINGS)


def own(keys: Keys) -> npt.NDArray[np.int64]:
    """Choose for each key the phrases of the wording that it repeats: keys × `OWN`."""
    return np.stack([pick(keys, 300 + number, PHRASES) for number in range(OWN)], axis=1)


def prompts(source: Pool, rng: np.random.Generator, keys: Keys, repeats: Indices, worded: Indices) -> pa.Array:
    """Write one prompt of about 500 bytes for each key.

    Args:
        source: Phrases and wordings.
        rng: What varies between prompts.
        keys: Of the accounts that ask, one an event.
        repeats: Events that begin with the wording of their account.
        worded: For each event the number of the wording that encloses it, head and tail, or -1.
    """
    count = np.clip(rng.lognormal(2.5, 0.55, len(keys)), OWN + 2, 80).astype(np.int64)
    end = np.cumsum(count)
    first = end - count
    drawn = rng.random(int(end[-1]), dtype=np.float32)
    number = (drawn * np.sqrt(drawn) * PHRASES).astype(np.int64)  # some phrases are common
    opened = np.flatnonzero(rng.random(len(keys)) < 0.125)
    number[first[opened]] = PHRASES + rng.integers(0, OPENINGS, len(opened))
    number[first[repeats][:, None] + np.arange(OWN)] = own(keys[repeats])
    inside = np.flatnonzero(worded >= 0)
    number[first[inside]] = source.wordings + 2 * worded[inside]
    number[end[inside] - 1] = source.wordings + 2 * worded[inside] + 1
    pieces = source.texts.take(pa.array(number))
    offsets = np.frombuffer(pieces.buffers()[1], dtype=np.int64)
    bounds = offsets[np.concatenate([first, end[-1:]])]
    return pa.LargeStringArray.from_buffers(len(keys), pa.py_buffer(bounds), pieces.buffers()[2])
