"""The peers: from a world to groups of accounts in a costly step and a cheap one, and the settings that are tried."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from benchmarks.peers import baselines, communities, coordination, dense, features, linkage

Values = Mapping[str, Sequence[Any]]
"""Option: the values that are tried."""


@dataclass(frozen=True, slots=True)
class Peer:
    """One approach.

    Attributes:
        title: As the table names it.
        prepare: From a world and the costly options to what `cluster` reads.
        cluster: From a world, what was prepared and the cheap options to groups of accounts.
        costly: Options of `prepare`.
        cheap: Options of `cluster`.
        package: What does the work, where it is not written here.
        how: What runs, for the notes under the table.
    """

    title: str
    prepare: Callable[..., Any]
    cluster: Callable[..., list[list[str]]]
    costly: Values
    cheap: Values
    package: str | None
    how: str


CAPS = (None, 500, 100, 30, 10)
RARE = (500, 100)
GRAPHS: Values = {"wording": (True, False), "bits": (10.0, 20.0, 35.0, 50.0), "resolution": (1.0, 3.0)}
DENSITIES: Values = {"density": (0.0, 0.1, 0.3, 0.6)}
PEERS: dict[str, Peer] = {
    "any_shared": Peer(
        "components over any shared card or address",
        baselines.any_shared, baselines.joined, {"most": CAPS}, {}, None, "written here",
    ),
    "cards": Peer(
        "components over shared cards", baselines.cards, baselines.joined, {"most": CAPS}, {}, None, "written here"
    ),
    "co_share": Peer(
        "co-share count over a percentile",
        baselines.in_common, baselines.over_percentile,
        {"most": RARE}, {"percentile": (50.0, 90.0, 95.0, 99.0, 99.5, 99.9)}, None, "written here",
    ),
    "toolkit": Peer(
        "coordination-network-toolkit, co-link",
        coordination.co_links, coordination.heavy,
        {"window": (60, 600)}, {"least": (2, 5, 10, 20, 50, 100)}, "coordination-network-toolkit",
        "the package; a request posts what it and its account show as its links, and groups are components",
    ),
    "coortweet": Peer(
        "CooRTweet's rule",
        coordination.coortweet, coordination.exceeding,
        {"window": (10, 60, 600), "participation": (2, 10, 30)}, {"edge_weight": (0.0, 0.5, 0.9, 0.95, 0.99)}, None,
        "written again, since the original is an R package, from its documentation and source; pairs, participation "
        "and quantile of edges are held against counts by hand in `test_peers.py`",
    ),
    "splink": Peer(
        "Splink on account attributes",
        linkage.trained, linkage.at_probability,
        {}, {"probability": (0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999, 0.999999, 1 - 1e-8)}, "splink",
        "the package, trained without labels: exact agreement with term frequencies, its clusters at a probability",
    ),
    "fraudar": Peer(
        "FRAUDAR",
        dense.peeled, dense.densest,
        {"most": (1000, 100)}, {"blocks": (1, 2, 3, 5, 8, 12, 18, 25), "share": (0.0, 0.5)}, "UGFraud",
        "the package's FRAUDAR with logarithmic weights; each block is a group",
    ),
    "louvain": Peer(
        "Louvain on rare shared values",
        communities.louvain, communities.tight,
        GRAPHS, DENSITIES, "igraph", "the package's multilevel method",
    ),
    "leiden": Peer(
        "Leiden on rare shared values",
        communities.leiden, communities.tight,
        GRAPHS, DENSITIES, "leidenalg", "the package, modularity with a resolution",
    ),
    "hdbscan": Peer(
        "HDBSCAN on account features",
        features.fitted, features.tight,
        {"sharing": (0.0, 1.0, 3.0), "least": (5, 10, 20), "samples": (3, 10)},
        {"radius": (0.7, 1.0, 1.4, 2.0, 3.0, 9.0)}, "scikit-learn",
        "the package, on 22 habits of accounts and rare shared values in 20 dimensions; tight clusters stay",
    ),
    "validated": Peer(
        "validated projection (bicm)",
        communities.pvalues, communities.validated,
        {"most": (200, 50)}, {"alpha": (0.05, 1e-3, 1e-6, 1e-9), "dense": (False, True)}, "bicm",
        "the package, Poisson approximation and false discovery rate",
    ),
}  # fmt: skip


def settings(values: Values) -> list[dict[str, Any]]:
    """Return every combination of the values of some options."""
    return [dict(zip(values, chosen, strict=True)) for chosen in product(*values.values())]
