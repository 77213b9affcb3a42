"""HDBSCAN on features of accounts: what they share, folded to a few dimensions, and how they behave."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from benchmarks.peers.sightings import OPENING, World, groups, incidence, shared

Floats = npt.NDArray[np.float64]
DIMENSIONS = 20
MOST = 300


Fit = tuple[npt.NDArray[np.int64], Floats]
"""Cluster of each account, -1 for noise; and how far the members of its cluster lie from their middle, on average."""


def fitted(world: World, *, sharing: float, least: int, samples: int) -> Fit:
    """Fit HDBSCAN on habits and, where `sharing`, on what accounts share.

    `sharing` is what accounts with nothing in common lie apart, in standard deviations of a habit.
    """
    from sklearn.cluster import HDBSCAN

    habit = behaviour(world)
    matrix = np.hstack([habit, shares(world) * sharing]) if sharing else habit
    label = HDBSCAN(min_cluster_size=least, min_samples=samples, copy=True, n_jobs=1).fit(matrix).labels_
    return label, radii(matrix, label)


def radii(matrix: Floats, label: npt.NDArray[np.int64]) -> Floats:
    """Return for each account the mean distance of its cluster's members from their middle; infinite for noise."""
    radius = np.full(len(label), np.inf)
    for number in range(int(label.max()) + 1):
        inside = label == number
        radius[inside] = np.linalg.norm(matrix[inside] - matrix[inside].mean(axis=0), axis=1).mean()
    return radius


def tight(world: World, fit: Fit, *, radius: float) -> list[list[str]]:
    """Clusters that are no wider than a radius."""
    label, wide = fit
    return groups(world, np.where(wide <= radius, label, -1))


def shares(world: World) -> Floats:
    """Return accounts × dimensions: rare shared values by inverse frequency, folded, of length one."""
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfTransformer
    from sklearn.preprocessing import normalize

    weighed = TfidfTransformer(sublinear_tf=True).fit_transform(incidence(world, shared(world, most=MOST)))
    return normalize(TruncatedSVD(DIMENSIONS, random_state=1).fit_transform(weighed))


def behaviour(world: World) -> Floats:
    """Return accounts × habits, scaled: load, hours, addresses, programs, lengths, settings, wording, age."""
    from sklearn.preprocessing import StandardScaler

    rows = habits(world)
    filled = rows.with_columns(pl.all().exclude("account_id").cast(pl.Float64).fill_nan(None))
    filled = filled.with_columns(pl.all().exclude("account_id").fill_null(strategy="mean").fill_null(0.0))
    return np.asarray(StandardScaler().fit_transform(filled.drop("account_id").to_numpy()))


def habits(world: World) -> pl.DataFrame:
    """Return account_id and a column a habit, by account; what the log lacks is left out."""
    hour, day, size = pl.col("at") // 3600 % 24, pl.col("at") // 86_400, pl.len()
    asked = {
        "client_ip": pl.col("client_ip").n_unique().log(),
        "user_agent": pl.col("user_agent").n_unique().log(),
        "country": pl.col("country").n_unique().log(),
        "session_id": pl.col("session_id").n_unique() / size,
        "end_user_id": pl.col("end_user_id").is_not_null().mean(),
        "system_prompt": pl.col("system_prompt").is_not_null().mean(),
        "tool_names": pl.col("tool_names").is_not_null().mean(),
        "input_tokens": (pl.col("input_tokens") + 1).log().mean(),
        "output_tokens": (pl.col("output_tokens") + 1).log().mean(),
        "max_tokens": (pl.col("max_tokens").fill_null(1)).log().mean(),
        "temperature": pl.col("temperature").fill_null(1.0).mean(),
        "n": pl.col("n").fill_null(1).mean(),
        "logprobs": pl.col("logprobs").fill_null(value=False).mean(),
        "stream": pl.col("stream").fill_null(value=False).mean(),
        "status_code": (pl.col("status_code") >= 400).mean(),
        OPENING: pl.col(OPENING).n_unique() / size,
    }
    known = [value.alias(name) for name, value in asked.items() if name in world.events.columns]
    rows = world.events.group_by("account_id").agg(
        size.log().alias("requests"),
        day.n_unique().log().alias("days"),
        (size / day.n_unique()).log().alias("load"),
        hour.n_unique().alias("hours"),
        hour.mean().alias("middle"),
        pl.col("at").min().alias("begun"),
        *known,
    )
    if "created_at" in world.side.columns:
        rows = rows.join(
            world.side.select("account_id", created=pl.col("created_at").dt.epoch("s")), on="account_id", how="left"
        )
        rows = rows.with_columns(age=((pl.col("begun") - pl.col("created")).clip(3600) / 3600).log()).drop("created")
    return rows.sort("account_id")
