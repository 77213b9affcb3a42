"""Counter-based randomness: every choice is a function of a 64-bit key, so that text can be made in any order."""

from __future__ import annotations

import hashlib
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

Keys = npt.NDArray[np.uint64]
Indices = npt.NDArray[np.int64]

_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_ODD1: Final = np.uint64(0xBF58476D1CE4E5B9)
_ODD2: Final = np.uint64(0x94D049BB133111EB)


def mix(keys: Keys, salt: int) -> Keys:
    """Scatter keys by a salt (splitmix64's finaliser: a bijection, so that distinct keys stay distinct)."""
    offset = np.uint64((salt + 1) * int(_GOLDEN) & 0xFFFFFFFFFFFFFFFF)
    out: Keys = keys + offset
    out ^= out >> np.uint64(30)
    out *= _ODD1
    out ^= out >> np.uint64(27)
    out *= _ODD2
    out ^= out >> np.uint64(31)
    return out


def pair(keys: Keys, others: Keys) -> Keys:
    """Scatter each key by the key at the same place in `others`."""
    return mix(mix(keys, 0x51) ^ others, 0x52)


def pick(keys: Keys, salt: int, size: int) -> Indices:
    """Choose an index below `size` for each key, near uniformly."""
    high = mix(keys, salt) >> np.uint64(32)
    return ((high * np.uint64(size)) >> np.uint64(32)).astype(np.int64)


def chance(keys: Keys, salt: int) -> npt.NDArray[np.float64]:
    """Draw a number in [0, 1) for each key."""
    return (mix(keys, salt) >> np.uint64(11)).astype(np.float64) * 2.0**-53


def key_of(*parts: int | str) -> int:
    """Make one key out of names and numbers, the same on every machine."""
    text = "\x1f".join(str(part) for part in parts)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def hex_ids(prefix: str, keys: Keys) -> pl.Series:
    """Write keys as identifiers, a prefix and 16 hexadecimal digits each."""
    digits = keys.astype(">u8").tobytes().hex().encode()
    offsets = np.arange(0, 16 * (len(keys) + 1), 16, dtype=np.int64)
    text = pa.LargeStringArray.from_buffers(len(keys), pa.py_buffer(offsets), pa.py_buffer(digits))
    return pl.select(pl.concat_str(pl.lit(prefix), pl.Series("id", text))).to_series()
