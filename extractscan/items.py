"""The items of a stream: whose they are, and whether they were dealt from one queue or are people's own topics."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
import scipy.sparse as sp

from extractscan import schema, shingles
from extractscan.harvest import HEAD, HEADS, IN_STREAM, IN_TEMPLATE, PROMPT_KEY, SYSTEM_KEY
from extractscan.hypotheses.facts import Mix

Ints = npt.NDArray[np.int64]
BUCKETS: Final = 4096
WORDS: Final = 1 << 24
PHRASE: Final = 4
"""Buckets of words, and of words in phrases; words that make a phrase."""
MEMBERS: Final = 150
"""Members whose prompts are laid side by side; 8 prompts of 150 are 1,200, and their pairs fit in memory."""
LEAST_PROMPTS: Final = 20
LEAST_PAIRS: Final = 60
OWN: Final = 0.75
"""Share of a member's prompts from which a word is its wording and not its items."""
COMMON: Final = 0.25
FEW: Final = 4
"""Prompts of a member, from which what runs through them can be told."""
OWN_WORDS: Final = 6


def sampled(network_of: pl.DataFrame, totals: pl.DataFrame, network: str) -> pl.DataFrame:
    """Add `sampled`: at most `MEMBERS` of each network, drawn by the time of their first request.

    A choice that neither names nor the order or split of the input change.

    Args:
        network_of: account_id, network.
        totals: account_id, first (µs since the epoch).
        network: Name of the network column.
    """
    drawn = pl.struct(pl.col("first").hash(3).alias("draw"), "first", schema.ACCOUNT).rank("ordinal").over(network)
    return (
        network_of.join(totals.select(schema.ACCOUNT, "first"), on=schema.ACCOUNT, how="left", maintain_order="left")
        .with_columns((drawn <= MEMBERS).alias("sampled"))
        .drop("first")
    )


def samples(events: pl.DataFrame, most: int) -> list[str]:
    """Choose prompts of the stream from different accounts, by text and not by place: any split gives the same."""
    stream = events.filter(pl.col(IN_STREAM) & pl.col(HEAD).is_not_null())
    if stream[IN_TEMPLATE].any():
        stream = stream.filter(IN_TEMPLATE)
    chosen = stream.sort(PROMPT_KEY, schema.ACCOUNT).unique(schema.ACCOUNT, keep="first", maintain_order=True)
    return [str(text) for text in chosen.head(most)[HEAD]]


def exchangeability(events: pl.DataFrame) -> Mix | None:
    """Say how alike the members' items are across accounts, as a multiple of how alike they are within one.

    Requests dealt from one queue are as different within an account as between two (1.0). People have topics of their
    own: what one asks is more like the rest of what he asks (well below 1.0). Words that a quarter of all requests
    hold, or three quarters of one member's, are left out: they are wording, not items, also where each member has a
    wording of its own. A member with several wordings of its own shows them by phrases of `PHRASE` words that two of
    its prompts have in common; the bare likeness leaves these out as well. Mean cosine of inverse-frequency weighted
    words.

    Returns:
        The likeness, or None with too few requests of too few accounts.
    """
    chosen = _chosen(events)
    account = chosen[schema.ACCOUNT].rank("dense").to_numpy().astype(np.int64) - 1
    same = account[:, None] == account[None, :]
    np.fill_diagonal(same, val=False)
    pairs = int(same.sum()) // 2
    different = ~same & ~np.eye(len(chosen), dtype=np.bool_)
    if len(chosen) < LEAST_PROMPTS or pairs < LEAST_PAIRS or not different.any():
        return None
    row, word = shingles.words(chosen[HEAD], WORDS)
    likeness = _ratio(_likeness(row, word, account), same, different)
    once = ~_phrases(row, word, account)
    bare = _ratio(_likeness(row[once], word[once], account), same, different)
    if likeness is None:
        return None
    return Mix(likeness, bare, pairs, _new_words(row, word, account) / len(chosen), len(chosen))


def _new_words(row: Ints, word: Ints, account: Ints) -> int:
    """Count the different words of all items: those that neither a quarter of all prompts nor most of one's hold."""
    words, place = np.unique(word, return_inverse=True)
    held = sp.csr_matrix((np.ones(len(row)), (row, place)), shape=(len(account), len(words)))
    held.data[:] = 1.0
    common = np.asarray(held.mean(axis=0)).ravel() >= COMMON
    theirs = held.multiply(_items(held, account)).tocsr()
    theirs.eliminate_zeros()
    return int(np.count_nonzero(~common[np.unique(theirs.indices)]))


def _ratio(
    alike: npt.NDArray[np.float64], same: npt.NDArray[np.bool_], different: npt.NDArray[np.bool_]
) -> float | None:
    within, between = float(alike[same].mean()), float(alike[different].mean())
    return between / within if within > 0 else None


