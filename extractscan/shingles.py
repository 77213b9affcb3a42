"""Turns prompt text into shingles: hashed windows that start at words, the same on every machine."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

U64 = npt.NDArray[np.uint64]
Row = npt.NDArray[np.uint32]

WIDTH: Final = 24
"""Bytes in a window: four or five English words, eight Chinese characters. Shorter ones are common phrases."""
HEAD_CHARS: Final = 3000
TAIL_CHARS: Final = 1500
"""Longer prompts are documents; wording that an operator adds stands before or behind them."""
GAP: Final = "…"
"""Stands for varying text in a skeleton."""

_BASE: Final = 0x9E3779B97F4A7C15 | 1
_INVERSE: Final = pow(_BASE, -1, 1 << 64)
_MIX: Final = np.uint64(0xBF58476D1CE4E5B9)
_BLOCK: Final = 1 << 16  # stays in the cache: twice as fast as 4 MiB


def _powers(base: int, size: int) -> U64:
    """Return base**0 … base**(size-1) modulo 2**64, by doubling."""
    powers = np.ones(size, dtype=np.uint64)
    done = 1
    while done < size:
        step = min(done, size - done)
        powers[done : done + step] = powers[:step] * np.uint64(pow(base, done, 1 << 64))
        done += step
    return powers


def _byte_classes() -> tuple[bytes, bytes]:
    """Return, by byte: what it is folded to, plus one; and 1 if it belongs to a word, 3 if it starts one, else 0.

    As tables for `bytes.translate`, several times as fast as NumPy's look-up. No byte of UTF-8 is 255.
    """
    fold = np.arange(256, dtype=np.uint8)
    fold[ord("A") : ord("Z") + 1] += 32
    fold[ord("0") : ord("9") + 1] = ord("0")
    fold[[9, 10, 11, 12, 13]] = ord(" ")
    kind = np.zeros(256, dtype=np.uint8)
    kind[ord("a") : ord("z") + 1] = 1
    kind[ord("A") : ord("Z") + 1] = 1
    kind[ord("0") : ord("9") + 1] = 1
    kind[128:] = 1
    kind[0xE3:0xEE] = 3  # lead bytes of kana, CJK and Hangul: scripts without spaces
    return (fold + np.uint8(1)).tobytes(), kind.tobytes()


_FOLD, _KIND = _byte_classes()
_cache: tuple[U64, U64] = (_powers(_BASE, 1), _powers(_INVERSE, 1))


class _Scratch(threading.local):
    """Two arrays for each thread: fresh memory for every block would cost as much as the arithmetic."""

    held: tuple[U64, U64] = (np.zeros(0, dtype=np.uint64), np.zeros(1, dtype=np.uint64))

    def arrays(self, size: int) -> tuple[U64, U64]:
        """Return an array of `size` and one of `size` + 1 that begins with 0; their contents are not kept."""
        if len(self.held[0]) < size:
            self.held = (np.empty(size, dtype=np.uint64), np.zeros(size + 1, dtype=np.uint64))
        return self.held[0][:size], self.held[1][: size + 1]


_scratch = _Scratch()


def _tables(size: int) -> tuple[U64, U64]:
    """Return power tables of at least `size` entries: pure functions of the size, kept between calls.

    The pair is replaced as one, so that a thread never sees tables of two sizes.
    """
    global _cache  # noqa: PLW0603 a cache of constants
    tables = _cache
    if len(tables[0]) < size:
        tables = (_powers(_BASE, size), _powers(_INVERSE, size))
        _cache = tables
    return tables


def clip(texts: pl.Series) -> pl.Series:
    """Keep the first `HEAD_CHARS` and last `TAIL_CHARS` characters of longer texts."""
    limit = HEAD_CHARS + TAIL_CHARS
    long = (texts.str.len_bytes() > limit).arg_true()
    if long.is_empty():
        return texts
    held = texts.gather(long)
    cut = held.str.head(HEAD_CHARS) + "\n" + held.str.tail(TAIL_CHARS)
    # scatter writes in place: the caller's series must stay as it was
    return texts.clone().scatter(long, cut.zip_with(held.str.len_chars() > limit, held))


def marks(texts: pl.Series) -> tuple[Row, U64]:
    """Return one in three shingles: those whose hash is below both neighbours' in the text.

    A choice by neighbours leaves no long stretch without a mark, as a choice by the hash alone would: wording of seven
    words or more is missed once in a hundred times, and its marks are the same whatever stands before and after.
    """
    return _by_block(texts, _lowest)


def shingles(texts: pl.Series) -> tuple[Row, U64]:
    """Hash every window of `WIDTH` bytes that starts at a word, ASCII case, digits and white space folded.

    A text shorter than a window gives none. Scripts without spaces start a window at each character.

    Args:
        texts: Strings; null counts as empty.

    Returns:
        Index of the text (ascending) and hash of the window, one entry a window, repeats included. The hash is a
        polynomial over the folded bytes modulo 2**64 with a multiplicative finish: specified here, the same on any
        machine and library version, so that stored values stay comparable.
    """
    return _by_block(texts, lambda row, value: (row, value))


def _by_block(texts: pl.Series, choose: Callable[[Row, U64], tuple[Row, U64]]) -> tuple[Row, U64]:
    """Hash texts block by block, whole texts each, and keep of every block what is chosen."""
    array = clip(texts).fill_null("").to_arrow().cast(pa.large_string())
    offsets = np.frombuffer(array.buffers()[1], dtype=np.int64)[array.offset : array.offset + len(array) + 1]
    data = array.buffers()[2]
    raw = memoryview(data) if data is not None else memoryview(b"")
    rows: list[Row] = [np.zeros(0, dtype=np.uint32)]
    hashes: list[U64] = [np.zeros(0, dtype=np.uint64)]
    first = 0
    while first < len(array):
        last = int(np.searchsorted(offsets, offsets[first] + _BLOCK, side="right")) - 1
        last = max(last, first + 1)
        block = bytes(raw[offsets[first] : offsets[last]])
        row, _, value = _windows(block, offsets[first : last + 1] - offsets[first])
        row, value = choose(row, value)
        rows.append(row + np.uint32(first))
        hashes.append(value)
        first = last
    return np.concatenate(rows), np.concatenate(hashes)


def distinct(row: Row, value: U64, texts: int) -> npt.NDArray[np.int64]:
    """Count the different hashes of each text; one sort tells whether any returns, and only where it does is looked on.

    Args:
        row: Number of the text of each hash, ascending.
        value: The hashes.
        texts: How many texts there are; one without a hash has 0.
    """
    counts = np.bincount(row, minlength=texts)
    mixed = value ^ (row.astype(np.uint64) + np.uint64(1)) * np.uint64(_BASE)
    order = np.sort(mixed)
    twice = order[1:][order[1:] == order[:-1]]
    if len(twice):
        at = np.flatnonzero(np.isin(mixed, twice))
        once = np.unique(np.stack([row[at].astype(np.uint64), value[at]]), axis=1)[0].astype(np.int64)
        counts += np.bincount(once, minlength=texts) - np.bincount(row[at], minlength=texts)
    return counts


def _lowest(row: Row, value: U64) -> tuple[Row, U64]:
    """Keep the windows whose hash is below those of the windows beside them in the same text."""
    edge = row[1:] != row[:-1]
    kept = np.ones(len(row), dtype=np.bool_)
    kept[1:] = edge | (value[1:] < value[:-1])
    kept[:-1] &= edge | (value[:-1] < value[1:])
    return row[kept], value[kept]


def _windows(raw: bytes, offsets: npt.NDArray[np.int64]) -> tuple[Row, npt.NDArray[np.int64], U64]:
    """Return of each window of texts that lie end to end in `raw`: number of its text, where it starts, its hash."""
    size = len(raw)
    if size < WIDTH:
        return np.zeros(0, dtype=np.uint32), np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.uint64)
    powers, unpowers = _tables(size)
    kind = np.frombuffer(raw.translate(_KIND), dtype=np.uint8)
    start = np.empty(size, dtype=np.bool_)
    np.greater(kind[1:], kind[:-1] & 1, out=start[1:])
    heads = offsets[:-1]
    heads = heads[heads < size]
    start[heads] = kind[heads] > 0
    at = np.flatnonzero(start[: size - WIDTH + 1])
    bounds = np.searchsorted(at, offsets)
    counts = np.diff(bounds)
    fits = at <= np.repeat(offsets[1:] - WIDTH, counts)
    at = at[fits]
    row = np.repeat(np.arange(len(counts), dtype=np.uint32), counts)[fits]
    terms, sums = _scratch.arrays(size)
    terms[:] = np.frombuffer(raw.translate(_FOLD), dtype=np.uint8)
    terms *= powers[:size]
    np.cumsum(terms, out=sums[1:])
    value = sums[at + WIDTH]
    value -= sums[at]
    value *= unpowers[at]
    value ^= value >> np.uint64(29)
    value *= _MIX
    value ^= value >> np.uint64(32)
    return row, at, value


def words(texts: pl.Series, buckets: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Hash the words of every text (pairs of characters, in scripts without spaces) into buckets.

    Returns:
        Index of the text and bucket, one entry a word, repeats included.
    """
    raw = "\n".join([text or "" for text in texts]).encode()
    if len(raw) == 0:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    sizes = np.array([len((text or "").encode()) + 1 for text in texts], dtype=np.int64)
    offsets = np.concatenate(([0], np.cumsum(sizes)))
    kind = np.frombuffer(raw.translate(_KIND), dtype=np.uint8)
    word, spaceless = kind > 0, kind == 3
    start = word & ~np.concatenate(([False], word[:-1]))
    at = np.flatnonzero(start | spaceless)
    stops = np.append(np.flatnonzero(~word), len(raw))
    end = stops[np.searchsorted(stops, at)]
    end = np.where(spaceless[at], np.minimum(at + 6, len(raw)), end)
    powers, unpowers = _tables(len(raw))
    sums = np.zeros(len(raw) + 1, dtype=np.uint64)
    folded = np.frombuffer(raw.translate(_FOLD), dtype=np.uint8).astype(np.uint64)
    np.cumsum(folded * powers[: len(raw)], out=sums[1:])
    value = (sums[end] - sums[at]) * unpowers[at] * _MIX
    long = end - at >= 3
    row = np.searchsorted(offsets, at[long], side="right") - 1
    return row, ((value[long] >> np.uint64(40)) % np.uint64(buckets)).astype(np.int64)


