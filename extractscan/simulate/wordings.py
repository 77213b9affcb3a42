"""What a harvester sends: private wordings around the items of a work list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from extractscan.simulate import prose
from extractscan.simulate.keys import Indices, Keys, chance, key_of, mix, pick
from extractscan.simulate.plot import Compose, Plot, Stream, Text
from extractscan.simulate.vocabulary import ANSWERED, INTENTS, words

_IN_SYSTEM: Final = 0.35
_TAILED: Final = 0.4


@dataclass(frozen=True, slots=True)
class Wordings:
    """Fixed texts around items, one row a variant: system, head, tail, tag."""

    table: pl.DataFrame
    tasks: float
    """Share of set tasks among the items."""
    answered: bool
    """Whether an answer stands below each item."""


def wordings(plot: Plot, count: int, *, intent: str | None = None, one_tag: bool = True) -> Wordings:
    """Write `count` private wordings of one intent; paraphrases share nothing but the intent and perhaps the tag.

    The fixed text of a group stands in the system prompt, or around each item with line breaks of its own habit.
    """
    rule = intent or str(plot.rng.choice(INTENTS))
    base = key_of("wordings", plot.scene.seed, plot.name, int(plot.rng.integers(1 << 60)))
    keys = mix(np.arange(count, dtype=np.uint64), base >> 1)
    frame = pl.DataFrame(
        {
            "head": prose.write(rule, keys),
            "tail": prose.write("trace_tail", mix(keys, 1)),
            "tag": tags(np.repeat(keys[:1], count) if one_tag else keys),
            "tailed": chance(keys, 2) < _TAILED,
        }
    )
    frame = frame.with_columns(pl.col("head", "tail").str.replace_all("TAG", pl.col("tag"), literal=True))
    in_system = plot.coin(_IN_SYSTEM)
    breaks = "\n" * int(plot.rng.integers(0, 3))
    head = pl.lit("") if in_system else pl.col("head") + breaks
    system = pl.col("head") if in_system else pl.lit(None, dtype=pl.String)
    tail = pl.when("tailed").then("tail").otherwise(pl.lit(""))
    table = frame.select("tag", system=system, head=head, tail=tail)
    return Wordings(table, float(plot.rng.uniform(0.05, 0.6)), rule in ANSWERED)


def tags(keys: Keys) -> pl.Series:
    """Write the name of one output tag a key: a common word, or one that nobody else uses."""
    common, rare = words()["tag"], words()["rare"]
    stem = pl.Series("stem", common).gather(pick(keys, 3, len(common)))
    other = pl.Series("other", rare).gather(pick(keys, 4, len(rare)))
    frame = pl.DataFrame([stem, other, pl.Series("number", pick(keys, 5, 90)), pl.Series("style", pick(keys, 6, 4))])
    upper = pl.format("{}{}", pl.col("stem").str.to_uppercase(), "number")
    styles = [pl.col("stem"), pl.format("{}_{}", "stem", "other"), pl.format("{}-{}", "other", "stem"), upper]
    return frame.select(pl.concat_list(styles).list.get("style")).to_series()


def items(variants: Wordings, keys: Keys, languages: int) -> pl.Series:
    """Write the items of a work list: what ordinary people ask too, with more tasks, in one to ten languages."""
    language = pick(keys, 91, languages)
    half = np.full(len(keys), 0.4)
    asked = prose.request(keys, language, half, half)
    own = np.flatnonzero((language == 0) & (chance(keys, 97) < variants.tasks))
    asked = asked.scatter(own, prose.write("task", keys[own]))
    if not variants.answered:
        return asked
    pair = pl.DataFrame([asked.alias("asked"), prose.write("answered", mix(keys, 98)).alias("answer")])
    return pair.select(pl.concat_str("asked", "answer")).to_series()


def composed(variants: Wordings, *, languages: int = 1, by: str = "event", campaign: bool = True) -> Compose:
    """Compose pure harvest: every event an item in a wording that its text key draws, or its account (`by`)."""
    table = variants.table

    def compose(stream: Stream) -> Text:
        source = stream.key if by == "event" else mix(stream.who.astype(np.uint64), 92)
        chosen = table[pick(source, 93, table.height)]
        frame = chosen.with_columns(
            items(variants, stream.key, languages).alias("item"),
            prose.write("traced", stream.key).alias("answer"),
        )
        texts = frame.select(
            "system",
            prompt=pl.concat_str("head", "item", "tail"),
            completion=pl.col("answer").str.replace_all("TAG", pl.col("tag"), literal=True),
        )
        return Text(texts["prompt"], texts["completion"], texts["system"], np.full(texts.height, campaign))

    return compose


def innocent(variants: Wordings, *, languages: int = 1, by: str = "event") -> Compose:
    """Compose the same by people who hide nothing: no event is labelled a campaign's."""
    return composed(variants, languages=languages, by=by, campaign=False)


def deck(rng: np.random.Generator, when: Indices, base: int, repeats: float = 0.01) -> Keys:
    """Deal a work list in order of time: each event the next item, but for a few that are sent twice."""
    rank = np.empty(len(when), dtype=np.int64)
    rank[np.argsort(when, kind="stable")] = np.arange(len(when))
    again = rng.random(len(when)) < repeats
    rank = np.where(again, np.maximum(rank - rng.integers(1, 50, len(when)), 0), rank)
    return mix(rank.astype(np.uint64), base)
