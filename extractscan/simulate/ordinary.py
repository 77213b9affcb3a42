"""The majority: people and small firms with requests, templates and habits of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
import polars as pl

from extractscan import schema
from extractscan.simulate import places, prose
from extractscan.simulate.crowd import AGENT, EXTRACT, FIRM, JUDGE, THOUGHTFUL, people
from extractscan.simulate.keys import Keys, chance, hex_ids, key_of, mix, pair, pick
from extractscan.simulate.plot import Batch, Compose, Crowd, Plot, Stream, Text
from extractscan.simulate.rhythm import times
from extractscan.simulate.traffic import emit
from extractscan.simulate.vocabulary import words

_GATEWAYS: Final = 16
"""Addresses of a country's carrier that its customers share."""


def build(plot: Plot) -> Iterator[Batch]:
    """Write unrelated accounts."""
    crowd = _meeting(plot, people(plot))
    who, when = times(plot.scene, plot.rng, crowd)
    yield from emit(plot, crowd, who, when, usual(plot, crowd))


def _meeting(plot: Plot, crowd: Crowd) -> Crowd:
    """Put one account in twelve behind its carrier, one in fifteen in a shared office, some behind a proxy service."""
    seed, size, rng = plot.scene.seed, plot.size, plot.rng
    nations = np.repeat(np.arange(len(places.COUNTRIES)), _GATEWAYS)
    keys = mix(np.arange(len(nations), dtype=np.uint64), key_of("gateways", seed) >> 1)
    offices = size // 50 + 1
    rooms = mix(np.arange(plot.first, plot.first + offices, dtype=np.uint64), key_of("offices", seed) >> 1)
    where = rng.choice(len(places.COUNTRIES), offices, p=places.weights())
    homes, proxies = places.residential(seed, where, rooms), places.proxy_service(seed, plot.first % places.SERVICES)
    pool = pl.concat([places.residential(seed, nations, keys), homes, proxies], rechunk=True)
    kind = rng.choice(4, size, p=[0.83, 0.08, 0.07, 0.02])
    desk = rng.integers(0, offices, size)
    nation = np.where(kind == 2, where[desk], crowd.habit("nation"))
    seen = Crowd(crowd.accounts, crowd.habits, pool).change(
        nation=nation,
        pool_share=np.where(kind > 0, rng.uniform(0.2, 0.9, size), 0.0),
        pool_first=np.select([kind == 1, kind == 2], [nation * _GATEWAYS, len(nations) + desk], len(nations) + offices),
        pool_size=np.select([kind == 1, kind == 2], [_GATEWAYS, 1], proxies.height),
        pool_width=np.where(kind == 3, 40, 0),
    )
    colleagues = pl.DataFrame({"own": crowd.accounts[schema.PAYMENT], "desk": hex_ids("card_", rooms).gather(desk)})
    shared = pl.Series((kind == 2) & (rng.random(size) < 0.4))
    return seen.change(payment_fingerprint=colleagues.select(pl.when(shared).then("desk").otherwise("own")).to_series())


def usual(plot: Plot, crowd: Crowd) -> Compose:
    """Compose what each account of a crowd writes by its mode: requests, templates, documents, judgements."""

    def compose(stream: Stream) -> Text:
        mode = crowd.habit("mode")[stream.who]
        account = crowd.habit("key")[stream.who]
        parts: list[tuple[np.ndarray, pl.DataFrame]] = []
        for number, write in _writers(plot).items():
            mine = np.flatnonzero(mode == number)
            if len(mine):
                parts.append((mine, write(stream.key[mine], account[mine])))
        rest = np.flatnonzero(~np.isin(mode, list(_writers(plot))))
        if len(rest):
            habit = {name: crowd.habit(name)[stream.who[rest]] for name in ("language", "coder", "longish")}
            asked = prose.request(stream.key[rest], habit["language"], habit["coder"], habit["longish"])
            parts.append((rest, _frame(asked, prose.write("reply", stream.key[rest]), _instructions(account[rest]))))
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
        THOUGHTFUL: thoughtful,
        JUDGE: judge,
    }


def _frame(prompt: pl.Series, completion: pl.Series, system: pl.Series | None = None) -> pl.DataFrame:
    nothing = pl.Series("system", [None], dtype=pl.String).new_from_index(0, len(prompt))
    return pl.DataFrame({"prompt": prompt, "completion": completion, "system": nothing if system is None else system})


def by_account(rule: str, accounts: Keys) -> pl.Series:
    """Write the text of a rule that belongs to each account, made once an account."""
    unique, place = np.unique(accounts, return_inverse=True)
    return prose.write(rule, mix(unique, 53)).gather(place)


def _instructions(accounts: Keys) -> pl.Series:
    """Write the standing instructions that one person in six has set."""
    text = by_account("plain", accounts)
    frame = pl.DataFrame({"text": text, "set": pick(accounts, 58, 6) == 0})
    return frame.select(pl.when("set").then("text")).to_series()


def thoughtful(keys: Keys, accounts: Keys) -> pl.DataFrame:
    """Write questions that ask to think first; a fifth of the accounts do so in a fixed text with a tag."""
    fixed = pl.DataFrame([by_account("trace", accounts).alias("r"), prose.write("chat", keys).alias("p")])
    text = fixed.with_columns(prose.write("thoughtful", keys).alias("f"), pl.Series("own", pick(accounts, 59, 5) == 0))
    prompt = text.select(pl.when("own").then(pl.concat_str("r", "p")).otherwise("f")).to_series()
    return _frame(_tagged(prompt, accounts), prose.write("reply", keys))


def _tagged(prompt: pl.Series, accounts: Keys) -> pl.Series:
    """Put each account's own word in the place of the tag."""
    tags = words()["tag"]
    frame = pl.DataFrame({"text": prompt, "tag": pl.Series(tags).gather(pick(accounts, 63, len(tags)))})
    return frame.select(pl.col("text").str.replace_all("TAG", pl.col("tag"), literal=True)).to_series()


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
    return _frame(_tagged(prompt, accounts), prose.write("verdict", keys))


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
