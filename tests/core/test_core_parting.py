"""What parting reckons with: ties between communities, and the graph that they are looked for in."""

import numpy as np
import pytest
import scipy.sparse as sp

from extractscan import parting


def ties(seed: int, members: int = 30, values: int = 12) -> sp.csr_matrix:
    """Tie members to values at random; the last value is nobody's."""
    rng = np.random.default_rng(seed)
    held = rng.random((members, values)) * (rng.random((members, values)) < 0.3)
    held[:, -1] = 0.0
    return sp.csr_matrix(held)


@pytest.mark.parametrize("seed", range(5))
def test_ties_are_the_same_in_a_plain_table_and_in_a_sparse_one(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """By what each value ties two communities, for a share of all that it ties; members of none are left out."""
    touch = ties(seed)
    order = np.random.default_rng(seed).permutation(30)
    groups = [np.sort(order[:10]), np.sort(order[10:13]), np.sort(order[13:25])]
    plain = parting._between(touch, groups)
    held = np.array([touch.toarray()[group].sum(axis=0) for group in groups])
    expected = (held / np.maximum(held.sum(axis=0), 1e-9)) @ held.T
    np.testing.assert_allclose(plain, expected, rtol=1e-12)
    monkeypatch.setattr(parting, "SMALL", 0)
    np.testing.assert_allclose(parting._between(touch, groups), expected, rtol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_the_graph_of_members_and_values_is_the_ties_both_ways(seed: int) -> None:
    """Nothing ties two members or two values, and neighbours stand in order."""
    touch = ties(seed)
    graph = parting._both_ways(touch)
    expected = sp.block_array([[None, touch], [touch.T, None]])
    assert (graph.toarray() == expected.toarray()).all()
    assert graph.has_sorted_indices
    assert all((np.diff(graph.indices[a:b]) > 0).all() for a, b in zip(graph.indptr, graph.indptr[1:], strict=False))
