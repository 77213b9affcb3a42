"""Text at the speed of a disk: prompts laid end to end out of phrases of one width, with one gather for all of them."""

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
WIDTH: Final = 32
"""Bytes of every phrase: rows of one width are gathered ten times as fast as text, and two of them are a cache line."""
OPENINGS: Final = 1 << 14
"""Whole requests of the grammars, in all languages, with which one prompt in eight begins."""
OWN: Final = 4
"""Phrases in the wording that a firm repeats."""
_ENDS: Final = (" ", " ", " ", " ", ", ", ". ", ".\n", " ")
_ROUNDS: Final = 60
"""Draws of three words until a fourth fits beside them; half do not, so that none is left by then."""


@dataclass(frozen=True, slots=True)
class Pool:
    """What prompts are made of: rows of `WIDTH` bytes, first the phrases, then openings and wordings cut into rows.

    Attributes:
        rows: All of them.
        start: Row at which each opening and then each of the given wordings begins; one more for the end.
    """

    rows: pa.FixedSizeBinaryArray
    start: npt.NDArray[np.int64]


def pool(seed: int, wordings: list[str]) -> Pool:
    """Make the phrases of a world, and put openings and the given wordings behind them."""
    opening = mix(np.arange(OPENINGS, dtype=np.uint64), key_of("openings", seed) >> 1)
    half = np.full(OPENINGS, 0.3)
    language = np.where(pick(opening, 5, 2) == 0, pick(opening, 6, len(LANGUAGES)), 0)
    openings = prose.request(opening, language, half, half * 0.2)
    whole = [filled(text.encode()) for text in (*openings, *wordings)]
    start = PHRASES + np.cumsum([0, *(len(text) // WIDTH for text in whole)])
    data = b"".join([_phrases(seed), *whole])
    return Pool(
        pa.FixedSizeBinaryArray.from_buffers(pa.binary(WIDTH), int(start[-1]), [None, pa.py_buffer(data)]), start
    )


def filled(text: bytes) -> bytes:
    """Bring a text to whole rows by a rule under it, as people draw one between a request and its material."""
    lacking = -len(text) % WIDTH
    return text + (b"\n" * lacking if lacking < 3 else b"\n" + b"-" * (lacking - 2) + b"\n")


def _phrases(seed: int) -> bytes:
    """Write four words and an end for each phrase, the fourth word as long as is left."""
    keys = mix(np.arange(PHRASES, dtype=np.uint64), key_of("phrases", seed) >> 1)
    rare = pl.Series(words()["rare"])
    size = rare.str.len_bytes().to_numpy().astype(np.int64)
    by_size = np.argsort(size, kind="stable")
    first = np.searchsorted(size[by_size], np.arange(size.max() + 2))
    end = pick(keys, 4, len(_ENDS))
    left = WIDTH - 3 - np.array([len(each) for each in _ENDS])[end]
    chosen = np.zeros((3, PHRASES), dtype=np.int64)
    open_ = np.arange(PHRASES)
    for number in range(_ROUNDS):
        chosen[:, open_] = [pick(keys[open_], 400 + 3 * number + salt, len(rare)) for salt in range(3)]
        rest = left[open_] - size[chosen[:, open_]].sum(axis=0)
        open_ = open_[(rest < size.min()) | (rest > size.max())]
    rest = left - size[chosen].sum(axis=0)
    last = by_size[first[rest] + pick(keys, 3, PHRASES) % (first[rest + 1] - first[rest])]
    texts = [rare.gather(each) for each in (*chosen, last)]
    whole = pl.select(pl.concat_str(*texts, separator=" ") + pl.Series(_ENDS).gather(end)).to_series()
    return bytes(whole.to_arrow().cast(pa.large_string()).buffers()[2])


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
    count = np.clip(rng.lognormal(2.55, 0.55, len(keys)), OWN + 2, 80).astype(np.int64)
    head = np.where(rng.random(len(keys)) < 0.125, rng.integers(0, OPENINGS, len(keys)), -1)
    head[repeats] = -1
    inside = worded >= 0
    head[inside] = OPENINGS + 2 * worded[inside]
    tail = np.where(inside, OPENINGS + 2 * worded + 1, -1)
    before, after = (np.where(edge >= 0, source.start[edge + 1] - source.start[edge], 0) for edge in (head, tail))
    end = np.cumsum(before + count + after)
    first = end - after - count
    drawn = rng.random(int(end[-1]), dtype=np.float32)
    number = (drawn * np.sqrt(drawn) * PHRASES).astype(np.int32)  # some phrases are common
    number[first[repeats][:, None] + np.arange(OWN)] = own(keys[repeats])
    for edge, size, at in ((head, before, first - before), (tail, after, end - after)):
        chosen = np.flatnonzero(edge >= 0)
        place = np.arange(int(size.sum())) - np.repeat(np.cumsum(size[chosen]) - size[chosen], size[chosen])
        number[np.repeat(at[chosen], size[chosen]) + place] = (
            np.repeat(source.start[edge[chosen]], size[chosen]) + place
        )
    bounds = np.concatenate([[0], end]) * WIDTH
    gathered = source.rows.take(pa.array(number)).buffers()[1]
    return pa.LargeStringArray.from_buffers(len(keys), pa.py_buffer(bounds), gathered)
