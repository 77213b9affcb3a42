"""Louvain and Leiden on accounts that share rare values, and the validated projection of the bipartite model."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from benchmarks.peers.sightings import EVENT, SIDE, World, components, groups, incidence, projection, shared

SEED = 1
MOST = 300
"""Holders, over which a value is not rare."""


Cut = tuple[npt.NDArray[np.int64], sp.csr_matrix]
"""Community of each account, and the graph."""


def louvain(world: World, *, wording: bool, bits: float, resolution: float) -> Cut:
    """Louvain (igraph's multilevel) on accounts that share values, tied by at least `bits` of rarity."""
    return _cut(world, "louvain", bits, resolution, wording=wording)


def leiden(world: World, *, wording: bool, bits: float, resolution: float) -> Cut:
    """Leiden (leidenalg, modularity with resolution) on the same graph."""
    return _cut(world, "leiden", bits, resolution, wording=wording)


def _cut(world: World, method: str, bits: float, resolution: float, *, wording: bool) -> Cut:
    kinds = None if wording else (*SIDE, *EVENT)
    ties = projection(incidence(world, shared(world, kinds, MOST)), rarity=True)
    ties.data[ties.data < bits] = 0.0
    ties.eliminate_zeros()
    return _labels(ties, method, resolution), ties


def tight(world: World, cut: Cut, *, density: float) -> list[list[str]]:
    """Keep the communities in which at least `density` of the pairs are tied."""
    label, ties = cut
    size = np.bincount(label)
    which = sp.csr_matrix((np.ones(len(label)), (np.arange(len(label)), label)))
    inside = (which.T @ (ties > 0).astype(np.float64) @ which).diagonal()
    share = inside / np.maximum(size * (size - 1), 1)
    return groups(world, np.where(share[label] >= density, label, -1))


def _labels(ties: sp.csr_matrix, method: str, resolution: float) -> npt.NDArray[np.int64]:
    import random

    import igraph

    upper = sp.triu(ties).tocoo()
    graph = igraph.Graph(n=ties.shape[0], edges=list(zip(upper.row.tolist(), upper.col.tolist(), strict=True)))
    graph.es["weight"] = upper.data.tolist()
    if method == "louvain":
        random.seed(SEED)
        found = graph.community_multilevel(weights="weight", resolution=resolution)
    else:
        import leidenalg

        found = leidenalg.find_partition(
            graph,
            leidenalg.RBConfigurationVertexPartition,
            weights="weight",
            resolution_parameter=resolution,
            seed=SEED,
        )
    return np.array(found.membership, dtype=np.int64)


def pvalues(world: World, *, most: int) -> tuple[Any, npt.NDArray[np.int64]]:
    """Solve the bipartite configuration model: how likely it is that a pair has so much in common (bicm)."""
    from bicm import BipartiteGraph

    matrix = incidence(world, shared(world, most=most))
    used = np.flatnonzero(np.asarray(matrix.sum(axis=1)).ravel() > 0)
    with _silent():
        graph = BipartiteGraph(biadjacency=matrix[used].toarray().astype(np.int8))
        graph.solve_tool(verbose=False, print_error=False)
        graph.compute_projection(rows=True, approx_method="poisson", threads_num=1, progress_bar=False)
    return graph, used


def validated(world: World, solved: tuple[Any, npt.NDArray[np.int64]], *, alpha: float, dense: bool) -> list[list[str]]:
    """Components of the pairs that stand at a false discovery rate, or their Louvain communities where `dense`.

    The package validates while it projects; asking for another rate would compute all p-values again, so the step that
    follows them is called by itself.
    """
    graph, used = solved
    ends = [(node, other) for node, others in graph._projection_from_pvals(alpha, "fdr").items() for other in others]  # noqa: SLF001
    pairs = used[np.array(ends, dtype=np.int64).reshape(-1, 2)]
    size = len(world.accounts)
    ties = sp.coo_matrix((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), (size, size)).tocsr()
    ties = ties + ties.T
    return groups(world, _labels(ties, "louvain", 1.0)) if dense else components(world, ties)


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
        yield
