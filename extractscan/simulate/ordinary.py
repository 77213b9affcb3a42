"""The majority: people and small firms with requests, templates and habits of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import polars as pl

from extractscan.simulate import prose
from extractscan.simulate.crowd import AGENT, EXTRACT, FIRM, JUDGE, THOUGHTFUL, people
from extractscan.simulate.keys import Keys, chance, mix, pair, pick
from extractscan.simulate.plot import Batch, Compose, Crowd, Plot, Stream, Text
from extractscan.simulate.rhythm import times
from extractscan.simulate.traffic import emit


def build(plot: Plot) -> Iterator[Batch]:
    """Write unrelated accounts."""
    crowd = people(plot)
    who, when = times(plot.scene, plot.rng, crowd)
    yield from emit(plot, crowd, who, when, usual(plot, crowd))


def usual(plot: Plot, crowd: Crowd) -> Compose:
    """Compose what each account of a crowd writes by its mode: requests, templates, documents, judgements."""

    def compose(stream: Stream) -> Text:
        mode = crowd.habits["mode"].to_numpy()[stream.who]
        account = crowd.habits["key"].to_numpy()[stream.who]
        parts: list[tuple[np.ndarray, pl.DataFrame]] = []
        for number, write in _writers(plot).items():
            mine = np.flatnonzero(mode == number)
            if len(mine):
                parts.append((mine, write(stream.key[mine], account[mine])))
        rest = np.flatnonzero(~np.isin(mode, list(_writers(plot))))
        if len(rest):
            habit = {name: crowd.habits[name].to_numpy()[stream.who[rest]] for name in ("language", "coder", "longish")}
            asked = prose.request(stream.key[rest], habit["language"], habit["coder"], habit["longish"])
            parts.append((rest, _frame(asked, prose.write("reply", stream.key[rest]))))
        frame = pl.concat([part for _, part in parts], rechunk=True)
        frame = frame[np.argsort(np.concatenate([rows for rows, _ in parts]), kind="stable")]
        return Text(frame["prompt"], frame["completion"], frame["system"], np.zeros(len(mode), dtype=np.bool_))

    return compose


def _writers(plot: Plot) -> dict[int, Callable[[Keys, Keys], pl.DataFrame]]:
    public = pl.Series([prose.named("firm_system", plot.scene.seed, "public agent", version) for version in range(6)])

    def agent(keys: Keys, accounts: Keys) -> pl.DataFrame:
        version = np.minimum(pick(accounts, 51, 6), pick(keys, 52, 60))
        return _frame(prose.write("code", keys), prose.write("snippet", keys), public.gather(version))

    return {
        FIRM: firm,
        EXTRACT: extract,
        AGENT: agent,
        THOUGHTFUL: lambda keys, accounts: _frame(prose.write("thoughtful", keys), prose.write("reply", keys)),
        JUDGE: judge,
    }


def _frame(prompt: pl.Series, completion: pl.Series, system: pl.Series | None = None) -> pl.DataFrame:
    nothing = pl.Series("system", [None], dtype=pl.String).new_from_index(0, len(prompt))
    return pl.DataFrame({"prompt": prompt, "completion": completion, "system": nothing if system is None else system})


def by_account(rule: str, accounts: Keys) -> pl.Series:
    """Write the text of a rule that belongs to each account, made once an account."""
    unique, place = np.unique(accounts, return_inverse=True)
    return prose.write(rule, mix(unique, 53)).gather(place)


def firm(keys: Keys, accounts: Keys) -> pl.DataFrame:
    """Write a firm's own system prompt and template around its users' words; a few have up to four templates."""
    template = pair(accounts, (pick(keys, 54, 1000) % (1 + pick(accounts, 55, 4))).astype(np.uint64))
    head, tail = by_account("firm_head", template), by_account("firm_tail", template)
    short = pick(accounts, 56, 3) == 0
    body = prose.write_chosen(short.astype(np.int64), ("chat", "paragraph"), keys)
    prompt = pl.DataFrame([head.alias("h"), body.alias("b"), tail.alias("t")]).select(pl.concat_str("h", "b", "t"))
    return _frame(prompt.to_series(), prose.write("reply", keys), by_account("firm_system", accounts))


def extract(keys: Keys, accounts: Keys) -> pl.DataFrame:
    """Write documents to be read by a firm's batch job."""
    head, tail = by_account("firm_head", accounts), by_account("firm_tail", accounts)
    body = prose.write("document", keys)
    prompt = pl.DataFrame([head.alias("h"), body.alias("b"), tail.alias("t")]).select(pl.concat_str("h", "b", "t"))
    return _frame(prompt.to_series(), prose.write("fact", keys), by_account("firm_system", accounts))


def judge(keys: Keys, accounts: Keys) -> pl.DataFrame:
    """Write gradings for quality control, half of the accounts with a rubric of their own."""
    own = chance(accounts, 57) < 0.5
    free = prose.write("judging", keys)
    fixed = pl.DataFrame([by_account("rubric", accounts).alias("r"), prose.write("paragraph", keys).alias("p")])
    text = fixed.with_columns(free.alias("f"), pl.Series("own", own))
    prompt = text.select(pl.when("own").then(pl.concat_str("r", "p")).otherwise("f")).to_series()
    return _frame(prompt.str.replace_all("TAG", "score", literal=True), prose.write("verdict", keys))


def blend(first: Compose, second: Compose, chosen: np.ndarray) -> Compose:
    """Compose events by `first`, but by `second` where `chosen` (by running number) says so."""

    def compose(stream: Stream) -> Text:
        mask = chosen[stream.number]
        rows = [np.flatnonzero(~mask), np.flatnonzero(mask)]
        pairs = zip((first, second), rows, strict=True)
        texts = [write(_rows(stream, mine)) for write, mine in pairs if len(mine)]
        order = np.argsort(np.concatenate(rows), kind="stable")
        joined = {
            name: pl.concat([getattr(text, name).alias(name) for text in texts], rechunk=True).gather(order)
            for name in ("prompt", "completion", "system")
        }
        return Text(**joined, campaign=np.concatenate([text.campaign for text in texts])[order])

    return compose


def _rows(stream: Stream, rows: np.ndarray) -> Stream:
    return Stream(stream.who[rows], stream.when[rows], stream.key[rows], stream.number[rows])
