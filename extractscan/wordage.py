"""Who shares text: shingles of the prompts that were read, gathered by ranges of the hash, on disk where they grow."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from extractscan.sampling import Levels, Sampler, many, own_count, seldom_read, some
from extractscan.scratch import Scratch

RANGES: Final = 64
"""Ranges of the hash, by its highest bits; one at a time is sorted."""
_SHIFT: Final = np.uint64(58)
HELD_PAIRS: Final = 4_000_000
"""Shingles that wait to be put into ranges."""
SHARED: Final = MappingProxyType({"account_id": pl.UInt64(), "shingle": pl.UInt64(), "count": pl.Int32()})
OWN, SELDOM = "own", "seldom"
"""Of an account: the count from which wording is its own, and whether too little was read to see it repeated."""
U64 = npt.NDArray[np.uint64]
U32 = npt.NDArray[np.uint32]


class Wordage:
    """Shingles of texts as (shingle, number of the text), and of each text its account and level.

    Bound: 12 bytes a shingle in memory, or on disk beyond what the scratch space allows, and 5 bytes a text.
    """

    def __init__(self, scratch: Scratch) -> None:
        self._scratch = scratch
        self._shingles: list[U64] = []
        self._in: list[U32] = []
        self._waiting = 0
        self._who: list[U32] = []
        self._level: list[Levels] = []
        self._texts = 0

    def add(self, who: U32, level: Levels, row: U32, shingle: U64) -> None:
        """Take over the marks of some texts.

        Args:
            who: Number of the account of each text.
            level: Level of each text.
            row: Index of the text that each shingle stands in.
            shingle: The shingles.
        """
        self._shingles.append(shingle)
        self._in.append(row + np.uint32(self._texts))
        self._waiting += len(row)
        self._who.append(who)
        self._level.append(level)
        self._texts += len(who)
        if self._waiting >= HELD_PAIRS:
            self._spread()

    def _spread(self) -> None:
        """Put what waits into its ranges."""
        if not self._shingles:
            return
        shingle, text = np.concatenate(self._shingles), np.concatenate(self._in)
        self._shingles, self._in, self._waiting = [], [], 0
        number = (shingle >> _SHIFT).astype(np.uint8)
        order = np.argsort(number, kind="stable")
        edges = np.searchsorted(number[order], np.arange(RANGES + 1))
        shingle, text = shingle[order], text[order]
        for index in range(RANGES):
            part = slice(edges[index], edges[index + 1])
            self._scratch.put(f"shingle-{index}", shingle[part])
            self._scratch.put(f"text-{index}", text[part])

    def ranges(self, levels: Levels | None, keys: U64) -> Iterator[pl.DataFrame]:
        """Yield all that is known, range by range: account key, shingle, level, count; sorted, the rare as well.

        Args:
            levels: From which level up the texts of each account count; None where all do.
            keys: 64-bit key of each account.
        """
        self._spread()
        who, level, counts = self._told(levels)
        for index in range(RANGES):
            shingle, text = self._pairs(index, counts)
            frame = pl.DataFrame({"shingle": shingle, "text": text}).unique()
            at = frame["text"].to_numpy()
            named = frame.with_columns(pl.Series("account_id", keys[who[at]]), pl.Series("level", level[at]))
            counted = named.group_by("shingle", "account_id", "level").agg(pl.len().cast(pl.Int32).alias("count"))
            yield counted.select("account_id", "shingle", "level", "count").sort("shingle", "account_id", "level")

    def _told(self, levels: Levels | None) -> tuple[U32, Levels, npt.NDArray[np.bool_]]:
        """Return account and level of every text, and whether it counts."""
        who = np.concatenate([np.zeros(0, dtype=np.uint32), *self._who])
        level: Levels = np.concatenate([np.zeros(0, dtype=np.uint8), *self._level])
        counts = np.ones(len(who), dtype=np.bool_) if levels is None else np.asarray(level >= levels[who])
        return who, level, counts

    def _pairs(self, index: int, counts: npt.NDArray[np.bool_]) -> tuple[U64, U32]:
        """Take the shingles of one range, and the texts that they stand in, if these count."""
        shingle = self._scratch.take(f"shingle-{index}", np.uint64)
        text = self._scratch.take(f"text-{index}", np.uint32)
        use = counts[text]
        return shingle[use], text[use]

    def shared(self, sampler: Sampler, names: pl.Series, least: int) -> pl.DataFrame:
        """Count the texts of each account that hold a shingle, for shingles of at least `least` accounts.

        Of a sample, so many have to repeat it as well, as accounts do whose wording it is, or many accounts hold it
        (see `repeated`): what stands in one of several texts that were read is mostly chance, of which there is the
        more the larger the log is.

        Args:
            sampler: Says which texts of each account count, others having been read too early to know. A text of level
                n stands for 2**n.
            names: What each account is called.
            least: Accounts.

        Returns:
            account_id, shingle, count; sorted by shingle and account.
        """
        self._spread()
        levels = sampler.settled()
        who, _, counts = self._told(levels)
        each = np.ones(len(sampler.texts), dtype=np.int32)
        own: npt.NDArray[np.signedinteger] = each
        seldom = np.zeros(len(each), dtype=np.bool_)
        if levels is not None:
            each = np.left_shift(each, levels)
            own, seldom = own_count(sampler.texts, levels), seldom_read(sampler.texts, levels)
        tables = [pl.DataFrame(schema=SHARED | {"account_id": names.dtype})]
        for index in range(RANGES):
            counted = _counted(*self._pairs(index, counts), who, each, least)
            account = counted["account"].to_numpy()
            counted = counted.with_columns(pl.Series(OWN, own[account]), pl.Series(SELDOM, seldom[account]))
            held = repeated(counted, least, len(names))
            named = held.select(names.gather(held["account"]).alias("account_id"), "shingle", "count")
            tables.append(named.sort("shingle", "account_id"))
        return pl.concat(tables)


def _counted(shingle: U64, text: U32, who: U32, each: npt.NDArray[np.int32], least: int) -> pl.DataFrame:
    """Count one range by shingle and account: first what is too rare goes, which is most, then the rest is grouped."""
    order = np.argsort(shingle)
    shingle = shingle[order]
    first = np.flatnonzero(np.concatenate(([True], shingle[1:] != shingle[:-1]))) if len(shingle) else order
    size = np.diff(np.append(first, len(shingle)))
    often = np.repeat(size >= least, size)
    text = text[order][often]
    account = who[text]
    frame = pl.DataFrame({"shingle": shingle[often], "account": account, "text": text, "each": each[account]})
    counted = frame.unique(["shingle", "text"]).group_by("shingle", "account")
    return counted.agg(pl.col("each").sum().cast(pl.Int32).alias("count"))


def repeated(held: pl.DataFrame, least: int, accounts: int) -> pl.DataFrame:
    """Keep the shingles that enough accounts send as often as they do with what is their own wording, or many hold.

    Accounts of which too little was read to see whether they repeat anything count where they are more (`sampling`).

    Args:
        held: shingle, count of events of one account; of it `own`, the count from which that is so, and `seldom`,
            whether so little of it was read.
        least: Accounts that are enough.
        accounts: In all.
    """
    own = pl.col("count") >= pl.col(OWN)
    enough = held.group_by("shingle").agg(
        (own & ~pl.col(SELDOM)).sum().alias("repeat"), own.sum().alias(OWN), pl.len().alias("holders")
    )
    enough = enough.filter(
        (pl.col("repeat") >= least)
        | (pl.col(OWN) >= max(least, some(accounts)))
        | (pl.col("holders") >= max(least, many(accounts)))
    )
    return held.drop(OWN, SELDOM).join(enough, on="shingle", how="semi")
