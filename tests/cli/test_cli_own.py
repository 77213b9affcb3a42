"""Completion and the check-up of the installation."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from importlib.metadata import PackageNotFoundError

import pytest

from extractscan.cli import checkup


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_each_shell_gets_a_script(run, shell: str) -> None:
    """The script asks this program for words."""
    script = run("completion", shell).stdout
    assert "_EXTRACTSCAN_COMPLETE" in script
    assert "extractscan" in script


def test_the_script_of_bash_completes_commands(run) -> None:
    """Bash reads the script, and what it calls gives the commands that begin so."""
    script = run("completion", "bash").stdout
    assert subprocess.run(["bash", "-n"], input=script, text=True, check=False).returncode == 0
    asked = {"_EXTRACTSCAN_COMPLETE": "complete_bash", "COMP_WORDS": "extractscan ver", "COMP_CWORD": "1"}
    command = [sys.executable, "-c", "from extractscan.cli import main; main()"]
    done = subprocess.run(command, env={**os.environ, **asked}, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["verify", "version"]


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("extractscan ver", {"verify", "version"}),
        ("extractscan config s", {"show"}),
        ("extractscan report --red", {"--redact"}),
    ],
)
def test_bash_offers_words_after_the_line_of_the_manual(run, tmp_path, typed: str, offered: set[str]) -> None:
    """`source <(extractscan completion bash)` in a shell, and it completes commands, second words and options."""
    program = tmp_path / "extractscan"
    main = f"{shlex.quote(sys.executable)} -c 'from extractscan.cli import main; main()'"
    program.write_text(f'#!/bin/sh\nexec {main} "$@"\n')
    program.chmod(0o755)
    words = typed.split()
    script = f"""source <(extractscan completion bash)
        COMP_WORDS=({" ".join(words)}); COMP_CWORD={len(words) - 1}
        _extractscan_completion extractscan {words[-1]}
        printf '%s\\n' "${{COMPREPLY[@]}}" """
    surroundings = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(["bash", "-c", script], env=surroundings, capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == offered, done.stderr


def test_an_unknown_shell_is_refused(run) -> None:
    """Only shells that have a script are taken."""
    assert run("completion", "tcsh").exit_code == 2


@pytest.mark.parametrize(("shell", "place"), [("bash", ".bash_completions/extractscan.sh"), ("fish", ".config/fish")])
def test_installing_writes_to_the_home_folder(run, tmp_path, monkeypatch, shell: str, place: str) -> None:
    """--install puts the script where the shell looks."""
    monkeypatch.setenv("HOME", str(tmp_path))
    result = run("completion", shell, "--install")
    assert result.exit_code == 0
    assert (tmp_path / place).exists()
    assert "wrote" in result.stderr


def test_installing_for_powershell_is_left_to_its_user(run) -> None:
    """It would start PowerShell and change its policy: that is not done."""
    result = run("completion", "powershell", "--install")
    assert result.exit_code == 2
    assert "$PROFILE" in result.stderr


def test_a_sound_installation_has_no_fault(run) -> None:
    """Every library is listed with its version, and the code is 0."""
    from extractscan.custody import LIBRARIES

    result = run("doctor", "--json")
    assert result.exit_code == 0, result.stdout
    found = {each["what"]: each for each in json.loads(result.stdout)}
    assert all(found[name]["state"] == "ok" for name in LIBRARIES)
    assert "configuration" in run("doctor").stdout


def test_a_fault_ends_with_one(run, monkeypatch) -> None:
    """A wrong variable is found, in words that say which."""
    monkeypatch.setenv("EXTRACTSCAN_FAIL_NO", "x")
    result = run("doctor")
    assert result.exit_code == 1
    assert "EXTRACTSCAN_FAIL_NO" in result.stdout


def test_a_library_that_cannot_be_loaded_is_a_fault(monkeypatch) -> None:
    """A broken wheel is named with its error."""

    def broken(name: str) -> None:
        raise ImportError("wrong architecture")

    monkeypatch.setattr(checkup.importlib, "import_module", broken)
    found = [each for each in checkup.findings() if each.state == "fault"]
    assert len(found) == len(checkup.LIBRARIES)
    assert "wrong architecture" in found[0].says


def test_extras_are_told_by_the_packages_own_list(monkeypatch) -> None:
    """What an extra needs and is not there is named; without package data nothing is known."""
    needed = ['polars>=2; extra == "a"', 'no-such-thing<2; extra == "b"', "typer>=0.2", "rich>=1; python_version>'3'"]
    monkeypatch.setattr(checkup, "requires", lambda name: needed)
    found = {each.what: each for each in checkup.findings()}
    assert found["extra [a]"].says == "installed"
    assert found["extra [b]"].says == "not installed: no-such-thing"

    def unknown(name: str) -> None:
        raise PackageNotFoundError

    monkeypatch.setattr(checkup, "requires", unknown)
    assert {each.what: each for each in checkup.findings()}["extras"].state == "note"


def test_a_system_that_tells_little_is_no_fault(monkeypatch) -> None:
    """Where memory is not known that is a note; where no temporary file can be made, a fault."""

    def unknown(*arguments: object, **options: object) -> None:
        raise OSError("not here")

    monkeypatch.setattr(checkup.os, "sysconf", unknown)
    monkeypatch.setattr(checkup.tempfile, "TemporaryFile", unknown)
    found = {each.what: each for each in checkup.findings()}
    assert found["memory"].state == "note"
    assert found["temporary files"].state == "fault"


@pytest.mark.skipif(shutil.which("zsh") is None, reason="needs zsh")
def test_the_script_of_zsh_is_zsh(run) -> None:
    """Zsh reads its script."""
    assert subprocess.run(["zsh", "-n"], input=run("completion", "zsh").stdout, text=True, check=False).returncode == 0
