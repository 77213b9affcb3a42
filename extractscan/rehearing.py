"""The second reading: the events of all groups once more, with the text, of which few bytes an event are kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from extractscan import schema, scratch, shingles
from extractscan.harvest import COLUMNS, HEAD, HEADS, MASK, NETWORK, PROMPT_KEY, SAMPLED, SIZE, SYSTEM_KEY
from extractscan.worded import Hits, Packed, Wording

RETURNING: Final = (
    schema.ACCOUNT, schema.END_USER, schema.SESSION, schema.CLIENT_IP, schema.COUNTRY, schema.ENDPOINT,
    schema.PLATFORM, schema.USER_AGENT, schema.MODEL, SYSTEM_KEY,
)  # fmt: skip
"""Columns of text whose values return: a number takes an eighth of what text does, and so does that none is known."""
HELD: Final = 2_000_000
"""Events that are kept in memory while more are read."""
SAMPLE_CHARS: Final = 1500
TELLING: Final = "telling"
_SPACES: Final = r"[^\S ]\s*| \s+"
"""White space that is not one blank: three times as fast as replacing every blank by itself."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The second reading of all groups' events, by the number of their network, in parts as they were read.

    Bound: `HELD` events in memory; once there are more, all of them wait on the disk.

    Attributes:
        events: One row an event: network, the columns of `COLUMNS` with the head of the prompt instead of texts, prompt
            and system prompt keys, mask of matching rules, number of shingles, source file and row.
        hits: Where the wording that is rare outside the event's network occurs in them.
        shelves: Files of earlier events.
        values: Numbers the text of `RETURNING`.
        numbered: A column of it, without which Polars would forget the numbers while all events wait.
    """

    events: dict[int, list[pl.DataFrame]] = field(default_factory=dict)
    hits: dict[int, Packed] = field(default_factory=dict)
    shelves: dict[int, list[Path]] = field(default_factory=dict)
    values: pl.Categorical = field(default_factory=lambda: pl.Categorical(pl.Categories.random("values")))
    numbered: pl.Series = field(init=False)

    def __post_init__(self) -> None:
        """Hold on to the numbers of values."""
        object.__setattr__(self, "numbered", pl.Series(dtype=self.values))

    def take(self, network: int) -> tuple[pl.DataFrame, Packed]:
        """Return the events of a network as one table, and the hits in them, and forget them.

        Columns of text whose values return are numbers of sorted values (`Enum`), as narrow as these are few.
        """
        shelved = map(scratch.unshelved, self.shelves.pop(network, []))
        earlier = (part.with_columns(pl.col(RETURNING).cat.to(self.values)) for part in shelved)
        read = pl.concat([*earlier, *self.events.pop(network, [])], rechunk=True)
        for name in RETURNING:
            read = read.with_columns(_ranked(read[name]))
        return read.with_columns(pl.when(_few()).then(HEAD).alias(HEAD)).drop(TELLING), self.hits.pop(network)

    def put_away(self) -> None:
        """Let the events wait on the disk, with the numbers of their values."""
        while self.events:
            network, parts = self.events.popitem()
            held = pl.concat(parts).with_columns(pl.col(RETURNING).to_physical())
            self.shelves.setdefault(network, []).append(scratch.shelved(held))


def _ranked(column: pl.Series) -> pl.Series:
    """Number the values of a column in their order, which is that of the text; one of which most stand once is text."""
    values = column.drop_nulls().unique().cast(pl.String).sort()
    return column.cast(pl.String if len(values) * 2 > len(column) else pl.Enum(values))


def read_again(
    batches: Iterable[pl.DataFrame],
    network_of: pl.DataFrame,
    wording: Mapping[int, np.ndarray],
    systems: Mapping[int, frozenset[str]],
) -> Reading:
    """Read the events of all groups once more.

    Args:
        batches: Canonical events of the member accounts, with provenance and `mask`: the rules that each matches.
        network_of: account_id, network (Int64), sampled (whether heads of its prompts are kept).
        wording: For each network the distinct shingles that are common inside and rare outside it.
        systems: For each network the system prompts that are.
    """
    known, secret = Wording(wording), _systems_table(systems)
    done: dict[int, int] = {}
    held = 0
    reading = Reading()
    for batch in batches:
        part = _complete(batch).join(network_of, on=schema.ACCOUNT, how="inner", maintain_order="left")
        part = part.sort(NETWORK, maintain_order=True)
        network = part[NETWORK].to_numpy()
        row, value = shingles.marks(part[schema.PROMPT])
        hits = known.stands(network, row, value)
        worded = np.zeros(len(part), dtype=np.bool_)
        worded[hits.event] = True
        sizes = pl.Series(SIZE, shingles.distinct(row, value, len(part)), dtype=pl.UInt32)
        slim = _slim(part, pl.Series(worded), secret).with_columns(sizes, pl.col(RETURNING).cast(reading.values))
        numbers, firsts = np.unique(network, return_index=True)
        for number, first, last in zip(numbers.tolist(), firsts, np.append(firsts, len(part))[1:], strict=True):
            own = slice(*np.searchsorted(hits.event, (first, last)))
            event = hits.event[own] - np.uint32(first) + np.uint32(done.get(number, 0))
            reading.events.setdefault(number, []).append(slim[first:last].drop(NETWORK))
            reading.hits.setdefault(number, Packed()).append(Hits(event, hits.mark[own]))
            done[number] = done.get(number, 0) + int(last - first)
        held += len(part)
        if held >= HELD:
            reading.put_away()
            held = 0
    return reading


def _systems_table(systems: Mapping[int, frozenset[str]]) -> pl.DataFrame:
    rows = [(number, key) for number, keys in sorted(systems.items()) for key in sorted(keys)]
    return pl.DataFrame(rows, schema={NETWORK: pl.Int64, SYSTEM_KEY: pl.String}, orient="row")


def _complete(batch: pl.DataFrame) -> pl.DataFrame:
    missing = [pl.lit(None, schema.EVENTS[name]).alias(name) for name in COLUMNS if name not in batch.columns]
    return batch.with_columns(missing)


def _slim(part: pl.DataFrame, worded: pl.Series, secret: pl.DataFrame) -> pl.DataFrame:
    key = pl.col(schema.PROMPT).str.to_lowercase().str.replace_all(_SPACES, " ").str.strip_chars().hash(1)
    part = part.with_columns(_system_keys(part[schema.SYSTEM_PROMPT]).alias(SYSTEM_KEY))
    told = part.select(NETWORK, SYSTEM_KEY).join(
        secret.with_columns(under=True), on=[NETWORK, SYSTEM_KEY], how="left", maintain_order="left"
    )
    telling = worded | told["under"].fill_null(value=False) | (part[MASK] != 0)
    return (
        part.with_columns(
            pl.when(pl.col(schema.PROMPT).is_not_null()).then(key).alias(PROMPT_KEY),
        )
        .with_columns(telling.alias(TELLING))
        .with_columns(pl.when(SAMPLED, _few()).then(pl.col(schema.PROMPT).str.head(SAMPLE_CHARS)).alias(HEAD))
        .with_columns(pl.col(HEAD) + "")  # a copy: a view would keep all prompts of the batch in memory
        .drop(schema.SYSTEM_PROMPT, schema.PROMPT, SAMPLED)
    )


def _few() -> pl.Expr:
    """Of each member the smallest prompt keys, with the group's wording and without.

    Taken batch by batch, to hold few texts, and once more from all, so that no split of the input changes the choice.
    """
    return pl.col(PROMPT_KEY).rank("dense").over(schema.ACCOUNT, TELLING) <= HEADS


def _system_keys(prompts: pl.Series) -> pl.Series:
    distinct = prompts.drop_nulls().unique()
    keys = [shingles.text_key(text) for text in distinct]
    return prompts.replace_strict(distinct, pl.Series(keys, dtype=pl.String), default=None, return_dtype=pl.String)
