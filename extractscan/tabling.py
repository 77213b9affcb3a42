"""Tables of what accounts hold: which columns are grouped together, how such tables merge, what is drawn from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from extractscan import reduce, schema

TEXTS: Final = frozenset({schema.PROMPT, schema.SYSTEM_PROMPT})
_APART: Final = frozenset({schema.CLIENT_IP, schema.END_USER, schema.SESSION, schema.DEVICE, schema.API_KEY})
"""Columns that take many values in one account: each is grouped with nothing but what goes with it."""
_WITH: Final = {schema.ASN: schema.CLIENT_IP, schema.COUNTRY: schema.CLIENT_IP}
"""Columns that hardly vary where another does not."""
SEEN: Final = (reduce.COUNT, reduce.FIRST, reduce.LAST)


@dataclass(frozen=True, slots=True)
class Family:
    """Columns that are grouped together, and the kinds of observables that are drawn from them."""

    columns: tuple[str, ...]
    values: Mapping[str, pl.Expr]

    @property
    def of_text(self) -> bool:
        """Whether values are drawn from texts, which hardly ever return: at once, for every event."""
        return not TEXTS.isdisjoint(self.columns)


def families(values: Mapping[str, pl.Expr]) -> tuple[Family, ...]:
    """Sort kinds into families: those with many values in an account apart, all others in one."""
    groups: dict[str, dict[str, pl.Expr]] = {}
    for kind, value in values.items():
        roots = sorted(set(value.meta.root_names()))
        own = next((name for root in roots for name in (root, _WITH.get(root, "")) if name in _APART), "")
        text = next((kind for root in roots if root in TEXTS), "")
        groups.setdefault(text or own, {})[kind] = value
    return tuple(
        Family(tuple(sorted({root for value in members.values() for root in value.meta.root_names()})), members)
        for members in groups.values()
    )


def columns_of(family: Family) -> list[str]:
    """Return the columns that stand for a family in the slim table: its own, or what was drawn from text at once."""
    return list(family.values) if family.of_text else list(family.columns)


def merged(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Merge grouped tables by sum, minimum and maximum."""
    if len(parts) == 1:
        return parts[0]
    sums = [*SEEN, *reduce.measures()]
    stacked = pl.concat(parts)
    keys = [name for name in stacked.columns if name not in sums]
    ways = {reduce.FIRST: pl.Expr.min, reduce.LAST: pl.Expr.max}
    merged = [ways.get(name, pl.Expr.sum)(pl.col(name)) for name in stacked.columns if name in sums]
    return stacked.lazy().group_by(keys).agg(merged).collect(engine="streaming")


def drawn(held: pl.DataFrame, value: pl.Expr, words: pl.Categorical) -> pl.DataFrame:
    """Compute a kind's value for each distinct row of the columns that it needs, and count accounts by it."""
    roots = sorted(set(value.meta.root_names()))
    distinct = held.select(roots).unique()
    plain = distinct.select(pl.col(name).cast(schema.EVENTS[name]) for name in roots)
    drawn = distinct.with_columns(plain.select(value.alias(reduce.VALUE)).to_series().cast(pl.String).cast(words))
    known = drawn.drop_nulls(reduce.VALUE)
    joined = held.lazy().join(known.lazy(), on=roots, nulls_equal=True)
    merged = joined.group_by(schema.ACCOUNT, reduce.VALUE).agg(
        pl.col(reduce.COUNT).sum(), pl.col(reduce.FIRST).min(), pl.col(reduce.LAST).max()
    )
    return merged.collect(engine="streaming")


def sightings(
    tables: Iterable[tuple[str, pl.DataFrame]],
    kinds: Iterable[str],
    names: pl.Series,
    empty: reduce.Summary,
    *,
    written: bool,
) -> pl.DataFrame:
    """Lay the tables of all kinds one below the other, sorted by kind, and write the names out and sort or not.

    Args:
        tables: Kind and account, value and what was seen; there may be several of a kind, for accounts apart.
        kinds: All of them.
        names: What each account is called, as numbers of sorted names (`Enum`).
        empty: Of no events, for the columns.
        written: Whether names are to be text.
    """
    kind_of = pl.Enum(sorted(kinds))
    done: dict[str, list[pl.DataFrame]] = {kind: [] for kind in kind_of.categories}
    for kind, table in tables:
        name = pl.lit(kind, kind_of).alias(reduce.KIND)
        done[kind].append(
            _named(table.drop_nulls(reduce.VALUE), names).select(schema.ACCOUNT, name, reduce.VALUE, *SEEN)
        )
    if not written:
        return pl.concat([table for held in done.values() for table in held])
    plain = [empty.sightings]
    for held in done.values():
        known = pl.concat(held)
        ranks = pl.Enum(known[reduce.VALUE].unique().cast(pl.String).sort())
        ranked = known.with_columns(pl.col(reduce.VALUE).cast(ranks)).sort(schema.ACCOUNT, reduce.VALUE)
        plain.append(ranked.cast({name: pl.String() for name in (schema.ACCOUNT, reduce.KIND, reduce.VALUE)}))
    return pl.concat(plain)


def _named(table: pl.DataFrame, names: pl.Series) -> pl.DataFrame:
    """Number the accounts by their sorted names; to cast the column would look all names up each time."""
    return table.with_columns(names.gather(table[schema.ACCOUNT].to_physical()).alias(schema.ACCOUNT))


def text(table: pl.DataFrame, names: pl.Series) -> pl.DataFrame:
    """Sort a table by account and write the names out."""
    return _named(table, names).sort(schema.ACCOUNT).cast({schema.ACCOUNT: pl.String})


def activity(shares: list[pl.DataFrame], names: pl.Series, empty: reduce.Summary, *, written: bool) -> pl.DataFrame:
    """Sort the table of hours by account, hour and model, and write the names out or not.

    Args:
        shares: Of the accounts. Taken out of the list; where nothing is written each is sorted by itself.
        names: What each account is called, as numbers of sorted names (`Enum`).
        empty: Of no events, for the columns.
        written: Whether names are to be text.
    """
    seen = pl.concat([share[schema.MODEL].unique().cast(pl.String) for share in shares])
    models = pl.Enum(seen.unique().sort())
    done = []
    while shares:
        ranked = _named(shares.pop(0), names).rename({"count": reduce.EVENTS}).select(empty.activity.columns)
        ranked = ranked.with_columns(pl.col(schema.MODEL).cast(models))
        if not written:  # narrower, as of no table does a log have more rows
            ranked = ranked.sort(schema.ACCOUNT, reduce.HOUR, schema.MODEL)
            ranked = ranked.cast({reduce.HOUR: pl.Int32, reduce.EVENTS: pl.Int32})
        done.append(ranked)
    if not written:
        return pl.concat(done)
    whole = pl.concat(done).sort(schema.ACCOUNT, reduce.HOUR, schema.MODEL)
    return whole.cast({schema.ACCOUNT: pl.String, schema.MODEL: pl.String})


def shared_out(table: pl.DataFrame, shares: int) -> list[pl.DataFrame]:
    """Cut a table whose accounts are numbers of names into shares of the accounts, each account in one of them."""
    if shares == 1:
        return [table]
    share = table[schema.ACCOUNT].to_physical() % shares
    return [table.filter(share == number) for number in range(shares)]
