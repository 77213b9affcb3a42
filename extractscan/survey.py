"""One pass over all events: who held what, when and how often, and the wording of a sample of what each account asked.

Text columns are numbered as they come, so that everything is grouped by small numbers; what signals make of a value is
computed once for each distinct value. The result is the same `Summary` that `reduce` makes and merges.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from extractscan import reduce, schema, tabling
from extractscan.release import release
from extractscan.sampling import Levels, Sampler, levels_of_events
from extractscan.scratch import Scratch
from extractscan.tabling import TEXTS, Family, activity, columns_of, families, merged, shared_out, sightings, text
from extractscan.wordage import Wordage

PENDING_ROWS: Final = 1_000_000
"""Events that wait to be grouped."""
LEAST_ROWS: Final = 100_000
SHINGLE_SHARE: Final = 10
ROW_SHARE: Final = 8_000
"""Of a limit of memory, one part in so many is for shingles, and for one waiting event."""
PARTS: Final = 8
"""Grouped tables of one sort that wait to be merged."""
SHARE: Final = 2_500_000
SHARES: Final = 16
"""Events for which tables are kept in one more share of the accounts, of which no two are merged at a time; and the
most shares, since every table is cut into so many."""
LEVEL: Final = "level"
TEXTS_READ: Final = "texts"
"""Events of an account that have text, of which the sample is drawn."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The prompts of one batch that are to be read.

    Attributes:
        events: account, prompt, system prompt and provenance of each.
        who: Number of the account of each.
        levels: Level of each.
    """

    events: pl.DataFrame
    who: npt.NDArray[np.uint32]
    levels: Levels

    def pieces(self, rows: int) -> Iterator[Sample]:
        """Cut it into samples of at most so many events."""
        for first in range(0, len(self.events), rows):
            part = slice(first, first + rows)
            yield Sample(self.events[part], self.who[part], self.levels[part])


@dataclass(slots=True)
class Survey:
    """What was seen so far.

    Attributes:
        values: For each kind of event observable, the expression of its value.
        scratch: Room for shingles.
        most_rows: Events that wait to be grouped.
    """

    values: Mapping[str, pl.Expr]
    scratch: Scratch = field(default_factory=Scratch)
    most_rows: int = PENDING_ROWS
    names: pl.Categorical = field(default_factory=lambda: pl.Categorical(pl.Categories.random("accounts")))
    words: pl.Categorical = field(default_factory=lambda: pl.Categorical(pl.Categories.random("values")))
    keys: npt.NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, dtype=np.uint64))
    sampler: Sampler = field(default_factory=Sampler)
    _families: tuple[Family, ...] = ()
    _pending: list[pl.DataFrame] = field(default_factory=list)
    _rows: int = 0
    _shares: int = 1
    _parts: dict[str, list[list[pl.DataFrame]]] = field(default_factory=dict)
    _texts: list[pl.DataFrame] = field(default_factory=list)
    _intent: list[pl.DataFrame] = field(default_factory=list)
    _wordage: Wordage | None = None
    _alive: Sequence[pl.Series] = ()
    """Numbers are forgotten with the last series of them."""

    def __post_init__(self) -> None:
        """Sort the values into families."""
        self._families = families(self.values)
        self._alive = [pl.Series([], dtype=kind) for kind in (self.names, self.words)]
        self._wordage = Wordage(self.scratch)

    def expect(self, rows: pl.DataFrame) -> None:
        """Take over how many events each account will have at most: no more of its text is read than is used then.

        Args:
            rows: account_id, len; every account that will come.
        """
        accounts = rows[schema.ACCOUNT].cast(self.names)
        self._alive = [*self._alive, accounts]
        self._name_accounts(accounts)
        texts = np.zeros(len(accounts), dtype=np.int64)
        texts[accounts.to_physical().to_numpy()] = rows["len"].to_numpy()
        self._shares = min(max(int(texts.sum()) // SHARE, 1), SHARES)
        self.sampler = Sampler(texts, self.sampler.most)

    def add(self, batch: pl.DataFrame) -> Sample:
        """Take a batch of canonical events in, and return those whose text is to be read."""
        slim = self._slim(batch)
        self._pending.append(slim)
        self._rows += len(slim)
        if self._rows >= self.most_rows:
            self._group()
        return self._sampled(batch, slim)

    def read(self, sample: Sample, row: npt.NDArray[np.uint32], shingle: npt.NDArray[np.uint64]) -> None:
        """Take the marks of a sample's prompts in."""
        assert self._wordage is not None
        self._wordage.add(sample.who, sample.levels, row, shingle)

    def asked(self, who: npt.NDArray[np.uint32], levels: Levels, masks: npt.NDArray[np.uint64]) -> None:
        """Take in what some of the texts ask for: masks of the rules that match."""
        self._intent.append(pl.DataFrame({"who": who, "level": levels, reduce.MASK: masks}))

    def _slim(self, batch: pl.DataFrame) -> pl.DataFrame:
        """Keep what is grouped, text as numbers."""
        columns = [pl.col(schema.ACCOUNT).cast(self.names), pl.col(schema.TIMESTAMP).to_physical().alias("at")]
        for family in self._families:
            if family.of_text:
                columns += [value.cast(self.words).alias(kind) for kind, value in family.values.items()]
            else:
                columns += [self._numbered(name, batch.schema.get(name)) for name in family.columns]
        model = self._numbered(schema.MODEL, batch.schema.get(schema.MODEL)).fill_null("")
        frame = reduce.complete(batch)
        slim = frame.select(*columns, model, *(each.alias(name) for name, each in reduce.measures().items()))
        digests, texts = reduce.digests(frame)
        self._texts.append(texts)
        return slim.with_columns(digests.cast(self.words).alias("system_prompt"))

    def _numbered(self, name: str, dtype: pl.DataType | None) -> pl.Expr:
        wanted = schema.EVENTS[name]
        if dtype is None:
            return pl.lit(None, self.words if wanted == pl.String else wanted).alias(name)
        return pl.col(name).cast(self.words) if wanted == pl.String else pl.col(name)

    def _sampled(self, batch: pl.DataFrame, slim: pl.DataFrame) -> Sample:
        missing = [pl.lit(None, pl.String).alias(name) for name in TEXTS if name not in batch.columns]
        frame = batch.with_columns(missing)
        told = frame.select(pl.col(schema.PROMPT).is_not_null() | pl.col(schema.SYSTEM_PROMPT).is_not_null())
        rows = np.flatnonzero(told.to_series().to_numpy())
        who = slim[schema.ACCOUNT].to_physical().to_numpy()[rows]
        self._name_accounts(slim[schema.ACCOUNT])
        levels = levels_of_events(self.keys[who], slim["at"].to_numpy()[rows])
        keep = self.sampler.choose(who, levels)
        rows = rows[keep]
        wanted = [schema.ACCOUNT, schema.PROMPT, schema.SYSTEM_PROMPT]
        wanted += [name for name in schema.PROVENANCE if name in batch.columns]
        events = frame.select(wanted) if len(rows) == len(frame) else frame.select(wanted)[rows]
        return Sample(events, who[keep], levels[keep])

    def _name_accounts(self, accounts: pl.Series) -> None:
        """Make the keys of the accounts that are new."""
        known = len(self.keys)
        fresh = accounts.filter(accounts.to_physical() >= known).unique()
        if fresh.is_empty():
            return
        keys = np.zeros(len(fresh), dtype=np.uint64)
        keys[fresh.to_physical().to_numpy() - known] = [reduce.account_key(name) for name in fresh.cast(pl.String)]
        self.keys = np.concatenate([self.keys, keys])

    def _group(self) -> None:
        """Group what waits, by account and value, account and hour, account alone."""
        if not self._pending:
            return
        lazy = pl.concat(self._pending).lazy()
        self._pending, self._rows = [], 0
        count = pl.len().cast(pl.Int64).alias(reduce.COUNT)
        span = (count, pl.col("at").min().alias(reduce.FIRST), pl.col("at").max().alias(reduce.LAST))
        sums = [pl.col(name).sum().cast(pl.Int64) for name in reduce.measures()]
        hour = (pl.col("at") // reduce.HOUR_US).alias(reduce.HOUR)
        asked = {
            "totals": lazy.group_by(schema.ACCOUNT).agg(*span, *sums),
            "activity": lazy.group_by(schema.ACCOUNT, hour, schema.MODEL).agg(count),
            "system_prompt": lazy.drop_nulls("system_prompt").group_by(schema.ACCOUNT, "system_prompt").agg(*span),
        }
        for family in self._families:
            columns = columns_of(family)
            known = lazy.filter(pl.any_horizontal(pl.col(columns).is_not_null()))
            asked["+".join(columns)] = known.group_by(schema.ACCOUNT, *columns).agg(*span)
        for name, table in zip(asked, pl.collect_all(list(asked.values()), engine="streaming"), strict=True):
            shares = self._parts.setdefault(name, [[] for _ in range(self._shares)])
            for held, part in zip(shares, shared_out(table, self._shares), strict=True):
                held.append(part)
                if len(held) >= PARTS:
                    held[:] = [merged(held)]
        release()

    def summary(self, least: int) -> reduce.Summary:
        """Return the summary of all that came, without text that fewer than `least` accounts share."""
        assert self._wordage is not None
        self.sampler.cover(len(self.keys))
        levels = self.sampler.settled()
        names, coded = self._named()
        content = self._wordage.shared(self.sampler, coded, least)  # first: the shingles are the most of what is held
        tables = self._tables(levels, coded, written=False)
        each = np.ones(len(tables["intent"]), dtype=np.int64)
        if levels is not None:
            by_name = pl.DataFrame({schema.ACCOUNT: names, "from": levels})
            held = tables["intent"].join(by_name, on=schema.ACCOUNT, how="left", maintain_order="left")
            each = np.left_shift(1, held["from"].to_numpy().astype(np.int64))
        intent = tables["intent"].with_columns(pl.col(reduce.COUNT) * pl.Series(each))
        intent = intent.group_by(schema.ACCOUNT, reduce.MASK).agg(pl.col(reduce.COUNT).sum())
        return reduce.Summary(
            totals=tables["totals"].drop(TEXTS_READ),
            sightings=tables["sightings"],
            activity=tables["activity"],
            intent=intent.sort(schema.ACCOUNT, reduce.MASK),
            content=content,
            texts=tables["texts"],
        )

    def parts(self) -> tuple[dict[str, pl.DataFrame], Iterator[pl.DataFrame]]:
        """Return what can be merged with other logs' later: tables by name, and the content, range by range.

        Totals have the number of texts of each account besides; intent and content are by level, and nothing is left
        out as rare: another log may hold it as well.
        """
        assert self._wordage is not None
        self.sampler.cover(len(self.keys))
        levels = self.sampler.settled()
        return self._tables(levels, self._named()[1], written=True), self._wordage.ranges(levels, self.keys)

    def _named(self) -> tuple[pl.Series, pl.Series]:
        """Return what each account is called, as text and as numbers of sorted names."""
        names = self.names.categories.to_series()
        return names, names.cast(pl.Enum(names.sort()))

    def _tables(self, levels: Levels | None, coded: pl.Series, *, written: bool) -> dict[str, pl.DataFrame]:
        """Return all tables but the content: written out and sorted, or the large ones in numbers of names."""
        self._group()
        names = self.names.categories.to_series()
        empty = reduce.empty(tuple(self.values))
        texts = pl.DataFrame({schema.ACCOUNT: names, TEXTS_READ: self.sampler.texts})
        if not self._parts:
            none = empty.totals.with_columns(pl.lit(0, pl.Int64).alias(TEXTS_READ))
            tables = {name: getattr(empty, name) for name in ("sightings", "activity", "texts")}
            return {"totals": none, "intent": self._asked(levels, names), **tables}
        totals = pl.concat(self._merged("totals")).rename({"count": reduce.EVENTS})
        totals = text(totals.select(empty.totals.columns), coded)
        return {
            "totals": totals.join(texts, on=schema.ACCOUNT, how="left", maintain_order="left"),
            "sightings": sightings(self._kinds(), {*self.values, "system_prompt"}, coded, empty, written=written),
            "activity": activity(list(self._merged("activity")), coded, empty, written=written),
            "intent": self._asked(levels, names),
            "texts": reduce.heads(self._texts),
        }

    def _merged(self, name: str) -> Iterator[pl.DataFrame]:
        """Take out a grouped table, share by share, each merged and none held any longer."""
        shares = self._parts.pop(name)
        while shares:
            yield merged(shares.pop(0))

    def _kinds(self) -> Iterator[tuple[str, pl.DataFrame]]:
        """Yield kinds of sightings, of each share of the accounts by itself."""
        for table in self._merged("system_prompt"):
            yield "system_prompt", table.rename({"system_prompt": reduce.VALUE})
        for family in self._families:
            for table in self._merged("+".join(columns_of(family))):
                for kind, value in family.values.items():
                    of_text = family.of_text
                    yield (
                        kind,
                        table.rename({kind: reduce.VALUE}) if of_text else tabling.drawn(table, value, self.words),
                    )

    def _asked(self, levels: Levels | None, names: pl.Series) -> pl.DataFrame:
        """Count masks by account and level, of the texts that count."""
        nothing = pl.DataFrame(schema={"who": pl.UInt32, LEVEL: pl.UInt8, reduce.MASK: pl.UInt64})
        held = pl.concat([nothing, *self._intent])
        if levels is not None:
            held = held.filter(held[LEVEL].to_numpy() >= levels[held["who"].to_numpy()])
        named = held.select(names.gather(held["who"]).alias(schema.ACCOUNT), reduce.MASK, LEVEL)
        counted = named.group_by(schema.ACCOUNT, reduce.MASK, LEVEL).agg(pl.len().cast(pl.Int64).alias(reduce.COUNT))
        return counted.sort(schema.ACCOUNT, reduce.MASK, LEVEL)


def within(memory: int | None) -> tuple[Scratch, int]:
    """Say how much may be held so that a pass stays within some bytes of memory; None is any number.

    Returns:
        Room for shingles, of which the sorting of one range takes as much again at most; and the events that wait.
    """
    if memory is None:
        return Scratch(), PENDING_ROWS
    return Scratch(memory // SHINGLE_SHARE), max(min(PENDING_ROWS, memory // ROW_SHARE), LEAST_ROWS)
