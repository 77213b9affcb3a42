"""`analyze` checks what it was asked before it starts, passes it on whole, and delivers the report."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from extractscan.model import decode
from extractscan.model.asked import Run
from extractscan.settings import PROFILES, Settings
from extractscan.writers import WRITERS


def test_every_option_reaches_the_pipeline(run, pipeline, tmp_path) -> None:
    """What is typed arrives as the pipeline's own types."""
    config = tmp_path / "c.toml"
    config.write_text("margin_bits = 9.5\nseed = 3\n")
    result = run(
        "analyze", "a.json", "b.json", "--accounts", "acc.csv", "--from", "2026-03-01", "--to", "2026-03-31",
        "--profile", "strict", "--config", config, "--map", "account_id=user.id", "--map", "prompt=q",
        "--baseline-logs", "old1", "--baseline-logs", "old2", "--reproducible", "--shuffles", "5", "--seed", "9",
    )  # fmt: skip
    assert result.exit_code == 0, result.stderr
    (call,) = pipeline.calls
    assert call.pop("progress") is not None
    assert call.pop("memory") > 0
    assert call == {
        "paths": ["a.json", "b.json"],
        "accounts": "acc.csv",
        "settings": Settings(margin_bits=9.5, extraction_bits=10.0, hypothesis_margin_bits=5.0, shuffles=5, seed=9),
        "mapping": {"account_id": "user.id", "prompt": "q"},
        "start": datetime(2026, 3, 1, tzinfo=UTC),
        "end": datetime(2026, 4, 1, tzinfo=UTC),
        "last": None,
        "baseline_logs": ["old1", "old2"],
        "filters": [],
        "allow": [],
        "rule_files": [],
        "reproducible": True,
    }


def test_defaults_are_the_settings_own(run, pipeline) -> None:
    """With nothing asked, nothing is set."""
    run("analyze", "a.json")
    (call,) = pipeline.calls
    assert call["settings"] == Settings()
    assert (call["mapping"], call["baseline_logs"], call["start"], call["end"]) == ({}, [], None, None)


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_is_its_preset(run, pipeline, profile: str) -> None:
    """`--profile` sets exactly what its preset says."""
    run("analyze", "a.json", "--profile", profile)
    assert pipeline.calls[0]["settings"] == Settings(**PROFILES[profile])


def test_without_output_the_report_is_drawn_on_stdout(run, pipeline) -> None:
    """A plain run prints the terminal report, without colours in a pipe, and nothing on stderr."""
    result = run("analyze", "a.json")
    assert "N1 · critical · extraction network" in result.stdout
    assert "\x1b" not in result.stdout
    assert result.stderr == ""


def test_a_format_alone_goes_to_stdout(run, pipeline) -> None:
    """`--format json` prints exactly the JSON of the report; people are told on stderr."""
    result = run("analyze", "a.json", "--format", "json")
    assert msgspec.structs.replace(decode(result.stdout_bytes), run=Run()) == pipeline.outcome
    assert "1 extraction network (1 critical), 3 others" in result.stderr


@pytest.mark.parametrize("fmt", WRITERS)
def test_every_format_can_be_printed(run, pipeline, fmt: str) -> None:
    """Each writer's name works for --format."""
    assert run("analyze", "a.json", "--format", fmt).exit_code == 0


def test_several_outputs_in_one_run(run, pipeline, tmp_path) -> None:
    """Each -o is written in the format of its suffix, stdout stays empty, and stderr says where."""
    files = [tmp_path / f"r{writer.suffixes[0]}" for writer in WRITERS.values()]
    result = run("analyze", "a.json", *(word for file in files for word in ("-o", file)))
    assert result.exit_code == 0
    assert result.stdout == ""
    written = decode(files[0].read_bytes())
    for file, writer in zip(files, WRITERS.values(), strict=True):
        assert file.read_bytes() == writer.render(written)
        assert f"wrote {file}" in result.stderr


