"""HDBSCAN on features of accounts: what they share, folded to a few dimensions, and how they behave."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from benchmarks.peers.sightings import World, groups, incidence, shared

Floats = npt.NDArray[np.float64]
DIMENSIONS = 40


def fitted(world: World, *, least: int, samples: int) -> tuple[npt.NDArray[np.int64], Floats]:
    """Fit HDBSCAN: label of each account, -1 for noise, and how surely it is of its cluster."""
    from sklearn.cluster import HDBSCAN

    model = HDBSCAN(min_cluster_size=least, min_samples=samples, copy=True, n_jobs=1).fit(features(world))
    return model.labels_, model.probabilities_


def sure(world: World, fit: tuple[npt.NDArray[np.int64], Floats], *, loose: float) -> list[list[str]]:
    """Clusters without the members that belong less surely than `loose`."""
    label, probability = fit
    return groups(world, np.where(probability >= loose, label, -1))


def features(world: World) -> Floats:
    """Return accounts × features: shared values by inverse frequency, folded, of length one; then behaviour, scaled."""
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfTransformer
    from sklearn.preprocessing import StandardScaler, normalize

    matrix = incidence(world, shared(world))
    weighed = TfidfTransformer(sublinear_tf=True).fit_transform(matrix)
    folded = normalize(TruncatedSVD(DIMENSIONS, random_state=1).fit_transform(weighed))
    habit = StandardScaler().fit_transform(behaviour(world))
    return np.hstack([folded, habit * 0.1])


def behaviour(world: World) -> Floats:
    """Return accounts × (log of requests, log of days, requests a day, spread over the hours, addresses, programs)."""
    hour, day = pl.col("at") // 3600 % 24, pl.col("at") // 86_400
    counts = [pl.col(name).n_unique().log() for name in ("client_ip", "user_agent") if name in world.events.columns]
    rows = world.events.group_by("account_id").agg(
        pl.len().log().alias("requests"),
        day.n_unique().log().alias("days"),
        (pl.len() / day.n_unique()).log().alias("load"),
        hour.n_unique().alias("hours"),
        hour.mean().alias("middle"),
        *counts,
    )
    return rows.sort("account_id").drop("account_id").to_numpy().astype(np.float64)
