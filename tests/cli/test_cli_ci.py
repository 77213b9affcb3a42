"""The action and the snippets of docs/ci.md are what a pipeline would run: they are parsed, and their scripts run."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml

from extractscan import cli
from extractscan.cli.keys import KEYS

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "sample_logs"
PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
OPTIONS = {option for each in typer.main.get_command(cli.app).commands["analyze"].params for option in each.opts}


def snippet(name: str) -> Any:
    """The YAML of the page whose first line names this file."""
    (found,) = re.findall(rf"```yaml\n# {re.escape(name)}\n(.*?)```", PAGE, re.DOTALL)
    return yaml.safe_load(found)


@pytest.fixture
def job(tmp_path: Path) -> Path:
    """A checkout with a log, its accounts and an extractscan on the path."""
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "campaign.parquet").write_bytes((SAMPLES / "campaign.parquet").read_bytes())
    (tmp_path / "accounts.parquet").write_bytes((SAMPLES / "campaign_accounts.parquet").read_bytes())
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "extractscan"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m extractscan "$@"\n')
    program.chmod(0o755)
    return tmp_path


def shell(script: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a script as runners do: bash, stop at the first failure."""
    path = f"{folder / 'bin'}:{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "EXTRACTSCAN_SHUFFLES": "1", **variables}
    command = ["bash", "-e", "-c", script]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def act(folder: Path, **inputs: str) -> tuple[subprocess.CompletedProcess[str], dict[str, str]]:
    """Run the action's script with inputs, and return its outputs."""
    step = next(step for step in ACTION["runs"]["steps"] if step.get("id") == "analyze")
    variables = {"GITHUB_OUTPUT": str(folder / "output"), "GITHUB_STEP_SUMMARY": str(folder / "summary")}
    for variable, expression in step["env"].items():
        (name,) = re.fullmatch(r"\$\{\{ inputs\.([a-z-]+) \}\}", expression).groups()
        variables[variable] = inputs.get(name, ACTION["inputs"][name].get("default", ""))
    done = shell(step["run"], folder, **variables)
    return done, dict(line.split("=", 1) for line in (folder / "output").read_text().splitlines())


def test_the_action_fails_a_job_with_findings_and_keeps_the_report(job: Path) -> None:
    """Exit 1, every output in its folder, a line in the log, a summary on the page, and the manifest verifies."""
    done, outputs = act(job, logs="logs", accounts="accounts.parquet", **{"fail-on": "medium"})
    assert done.returncode == 1, done.stderr
    assert outputs["exit-code"] == "1"
    assert done.stdout.count("\n") == 1
    assert "1 extraction network" in done.stdout
    assert "extractscan" in (job / "summary").read_text()
    for suffix in (".json", ".html", ".sarif", ".junit.xml", ".manifest.json"):
        assert (job / "extractscan-report" / f"report{suffix}").stat().st_size
    assert shell(f"extractscan verify -q {outputs['report']}", job).returncode == 0


def test_the_action_passes_without_findings_that_count(job: Path) -> None:
    """Without fail-on, and with the same log as baseline, the job passes."""
    assert act(job, logs="logs", accounts="accounts.parquet")[0].returncode == 0
    report = job / "extractscan-report" / "report.json"
    (job / "last.json").write_bytes(report.read_bytes())
    more = {"fail-on": "medium", "baseline": "last.json", "accounts": "accounts.parquet"}
    done, _ = act(job, logs="logs", **more)
    assert done.returncode == 0, done.stderr


def test_the_action_tells_a_failure_from_findings(job: Path) -> None:
    """A wrong level and a missing log end with their own codes."""
    assert act(job, logs="logs", **{"fail-on": "severe"})[1]["exit-code"] == "2"
    (job / "output").unlink()
    assert act(job, logs="none")[1]["exit-code"] == "3"


def test_no_input_of_the_action_becomes_a_command(job: Path) -> None:
    """Names and arguments with blanks, quotes and command substitution stay one word each."""
    name = "a b; touch owned $(touch owned) `touch owned`.parquet"
    (job / "logs" / "campaign.parquet").rename(job / "logs" / name)
    done, _ = act(job, logs=f"logs/{name}\n", arguments="--exclude-account\n$(touch owned); x\n\n  --seed\n 3\n")
    assert done.returncode == 0, done.stderr
    assert not (job / "owned").exists()
    assert not re.search(r"\$\{\{", next(s for s in ACTION["runs"]["steps"] if s.get("id") == "analyze")["run"])