def _phrases(row: Ints, word: Ints, account: Ints) -> npt.NDArray[np.bool_]:
    """Tell which words stand in a phrase that another prompt of the same member has as well."""
    starts = len(row) - PHRASE + 1
    inside = np.zeros(len(row), dtype=np.bool_)
    if starts <= 0:
        return inside
    key = np.zeros(starts, dtype=np.uint64)
    for step in range(PHRASE):
        key = key * np.uint64(0x9E3779B97F4A7C15) + word[step : step + starts].astype(np.uint64)
    at = np.flatnonzero(row[:starts] == row[PHRASE - 1 :])
    found = pl.DataFrame({"at": at, "row": row[at], "account": account[row[at]], "key": key[at]})
    often = found.filter(pl.col("row").n_unique().over("account", "key") >= 2)["at"].to_numpy()
    for step in range(PHRASE):
        inside[often + step] = True
    return inside


def own_worded(events: pl.DataFrame) -> float | None:
    """Say how many members work from one fixed text each: a system prompt, or words that run through all prompts.

    Returns:
        The share among members with four prompts at least, or None with fewer than three such members.
    """
    chosen = _chosen(events)
    chosen = chosen.filter(pl.len().over(schema.ACCOUNT) >= FEW)
    account = chosen[schema.ACCOUNT].rank("dense").to_numpy().astype(np.int64) - 1
    if not len(account) or account.max() < 2:
        return None
    row, bucket = shingles.words(chosen[HEAD], BUCKETS)
    held = sp.csr_matrix((np.ones(len(row)), (row, bucket)), shape=(len(chosen), BUCKETS))
    held.data[:] = 1.0
    common = np.asarray(held.mean(axis=0)).ravel() >= COMMON
    share = _member(account) @ held
    share.data = ((share.data >= OWN) & ~common[share.indices]).astype(np.float64)
    fixed = np.asarray(share.sum(axis=1)).ravel() >= OWN_WORDS
    system = chosen.group_by(schema.ACCOUNT).agg(
        (pl.col(SYSTEM_KEY).drop_nulls().unique_counts().max() / pl.len() >= OWN).fill_null(value=False).alias("one")
    )
    return float((fixed | system.sort(schema.ACCOUNT)["one"].to_numpy()).mean())


def _chosen(events: pl.DataFrame) -> pl.DataFrame:
    """Choose at most `HEADS` different prompts of the stream for each sampled member; a session is one item."""
    session = pl.coalesce(schema.SESSION, pl.col(PROMPT_KEY).cast(pl.String))
    return (
        events.filter(pl.col(IN_STREAM) & pl.col(HEAD).is_not_null())
        .sort(PROMPT_KEY, schema.ACCOUNT, schema.SESSION, SYSTEM_KEY, nulls_last=True)
        .unique(PROMPT_KEY, keep="first", maintain_order=True)
        .filter(pl.struct(schema.ACCOUNT, session.alias("session")).is_first_distinct())
        .filter(pl.int_range(pl.len()).over(schema.ACCOUNT) < HEADS)
    )


def _member(account: npt.NDArray[np.int64]) -> sp.csr_matrix:
    """Return the matrix that takes the mean over each account's prompts (accounts × prompts)."""
    size = np.bincount(account)
    return sp.csr_matrix((1.0 / size[account], (account, np.arange(len(account)))), shape=(len(size), len(account)))


def _likeness(row: Ints, word: Ints, account: Ints) -> npt.NDArray[np.float64]:
    """Return the cosines of all pairs of prompts, over the words that tell items apart."""
    size = len(account)
    held = sp.csr_matrix((np.ones(len(row)), (row, word % BUCKETS)), shape=(size, BUCKETS))
    held.data[:] = 1.0
    often = np.asarray(held.sum(axis=0)).ravel()
    telling = (often >= 2) & (often < COMMON * size)
    weighed = sp.csr_matrix(held @ sp.diags(np.where(telling, np.log(size / np.maximum(often, 1.0)), 0.0)))
    weighed = weighed.multiply(_items(held, account)).tocsr()
    norm = np.sqrt(np.asarray(weighed.multiply(weighed).sum(axis=1)).ravel())
    unit = sp.diags(1.0 / np.maximum(norm, 1e-9)) @ weighed
    return np.asarray((unit @ unit.T).toarray(), dtype=np.float64)


def _items(held: sp.csr_matrix, account: npt.NDArray[np.int64]) -> sp.csr_matrix:
    """Tell which words of each prompt are not its account's wording (prompts × buckets, 0 or 1)."""
    size = np.bincount(account)
    share = sp.csr_matrix(_member(account) @ held)
    share.data = ((share.data < OWN) | (np.repeat(size, np.diff(share.indptr)) < FEW)).astype(np.float64)
    member = sp.csr_matrix((np.ones(len(account)), (np.arange(len(account)), account)), shape=(len(account), len(size)))
    return sp.csr_matrix(member @ share)
