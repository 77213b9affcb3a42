"""Units, and who holds what, against plain dictionaries."""

from __future__ import annotations

import random
from collections import defaultdict

import numpy as np
import polars as pl
import pytest
from core_kinds import weights
from hypothesis import given, settings
from hypothesis import strategies as st

from extractscan import customers, folding, incidence, told

QUICK = settings(max_examples=50, deadline=None, derandomize=True)
TRIPLES = st.dictionaries(st.tuples(st.integers(0, 7), st.integers(0, 4)), st.integers(1, 9), max_size=25)


def arrays(triples: dict[tuple[int, int], int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    pairs = list(triples)
    random.Random(1).shuffle(pairs)
    unit = np.array([u for u, _ in pairs], dtype=np.int64)
    value = np.array([v for _, v in pairs], dtype=np.int64)
    return unit, value, np.array([triples[p] for p in pairs], dtype=np.float64)


@QUICK
@given(TRIPLES)
def test_a_kind_is_its_triples_by_row_and_by_column(triples: dict[tuple[int, int], int]) -> None:
    """Both compressed forms give back every sighting; a unit's weights are shares of its own sightings."""
    kind = incidence.kind_of("k", "network", list("abcde"), 8, *arrays(triples))
    total = defaultdict(int)
    for (unit, _), count in triples.items():
        total[unit] += count
    expected = {(u, v): count / total[u] for (u, v), count in triples.items()}
    share = weights(kind)
    rows = {(u, int(kind.value[at])): share[at] for u in range(8) for at in range(kind.ptr[u], kind.ptr[u + 1])}
    columns = {
        (int(kind.by_value[at]), v): kind.by_value_weight[at]
        for v in range(5)
        for at in range(kind.by_value_ptr[v], kind.by_value_ptr[v + 1])
    }
    assert rows == pytest.approx(expected)
    assert columns == pytest.approx(expected)
    assert kind.holders.tolist() == [sum(v == value for _, v in triples) for value in range(5)]
    assert kind.known.tolist() == [unit in total for unit in range(8)]


def test_a_mixture_keeps_its_shares() -> None:
    """Shares of all events are not normalised: the rest of the events speaks for the background."""
    kind = incidence.kind_of("t", "content", ["x"], 2, np.array([1]), np.array([0]), np.array([0.25]), mixture=True)
    assert weights(kind) == [0.25]
    assert kind.mixture


@QUICK
@given(st.lists(st.integers(0, 5), min_size=1, max_size=9), st.data())
def test_spans_are_ranges_end_to_end(lengths: list[int], data: st.DataObject) -> None:
    """The positions of some rows are their ranges one after the other."""
    ptr = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
    rows = data.draw(st.lists(st.integers(0, len(lengths) - 1), max_size=6))
    expected = [at for row in rows for at in range(ptr[row], ptr[row + 1])]
    assert incidence.spans(ptr, np.array(rows, dtype=np.int64)).tolist() == expected


def units(**columns: list[object]) -> list[tuple[object, ...]]:
    return list(customers.units_of(pl.DataFrame(columns)).iter_rows())


def test_accounts_of_one_declared_customer_are_one_unit() -> None:
    """An organization merges its accounts unless it is known to be unverified; units are numbered by first account."""
    got = units(
        account_id=["a", "b", "c", "d", "e", "f"],
        organization_id=["X", None, "X", "Y", "Y", ""],
        organization_verified=[True, None, None, False, False, True],
    )
    assert got == [("a", 0, "X"), ("b", 1, None), ("c", 0, "X"), ("d", 2, None), ("e", 3, None), ("f", 4, None)]


def test_an_organization_of_which_nobody_said_more_is_declared() -> None:
    """Without a column that says otherwise, a name given by the log is a customer's."""
    assert units(account_id=["b", "a"], organization_id=["X", "X"]) == [("a", 0, "X"), ("b", 0, "X")]
    assert units(account_id=["b", "a"]) == [("a", 0, None), ("b", 1, None)]


def test_kinds_are_built_in_the_order_of_channels_and_only_for_those() -> None:
    """Sightings of one unit's accounts add up; kinds that may not link are left out."""
    sightings = pl.DataFrame(
        [("a", "z", "v2", 1), ("b", "z", "v1", 2), ("a2", "z", "v2", 3), ("a", "y", "w", 1), ("a", "spread", "w", 1)],
        schema=["account_id", "kind", "value", "count"],
        orient="row",
    )
    numbered = pl.DataFrame({"account_id": ["a", "a2", "b"], "unit": [0, 0, 1]})
    more = {
        "x": lambda: pl.DataFrame({"account_id": ["a"], "kind": ["x"], "value": ["u"], "count": [1]}),
        "none": sightings.clear,
    }
    channels = {"z": "network", "none": "time", "x": "time", "y": "client", "w": "time"}
    made = told.kinds_of(sightings, more, channels, numbered, frozenset({"z"}))
    assert [(kind.name, kind.channel, list(kind.values)) for kind in made] == [
        ("z", "network", ["v1", "v2"]),
        ("x", "time", ["u"]),
        ("y", "client", ["w"]),
    ]
    assert [kind.forgeable for kind in made] == [True, False, False]
    assert made[0].value.tolist() == [1, 0]
    assert weights(made[0]) == [1.0, 1.0]


CONTENT = st.dictionaries(
    st.integers(1, 9), st.dictionaries(st.integers(0, 4), st.integers(1, 6), min_size=2), min_size=1, max_size=9
)


@QUICK
@given(CONTENT)
def test_shingles_of_the_same_holders_fold_into_one_piece(content: dict[int, dict[int, int]]) -> None:
    """Pieces are the classes of shingles by their set of holders, named by their smallest, in its order."""
    rows = [(u, s, count) for s, held in content.items() for u, count in held.items()]
    random.Random(2).shuffle(rows)
    frame = pl.DataFrame(rows, schema={"unit": pl.Int64, "shingle": pl.UInt64, "count": pl.Int32}, orient="row")
    prompts = np.array([4, 4, 4, 4, 0], dtype=np.int64)
    kind, pieces = folding.fold_content(frame, prompts)
    classes = defaultdict(list)
    for shingle in sorted(content):
        classes[frozenset(content[shingle])].append(shingle)
    heads = sorted(members[0] for members in classes.values())
    assert list(kind.values) == [f"{head:016x}" for head in heads]
    assert dict(pieces.iter_rows()) == {
        shingle: heads.index(members[0]) for members in classes.values() for shingle in members
    }
    for number, head in enumerate(heads):
        at = slice(kind.by_value_ptr[number], kind.by_value_ptr[number + 1])
        held = dict(zip(kind.by_value[at].tolist(), kind.by_value_weight[at].tolist(), strict=True))
        assert held == {u: min(count / max(prompts[u], 1), 1.0) for u, count in content[head].items()}
    assert kind.mixture
    assert kind.forgeable
