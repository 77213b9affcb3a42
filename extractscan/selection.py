"""Which events of a log are used, and which addresses are taken out of them because they are known to be shared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from types import MappingProxyType
from typing import Final

import polars as pl

from extractscan import schema
from extractscan.errors import UsageError
from extractscan.model import Filtered
from extractscan.model.asked import Filter
from extractscan.ranges import NO_RANGES, Ranges

COLUMNS: Final = MappingProxyType(
    {
        "account": schema.ACCOUNT,
        "organization": schema.ORGANIZATION,
        "model": schema.MODEL,
        "country": schema.COUNTRY,
    }
)
"""What can be filtered by, and the column that it stands in."""


@dataclass(slots=True)
class Counts:
    """What one reading left out or took out; the only part of a selection that changes."""

    left_out: dict[int, int] = field(default_factory=dict)
    events: dict[int, int] = field(default_factory=dict)
    accounts: dict[int, set[str]] = field(default_factory=dict)
    known: dict[str, tuple[int, ...]] = field(default_factory=dict)
    """Ranges of every address that was looked up."""
    filled: set[str] = field(default_factory=set)
    """Columns to filter by that had a value anywhere."""

    def begin(self) -> None:
        """Forget what an earlier reading of the same log counted."""
        for each in (self.left_out, self.events, self.accounts, self.filled):
            each.clear()


@dataclass(frozen=True, slots=True)
class Selection:
    """What is used of a log.

    Attributes:
        filters: Each keeps or leaves out events; all must keep an event.
        homes: Accounts of an organization by the accounts table, where the log names none.
        shared: Address ranges whose addresses are taken out, each with the number of the entry that names it.
    """

    filters: Sequence[Filter] = ()
    homes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    shared: Ranges = NO_RANGES
    counts: Counts = field(default_factory=Counts)

    @property
    def columns(self) -> frozenset[str]:
        """Columns that the selection has to see."""
        wanted = {each.column for each in self.filters}
        return frozenset(wanted | ({schema.CLIENT_IP} if self.shared.tables else set()))

    def check(self, columns: Iterable[str]) -> None:
        """Refuse a filter by a column that no input has, which would keep all or nothing.

        Raises:
            UsageError: naming the filter.
        """
        there = {*columns, *self.counts.filled} | ({schema.ORGANIZATION} if self.homes else set())
        for each in self.filters:
            if each.column not in there:
                (name,) = (name for name, column in COLUMNS.items() if column == each.column)
                raise UsageError(
                    f"--{'include' if each.include else 'exclude'}-{name}: no input has the column {each.column}",
                    hint="`extractscan inspect` lists the columns that there are; --map names a field for one",
                )

    def of(self, batch: pl.DataFrame, *, counting: bool = False) -> pl.DataFrame:
        """Return the events that are used, without the addresses that are known to be shared.

        Args:
            batch: Canonical columns.
            counting: Whether this reading is the one whose numbers go into the report.
        """
        if counting:
            filled = (each.column for each in self.filters if each.column in batch.columns)
            self.counts.filled.update(name for name in filled if batch[name].null_count() < len(batch))
        for number, each in enumerate(self.filters):
            kept = batch.filter(_keeps(each, self.homes, batch.columns))
            if counting:
                self.counts.left_out[number] = self.counts.left_out.get(number, 0) + len(batch) - len(kept)
            batch = kept
        if not self.shared.tables or schema.CLIENT_IP not in batch.columns:
            return batch
        return self._without_shared(batch, counting=counting)

    def cleared(self, accounts: pl.DataFrame | None) -> pl.DataFrame | None:
        """Return the accounts table without the sign-up addresses that are known to be shared."""
        if accounts is None or schema.SIGNUP_IP not in accounts.columns or not self.shared.tables:
            return accounts
        known = accounts[schema.SIGNUP_IP].drop_nulls().unique().to_list()
        inside = [address for address in known if self.shared.of(address)]
        hit = pl.col(schema.SIGNUP_IP).is_in(inside).fill_null(value=False)
        return accounts.with_columns(pl.when(~hit).then(pl.col(schema.SIGNUP_IP)).alias(schema.SIGNUP_IP))

    def for_baseline(self) -> Selection:
        """Return what applies to older logs: shared addresses say nothing there either; filters are not for them."""
        return Selection(shared=self.shared)

    def _without_shared(self, batch: pl.DataFrame, *, counting: bool) -> pl.DataFrame:
        known = self.counts.known
        for address in batch[schema.CLIENT_IP].drop_nulls().unique().to_list():
            if address not in known:
                known[address] = self.shared.of(address)
        inside = [address for address, numbers in known.items() if numbers]
        hit = pl.col(schema.CLIENT_IP).is_in(inside).fill_null(value=False)
        if counting:
            self._count(batch.filter(hit))
        cleared = [
            pl.when(~hit).then(pl.col(name)).alias(name)
            for name in (schema.CLIENT_IP, schema.ASN)
            if name in batch.columns
        ]
        return batch.with_columns(cleared)

    def _count(self, hits: pl.DataFrame) -> None:
        pairs = hits.group_by(schema.CLIENT_IP, schema.ACCOUNT).len()
        for address, account, events in pairs.iter_rows():
            for number in self.counts.known[address]:
                self.counts.events[number] = self.counts.events.get(number, 0) + events
                self.counts.accounts.setdefault(number, set()).add(account)

    def filtered(self) -> list[Filtered]:
        """Return the filters with the events that each left out of those that came so far."""
        return [
            Filtered(
                column=each.column, include=each.include, exclude=each.exclude,
                events_left_out=self.counts.left_out.get(number, 0),
            )
            for number, each in enumerate(self.filters)
        ]  # fmt: skip


def homes_of(accounts: pl.DataFrame | None) -> dict[str, list[str]]:
    """Return the accounts of each organization that the accounts table names."""
    if accounts is None or schema.ORGANIZATION not in accounts.columns:
        return {}
    known = accounts.drop_nulls(schema.ORGANIZATION).sort(schema.ACCOUNT)
    return dict(known.group_by(schema.ORGANIZATION, maintain_order=True).agg(schema.ACCOUNT).iter_rows())


def _keeps(each: Filter, homes: Mapping[str, Sequence[str]], columns: Sequence[str]) -> pl.Expr:
    included = _holds(each.column, each.include, homes, columns) if each.include else pl.lit(value=True)
    excluded = _holds(each.column, each.exclude, homes, columns) if each.exclude else pl.lit(value=False)
    return included & ~excluded


def _holds(column: str, values: Sequence[str], homes: Mapping[str, Sequence[str]], columns: Sequence[str]) -> pl.Expr:
    wanted = [value.upper() for value in values] if column == schema.COUNTRY else list(values)
    tests = [pl.col(column).is_in(wanted)] if column in columns else []
    if column == schema.ORGANIZATION:
        at_home = sorted({account for value in values for account in homes.get(value, ())})
        tests.append(pl.col(schema.ACCOUNT).is_in(at_home))
    return reduce(or_, tests).fill_null(value=False)
