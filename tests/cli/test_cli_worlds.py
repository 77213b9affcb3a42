"""Simulated traffic goes to a folder of its own."""

from __future__ import annotations

import polars as pl
import pytest

from extractscan import simulate


def written(run, folder, *arguments):
    result = run("simulate", folder, "--accounts", "30", "--days", "2", *arguments)
    assert result.exit_code == 0, result.stderr
    return {path.name: path.read_bytes() for path in folder.iterdir()}, result


def test_a_world_is_written_and_repeats(run, tmp_path) -> None:
    """Logs, accounts and labels are there, and the same seed gives the same bytes."""
    first, result = written(run, tmp_path / "a" / "b", "--kind", "company", "--seed", "4")
    again, _ = written(run, tmp_path / "c", "--kind", "company", "--seed", "4")
    assert first == again
    assert {"logs.parquet", "accounts.parquet", "labels.parquet"} <= first.keys()
    assert "wrote 30 accounts over 2 days" in result.stderr


def test_quiet_simulation_says_nothing(run, tmp_path) -> None:
    """-q leaves stderr empty."""
    _, result = written(run, tmp_path / "a", "--kind", "company", "-q")
    assert result.stderr == ""


def test_what_every_option_asks_for_reaches_the_simulator(run, tmp_path, monkeypatch) -> None:
    """Numbers, kinds and switches arrive."""
    calls = []
    monkeypatch.setattr(simulate, "write_world", lambda directory, **options: calls.append((directory, options)))
    run("simulate", tmp_path, "--accounts", "9", "--days", "3", "--seed", "2", "--kind", "a", "--no-campaigns")
    ((directory, options),) = calls
    options["progress"](1, 2)
    del options["progress"]
    assert directory == tmp_path
    assert options == {"accounts": 9, "seed": 2, "kinds": ["a"], "campaigns": False, "days": 3}


@pytest.mark.parametrize("case", ["none", "file", "full", "under", "kind"])
def test_a_folder_that_cannot_serve_is_refused(run, tmp_path, case: str) -> None:
    """No folder, a file, one with files, one under a file, and an unknown kind end with 2 and write nothing."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    (tmp_path / "file").touch()
    arguments = {
        "none": [],
        "file": [tmp_path / "file"],
        "full": [tmp_path / "full"],
        "under": [tmp_path / "file" / "new"],
        "kind": [tmp_path / "new", "--kind", "nonsense"],
    }[case]
    assert run("simulate", *arguments).exit_code == 2
    assert [path.name for path in tmp_path.rglob("*.parquet")] == []


def test_a_full_folder_is_written_on_demand(run, tmp_path) -> None:
    """With -C other files stay beside the world."""
    (tmp_path / "x").touch()
    files, _ = written(run, tmp_path, "-C", "--kind", "company")
    assert "x" in files
    assert "logs.parquet" in files


def test_kinds_are_listed(run) -> None:
    """--list-kinds names each kind, whether it is a campaign, and what it is."""
    listed = run("simulate", "--list-kinds").stdout
    for name, kind in simulate.KINDS.items():
        assert name in listed
        assert kind.summary in listed


def test_a_large_world_is_written_by_the_number_of_its_events(run, tmp_path) -> None:
    """`--events 40k` writes 40,000 events by three accounts for a hundred of them."""
    result = run("simulate", tmp_path / "big", "--events", "40k", "--days", "3")
    assert result.exit_code == 0, result.stderr
    assert pl.scan_parquet(tmp_path / "big" / "logs.parquet").select(pl.len()).collect().item() == 40_000
    assert "wrote 1,200 accounts over 3 days" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--events", "lots"], "'lots' is no number of events"),
        (["--events", "10k", "--kind", "company"], "--events with --kind"),
        (["--events", "2000"], "no large world"),
    ],
)
def test_wrong_wishes_for_a_large_world_are_refused(run, tmp_path, arguments, message) -> None:
    """Before anything is written."""
    result = run("simulate", tmp_path / "big", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
