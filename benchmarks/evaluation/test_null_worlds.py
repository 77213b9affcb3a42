"""The counts of the null test by hand."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.evaluation import apart, cells, null_worlds


def _result(**changed: Any) -> dict[str, Any]:
    base = {"threshold": "low", "kind": cells.NOBODY, "networks": 3, "strangers": 1, "harvests": 0, "expected": 1.5}
    return base | {"campaigns": [], "ranks": []} | changed


def test_bounds_of_a_poisson_mean() -> None:
    """None seen leaves up to 3.69, ten seen 4.80 to 18.39, as in printed tables."""
    assert null_worlds.interval(0) == pytest.approx((0, 3.6889), abs=1e-4)
    assert null_worlds.interval(10) == pytest.approx((4.7954, 18.3904), abs=1e-4)


def test_agreement_compares_only_worlds_that_state_an_expectation() -> None:
    """Two worlds with 1 seen and 1.5 expected each agree; one without expectation is counted and not compared."""
    worlds, told, seen, expected, _, agrees, harvests = null_worlds.agreement(
        [_result(), _result(harvests=1), _result(expected=None, strangers=9)]
    )
    assert (worlds, told, seen, expected, agrees, harvests) == (3, 2, 2, "3.00", "yes", 1)
    assert null_worlds.agreement([_result(strangers=0, expected=0.2)] * 30)[5] == "no"


def test_a_network_of_strangers_has_no_group_with_more_than_half() -> None:
    """Unrelated accounts and mixtures are chance; a company is not."""
    assert null_worlds.strangers({"group": "None", "share": 1.0})
    assert null_worlds.strangers({"group": "campus_nat-1", "share": 0.5})
    assert not null_worlds.strangers({"group": "campus_nat-1", "share": 0.6})


def test_the_page_has_both_thresholds_and_names_what_broke() -> None:
    """Shuffles that reproduce a campaign are shown with the most of them."""
    planted = _result(kind="work_queue", threshold="default", campaigns=[0, 2])
    page = null_worlds.markdown([_result(), planted, {"failed": "Error", "name": "low x"}], 20)
    assert "| default | 2 | 1 | 2 of 20 |" in page
    assert "| low | 1 | 1 | 1 | 1.50 |" in page
    assert "broke on `low x`" in page


def test_worlds_are_of_every_kind_in_turn() -> None:
    """As many empty worlds as asked for, and planted ones of different kinds."""
    drawn = null_worlds.wanted_cells(1, 7, 5)
    assert [c.kind for c in drawn[:7]] == [cells.NOBODY] * 7
    assert len({c.kind for c in drawn[7:]}) == 5
    for cell in drawn:
        assert cells.parse(cell.id).id == cell.id


def test_a_judgement_that_breaks_is_a_result_with_what_it_said() -> None:
    """A module that does not exist gives its error; nothing begins once time is up."""
    [(name, result)] = apart.run("benchmarks.no_such_module", {"a": []}, 2, 60)
    assert name == "a"
    assert "no_such_module" in result["failed"]
    assert list(apart.run("benchmarks.no_such_module", {"a": []}, 1, -1)) == []


def test_results_of_another_state_do_not_count(tmp_path: Any) -> None:
    """Lines made with another tool are read over; a file that is not there holds nothing."""
    path = tmp_path / "r.jsonl"
    assert apart.stored(path, "cell", "s") == {}
    path.write_text('{"cell": "a", "state": "s"}\n{"cell": "b", "state": "t"}\n')
    assert list(apart.stored(path, "cell", "s")) == ["a"]


def test_the_state_names_the_analysis() -> None:
    """It is the same as long as the sources are, and of a fixed length."""
    assert apart.tool_state() == apart.tool_state()
    assert len(apart.tool_state()) == 12
