"""Merges what parts of a log were reduced to, whenever and wherever that was, into the summary of the whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from extractscan import reduce, schema
from extractscan.sampling import NO_CAP, Levels, cap_of, levels_of_accounts, own_count, seldom_read
from extractscan.survey import LEVEL, TEXTS_READ
from extractscan.wordage import OWN, SELDOM, SHARED, repeated

TABLES: Final = ("totals", "sightings", "activity", "intent", "texts")
"""Tables of a part beside its content."""
FROM: Final = "from"
"""Level from which the texts of an account count in the whole."""
_KEYS: Final = {
    "totals": [schema.ACCOUNT],
    "sightings": [reduce.KIND, schema.ACCOUNT, reduce.VALUE],
    "activity": [schema.ACCOUNT, reduce.HOUR, schema.MODEL],
    "intent": [schema.ACCOUNT, reduce.MASK, LEVEL],
    "texts": [reduce.VALUE],
}
_WAYS: Final = {reduce.FIRST: pl.Expr.min, reduce.TEXT: pl.Expr.min, reduce.LAST: pl.Expr.max}


@dataclass(frozen=True, slots=True)
class Part:
    """What one piece of the events was reduced to.

    Attributes:
        tables: By the names in `TABLES`; totals with the number of texts of each account, intent by level.
        ranges: The content, account key, shingle, level and count, by ranges of the shingle, the same in every part.
        most: Prompts of an account that were read at most.
    """

    tables: Mapping[str, pl.DataFrame]
    ranges: Iterator[pl.DataFrame]
    most: int = NO_CAP


def combined(parts: Sequence[Part]) -> Part:
    """Merge parts into one that is what their events together would have been reduced to, byte for byte.

    Of an account no more prompts count than in the part with the fewest.
    """
    most = min(part.most for part in parts)
    tables = _tables(parts)
    accounts = _levels(tables["totals"], most)
    tables["intent"] = _counting(tables["intent"], accounts, schema.ACCOUNT).drop(FROM, OWN, SELDOM)
    return Part(tables, _ranges(parts, _keyed(accounts)), most)


def _ranges(parts: Sequence[Part], accounts: pl.DataFrame) -> Iterator[pl.DataFrame]:
    for pieces in zip(*(part.ranges for part in parts), strict=True):
        kept = _counting(pl.concat(pieces), accounts, "account_id").drop(FROM, OWN, SELDOM)
        yield _merged([kept], ["shingle", "account_id", LEVEL])


def settled(parts: Sequence[Part], least: int) -> reduce.Summary:
    """Merge parts for good: counts in the sample stand for all events, and text of fewer than `least` accounts goes."""
    most = min(part.most for part in parts)
    tables = _tables(parts)
    accounts = _levels(tables["totals"], most)
    intent = _scaled(_counting(tables["intent"], accounts, schema.ACCOUNT), pl.Int64())
    intent = intent.group_by(schema.ACCOUNT, reduce.MASK).agg(pl.col(reduce.COUNT).sum())
    content = [pl.DataFrame(schema=dict(SHARED))]
    keyed = _keyed(accounts)
    for pieces in zip(*(part.ranges for part in parts), strict=True):
        piece = _frequent(pl.concat(pieces), least)
        counted = _scaled(_counting(piece, keyed, "account_id"), pl.Int32())
        held = counted.group_by("shingle", "account_id").agg(pl.col(reduce.COUNT).sum(), pl.col(OWN, SELDOM).first())
        content.append(repeated(held, least, len(accounts)).select(*SHARED).sort("shingle", "account_id"))
    return reduce.Summary(
        totals=tables["totals"].drop(TEXTS_READ),
        sightings=tables["sightings"],
        activity=tables["activity"],
        intent=intent.sort(schema.ACCOUNT, reduce.MASK),
        content=pl.concat(content),
        texts=tables["texts"],
    )


def _tables(parts: Sequence[Part]) -> dict[str, pl.DataFrame]:
    return {name: _merged([part.tables[name] for part in parts], _KEYS[name]) for name in TABLES}


def _frequent(piece: pl.DataFrame, least: int) -> pl.DataFrame:
    """Leave out the shingles that are met less often than that: most are, and need not be counted by account."""
    return piece.filter(pl.len().over("shingle") >= least)


def _merged(tables: Sequence[pl.DataFrame], keys: Sequence[str]) -> pl.DataFrame:
    """Merge by sum, minimum and maximum, and sort."""
    stacked = pl.concat(tables)
    ways = [_WAYS.get(name, pl.Expr.sum)(pl.col(name)) for name in stacked.columns if name not in keys]
    return stacked.group_by(keys).agg(ways).select(stacked.columns).sort(keys)


def _levels(totals: pl.DataFrame, most: int) -> pl.DataFrame:
    """Return of each account the level from which its texts count, and OWN and SELDOM of `wordage`."""
    texts = totals[TEXTS_READ].to_numpy().astype(np.int64)
    cap = cap_of(texts, most)
    level: Levels = np.zeros(len(texts), dtype=np.uint8) if cap == NO_CAP else levels_of_accounts(texts, cap)
    own, seldom = np.ones(len(texts), dtype=np.int64), np.zeros(len(texts), dtype=np.bool_)
    if cap != NO_CAP:
        own, seldom = own_count(texts, level), seldom_read(texts, level)
    told = pl.Series(FROM, level, dtype=pl.UInt8), pl.Series(OWN, own), pl.Series(SELDOM, seldom)
    return totals.select(schema.ACCOUNT, *told)


def _keyed(accounts: pl.DataFrame) -> pl.DataFrame:
    """Name the accounts by the keys that the content has."""
    keys = [reduce.account_key(name) for name in accounts[schema.ACCOUNT]]
    return accounts.select(pl.Series("account_id", keys, dtype=pl.UInt64), FROM, OWN, SELDOM)


def _counting(table: pl.DataFrame, accounts: pl.DataFrame, key: str) -> pl.DataFrame:
    """Keep what was read at a level that still counts, with the level from which on it does."""
    return table.join(accounts, on=key, how="left").filter(pl.col(LEVEL) >= pl.col(FROM))


def _scaled(table: pl.DataFrame, dtype: pl.DataType) -> pl.DataFrame:
    each = np.left_shift(1, table[FROM].to_numpy().astype(np.int64))
    return table.with_columns((pl.col(reduce.COUNT) * pl.Series(each)).cast(dtype))
