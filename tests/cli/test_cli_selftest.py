"""The self-test on the command line: a table, JSON, and the exit codes of the contract."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from extractscan import selftest

LOG = Path(__file__).parents[2] / "sample_logs" / "quiet.parquet"


@pytest.fixture
def fixed(monkeypatch: pytest.MonkeyPatch) -> selftest.SelfTest:
    """A self-test that was made already; the analysis itself is tried in tests/core."""
    trials = [
        selftest.Trial(
            size=5, strength="careful", round=1, events=40, outcome="as_another", verdict="coordinated",
            flagged=0, linked=4, false_additions=0,
        )
    ]  # fmt: skip
    made = selftest.SelfTest(
        schema_version="1.0", version="0", settings_sha256="0", seed=1, accounts=700, events=3000, flagged_before=2,
        shared=["prompt"], absent=[], power=selftest._power(trials), trials=trials,
    )  # fmt: skip
    monkeypatch.setattr(selftest, "selftest", lambda _paths, **options: options["progress"]("planting", 0, 1) or made)
    return made


def test_the_table_has_a_row_for_each_size_and_strength(run, fixed) -> None:
    """Counts, the share of members, and what the words mean."""
    result = run("selftest", LOG)
    assert result.exit_code == 0, result.stderr
    page = " ".join(result.stdout.split())
    assert "3,000 events of 700 accounts, of which 2 are flagged" in page
    assert "5 careful 0 of 1 1 of 1 0 of 1 0% 0" in page
    assert "not in this log –" in page


def test_json_has_every_ring(run, fixed) -> None:
    """--json gives the table and the trials behind it."""
    told = json.loads(run("selftest", LOG, "--json", "--sizes", "5,5").stdout)
    assert told["trials"][0]["verdict"] == "coordinated"
    assert told["power"][0]["share_linked"] == 0.8


@pytest.mark.parametrize("sizes", ["", "5,x", "1", "6000", "5,,6"])
def test_sizes_that_make_no_ring_are_refused(run, sizes: str) -> None:
    """Before anything is read, with what would do."""
    result = run("selftest", LOG, "--sizes", sizes)
    assert result.exit_code == 2
    assert "joined by commas" in result.stderr


def test_no_log_is_no_input(run, tmp_path) -> None:
    """A path that is not there ends with 3."""
    assert run("selftest", tmp_path / "none.parquet").exit_code == 3


def test_what_cannot_be_tested_is_not_passed(run, tmp_path) -> None:
    """A log with times and accounts alone ends with 4."""
    log = tmp_path / "bare.ndjson"
    log.write_text(
        "".join(f'{{"timestamp": "2026-03-01T0{n % 9}:00:00Z", "account_id": "a{n % 7}"}}\n' for n in range(60))
    )
    result = run("selftest", log)
    assert result.exit_code == 4
    assert "cannot test" in result.stderr
