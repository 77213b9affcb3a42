"""Tools of coordination research: the same object within a time window, again and again."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import scipy.sparse as sp

from benchmarks.peers.sightings import EVENT, OPENING, SIDE, World, components, shared

MOST = 200
"""Holders, over which a value is no object: both tools pair all its users, and thousands of them are a hub."""


def posts(world: World) -> pl.DataFrame:
    """Return at, account_id, message, object: each request posts what it and its account show and others share."""
    rare = shared(world, most=MOST).select("account_id", "kind", "value")
    wide = world.events.with_row_index("message")
    parts = []
    for kind in (*EVENT, OPENING):
        if kind in wide.columns:
            seen = wide.select("message", "account_id", "at", pl.col(kind).cast(pl.String).alias("value"))
            parts.append(seen.drop_nulls().with_columns(pl.lit(kind).alias("kind")))
    told = rare.filter(pl.col("kind").is_in(SIDE))
    parts.append(wide.select("message", "account_id", "at").join(told, on="account_id").select(parts[0].columns))
    every = pl.concat(parts).join(rare, on=["account_id", "kind", "value"], how="semi")
    named = pl.concat_str("kind", pl.lit(":"), pl.col("value").hash(7))
    return every.select("at", "account_id", "message", named.alias("object")).unique().sort("at", "message", "object")


def co_links(world: World, *, window: int) -> pl.DataFrame:
    """Compute the co-link network of coordination-network-toolkit: user_1, user_2, weight (posts in common)."""
    from coordination_network_toolkit.compute_networks import compute_co_link_network
    from coordination_network_toolkit.preprocess import preprocess_data

    with tempfile.TemporaryDirectory() as folder, _silent():
        database = str(Path(folder) / "posts.db")
        preprocess_data(database, _messages(world))
        compute_co_link_network(database, window, n_threads=2, min_edge_weight=2)
        with sqlite3.connect(database) as opened:
            rows = opened.execute("select user_1, user_2, weight from co_link_network where user_1 < user_2").fetchall()
    return pl.DataFrame(rows, schema={"user_1": pl.String, "user_2": pl.String, "weight": pl.Int64}, orient="row")


def _messages(world: World) -> Iterator[tuple[Any, ...]]:
    grouped = posts(world).group_by("message", maintain_order=True)
    for message, account, at, objects in grouped.agg(
        pl.col("account_id").first(), pl.col("at").first(), "object"
    ).iter_rows():
        yield str(message), account, account, None, None, "", at, objects


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
        yield


def heavy(world: World, edges: pl.DataFrame, *, least: int) -> list[list[str]]:
    """Components of edges with at least `least` posts in common."""
    return _components(world, edges.filter(pl.col("weight") >= least).rename({"user_1": "a", "user_2": "b"}))


def coortweet(world: World, *, window: int, participation: int) -> pl.DataFrame:
    """CooRTweet's pairs and their weights, written again from its documentation and source."""
    seen = posts(world).unique(["account_id", "message", "object"], maintain_order=True)
    return edge_weights(detect_groups(seen, window, participation))


def exceeding(world: World, edges: pl.DataFrame, *, edge_weight: float) -> list[list[str]]:
    """Components of the subgraph of edges that exceed the `edge_weight` quantile (`subgraph = 1`)."""
    return _components(world, over_quantile(edges, edge_weight))


def _components(world: World, edges: pl.DataFrame) -> list[list[str]]:
    place = {account: number for number, account in enumerate(world.accounts)}
    ends = [edges[end].replace_strict(place, return_dtype=pl.Int64).to_numpy() for end in ("a", "b")]
    size = len(world.accounts)
    return components(world, sp.coo_matrix((np.ones(len(edges)), ends), (size, size)))


def detect_groups(seen: pl.DataFrame, window: int, participation: int) -> pl.DataFrame:
    """Return a < b, message_a, message_b, object: posts of one object by two accounts within `window` seconds.

    Accounts with fewer than `participation` posts are left out before; afterwards, pairs stay of which at least one
    post is of an account that has `participation` posts in any pair.

    Args:
        seen: at (s), account_id, message, object; one row a post and object.
    """
    seen = seen.filter(pl.len().over("account_id") >= participation)
    pairs = _pairs(seen, window)
    paired = pl.concat([pairs["message_a"], pairs["message_b"]]).unique()
    busy = seen.filter(pl.col("message").is_in(paired.implode()))
    busy = busy.filter(pl.len().over("account_id") >= participation)["message"].unique().implode()
    return pairs.filter(pl.col("message_a").is_in(busy) | pl.col("message_b").is_in(busy))


def edge_weights(pairs: pl.DataFrame) -> pl.DataFrame:
    """Return a, b, weight: how many pairs of posts tie two accounts."""
    return pairs.group_by("a", "b").agg(pl.len().alias("weight")).sort("a", "b")


def over_quantile(edges: pl.DataFrame, quantile: float) -> pl.DataFrame:
    """Keep the edges whose weight exceeds a quantile of all weights (linear between ranks, as R's default)."""
    if edges.is_empty():
        return edges
    return edges.filter(pl.col("weight") > pl.col("weight").quantile(quantile, "linear"))


def _pairs(seen: pl.DataFrame, window: int) -> pl.DataFrame:
    """Pair posts by time slices as long as the window: two posts within it lie in one slice or in neighbours."""
    slices = pl.col("at") // max(window, 1)
    right = seen.select("object", slices.alias("slice"), b="account_id", at_b="at", message_b="message")
    parts = []
    for shift in (-1, 0, 1):
        left = seen.select("object", (slices + shift).alias("slice"), a="account_id", at_a="at", message_a="message")
        both = left.join(right, on=["object", "slice"]).filter(
            (pl.col("a") < pl.col("b")) & ((pl.col("at_a") - pl.col("at_b")).abs() <= window)
        )
        parts.append(both.select("a", "b", "message_a", "message_b", "object"))
    return pl.concat(parts)
