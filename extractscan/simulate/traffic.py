"""Dresses bare events in everything that a log holds: addresses, software, models, sizes, prices and errors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import polars as pl

from extractscan import schema
from extractscan.simulate import clients, places
from extractscan.simulate.crowd import PLATFORMS
from extractscan.simulate.keys import Indices, Keys, chance, hex_ids, key_of, mix, pair, pick
from extractscan.simulate.plot import DAY, HOUR, Batch, Compose, Crowd, Plot, Stream, Text

CAMPAIGN: Final = "campaign"
MODELS: Final = ("atlas-mini-3", "atlas-3", "atlas-pro-3", "atlas-vision-3", "atlas-4")
"""The last appears at the scene's release."""
NEWEST: Final = len(MODELS) - 1
_PRICES: Final = np.array([0.4, 3.0, 15.0, 4.0, 5.0])  # dollars a million tokens in; five times as much out
_ENDPOINTS: Final = ("/v1/chat/completions", "/v1/messages", "/v1/responses")
_FAULTS: Final = (
    (200, None),
    (429, "rate_limit_exceeded"),
    (500, "internal_error"),
    (400, "invalid_request"),
    (529, "overloaded"),
)
_SLICE: Final = 32_768


def emit(
    plot: Plot,
    crowd: Crowd,
    who: Indices,
    when: Indices,
    compose: Compose,
    keys: Keys | None = None,
    *,
    salt: str = "",
) -> Iterator[Batch]:
    """Write a group's events slice by slice, in the order given, so that memory holds one slice of text.

    `keys` name the texts; by default every event has one of its own. A group that emits twice gives a `salt` the second
    time, so that no request id returns.
    """
    number = np.arange(len(who))
    unique = mix(number.astype(np.uint64), key_of(plot.scene.seed, plot.name, plot.first, salt) >> 1)
    key = unique if keys is None else keys
    fresh = crowd.accounts
    for low in range(0, len(who), _SLICE):
        part = slice(low, low + _SLICE)
        stream = Stream(who[part], when[part], key[part], number[part])
        yield Batch(_dress(plot, crowd, stream, unique[part], compose(stream)), fresh)
        fresh = crowd.accounts.clear()


def _dress(plot: Plot, crowd: Crowd, stream: Stream, unique: Keys, text: Text) -> pl.DataFrame:
    habit = {name: crowd.habit(name)[stream.who] for name in crowd.habits.columns}
    columns: dict[str, pl.Series] = {
        schema.TIMESTAMP: pl.Series(stream.when + plot.scene.start).cast(pl.Datetime("us", "UTC")),
        schema.REQUEST: hex_ids("req_", mix(unique, 21)),
        schema.SYSTEM_PROMPT: text.system,
        schema.PROMPT: text.prompt,
        schema.COMPLETION: text.completion,
        CAMPAIGN: pl.Series(text.campaign),
    }
    columns |= _identity(crowd, stream, habit, unique)
    columns |= _network(plot, crowd, stream, habit, unique)
    columns |= _software(habit, unique)
    columns |= _request(plot, stream, habit, unique)
    columns |= text.columns
    columns |= _sizes(columns, habit, unique)
    columns |= _outcome(columns, unique) if schema.STATUS_CODE not in columns else {}
    order = [*schema.EVENTS, CAMPAIGN]
    frame = pl.DataFrame([columns[name].alias(name) for name in order])
    return frame.cast({name: kind for name, kind in schema.EVENTS.items() if frame.schema[name] != kind})


