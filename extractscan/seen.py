"""Which keys came before: a bit map that says so for nearly all, and the keys themselves for the rest."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

U64 = npt.NDArray[np.uint64]
FIRST_BITS: Final = 22
SPARSE: Final = 16
"""Places of the map for each key, so that one new key in sixteen or fewer has to be looked for among all."""


class Seen:
    """64-bit keys that were seen; bound: 8 bytes and 16 to 32 places of one byte's eighth a key."""

    def __init__(self) -> None:
        self._runs: list[U64] = []
        self._count = 0
        self._bits = FIRST_BITS
        self._map = np.zeros(1 << (FIRST_BITS - 3), dtype=np.uint8)

    def fresh(self, keys: U64) -> npt.NDArray[np.bool_]:
        """Tell which keys are new, the first of equal ones; all have been seen afterwards."""
        known = self._marked(keys)
        maybe = np.flatnonzero(known)
        if len(maybe):
            asked = keys[maybe]
            found = np.zeros(len(maybe), dtype=np.bool_)
            for run in self._runs:
                at = np.searchsorted(run, asked)
                found |= run[np.minimum(at, len(run) - 1)] == asked
            known[maybe] = found
        new = np.flatnonzero(~known)
        values, first = np.unique(keys[new], return_index=True)
        result = np.zeros(len(keys), dtype=np.bool_)
        result[new[first]] = True
        self._add(values)
        return result

    def _place(self, keys: U64) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint8]]:
        place = keys >> np.uint64(64 - self._bits)
        bit = np.left_shift(np.uint8(1), (place & np.uint64(7)).astype(np.uint8), dtype=np.uint8)
        return (place >> np.uint64(3)).astype(np.int64), bit

    def _marked(self, keys: U64) -> npt.NDArray[np.bool_]:
        place, bit = self._place(keys)
        return np.asarray((self._map[place] & bit) > 0)

    def _mark(self, keys: U64) -> None:
        place, bit = self._place(keys)
        np.bitwise_or.at(self._map, place, bit)

    def _add(self, values: U64) -> None:
        """Put sorted new keys in: runs grow like the digits of a binary counter, so that there are few."""
        if not len(values):
            return
        self._count += len(values)
        if self._count * SPARSE > 1 << self._bits:
            self._bits += 2
            self._map = np.zeros(1 << (self._bits - 3), dtype=np.uint8)
            for run in self._runs:
                self._mark(run)
        self._mark(values)
        while self._runs and len(self._runs[-1]) <= 2 * len(values):
            values = np.sort(np.concatenate([self._runs.pop(), values]))
        self._runs.append(values)