def test_every_input_of_the_action_is_used_and_documented() -> None:
    """Each input reaches a step and stands on the page; each option that is passed exists."""
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    for name, described in ACTION["inputs"].items():
        assert f"${{{{ inputs.{name} }}}}" in text
        assert f"| `{name}` |" in PAGE
        assert described["description"]
    for name in ACTION["outputs"]:
        assert f"`{name}`" in PAGE
    assert {f"--{name}" for name in ("accounts", "config", "fail-on", "baseline", "suppress")} <= OPTIONS


def test_the_installation_step_puts_the_program_on_the_path(tmp_path: Path) -> None:
    """The step makes an environment, installs the action's own folder, and adds it to the path."""
    step = ACTION["runs"]["steps"][0]
    (tmp_path / "bin").mkdir()
    fake = tmp_path / "bin" / "fake-python"
    fake.write_text(
        '#!/bin/sh\nmkdir -p "$3/bin"\nprintf \'#!/bin/sh\\necho "$@" >>%s\\n\' "$PWD/asked" >"$3/bin/python"\n'
        'chmod +x "$3/bin/python"\n'
    )
    fake.chmod(0o755)
    variables = {
        "INPUT_PYTHON": "fake-python", "ACTION_PATH": "/the/action", "RUNNER_TEMP": str(tmp_path / "temp"),
        "GITHUB_PATH": str(tmp_path / "path"),
    }  # fmt: skip
    assert shell(step["run"], tmp_path, **variables).returncode == 0
    assert (tmp_path / "asked").read_text().endswith("/the/action\n")
    assert (tmp_path / "path").read_text() == f"{tmp_path}/temp/extractscan/bin\n"


def test_the_workflow_uses_inputs_that_exist_and_pinned_actions() -> None:
    """The GitHub example names known inputs, and every action of others by its commit."""
    steps = snippet(".github/workflows/extractscan.yml")["jobs"]["analyze"]["steps"]
    own = next(step for step in steps if step.get("uses") == "./")
    assert set(own["with"]) <= set(ACTION["inputs"])
    assert {word for word in own["with"]["arguments"].split() if word.startswith("--")} <= OPTIONS
    others = [step["uses"] for step in steps if step.get("uses", "./") != "./"]
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40}", each) for each in others)


def test_the_gitlab_job_runs(job: Path) -> None:
    """Its script runs line by line on a log, with its variables; the finding fails it and the report is there."""
    made = snippet(".gitlab-ci.yml")["extractscan"]
    assert all(name.removeprefix("EXTRACTSCAN_").lower() in KEYS for name in made["variables"])
    (job / "logs" / "accounts.parquet").unlink(missing_ok=True)
    done = shell("\n".join(made["script"]), job, **made["variables"], EXTRACTSCAN_ACCOUNTS="accounts.parquet")
    assert done.returncode == 1, done.stderr
    assert (job / made["artifacts"]["reports"]["junit"]).exists()
    relaxed = {**made["variables"], "EXTRACTSCAN_FAIL_ON": "critical", "EXTRACTSCAN_ACCOUNTS": "accounts.parquet"}
    done = shell("\n".join(made["script"]), job, **relaxed)
    assert done.returncode == 0, done.stderr


def test_the_hooks_run(job: Path) -> None:
    """Each hook passes on what is right and fails on what is wrong."""
    (hooks,) = (repo["hooks"] for repo in snippet(".pre-commit-config.yaml")["repos"])
    config, rules = hooks
    (job / "extractscan.toml").write_text("fail_on = 'high'\n")
    assert shell(config["entry"], job).returncode == 0
    (job / "extractscan.toml").write_text("fail_on = 'severe'\n")
    assert shell(config["entry"], job).returncode == 2
    (job / "extractscan.toml").unlink()
    (job / "rules").mkdir()
    (job / "rules" / "own.toml").write_text("family = 1\n")
    assert re.search(rules["files"], "rules/own.toml")
    assert shell(f"{rules['entry']} rules/own.toml", job).returncode == 2


def test_the_command_of_the_page_is_a_command() -> None:
    """Every option that the page shows exists."""
    (line,) = re.findall(r"^extractscan analyze .*$", PAGE, re.MULTILINE)
    assert {word for word in shlex.split(line) if word.startswith("-")} <= OPTIONS
