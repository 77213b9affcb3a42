"""The null test: shuffles keep what they must, and chance alone finds nothing."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from core_kinds import campaign, kind

from extractscan import null_test
from extractscan.growing import Found
from extractscan.incidence import Incidence, Kind
from extractscan.linking import profile
from extractscan.networks import find
from extractscan.settings import Settings

SETTINGS = Settings(shuffles=4)


def sightings(one: Kind, units: int) -> list[tuple[int, int]]:
    return [(u, int(one.value[i])) for u in range(units) for i in range(one.ptr[u], one.ptr[u + 1])]


@pytest.mark.parametrize("seed", range(3))
def test_shuffles_keep_every_degree(seed: int) -> None:
    """Every account keeps how many values it holds and every value how many hold it, in each stratum apart."""
    incidence = campaign()
    strata = np.arange(400) % 3
    mixed = null_test.shuffled(incidence, strata, np.random.default_rng(seed))
    for before, after in zip(incidence.kinds, mixed.kinds, strict=True):
        old, new = sightings(before, 400), sightings(after, 400)
        if before.name == "address":  # some hold two values: drawing one twice counts once
            assert len(old) - 10 <= len(new) <= len(old)
            continue
        assert Counter(u for u, _ in old) == Counter(u for u, _ in new)
        assert Counter((u % 3, v) for u, v in old) == Counter((u % 3, v) for u, v in new)
        assert sorted(old) != sorted(new)


def test_a_value_drawn_twice_is_held_once() -> None:
    """Two holders of both values of a kind keep both, whatever is dealt: pairs stay distinct."""
    one = kind("address", "network", 2, {0: {"a": 1.0, "b": 1.0}, 1: {"a": 1.0, "b": 1.0}})
    for seed in range(8):
        mixed = null_test.shuffled(Incidence(2, (one,)), np.zeros(2, dtype=np.int64), np.random.default_rng(seed))
        pairs = sightings(mixed.kinds[0], 2)
        assert len(set(pairs)) == len(pairs)
        assert {unit for unit, _ in pairs} == {0, 1}


@pytest.mark.parametrize("seed", range(4))
def test_dealing_sorts_by_stratum_and_by_all_of_the_number(seed: int) -> None:
    """Numbers that differ in their last bits only, or not at all, are put in the order that a plain sort gives."""
    rng = np.random.default_rng(seed)
    drawn = rng.random(500)
    drawn[rng.integers(0, 500, 200)] = drawn[0]
    drawn[rng.integers(0, 500, 100)] = np.nextafter(drawn[0], 1.0)
    stratum = rng.integers(0, 3, 500).astype(np.uint8)
    assert np.array_equal(null_test._order(stratum, drawn), np.lexsort((drawn, stratum)))
    assert null_test._order(stratum[:0], drawn[:0]).tolist() == []


def test_chance_gives_no_network_where_a_campaign_stands() -> None:
    """The campaign is found; its shuffles give nothing as strong, and the report says so."""
    incidence = campaign()
    (group,) = find(incidence, (), SETTINGS)
    shuffles = list(null_test.strengths(incidence, (), np.zeros(400, dtype=np.int64), SETTINGS))
    assert len(shuffles) == SETTINGS.shuffles
    said = null_test.of(group, shuffles)
    assert (said.shuffles, said.as_strong, said.expected_false) == (4, 0, 0.0)


def test_shuffles_are_the_same_again() -> None:
    """The seed in the settings decides, and nothing else."""
    text = kind("template", "content", 400, {unit: {"wording": 0.5} for unit in range(20)}, mixture=True)
    incidence = Incidence(400, (*campaign().kinds, text))
    strata = np.zeros(400, dtype=np.int64)
    runs = [list(null_test.strengths(incidence, (), strata, SETTINGS)) for _ in range(2)]
    assert runs[0] == runs[1]


def test_large_shuffles_are_the_same_and_run_when_they_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log too large for two shuffles at once gets the same ones, one at a time, and only as many as are taken."""
    incidence, strata = campaign(), np.zeros(400, dtype=np.int64)
    small = list(null_test.strengths(incidence, (), strata, SETTINGS))
    monkeypatch.setattr(null_test, "ONE_AT_A_TIME", 1)
    asked: list[int] = []
    real = null_test.shuffled
    monkeypatch.setattr(null_test, "shuffled", lambda *given: asked.append(1) or real(*given))
    large = null_test.strengths(incidence, (), strata, SETTINGS)
    assert [next(large), next(large)] == small[:2]
    assert len(asked) == 2
    assert list(large) == small[2:]


@pytest.mark.parametrize(
    ("mine", "shuffles", "run"),
    [
        ([], [[]] * 9, 5),
        ([100.0], [[], [9.0], [], [], [10.0], []], 5),
        ([100.0, 99.0], [[], [10.0], [], [], [], [], []], 7),
        ([100.0], [[], [], [], [], [10.1], [], []], 7),
        ([100.0], [[], []], 2),
    ],
)
def test_shuffles_end_when_chance_does_not_come_near(mine: list[float], shuffles: list[list[float]], run: int) -> None:
    """Five at least, and all of them where any network that was found is within ten times of one by chance."""
    assert list(null_test.until_clear(iter(shuffles), mine)) == shuffles[:run]


def test_strength_is_compared_with_every_network_of_a_shuffle() -> None:
    """A shuffle counts once however many networks it gives; what is expected by chance is their mean number."""
    incidence = campaign()
    group = Found(np.arange(20), profile(incidence, np.arange(20), SETTINGS), 0.0)
    mine = null_test.strength(group.profile)
    assert mine == pytest.approx(sum(bits[np.arange(20)].sum() for bits in group.profile.channels.values()))
    said = null_test.of(group, [[mine, mine + 1], [mine - 1], [], [mine / 2]])
    assert (said.shuffles, said.as_strong, said.expected_false) == (4, 1, 1.0)
    none = null_test.of(group, [])
    assert (none.shuffles, none.as_strong, none.expected_false) == (0, 0, 0.0)
