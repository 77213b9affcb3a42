"""From a finished world to its three tables: events, accounts, labels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl

from benchmarks.evaluation.people import Rng
from benchmarks.evaluation.scene import World
from extractscan import schema

HARVEST = "harvest"
"""A column that only the maker of labels sees: whether the request belongs to a campaign."""

_PRICES = {"mini": (0.3, 1.2), "base": (1.5, 6.0), "large": (4.0, 18.0)}


def tables(
    world: World, thin: Callable[[pl.DataFrame], pl.DataFrame] = lambda events: events
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Events sorted by time, the accounts side table, and the labels, which count what `thin` leaves of the events."""
    bans = {a.id: a.row[schema.STATUS_CHANGED_AT] for a in world.accounts if a.row[schema.STATUS] == "banned"}
    ended = pl.col(schema.ACCOUNT).replace_strict(bans, default=None, return_dtype=pl.Int64)
    running = ended.is_null() | (pl.col(schema.TIMESTAMP).dt.epoch("us") <= ended)
    events = thin(_events(world).filter(running))
    stamps = (schema.CREATED_AT, schema.STATUS_CHANGED_AT)
    side = pl.DataFrame(
        {
            c: pl.Series([a.row[c] for a in world.accounts], dtype=pl.Int64 if c in stamps else kind).cast(kind)
            for c, kind in schema.ACCOUNTS.items()
        }
    )
    counted = events.group_by(schema.ACCOUNT).agg(pl.len(), pl.col(HARVEST).sum())
    counts = {account: (total, harvested) for account, total, harvested in counted.iter_rows()}
    labels = pl.DataFrame(
        [(a.id, *world.labels[a.id], *counts[a.id]) for a in world.accounts if a.id in counts],
        schema={
            "account_id": pl.String,
            "kind": pl.String,
            "group_id": pl.String,
            "campaign": pl.Boolean,
            "events": pl.Int64,
            "events_in_campaign": pl.Int64,
        },
        orient="row",
    )
    listed = pl.Series(world.rng.random(len(side)) >= world.unlisted)
    side = side.filter(pl.col(schema.ACCOUNT).is_in(list(counts)) & listed).sort(schema.ACCOUNT)
    return events.drop(HARVEST), side, labels.sort("account_id")


