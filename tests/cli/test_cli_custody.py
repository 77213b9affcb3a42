"""What was read and written can be held against its hashes later."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from extractscan import custody
from extractscan.model import decode, encode

SAMPLES = Path(__file__).parents[2] / "sample_logs"


@pytest.fixture(scope="module")
def analyzed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a log, its accounts, a report of them in two formats, and their manifest."""
    folder = tmp_path_factory.mktemp("analyzed")
    for name in ("campaign.parquet", "campaign_accounts.parquet"):
        (folder / name).write_bytes((SAMPLES / name).read_bytes())
    command = [
        sys.executable, "-m", "extractscan", "analyze", "campaign.parquet", "--accounts", "campaign_accounts.parquet",
        "--shuffles", "1", "-q", "-o", "r.json", "-o", "r.md", "--manifest", "r.manifest.json",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    assert done.stdout.count("\n") == 1
    return folder


@pytest.fixture
def folder(analyzed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, to be changed, as the working directory."""
    for path in analyzed.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_input_has_hash_size_rows_and_span(folder: Path) -> None:
    """The log and the accounts table are listed with what identifies them, and the log with its times."""
    report = decode((folder / "r.json").read_bytes())
    for each in report.inputs:
        content = (folder / each.path).read_bytes()
        assert each.bytes == len(content)
        assert each.sha256 == custody.sha256_of(folder / each.path)
    log, table = report.inputs
    assert (log.role, table.role) == ("log", "accounts")
    assert (log.first, log.last) == (report.coverage.first, report.coverage.last)
    assert log.rows == report.coverage.events
    assert report.tool.libraries == custody.libraries()


def test_the_question_stands_in_the_report(folder: Path) -> None:
    """What was typed is there as it was typed."""
    run = decode((folder / "r.json").read_bytes()).run
    assert (run.inputs, run.accounts) == (["campaign.parquet"], "campaign_accounts.parquet")


def test_nothing_of_the_machine_is_in_report_or_manifest(folder: Path) -> None:
    """The same run elsewhere gives the same documents: no absolute path, host or user."""
    for name in ("r.json", "r.manifest.json"):
        text = (folder / name).read_text()
        assert str(folder) not in text
        assert "analyzed" not in text


def test_what_is_unchanged_verifies(run, folder: Path) -> None:
    """Inputs, and outputs by the manifest beside the report, are all the same: exit 0."""
    result = run("verify", "r.json")
    assert result.exit_code == 0, result.stdout
    assert [line.split()[:3] for line in result.stdout.splitlines() if line.startswith("same")] == [
        ["same", "input", "campaign.parquet"],
        ["same", "input", "campaign_accounts.parquet"],
        ["same", "output", "r.json"],
        ["same", "output", "r.md"],
    ]
    assert "does not prove that an export was complete" in result.stderr
    assert run("verify", "r.json", "-q").stdout == ""


@pytest.mark.parametrize("name", ["campaign.parquet", "campaign_accounts.parquet", "r.json", "r.md"])
def test_one_changed_byte_is_found(run, folder: Path, name: str) -> None:
    """A byte in any input or output that differs ends with 1 and is named; the size is the same."""
    content = bytearray((folder / name).read_bytes())
    at = content.rfind(b"s") if name == "r.json" else len(content) // 2
    content[at : at + 1] = b"z" if content[at : at + 1] != b"z" else b"y"
    (folder / name).write_bytes(content)
    if name == "r.json":
        (folder / name).write_bytes((folder / name).read_bytes().replace(b'"z', b'"z'))
    result = run("verify", "r.json", "--json")
    if result.exit_code == 3:  # the byte broke the document itself, which is said too
        assert "no extractscan report" in result.stderr
        return
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert [each["path"] for each in (*found["inputs"], *found["outputs"]) if each["state"] == "changed"] == [name]


def test_another_size_is_found_without_hashing(run, folder: Path) -> None:
    """A longer file is said to be longer."""
    with (folder / "r.md").open("a") as file:
        file.write("x")
    result = run("verify", "r.json", "-q")
    assert result.exit_code == 1
    assert "were noted" in result.stdout


def test_what_is_missing_outranks_what_has_changed(run, folder: Path) -> None:
    """A missing input ends with 3, whatever else has changed."""
    (folder / "campaign.parquet").unlink()
    (folder / "r.md").write_text("")
    result = run("verify", "r.json", "--json")
    assert result.exit_code == 3
    assert [each["state"] for each in json.loads(result.stdout)["inputs"]] == ["missing", "same"]


def test_without_a_manifest_only_inputs_are_checked_and_that_is_said(run, folder: Path) -> None:
    """Outputs cannot vouch for themselves."""
    (folder / "r.manifest.json").unlink()
    result = run("verify", "r.json")
    assert result.exit_code == 0
    assert "could not be checked" in result.stderr


def test_inputs_may_lie_elsewhere(run, folder: Path, monkeypatch, tmp_path_factory) -> None:
    """--base is the folder that relative paths start from."""
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert run("verify", folder / "r.json").exit_code == 3
    assert run("verify", folder / "r.json", "--base", folder).exit_code == 0


@pytest.mark.parametrize("content", [None, b"{}", b"\xff", b"{"])
def test_what_is_no_manifest_is_no_input(run, folder: Path, content: bytes | None) -> None:
    """A named manifest that is not there, or is none, ends with 3."""
    if content is not None:
        (folder / "m.json").write_bytes(content)
    result = run("verify", "r.json", "--manifest", "m.json")
    assert result.exit_code == 3
    assert "analyze --manifest" in result.stderr


def test_a_library_that_is_not_installed_is_left_out() -> None:
    """Versions are told of what is there."""
    assert custody.libraries(["no-such-library"]).keys() == {"python"}


def test_a_manifest_reads_back(folder: Path) -> None:
    """Written and read, a manifest is the same, and lists the report's own hash."""
    document = custody.decode((folder / "r.manifest.json").read_bytes())
    assert custody.encode(document) == (folder / "r.manifest.json").read_bytes()
    assert {each.path: each.sha256 for each in document.outputs}["r.json"] == custody.sha256_of(folder / "r.json")
    assert encode(decode((folder / "r.json").read_bytes())) == (folder / "r.json").read_bytes()


def test_baseline_logs_are_inputs_too(tmp_path: Path) -> None:
    """Older logs are listed with their hashes, by their role."""
    from extractscan import pipeline
    from extractscan.settings import Settings

    quiet = str(SAMPLES / "quiet.parquet")
    report = pipeline.analyze([str(SAMPLES / "campaign.parquet")], baseline_logs=[quiet], settings=Settings(shuffles=0))
    assert [(each.role, each.path) for each in report.inputs][-1] == ("baseline", quiet)
    assert report.inputs[-1].sha256 == custody.sha256_of(quiet)
