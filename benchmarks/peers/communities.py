"""Louvain and Leiden on accounts that share rare values, and the validated projection of the bipartite model."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from benchmarks.peers.sightings import World, components, groups, incidence, projection, shared

SEED = 1


Cut = tuple[npt.NDArray[np.int64], sp.csr_matrix]
"""Community of each account, and the graph."""


def louvain(world: World, *, most: int, bits: float, resolution: float) -> Cut:
    """Louvain (igraph's multilevel) on accounts that share values, tied by at least `bits` of rarity."""
    return _cut(world, "louvain", most, bits, resolution)


def leiden(world: World, *, most: int, bits: float, resolution: float) -> Cut:
    """Leiden (leidenalg, modularity with resolution) on the same graph."""
    return _cut(world, "leiden", most, bits, resolution)


def _cut(world: World, method: str, most: int, bits: float, resolution: float) -> Cut:
    ties = projection(incidence(world, shared(world, most=most)), rarity=True)
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


def validated(world: World, *, most: int, alpha: float) -> sp.csr_matrix:
    """Tie the pairs whose values in common the bipartite configuration model does not explain (bicm)."""
    from bicm import BipartiteGraph

    matrix = incidence(world, shared(world, most=most))
    used = np.flatnonzero(np.asarray(matrix.sum(axis=1)).ravel() > 0)
    with _silent():
        graph = BipartiteGraph(biadjacency=matrix[used].toarray().astype(np.int8))
        graph.solve_tool(verbose=False, print_error=False)
        graph.compute_projection(
            rows=True, alpha=alpha, approx_method="poisson", threads_num=1, progress_bar=False, validation_method="fdr"
        )
        found = graph.get_rows_projection(fmt="edgelist")
    pairs = np.array([(int(edge[0]), int(edge[1])) for edge in found], dtype=np.int64).reshape(-1, 2)
    ends = used[pairs]
    size = len(world.accounts)
    ties = sp.coo_matrix((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), (size, size)).tocsr()
    return ties + ties.T


def grouped(world: World, ties: sp.csr_matrix, *, dense: bool) -> list[list[str]]:
    """Components of the validated pairs, or their Louvain communities where `dense`."""
    return groups(world, _labels(ties, "louvain", 1.0)) if dense else components(world, ties)


@contextlib.contextmanager
def _silent() -> Iterator[None]:
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
        yield