def test_quiet_leaves_one_line_on_stdout(run, pipeline, tmp_path) -> None:
    """-q leaves stderr empty, writes the file, and sums up in one line where stdout would be empty."""
    result = run("analyze", "a.json", "-q", "-o", tmp_path / "r.json")
    assert result.stderr == ""
    assert result.stdout.count("\n") == 1
    assert "1 extraction network (1 critical), 3 others" in result.stdout
    assert (tmp_path / "r.json").exists()
    alone = run("analyze", "a.json", "-q")
    assert (alone.stdout, alone.stderr) == (result.stdout, "")


def test_quiet_adds_nothing_to_a_printed_report(run, pipeline) -> None:
    """What is printed in a format stays exactly that."""
    result = run("analyze", "a.json", "-q", "--format", "json")
    assert decode(result.stdout_bytes).networks == pipeline.outcome.networks
    assert result.stderr == ""


def test_verbose_draws_all_and_times_the_stages(run, pipeline) -> None:
    """-v draws every account on stdout and says on stderr how long each stage took, in order."""
    plain, verbose = run("analyze", "a.json"), run("analyze", "a.json", "-v")
    assert "acct_00037" not in plain.stdout
    assert "acct_00037" in verbose.stdout
    assert [line.split()[2] for line in verbose.stderr.splitlines()] == ["read", "link"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--format", "pdf"], "no output format"),
        (["-o", "r.pdf"], "no output format"),
        (["-o", "r"], "no output format"),
        (["-o", "r.json", "-o", "r.json"], "twice"),
        (["-o", "r.json", "-o", "r.md", "--format", "json"], "several"),
        (["-o", "in.csv", "-C"], "also an input"),
        (["-o", "old.json"], "exists already"),
        (["-o", "folder.json", "-C"], "no regular file"),
        (["-o", "nowhere/r.json"], "no folder"),
        (["-o", "sealed/r.json"], "may not be written"),
        (["--profile", "lax"], "--profile 'lax' is not allowed hint: allowed: one of strict, balanced, wide"),
        (["--config", "none.toml"], "cannot read"),
        (["--config", "bad.toml"], "no TOML"),
        (["--config", "latin.toml"], "no TOML"),
        (["--config", "unknown.toml"], "no key 'marginbits'"),
        (["--config", "typed.toml"], "typed.toml: seed = 'x' is not allowed hint: allowed: a whole number"),
        (["--config", "negative.toml"], "from 0 up"),
        (["--config", "nan.toml"], "from 0 up"),
        (["--map", "prompt"], "no pair"),
        (["--map", "=x"], "no pair"),
        (["--map", "promt=x"], "no column 'promt'"),
        (["--map", "prompt=a", "--map", "prompt=b"], "twice"),
        (["--from", "yesterday"], "--from 'yesterday' is no time"),
        (["--to", "2026-13-01"], "--to '2026-13-01' is no time"),
        (["--to", "9999-12-31"], "is no time"),
        (["--from", "2026-03-02", "--to", "2026-03-01"], "not before"),
        (["--last", "30"], "no span"),
        (["--last", "0d"], "no span"),
        (["--last", "30d", "--from", "2026-03-01"], "both say"),
        (["--shuffles", "-1"], "--shuffles"),
        (["--manifest", "m.json"], "--manifest without --output"),
        (["--manifest", "in.csv", "-o", "r.json", "-C"], "also an input"),
        (["--manifest", "old.json", "-o", "r.json"], "exists already"),
        (["--threads", "0"], "--threads"),
    ],
)
def test_what_cannot_work_is_refused_before_the_start(run, pipeline, tmp_path, monkeypatch, arguments, message) -> None:
    """Every wrong option ends with 2, a message that names it, and no analysis."""
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "old.json": "old", "in.csv": "", "bad.toml": "= 1", "unknown.toml": "marginbits = 1",
        "nan.toml": "margin_bits = nan", "typed.toml": "seed = 'x'", "negative.toml": "margin_bits = -1.0",
    }.items():  # fmt: skip
        (tmp_path / name).write_text(text)
    (tmp_path / "latin.toml").write_bytes(b"\xff")
    (tmp_path / "folder.json").mkdir()
    (tmp_path / "sealed").mkdir()
    can = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: not str(path).endswith("sealed") and can(path, mode))
    result = run("analyze", "in.csv", *arguments)
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.split())
    assert pipeline.calls == []
    assert (tmp_path / "old.json").read_text() == "old"


