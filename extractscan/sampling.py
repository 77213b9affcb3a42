"""Which prompts of a large log are looked at: as many of every account, chosen by who asked when and by nothing else.

An event has a level, the number of trailing zero bits of a hash of its account and its time: half of all events have
level 0, a quarter level 1 and so on. An account of which too many prompts came is read from some level up. Levels are
the same on any machine and in any order, and what a sparser sample holds a denser one holds too: samples of parts of a
log can be made apart, merged, and thinned to what one pass over the whole would have kept.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from extractscan.incidence import Ints

ALL_TEXTS: Final = 2_500_000
"""Prompts up to which a log is read whole: a few minutes' work on one core."""
LEAST_TEXTS: Final = 8
"""Prompts of an account that are read however many accounts there are: wording that it repeats is in most of them."""
REPEATED: Final = 3
"""Texts of an account that are read, from which on wording that it repeats stands in two of them."""
SPREAD: Final = 10_000
"""Accounts to one of which chance gives the wording of a few texts; in ten million events of made-up prose half of all
sightings of shingles that three accounts share are of ones that fewer than 16 of 292,000 hold."""
ALONE: Final = 100_000
"""Accounts to one of which chance gives the wording of a single text each, where no account has been seen to repeat it;
in a hundred million events half of all sightings were of such."""
MOST_LEVEL: Final = 40
NO_CAP: Final = 1 << MOST_LEVEL
U64 = npt.NDArray[np.uint64]
Levels = npt.NDArray[np.uint8]


def levels_of_events(keys: U64, at: Ints) -> Levels:
    """Return the level of each event: trailing zero bits of splitmix64(key + odd·time), at most `MOST_LEVEL`.

    Args:
        keys: 64-bit key of the account.
        at: Microseconds since the epoch.
    """
    mixed = keys + at.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(30)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(27)
    mixed *= np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    lowest = mixed & (~mixed + np.uint64(1))
    level: Levels = np.minimum(np.bitwise_count(lowest - np.uint64(1)), MOST_LEVEL).astype(np.uint8)
    return level


def cap_of(texts: Ints, most: int = NO_CAP) -> int:
    """Return how many prompts of an account are to be read, given how many each account has: a power of two, or `most`.

    As many as keep all within `ALL_TEXTS`, but `LEAST_TEXTS` in any case, and never more than `most`.
    """
    if int(texts.sum()) <= ALL_TEXTS:
        return most
    cap = LEAST_TEXTS
    while int(np.minimum(texts, cap * 2).sum()) <= ALL_TEXTS:
        cap *= 2
    return min(cap, most)


def levels_of_accounts(texts: Ints, cap: int) -> Levels:
    """Return the level from which prompts of each account are read: the lowest that leaves at most `cap` of them."""
    over = np.maximum(texts, 1) / cap
    return np.ceil(np.log2(np.maximum(over, 1.0))).astype(np.uint8)


def seldom_read(texts: Ints, levels: Levels) -> npt.NDArray[np.bool_]:
    """Tell of which accounts fewer than `REPEATED` texts are read, so that they are not seen to repeat anything.

    Args:
        texts: How many each account has.
        levels: From which level on they are read.
    """
    return np.asarray(np.right_shift(texts, levels) < REPEATED)


def own_count(texts: Ints, levels: Levels) -> Ints:
    """Return for each account the count in a sample from which wording is its own, not what one text happens to say.

    A text of level n stands for 2**n. Of `REPEATED` texts two have to hold it; of fewer one is all that can be asked.
    """
    return np.asarray(np.left_shift(np.where(seldom_read(texts, levels), 1, 2), levels), dtype=np.int64)


def many(accounts: int) -> int:
    """Return how many of all accounts hold the same wording hardly by chance: one in `SPREAD`."""
    return -(-accounts // SPREAD)


def some(accounts: int) -> int:
    """Return how many hold it hardly by chance of those who may be taken to repeat it: one in `ALONE`."""
    return -(-accounts // ALONE)


class Sampler:
    """Chooses prompts while a log is read: always a superset of what is to be read at the end."""

    def __init__(self, texts: Ints | None = None, most: int = NO_CAP) -> None:
        """Begin with nothing, or with the number of texts of each account where it is known before.

        `most` prompts of an account are read at most, however few there are in all.
        """
        self._known = texts is not None
        self.texts: Ints = np.zeros(0, dtype=np.int64) if texts is None else texts
        """Texts of each account, so far or in all."""
        self.most = most
        self._cap = most if texts is None else cap_of(texts, most)
        self._checked = 0

    def choose(self, who: npt.NDArray[np.uint32], levels: Levels) -> npt.NDArray[np.bool_]:
        """Tell which texts of a batch to read, and count them where their number was not known.

        Args:
            who: Number of the account of each text; numbers are dense.
            levels: Of each text.
        """
        if len(who) == 0:
            return np.zeros(0, dtype=np.bool_)
        if not self._known:
            self._count(who)
        if self._cap == NO_CAP:
            return np.ones(len(who), dtype=np.bool_)
        return np.asarray(levels >= levels_of_accounts(self.texts[who], self._cap))

    def _count(self, who: npt.NDArray[np.uint32]) -> None:
        counted = np.bincount(who, minlength=len(self.texts)).astype(np.int64)
        counted[: len(self.texts)] += self.texts
        self.texts = counted
        total = int(counted.sum())
        if total > ALL_TEXTS and total > self._checked * 1.05:
            self._cap, self._checked = cap_of(counted, self.most), total

    def cover(self, accounts: int) -> None:
        """Know of so many accounts, those without text as well, whenever they come."""
        self.texts = np.pad(self.texts, (0, max(accounts - len(self.texts), 0)))

    def settled(self) -> Levels | None:
        """Return the level from which texts of each account count, now that all have come; None where all do."""
        cap = cap_of(self.texts, self.most)
        return None if cap == NO_CAP else levels_of_accounts(self.texts, cap)
