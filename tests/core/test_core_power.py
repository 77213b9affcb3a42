"""The smallest network that a log can show comes from rings that are planted and searched for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest
from core_kinds import campaign, kind, one_each

from extractscan import groundwork, null_test, pipeline, power, readers, reading
from extractscan.incidence import Incidence
from extractscan.settings import Settings


@pytest.fixture(scope="module")
def ground(world: Path) -> groundwork.Ground:
    """What the analysis of the small world stands on."""
    logs = readers.open_logs([str(world / "logs.parquet")])
    log = reading.read(logs, pipeline.side_table(str(world / "accounts.parquet"))[0], Settings())
    return pipeline.laid(log, Settings())


def of_kinds(ground: groundwork.Ground, *names: str) -> groundwork.Ground:
    """The same ground with the sightings of some signals alone."""
    kinds = tuple(kind for kind in ground.incidence.kinds if kind.name in names)
    return replace(ground, incidence=Incidence(ground.incidence.units, kinds))


def test_a_log_with_all_fields_shows_small_rings(ground) -> None:
    """Card, pool, build, wording and sign-up batch tie few accounts; the figure repeats."""
    shown = power.smallest_detectable(ground, Settings())
    assert shown is not None
    assert 3 <= shown <= 8
    assert power.smallest_detectable(ground, Settings()) == shown


def test_fields_that_prove_no_operator_show_nothing(ground) -> None:
    """One channel is not enough, and neither are clients and wording, which unrelated users of one program share."""
    assert power.smallest_detectable(of_kinds(ground, "user_agent", "client_stack", "template"), Settings()) is None
    assert power.smallest_detectable(of_kinds(ground, "payment"), Settings()) is None


def test_what_no_evidence_could_reach_is_not_shown(ground) -> None:
    """Where membership wants more bits than five channels can say, no ring of any size comes back."""
    assert power.smallest_detectable(ground, Settings(margin_bits=60.0)) is None


def test_a_ring_is_no_larger_than_the_log() -> None:
    """Sizes stop at the number of units, and nothing is tried where the smallest network is larger than the log."""
    assert [size for batch in power._batches(10, 3) for size in batch] == [3, 4, 5, 6, 8, 10]
    assert list(power._batches(2, 3)) == []


def test_what_is_planted_at_once_is_a_small_part_of_the_log() -> None:
    """Every batch but one of a single size stays under the share, and all sizes are in one batch."""
    for units in (50, 700, 4000, 100_000):
        batches = list(power._batches(units, 3))
        assert [size for batch in batches for size in batch] == [size for size in power.SIZES if size <= units]
        for batch in batches:
            assert len(batch) == 1 or sum(batch) * power.DRAWS <= power.PLANTED_SHARE * units


def test_the_last_size_counts_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A size counts once the next is shown as well; the largest that was tried needs no next."""
    monkeypatch.setattr(power, "SIZES", (3, 4, 5))
    monkeypatch.setattr(null_test, "strata", lambda ground: np.zeros(ground.incidence.units, dtype=np.int64))
    cards = kind("payment", "identity", 50, one_each(range(50), [f"c{i}" for i in range(50)]))
    agents = kind("user_agent", "client", 50, one_each(range(50), ["a", "b"]))
    ground = SimpleNamespace(incidence=Incidence(50, (cards, agents)))
    for back, smallest in (("nnn", None), ("nny", 5), ("nyy", 4), ("yny", 5), ("yyn", 3)):
        told = {size: letter == "y" for size, letter in zip((3, 4, 5), back, strict=True)}
        monkeypatch.setattr(power, "_recovered", lambda _who, _base, sizes, *_rest, told=told: [told[s] for s in sizes])
        assert power.smallest_detectable(ground, Settings()) == smallest


def test_only_a_group_of_its_own_brings_a_ring_back() -> None:
    """A network that the sightings hold already is none of the rings', and a ring beside it is still recovered."""
    rng = np.random.default_rng(4)
    shared = dict.fromkeys(("payment", "user_agent"), power.SHARED["client"])
    who = campaign()
    assert power._recovered(who, iter(who.kinds), [12], shared, Settings(), rng) == [True]
    other = {"user_agent": power.SHARED["time"]}
    assert power._recovered(who, iter(who.kinds), [12], other, Settings(), rng) == [False]


def test_planted_units_hold_what_their_ring_shares_or_what_their_donor_holds() -> None:
    """Shared values are new ones of the ring alone; in other kinds a planted unit holds its donor's values."""
    rng = np.random.default_rng(1)
    agents = kind("user_agent", "client", 20, one_each(range(20), ["a", "b"]))
    ring, donor = np.array([0, 0, 0, 1, 1, 1]), np.array([0, 1, 2, 3, 4, 5])
    copied = power._planted(agents, ring, donor, None, 20, rng)
    assert [copied.values[copied.value[copied.ptr[20 + i]]] for i in range(6)] == ["a", "b", "a", "b", "a", "b"]
    one = power._planted(agents, ring, donor, power.SHARED["client"], 20, rng)
    held = [one.values[one.value[one.ptr[20 + i]]] for i in range(6)]
    assert held == ["planted 0"] * 3 + ["planted 1"] * 3
    assert one.holders[-2:].tolist() == [3, 3]
    pool = power._planted(agents, ring, donor, power.SHARED["network"], 20, rng)
    assert all(value >= 2 for value in pool.value[pool.ptr[20] :].tolist())
    common = power._planted(agents, ring, donor, power.SHARED["time"], 20, rng)
    assert list(common.values) == ["a", "b"]
    assert pl.Series(np.diff(common.ptr)[20:]).to_list() == [1] * 6