def _events(world: World) -> pl.DataFrame:
    rng, bodies, heads = world.rng, world.bodies, world.heads
    lengths = np.array([h["count"] for h in heads])
    which = np.repeat(np.arange(len(heads)), lengths)
    total = len(which)

    def spread(values: list[Any], kind: Any) -> pl.Series:
        return pl.Series(values, dtype=kind, strict=False).gather(which)

    def option(name: str, kind: Any) -> pl.Series:
        return spread([h["talk"].options.get(name) for h in heads], kind)

    status = pl.Series([s if s is not None else 0 for s in bodies["status"]], dtype=pl.Int64).to_numpy().copy()
    luck = rng.random(total)
    status[(status == 0) & (luck < 0.012)] = 429
    status[(status == 0) & (luck < 0.017)] = 500
    status[(status == 0) & (luck < 0.02)] = 400
    status[status == 0] = 200
    default = pl.Series(world.snippets).gather(rng.integers(0, len(world.snippets), total))
    reply = pl.Series(bodies["reply"], dtype=pl.String)
    keys = [h["account"].keys[int(rng.integers(len(h["account"].keys)))] for h in heads]
    frame = pl.DataFrame(
        {
            schema.TIMESTAMP: pl.Series(bodies["time"], dtype=pl.Int64).cast(pl.Datetime("us", "UTC")),
            schema.ACCOUNT: spread([h["account"].id for h in heads], pl.String),
            schema.ORGANIZATION: spread([h["account"].row[schema.ORGANIZATION] for h in heads], pl.String),
            schema.API_KEY: spread(keys, pl.String),
            schema.REQUEST: pl.Series([f"req_{x:016x}" for x in rng.integers(0, 1 << 62, total).tolist()]),
            schema.SESSION: pl.Series(bodies["session"], dtype=pl.String),
            schema.END_USER: pl.Series(bodies["end_user"], dtype=pl.String),
            schema.CLIENT_IP: pl.Series(bodies["ip"], dtype=pl.String),
            schema.ASN: pl.Series(bodies["asn"], dtype=pl.Int64),
            schema.COUNTRY: pl.Series(bodies["country"], dtype=pl.String),
            schema.USER_AGENT: spread([h["client"].user_agent for h in heads], pl.String),
            schema.JA4: spread([h["client"].ja4 for h in heads], pl.String),
            schema.DEVICE: spread([h["client"].device for h in heads], pl.String),
            schema.PLATFORM: spread([h["platform"] for h in heads], pl.String),
            schema.MODEL: pl.Series(bodies["model"], dtype=pl.String),
            schema.ENDPOINT: spread(
                ["/v1/messages" if "Anthropic" in h["client"].user_agent else "/v1/chat/completions" for h in heads],
                pl.String,
            ),
            schema.SYSTEM_PROMPT: pl.Series(bodies["system"], dtype=pl.String),
            schema.PROMPT: pl.Series(bodies["prompt"], dtype=pl.String),
            schema.COMPLETION: pl.select(
                pl.when(pl.Series(status == 200)).then(pl.coalesce(pl.lit(reply), pl.lit(default)))
            ).to_series(),
            schema.CACHED_TOKENS: pl.Series(np.zeros(total, np.int64)),
            schema.MAX_TOKENS: option("max_tokens", pl.Int64),
            schema.TEMPERATURE: option("temperature", pl.Float64),
            schema.N_CHOICES: option("n", pl.Int64),
            schema.LOGPROBS: option("logprobs", pl.Boolean),
            schema.STREAM: spread([h["client"].kind == "browser" for h in heads], pl.Boolean),
            schema.TOOL_NAMES: spread([h["talk"].tools for h in heads], pl.String),
            schema.STATUS_CODE: pl.Series(status),
            HARVEST: spread([h["harvest"] for h in heads], pl.Boolean),
        }
    )
    unseen = pl.Series(rng.random(total) < world.blanks)
    blank = (schema.CLIENT_IP, schema.ASN, schema.COUNTRY, schema.USER_AGENT, schema.JA4)
    frame = frame.with_columns(pl.when(~unseen).then(pl.col(c)).alias(c) for c in blank)
    return _measures(frame, rng).sort(schema.TIMESTAMP, schema.REQUEST)


def _measures(frame: pl.DataFrame, rng: Rng) -> pl.DataFrame:
    """Tokens, errors, latency and cost, which follow from the texts and the model."""
    total = len(frame)
    size = pl.col(schema.MODEL).str.split("-").list.get(1)
    noise = [pl.Series(rng.uniform(0.22, 0.3, total)), pl.Series(rng.lognormal(0, 0.3, total))]
    letters = pl.col(schema.PROMPT).str.len_chars() + pl.col(schema.SYSTEM_PROMPT).str.len_chars().fill_null(0)
    status = pl.col(schema.STATUS_CODE)
    causes = {
        429: "rate_limit_exceeded",
        500: "internal_error",
        400: "invalid_request",
        529: "overloaded",
        503: "unavailable",
    }
    frame = frame.with_columns(
        (letters * noise[0]).cast(pl.Int64).alias(schema.INPUT_TOKENS) + 4,
        (pl.col(schema.COMPLETION).str.len_chars() * noise[0]).cast(pl.Int64).fill_null(0).alias(schema.OUTPUT_TOKENS),
        status.replace_strict(causes, default=None, return_dtype=pl.String).alias(schema.ERROR),
    )
    price_in = size.replace_strict({k: v[0] for k, v in _PRICES.items()}, return_dtype=pl.Float64)
    price_out = size.replace_strict({k: v[1] for k, v in _PRICES.items()}, return_dtype=pl.Float64)
    cost = (pl.col(schema.INPUT_TOKENS) * price_in + pl.col(schema.OUTPUT_TOKENS) * price_out) / 1e6
    return frame.with_columns(
        ((300 + pl.col(schema.OUTPUT_TOKENS) * 11) * noise[1]).cast(pl.Int64).alias(schema.LATENCY),
        cost.round(7).alias(schema.COST),
    ).select(*(pl.col(c).cast(t) for c, t in schema.EVENTS.items()), HARVEST)
