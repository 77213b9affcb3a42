"""Components of what is shared, and counts of it over a percentile: what an analyst would try first."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from benchmarks.peers.sightings import CARDS, World, components, incidence, projection, shared


def any_shared(world: World, *, most: int | None) -> sp.csr_matrix:
    """Who holds which card or address; values with more than `most` holders are left out."""
    return incidence(world, shared(world, (*CARDS, "client_ip"), most))


def cards(world: World, *, most: int | None) -> sp.csr_matrix:
    """Who holds which card."""
    return incidence(world, shared(world, CARDS, most))


def joined(world: World, matrix: sp.csr_matrix) -> list[list[str]]:
    """Components of accounts over the values that they share."""
    return components(world, projection(matrix, rarity=False)) if matrix.shape[1] else []


def in_common(world: World, *, most: int | None) -> sp.csr_matrix:
    """Return how many values every two accounts have in common."""
    return projection(incidence(world, shared(world, most=most)), rarity=False)


def over_percentile(world: World, common: sp.csr_matrix, *, percentile: float) -> list[list[str]]:
    """Components of pairs whose number of values in common lies over a percentile of all pairs that have any."""
    pairs = sp.triu(common).tocoo()
    if not pairs.nnz:
        return []
    keep = pairs.data > np.percentile(pairs.data, percentile)
    return components(world, sp.coo_matrix((pairs.data[keep], (pairs.row[keep], pairs.col[keep])), pairs.shape))