def test_a_wrong_setting_names_file_key_and_what_is_allowed(run, pipeline, tmp_path) -> None:
    """The error of a config file says which file, which key, and lists every key there is."""
    config = tmp_path / "c.toml"
    config.write_text("marginbits = 1")
    result = run("analyze", "a.json", "--config", config)
    assert str(config) in result.stderr
    assert all(name in result.stderr for name in Settings.__struct_fields__)


def test_clobber_overwrites(run, pipeline, tmp_path) -> None:
    """With -C an existing file is replaced."""
    path = tmp_path / "r.json"
    path.write_text("old")
    assert run("analyze", "a.json", "-C", "-o", path).exit_code == 0
    assert decode(path.read_bytes()).networks == pipeline.outcome.networks


def test_one_output_may_have_any_name_with_a_format(run, pipeline, tmp_path) -> None:
    """--format outranks the suffix of a single output."""
    path = tmp_path / "r.log"
    assert run("analyze", "a.json", "--format", "csv", "-o", path).exit_code == 0
    assert path.read_bytes() == WRITERS["csv"].render(pipeline.outcome)


@pytest.mark.parametrize(
    ("text", "end", "moment"),
    [
        ("2026-03-31", False, datetime(2026, 3, 31, tzinfo=UTC)),
        ("2026-03-31", True, datetime(2026, 4, 1, tzinfo=UTC)),
        ("2026-03-31T18:00:00Z", True, datetime(2026, 3, 31, 18, tzinfo=UTC)),
        ("2026-03-31T18:00:00+02:00", False, datetime(2026, 3, 31, 16, tzinfo=UTC)),
    ],
)
def test_times_are_read_in_utc(text: str, end: object, moment: datetime) -> None:
    """Without a zone a time is UTC; as an end, a plain date includes its day."""
    from extractscan.cli.moments import moment as read

    assert read(text, "--from", end=bool(end)) == moment


@pytest.mark.parametrize(
    ("text", "length"),
    [("90m", timedelta(minutes=90)), ("12h", timedelta(hours=12)), ("30d", timedelta(30)), ("4w", timedelta(28))],
)
def test_spans_have_a_unit(run, pipeline, text: str, length: timedelta) -> None:
    """--last takes minutes, hours, days and weeks."""
    run("analyze", "a.json", "--last", text)
    assert pipeline.calls[0]["last"] == length


def test_threads_are_set_before_polars_is_imported(tmp_path) -> None:
    """--threads N gives Polars N threads."""
    code = (
        "import sys, types, extractscan\n"
        "from extractscan.errors import InputError\n"
        "fake = types.ModuleType('extractscan.pipeline')\n"
        "def analyze(*args, **options):\n"
        "    import polars\n"
        "    raise InputError(f'threads {polars.thread_pool_size()}')\n"
        "fake.analyze = analyze\n"
        "sys.modules['extractscan.pipeline'] = extractscan.pipeline = fake\n"
        "from extractscan.cli import main\n"
        "sys.argv = ['extractscan', 'analyze', 'x', '--threads', '3', '--map', 'prompt=q']\n"
        "main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "threads 3" in done.stderr


def test_the_printed_json_parses(run, pipeline) -> None:
    """`--format ndjson` gives one object a line on stdout."""
    lines = run("analyze", "a.json", "--format", "ndjson").stdout.splitlines()
    assert {json.loads(line)["network"] for line in lines} == {"N1", "N2", "N3", "N4"}
