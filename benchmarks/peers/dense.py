"""FRAUDAR: dense blocks of accounts and values, common values weighing less (Hooi et al., KDD 2016), as in UGFraud."""

from __future__ import annotations

import numpy as np

from benchmarks.peers.sightings import World, incidence, named, shared

BLOCKS = 25


def peeled(world: World, *, most: int) -> list[tuple[set[int], float]]:
    """Detect the densest blocks one after the other: accounts of each, and its density."""
    from UGFraud.Detector.Fraudar import detectMultiple, logWeightedAveDegree

    matrix = incidence(world, shared(world, most=most))
    used = np.flatnonzero(np.asarray(matrix.sum(axis=1)).ravel() > 0)
    blocks = detectMultiple(matrix[used].astype(float), logWeightedAveDegree, BLOCKS)
    return [({int(used[row]) for row in rows}, float(density)) for (rows, _), density in blocks]


def densest(world: World, found: list[tuple[set[int], float]], *, blocks: int, share: float) -> list[list[str]]:
    """Take the first blocks that are at least `share` as dense as the first; an account counts in its first block."""
    taken: set[int] = set()
    clusters = []
    for rows, density in found[:blocks]:
        if density < share * found[0][1]:
            break
        mine = rows - taken
        taken |= mine
        clusters.append([world.accounts[row] for row in mine])
    return named(clusters)