def _identity(crowd: Crowd, stream: Stream, habit: dict[str, np.ndarray], unique: Keys) -> dict[str, pl.Series]:
    which = pick(unique, 22, 1_000_000) % habit["keys"]
    session = pair(habit["key"], (stream.when // (2 * HOUR)).astype(np.uint64))
    end_user = pair(habit["key"], (pick(unique, 23, 1_000_000) % np.maximum(habit["users"], 1)).astype(np.uint64))
    return {
        schema.ACCOUNT: crowd.accounts[schema.ACCOUNT].gather(stream.who),
        schema.ORGANIZATION: crowd.accounts[schema.ORGANIZATION].gather(stream.who),
        schema.API_KEY: hex_ids("key_", mix(habit["key"] ^ which.astype(np.uint64), 24)),
        schema.SESSION: _where(habit["key"] % np.uint64(3) > 0, hex_ids("ses_", session)),
        schema.END_USER: _where(habit["users"] > 0, hex_ids("usr_", end_user)),
        schema.DEVICE: _where(habit["device"], hex_ids("dev_", mix(habit["key"], 75))),
        schema.PLATFORM: pl.Series(PLATFORMS).gather(habit["platform"]),
    }


def _where(mask: np.ndarray, values: pl.Series) -> pl.Series:
    return pl.DataFrame({"m": mask, "v": values}).select(pl.when("m").then("v")).to_series()


def _network(
    plot: Plot, crowd: Crowd, stream: Stream, habit: dict[str, np.ndarray], unique: Keys
) -> dict[str, pl.Series]:
    """Choose among pool, hosting, mobile, office and home; homes change their address every `churn` days."""
    seed, day = plot.scene.seed, stream.when // DAY
    place = chance(pair(habit["key"], (stream.when // (3 * HOUR)).astype(np.uint64)), 25)
    pooled = chance(unique, 26) < habit["pool_share"]
    hosted = habit["hosted"] & ~pooled
    epoch = np.where(place < habit["away"], 100_000 + day * 3 + pick(unique, 27, 2), day // habit["churn"])
    epoch = np.where((place >= habit["away"]) & (place < habit["away"] + habit["office"]), 77, epoch)
    at_home = places.residential(seed, habit["nation"], pair(habit["key"], epoch.astype(np.uint64)))
    columns = [schema.CLIENT_IP, schema.ASN, schema.COUNTRY]
    frame = at_home.rename(dict(zip(at_home.columns, columns, strict=True)))
    if hosted.any():
        company = pick(habit["key"], 28, places.HOSTING)
        which = pair(habit["key"], (pick(unique, 29, 3) * (habit["churn"] < 7)).astype(np.uint64))
        frame = _choose(frame, places.hosting(seed, company, which), hosted)
    if pooled.any():
        width = np.where(habit["pool_width"] > 0, habit["pool_width"], 1 << 30)
        draw = np.minimum(pick(unique, 30, 1 << 30) % width, 1 << 30).astype(np.uint64)
        slot = mix(pair(habit["key"], draw), 31) % np.maximum(habit["pool_size"], 1).astype(np.uint64)
        rows = np.where(pooled, habit["pool_first"] + slot.astype(np.int64), 0)
        frame = _choose(frame, crowd.pool[rows], pooled)
    return {name: frame[name] for name in columns}


def _choose(frame: pl.DataFrame, other: pl.DataFrame, mask: np.ndarray) -> pl.DataFrame:
    order = np.arange(frame.height)
    order[mask] += frame.height
    return pl.concat([frame, other.rename(dict(zip(other.columns, frame.columns, strict=True)))], rechunk=True)[order]


def _software(habit: dict[str, np.ndarray], unique: Keys) -> dict[str, pl.Series]:
    client = np.where(chance(unique, 32) < habit["second"], habit["client2"], habit["client"])
    table = clients.table()
    return {
        schema.USER_AGENT: pl.Series([row.user_agent for row in table]).gather(client),
        schema.JA4: pl.Series([row.ja4 for row in table]).gather(client),
    }


def _request(plot: Plot, stream: Stream, habit: dict[str, np.ndarray], unique: Keys) -> dict[str, pl.Series]:
    fresh = stream.when > plot.scene.release + habit["adopts_after"]
    newest = fresh & (chance(unique, 33) < habit["adopts"])
    model = np.where(newest, NEWEST, np.where(chance(unique, 34) < 0.1, pick(unique, 35, 3), habit["model"]))
    tools = pl.Series(
        [None, None, None, None, "search", "bash,edit,read", "calculator", "browser,search"], dtype=pl.String
    )
    return {
        schema.MODEL: pl.Series(MODELS).gather(model),
        schema.ENDPOINT: pl.Series(_ENDPOINTS).gather(pick(habit["key"], 36, len(_ENDPOINTS))),
        schema.MAX_TOKENS: pl.Series(habit["max_tokens"]),
        schema.TEMPERATURE: pl.Series(habit["temperature"]),
        schema.N_CHOICES: pl.Series(habit["choices"]),
        schema.LOGPROBS: pl.Series(habit["logprobs"]),
        schema.STREAM: pl.Series(habit["stream"]),
        schema.TOOL_NAMES: tools.gather(pick(habit["key"], 38, len(tools))),
    }


def _sizes(columns: dict[str, pl.Series], habit: dict[str, np.ndarray], unique: Keys) -> dict[str, pl.Series]:
    letters = columns[schema.PROMPT].str.len_chars() + columns[schema.SYSTEM_PROMPT].str.len_chars().fill_null(0)
    taken = 8 + (letters.to_numpy() / 3.9).astype(np.int64)
    spread = -np.log1p(-chance(unique, 39))  # logged completions are cut; the count is of the whole answer
    given = np.minimum(habit["max_tokens"], 12 + (spread * habit["max_tokens"] * 0.3).astype(np.int64))
    cached = np.where(pick(habit["key"], 40, 4) == 0, taken // 2, 0)
    index = {name: number for number, name in enumerate(MODELS)}
    price = _PRICES[columns[schema.MODEL].replace_strict(index, return_dtype=pl.Int64).to_numpy()]
    return {
        schema.INPUT_TOKENS: pl.Series(taken),
        schema.OUTPUT_TOKENS: pl.Series(given),
        schema.CACHED_TOKENS: pl.Series(cached),
        schema.LATENCY: pl.Series(200 + given * 12 + pick(unique, 41, 900)),
        schema.COST: pl.Series(np.round((taken + 5 * given) * price / 1e6, 6)),
    }


def _outcome(columns: dict[str, pl.Series], unique: Keys) -> dict[str, pl.Series]:
    del columns
    fault = np.where(pick(unique, 42, 50) == 0, 1 + pick(unique, 43, len(_FAULTS) - 1), 0)
    return {
        schema.STATUS_CODE: pl.Series([code for code, _ in _FAULTS]).gather(fault),
        schema.ERROR: pl.Series([error for _, error in _FAULTS], dtype=pl.String).gather(fault),
    }