def digest(text: str) -> int:
    """Hash one text to 64 bits with BLAKE2b; for the few values that are stored whole, such as system prompts."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def text_key(text: str) -> str:
    """Name a whole text, white space folded: 16 hexadecimal digits."""
    return f"{digest(' '.join(text.split())):016x}"


def skeleton(samples: Sequence[str]) -> str:
    """Write what prompts have in common, with a gap for what varies.

    A window counts as fixed when half of the samples hold it.

    Args:
        samples: Prompts that share wording; at least two, or the whole text would count as fixed.

    Returns:
        The first sample with its varying parts replaced; empty without anything in common.
    """
    if len(samples) < 2:
        return ""
    row, value = shingles(pl.Series(samples))
    counts: dict[int, int] = {}
    for window in {(r, v) for r, v in zip(row.tolist(), value.tolist(), strict=True)}:
        counts[window[1]] = counts.get(window[1], 0) + 1
    fixed = {v for v, count in counts.items() if count * 2 >= len(samples)}
    drawn = [_cover(sample, fixed) for sample in samples]
    return max(drawn, key=lambda text: (len(text.replace(GAP, "")), text), default="")


def _cover(sample: str, fixed: set[int]) -> str:
    raw = sample.encode()
    kept = np.zeros(len(raw), dtype=np.bool_)
    _, at, value = _windows(raw, np.array([0, len(raw)], dtype=np.int64))
    for start, window in zip(at.tolist(), value.tolist(), strict=True):
        if window in fixed:
            kept[start : start + WIDTH] = True
    parts: list[str] = []
    edges = np.flatnonzero(np.diff(np.concatenate(([False], kept, [False])).astype(np.int8)))
    end = 0
    for first, last in edges.reshape(-1, 2).tolist():
        parts.append(GAP if first > 0 else "")
        parts.append(raw[first:last].decode(errors="ignore"))
        end = last
    return "".join(parts) + (GAP if 0 < end < len(raw) else "")
