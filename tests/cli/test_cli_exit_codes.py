"""The exit code says what happened, and a failure is a sentence with advice."""

from __future__ import annotations

import shlex
import subprocess
import sys

import msgspec
import pytest

from extractscan import errors
from extractscan.model import LEVELS


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (errors.UsageError("wrong setting", hint="mend it"), 2),
        (errors.InputError("nothing readable", hint="mend it"), 3),
        (errors.CannotTestError("no field to link by", hint="mend it"), 4),
        (RuntimeError("a defect"), 5),
        (BaseException("a panic in a compiled library"), 5),
        (KeyboardInterrupt(), 130),
    ],
)
def test_each_failure_has_its_code(run, pipeline, outcome: BaseException, code: int) -> None:
    """The code is that of the failure, the message stands on stderr, and no traceback does."""
    pipeline.outcome = outcome
    result = run("analyze", "x.json")
    assert result.exit_code == code
    assert result.stdout == ""
    assert str(outcome) in result.stderr
    assert "hint: " in result.stderr
    assert "Traceback" not in result.stderr


def test_a_traceback_is_printed_only_for_whoever_debugs(run, pipeline, monkeypatch) -> None:
    """EXTRACTSCAN_DEBUG=1 adds the traceback and changes no code."""
    monkeypatch.setenv("EXTRACTSCAN_DEBUG", "1")
    pipeline.outcome = errors.InputError("nothing readable")
    result = run("analyze", "x.json")
    assert result.exit_code == 3
    assert "Traceback" in result.stderr
    assert "hint:" not in result.stderr


@pytest.mark.parametrize("leaving", [SystemExit(7), GeneratorExit()])
def test_an_exit_from_within_is_left_alone(pipeline, leaving: BaseException) -> None:
    """What means to end the process is no failure of the tool."""
    from extractscan.cli.guard import guarded

    def command() -> int:
        raise leaving

    with pytest.raises(type(leaving)):
        guarded(command)()


def test_a_finding_is_no_failure_unless_asked_for(run, pipeline) -> None:
    """Without --fail-on a report with findings ends with 0."""
    assert run("analyze", "x.json").exit_code == 0


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("found", LEVELS)
def test_findings_count_from_their_level_up(run, pipeline, report, level: str, found: str) -> None:
    """An extraction network counts where its level is the asked one or worse."""
    network = msgspec.structs.replace(report.networks[0], level=found)
    pipeline.outcome = msgspec.structs.replace(report, networks=[network])
    result = run("analyze", "x.json", "--fail-on", level)
    assert result.exit_code == (LEVELS.index(found) <= LEVELS.index(level))


def test_other_verdicts_are_no_findings(run, pipeline, report) -> None:
    """Coordinated, reseller and explained networks never fail a run, whatever their level."""
    others = [msgspec.structs.replace(each, level="critical") for each in report.networks[1:]]
    pipeline.outcome = msgspec.structs.replace(report, networks=others)
    assert run("analyze", "x.json", "--fail-on", "info").exit_code == 0


def test_lost_rows_fail_a_strict_run_after_the_report_is_written(run, pipeline, report, tmp_path) -> None:
    """Under --strict rejected rows end with 4, outrank findings, and the report is there all the same."""
    pipeline.outcome = report
    path = tmp_path / "r.json"
    result = run("analyze", "x.json", "-o", path, "--strict", "--fail-on", "info")
    assert result.exit_code == 4
    assert "12 rows, values or files had to be rejected" in result.stderr
    assert path.exists()


def test_lost_rows_alone_fail_nothing(run, pipeline, report) -> None:
    """Without --strict rejected rows are only reported."""
    pipeline.outcome = report
    assert run("analyze", "x.json").exit_code == 0


def test_a_strict_run_without_lost_rows_is_fine(run, pipeline) -> None:
    """--strict fails nothing that is whole."""
    assert run("analyze", "x.json", "--strict").exit_code == 0


def test_an_unknown_level_lists_the_known(run, pipeline) -> None:
    """--fail-on with another word is a usage error before anything is read."""
    result = run("analyze", "x.json", "--fail-on", "severe")
    assert result.exit_code == 2
    assert "critical, high, medium, low, info" in result.stderr
    assert pipeline.calls == []


def test_an_unknown_option_is_a_usage_error(run) -> None:
    """The parser's own errors end with 2 too."""
    assert run("analyze", "x.json", "--nonsense").exit_code == 2
    assert run("analyze").exit_code == 2
    assert run().exit_code == 2


def test_errors_show_control_characters(run, tmp_path) -> None:
    """A hostile file name reaches the terminal as visible escapes."""
    result = run("report", str(tmp_path / "\x1b[31mx.json"))
    assert result.exit_code == 3
    assert "\x1b" not in result.stderr
    assert r"\x1b[31mx.json" in result.stderr


def test_a_reader_that_stops_reading_is_no_failure(saved) -> None:
    """`extractscan report … | head -1` leaves no traceback, and its own exit code stands."""
    command = shlex.join([sys.executable, "-m", "extractscan", "report", str(saved), "--format", "json"])
    script = f"{command} | head -c 1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "{0\n"
    assert done.stderr == ""
