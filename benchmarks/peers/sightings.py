"""What every peer is given: the values that accounts of a world can share, and when they show them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

CARDS = ("payment_fingerprint",)
SIDE = (*CARDS, "phone_hash", "signup_device_id", "signup_ip", "referral_code")
EVENT = ("client_ip", "device_id", "ja4", "user_agent", "system_prompt")
MEASURES = (
    "session_id", "end_user_id", "model", "country", "input_tokens", "output_tokens", "max_tokens", "temperature", "n",
    "logprobs", "stream", "tool_names", "status_code",
)  # fmt: skip
"""What is measured of requests and not shared."""
OPENING = "opening"
OPENING_CHARS = 60
"""Of a prompt, white space and case folded: what a fixed wording in front of an item leaves the same."""
LEAST = 3
"""Accounts of the smallest group that counts, for every peer and for extractscan alike."""


@dataclass(frozen=True, slots=True)
class World:
    """A world's tables without its labels.

    Attributes:
        events: One row a request: account_id, at (s), and what the log has of `EVENT`, `MEASURES` and `opening`.
        side: The accounts table.
        held: account_id, kind, value, count: who shows which value how often.
        accounts: All accounts of the log, sorted.
    """

    events: pl.DataFrame
    side: pl.DataFrame
    held: pl.DataFrame
    accounts: list[str]


def read(folder: Path) -> World:
    """Read the log and the accounts table of a world."""
    scan = pl.scan_parquet(folder / "logs.parquet")
    names = scan.collect_schema().names()
    opening = (
        pl.col("prompt").str.replace_all(r"\s+", " ").str.to_lowercase().str.slice(0, OPENING_CHARS).alias(OPENING)
    )
    chosen = [pl.col(name) for name in (*EVENT, *MEASURES) if name in names] + ([opening] if "prompt" in names else [])
    at = pl.col("timestamp").dt.epoch("s").alias("at")
    events = scan.select("account_id", at, *chosen).collect()
    side = pl.read_parquet(folder / "accounts.parquet")
    accounts = events["account_id"].unique().sort().to_list()
    side = side.filter(pl.col("account_id").is_in(accounts))
    return World(events, side, _held(events, side), accounts)


def _held(events: pl.DataFrame, side: pl.DataFrame) -> pl.DataFrame:
    parts = []
    for frame, kinds in ((events, (*EVENT, OPENING)), (side, SIDE)):
        for kind in kinds:
            if kind in frame.columns:
                seen = frame.select(
                    "account_id", pl.lit(kind).alias("kind"), pl.col(kind).cast(pl.String).alias("value")
                )
                seen = seen.drop_nulls().filter(pl.col("value") != "")
                parts.append(seen.group_by("account_id", "kind", "value").agg(pl.len().alias("count")))
    return pl.concat(parts).sort("kind", "value", "account_id")


def shared(world: World, kinds: Sequence[str] | None = None, most: int | None = None) -> pl.DataFrame:
    """Return the sightings of values that two accounts hold at least, and no more than `most`."""
    held = world.held if kinds is None else world.held.filter(pl.col("kind").is_in(list(kinds)))
    holders = pl.len().over("kind", "value")
    return held.filter((holders >= 2) & (holders <= (most or len(world.accounts))))


def incidence(world: World, held: pl.DataFrame) -> sp.csr_matrix:
    """Return accounts × values, 1 where an account holds a value."""
    row = pl.DataFrame({"account_id": world.accounts}).with_row_index("row")
    column = held.select("kind", "value").unique().sort("kind", "value").with_row_index("column")
    both = held.join(row, on="account_id").join(column, on=["kind", "value"])
    ones = np.ones(len(both))
    shape = (len(world.accounts), len(column))
    return sp.csr_matrix((ones, (both["row"].to_numpy(), both["column"].to_numpy())), shape=shape)


def projection(matrix: sp.csr_matrix, *, rarity: bool) -> sp.csr_matrix:
    """Return accounts × accounts: values in common, each 1, or log2 of how rare it is."""
    degree = np.asarray(matrix.sum(axis=0)).ravel()
    weight = np.log2(matrix.shape[0] / np.maximum(degree, 1.0)) if rarity else np.ones(len(degree))
    common = (matrix @ sp.diags(weight) @ matrix.T).tocsr()
    common.setdiag(0)
    common.eliminate_zeros()
    return common


def components(world: World, ties: sp.spmatrix) -> list[list[str]]:
    """Return the connected components with at least `LEAST` accounts."""
    _, label = connected_components(ties, directed=False)
    return groups(world, label)


def groups(world: World, label: npt.ArrayLike) -> list[list[str]]:
    """Return the accounts of each label, negative ones left out, where there are at least `LEAST`."""
    frame = pl.DataFrame({"account": world.accounts, "label": np.asarray(label, dtype=np.int64)})
    kept = frame.filter(pl.col("label") >= 0).group_by("label", maintain_order=True).agg("account")
    return [members for members in kept["account"].to_list() if len(members) >= LEAST]


def named(clusters: Iterable[Iterable[str]]) -> list[list[str]]:
    """Return clusters of account ids, sorted, where they hold at least `LEAST`."""
    return sorted(sorted(members) for members in map(set, clusters) if len(members) >= LEAST)
