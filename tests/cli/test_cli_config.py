"""A key may be told by flag, environment, file and profile; the nearest wins, and every fault names its place."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from extractscan.cli.keys import KEYS, OPTIONS, allowed
from extractscan.settings import Settings


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, with nothing told by the environment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("EXTRACTSCAN_CONFIG", raising=False)
    return tmp_path


def settings(run, pipeline, *arguments: str) -> Settings:
    result = run("analyze", "x.json", *arguments)
    assert result.exit_code == 0, result.stderr
    return pipeline.calls[-1]["settings"]


def test_flag_over_environment_over_file_over_profile_over_default(run, pipeline, here, monkeypatch) -> None:
    """Each level is seen when those above it are silent."""
    assert settings(run, pipeline).margin_bits == 7.0
    assert settings(run, pipeline, "--profile", "strict").margin_bits == 10.0
    (here / "extractscan.toml").write_text('profile = "wide"\nmargin_bits = 5\nseed = 1\n')
    assert settings(run, pipeline, "--profile", "strict").margin_bits == 5
    assert settings(run, pipeline).hypothesis_margin_bits == 1.0
    assert settings(run, pipeline).seed == 1
    monkeypatch.setenv("EXTRACTSCAN_SEED", "2")
    monkeypatch.setenv("EXTRACTSCAN_MARGIN_BITS", "6.5")
    assert (settings(run, pipeline).seed, settings(run, pipeline).margin_bits) == (2, 6.5)
    assert settings(run, pipeline, "--seed", "3").seed == 3


def test_a_named_file_stands_in_for_the_folders_own(run, pipeline, here, monkeypatch) -> None:
    """--config goes over EXTRACTSCAN_CONFIG, that over extractscan.toml."""
    for name, seed in (("extractscan.toml", 1), ("b.toml", 2), ("c.toml", 3)):
        (here / name).write_text(f"seed = {seed}\n")
    assert settings(run, pipeline).seed == 1
    monkeypatch.setenv("EXTRACTSCAN_CONFIG", "b.toml")
    assert settings(run, pipeline).seed == 2
    assert settings(run, pipeline, "--config", "c.toml").seed == 3


def test_every_kind_of_option_works_in_file_and_environment(run, pipeline, here, monkeypatch) -> None:
    """Lists, tables, dates, flags and numbers reach the pipeline from both."""
    (here / "extractscan.toml").write_text(
        'accounts = "a.csv"\nfrom = 2026-03-01\nbaseline_logs = "old"\nreproducible = true\n[map]\nprompt = "q"\n'
    )
    run("analyze", "x.json")
    call = pipeline.calls[-1]
    assert (call["accounts"], call["baseline_logs"], call["mapping"]) == ("a.csv", ["old"], {"prompt": "q"})
    assert call["start"].isoformat() == "2026-03-01T00:00:00+00:00"
    assert call["reproducible"] is True
    monkeypatch.setenv("EXTRACTSCAN_BASELINE_LOGS", 'one,"two,three"')
    monkeypatch.setenv("EXTRACTSCAN_REPRODUCIBLE", "no")
    run("analyze", "x.json")
    assert pipeline.calls[-1]["baseline_logs"] == ["one", "two,three"]
    assert pipeline.calls[-1]["reproducible"] is False
    run("analyze", "x.json", "--reproducible")
    assert pipeline.calls[-1]["reproducible"] is True


def test_a_flag_turns_off_what_the_file_turns_on(run, pipeline, report, here) -> None:
    """--no-strict and --no-reproducible go over the file."""
    (here / "extractscan.toml").write_text("strict = true\nreproducible = true\n")
    pipeline.outcome = report  # with rejected rows
    assert run("analyze", "x.json").exit_code == 4
    assert run("analyze", "x.json", "--no-strict", "--no-reproducible").exit_code == 0
    assert pipeline.calls[-1]["reproducible"] is False


def test_options_of_a_file_act_as_flags(run, pipeline, here) -> None:
    """fail_on, output and quiet of a file do what the flags do."""
    (here / "extractscan.toml").write_text('fail_on = "low"\noutput = ["r.json"]\nquiet = true\n')
    result = run("analyze", "x.json")
    assert result.exit_code == 1
    assert (here / "r.json").exists()
    assert result.stdout.count("\n") == 1


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("fail_no = 'low'", "extractscan.toml: there is no key 'fail_no'", "nearest: fail_on"),
        ("zzz = 1", "extractscan.toml: there is no key 'zzz'", "keys: accounts, output"),
        ("fail_on = 'severe'", "extractscan.toml: fail_on = 'severe'", "critical, high, medium, low, info"),
        ("profile = 'lax'", "extractscan.toml: profile = 'lax'", "strict, balanced, wide"),
        ("from = 'soon'", "extractscan.toml: from = 'soon' is no time", "2026-03-31"),
        ("last = '3'", "extractscan.toml: last = '3' is no span", "30d"),
        ("strict = 'maybe'", "extractscan.toml: strict = 'maybe'", "true or false"),
        ("threads = 0", "extractscan.toml: threads = 0", "whole number"),
        ("shuffles = true", "extractscan.toml: shuffles = True", "whole number"),
        ("margin_bits = inf", "extractscan.toml: margin_bits = inf", "number from 0 up"),
        ("output = [1]", "extractscan.toml: output = [1]", "list of texts"),
        ("accounts = 1", "extractscan.toml: accounts = 1", "text"),
        ("map = 1", "extractscan.toml: map = 1", "table"),
    ],
)
def test_a_fault_in_a_file_names_file_key_and_what_is_allowed(run, pipeline, here, text, message, hint) -> None:
    """`config check` and `analyze` refuse the same, in the same words, before anything is read."""
    (here / "extractscan.toml").write_text(text)
    for command in (["config", "check"], ["analyze", "x.json"]):
        result = run(*command)
        assert result.exit_code == 2
        assert message in result.stderr
        assert hint in result.stderr.partition("hint: ")[2]
    assert pipeline.calls == []


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("EXTRACTSCAN_FAIL_NO", "low", "nearest: EXTRACTSCAN_FAIL_ON"),
        ("EXTRACTSCAN_SEED", "many", "whole number"),
        ("EXTRACTSCAN_MARGIN_BITS", "-1", "number from 0 up"),
        ("EXTRACTSCAN_STRICT", "perhaps", "true or false"),
    ],
)
def test_a_fault_in_the_environment_names_the_variable(run, pipeline, monkeypatch, name, value, hint) -> None:
    """A variable that is no key, or holds what is not allowed, is refused by its name."""
    monkeypatch.setenv(name, value)
    result = run("analyze", "x.json")
    assert result.exit_code == 2
    assert name in result.stderr
    assert hint in result.stderr.partition("hint: ")[2]


def test_show_says_where_each_value_came_from(run, here, monkeypatch) -> None:
    """Every key is listed, with the file, the variable, the profile or the default as its source."""
    (here / "extractscan.toml").write_text('profile = "strict"\nfail_on = "high"\n')
    monkeypatch.setenv("EXTRACTSCAN_SEED", "5")
    found = json.loads(run("config", "show", "--json").stdout)
    assert tuple(found) == KEYS
    assert found["fail_on"] == {"value": "high", "source": "extractscan.toml: fail_on"}
    assert found["seed"] == {"value": 5, "source": "EXTRACTSCAN_SEED"}
    assert found["margin_bits"] == {"value": 10.0, "source": "profile strict"}
    assert found["shuffles"] == {"value": 20, "source": "default"}
    assert "EXTRACTSCAN_SEED" in run("config", "show").stdout


def test_check_counts_what_is_set(run, here) -> None:
    """A right file is said to be right."""
    (here / "b.toml").write_text("seed = 1\n")
    assert run("config", "check", "b.toml").stdout == "b.toml and the environment are right: 1 key set\n"
    assert run("config", "check").stdout == "no file and the environment are right: 0 keys set\n"


def test_a_file_to_begin_with_names_every_key_and_changes_nothing(run, here) -> None:
    """`config init` explains each key; as written it sets none, and with its lines uncommented it is right."""
    assert run("config", "init").exit_code == 0
    text = (here / "extractscan.toml").read_text()
    assert tomllib.loads(text) == {}
    assert all(f"# Allowed: {allowed(key)}." in text for key in KEYS)
    lines = [line.removeprefix("# ") for line in text.splitlines() if line.startswith(tuple(f"# {k} = " for k in KEYS))]
    assert len(lines) == len(KEYS)
    told = [line for line in lines if not line.endswith('"..."')]
    (here / "extractscan.toml").write_text("\n".join(told))
    result = run("config", "check")
    assert result.exit_code == 0, result.stderr


def test_init_overwrites_only_if_told_to(run, here) -> None:
    """An existing file stays without --clobber; a place that cannot be written is said."""
    (here / "extractscan.toml").write_text("seed = 1\n")
    assert run("config", "init").exit_code == 2
    assert (here / "extractscan.toml").read_text() == "seed = 1\n"
    assert run("config", "init", "-C").exit_code == 0
    assert "seed = 20261101" in (here / "extractscan.toml").read_text()
    assert run("config", "init", here / "none" / "x.toml").exit_code == 2


def test_every_option_of_analyze_is_a_key() -> None:
    """No flag is forgotten in the file, and no key without a flag: but for the file itself and thresholds."""
    import typer.main

    from extractscan.cli import app
    from extractscan.cli.config import FLAG_OF

    flags = {FLAG_OF.get(each.name, each.name) for each in typer.main.get_command(app).commands["analyze"].params}
    assert flags - {"inputs", "config", "seed", "shuffles"} == set(OPTIONS)
