"""What can be repeated is; what cannot is said with the reason, and never passes for the same."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import msgspec
import polars as pl
import pytest

from extractscan.cli import unveiling
from extractscan.model import decode, encode

SAMPLES = Path(__file__).parents[2] / "sample_logs"
KEY = "a key that nobody else has, of 40 bytes!"
ANALYZE = ("--accounts", "tables/accounts.csv", "--shuffles", "0", "--reproducible", "-q")
HIDE = ("--redact", "--key-file", "key")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a log as it is and in an archive, its accounts, lists and a key."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "logs").mkdir()
    (folder / "tables").mkdir()
    log = pl.read_parquet(SAMPLES / "campaign.parquet")
    log.write_parquet(folder / "logs" / "campaign.parquet")
    pl.read_parquet(SAMPLES / "campaign_accounts.parquet").write_csv(folder / "tables" / "accounts.csv")
    with zipfile.ZipFile(folder / "logs.zip", "w") as archive:
        archive.write(folder / "logs" / "campaign.parquet", "march/campaign.parquet")
    (folder / "key").write_text(KEY)
    (folder / "known.toml").write_text('[[suppress]]\nid = "N1"\nreason = "ours"\n')
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it as the working directory."""
    place = tmp_path / "case"
    shutil.copytree(made, place)
    monkeypatch.chdir(place)
    return place


def verified(run, *arguments: object) -> tuple[int, dict]:
    result = run("verify", *arguments, "--json")
    return result.exit_code, json.loads(result.stdout)


@pytest.mark.parametrize(
    "asked",
    [
        ("logs", "--suppress", "known.toml", "--tlp", "amber"),
        ("./logs/campaign.parquet", "--exclude-country", "XX", "--baseline-logs", "logs/"),
        ("logs.zip",),
    ],
)
def test_a_redacted_report_is_repeated_with_its_key(run, folder, asked: tuple[str, ...]) -> None:
    """However its files were typed, the key proves their names; inputs are checked, and the bytes are the same."""
    result = run("analyze", *asked, *ANALYZE, *HIDE, "-o", "hidden.json")
    assert result.exit_code == 0, result.stderr
    text = (folder / "hidden.json").read_text()
    assert not any(name in text for name in ("campaign.parquet", "accounts.csv", '"logs'))
    assert "the same wording in other logs" in text, "a folder's name is a word of the tool's own"
    code, found = verified(run, "hidden.json", "--rerun", "--key-file", "key")
    assert {each["state"] for each in (*found["inputs"], *found["others"])} == {"same"}, found
    assert code == 0
    assert {Path(each["path"].partition("!")[0]).exists() for each in found["inputs"]} == {True}


def test_a_redacted_report_that_was_changed_is_found(run, folder) -> None:
    """A number that was changed after redaction is named by its part: exit 1."""
    run("analyze", "logs", *ANALYZE, *HIDE, "-o", "hidden.json")
    report = decode((folder / "hidden.json").read_bytes())
    networks = [msgspec.structs.replace(each, coordination_bits=99.0) for each in report.networks]
    (folder / "hidden.json").write_bytes(encode(msgspec.structs.replace(report, networks=networks)))
    code, found = verified(run, "hidden.json", "--rerun", "--key-file", "key")
    assert (code, found["others"][0]["says"]) == (1, "differs in networks")


def test_without_the_key_a_redacted_report_is_not_repeated(run, folder) -> None:
    """Its names are pseudonyms: nothing is analyzed, and that is said. Nothing at all could be checked: exit 4."""
    run("analyze", "logs", *ANALYZE, *HIDE, "-o", "hidden.json", "--manifest", "m.json")
    for rerun in ((), ("--rerun",)):
        code, found = verified(run, "hidden.json", *rerun)
        assert code == 4
        assert {each["state"] for each in (*found["inputs"], *found["others"])} == {"unchecked"}
        assert all("--key-file FILE" in each["says"] for each in (*found["inputs"], *found["others"]))
    assert verified(run, "hidden.json", "--manifest", "m.json")[0] == 0
    assert verified(run, "hidden.json", "--manifest", "m.json", "--rerun")[0] == 4


def test_what_the_key_cannot_give_back_is_named(run, folder, tmp_path) -> None:
    """A file that lies elsewhere now, and a filter by accounts, whose values no file gives away."""
    run("analyze", "logs", "--exclude-account", "nobody", *ANALYZE, *HIDE, "-o", "hidden.json")
    code, found = verified(run, "hidden.json", "--rerun", "--key-file", "key")
    assert (code, found["others"][0]["state"]) == (4, "unchecked")
    assert found["others"][0]["says"].endswith("makes: the values of the filter by account_id")
    (folder / "tables" / "accounts.csv").unlink()
    code, found = verified(run, "hidden.json", "--rerun", "--key-file", "key")
    assert (code, [each["state"] for each in found["inputs"]]) == (4, ["same", "unchecked"])
    assert "file_" in found["others"][0]["says"]


def test_of_very_many_files_some_are_not_tried(run, folder, monkeypatch) -> None:
    """What they would have named stays hidden, and is said to be."""
    run("analyze", "logs", *ANALYZE, *HIDE, "-o", "hidden.json")
    monkeypatch.setattr(unveiling, "MOST_TRIED", 0)
    assert verified(run, "hidden.json", "--rerun", "--key-file", "key")[0] == 4


def test_a_key_that_is_not_the_reports_is_refused(run, folder) -> None:
    """Another key proves nothing, and a report that is not redacted needs none: exit 2."""
    run("analyze", "logs", *ANALYZE, *HIDE, "-o", "hidden.json")
    (folder / "other").write_text(KEY[::-1])
    result = run("verify", "hidden.json", "--key-file", "other")
    assert result.exit_code == 2
    assert "the report was redacted with" in result.stderr
    run("analyze", "logs", *ANALYZE, "-o", "open.json")
    result = run("verify", "open.json", "--key-file", "key")
    assert result.exit_code == 2
    assert "not redacted" in result.stderr


def test_a_file_that_is_no_log_proves_no_members(run, folder) -> None:
    """An input that can no longer be read keeps its name; what it held stays hidden."""
    run("analyze", "logs.zip", *ANALYZE, *HIDE, "-o", "hidden.json")
    (folder / "logs.zip").write_bytes(b"")
    code, found = verified(run, "hidden.json", "--rerun", "--key-file", "key")
    assert (code, [each["state"] for each in found["inputs"]]) == (3, ["unchecked", "same"])
    assert found["others"][0]["state"] == "missing"


def test_what_was_read_from_standard_input_is_not_repeated(run, folder) -> None:
    """It was not kept; the analysis does not wait for more of it, and 4 says that it could not be done."""
    content = b"\n".join(json.dumps(row, default=str).encode() for row in rows()) + b"\n"
    result = run("analyze", "-", *ANALYZE, "-o", "r.json", "--manifest", "r.manifest.json", input=content)
    assert result.exit_code == 0, result.stderr
    code, found = verified(run, "r.json", "--rerun")
    assert (code, found["others"][0]["state"]) == (4, "unchecked")
    assert "standard input was not kept" in found["others"][0]["says"]
    assert verified(run, "r.json")[0] == 0


def rows() -> list[dict]:
    columns = ["timestamp", "account_id", "client_ip", "user_agent", "prompt"]
    return pl.read_parquet(SAMPLES / "campaign.parquet").select(columns).to_dicts()


def test_a_missing_log_is_said_beside_everything_else(run, folder) -> None:
    """The other checks are still told, and 3 says that something is missing."""
    run("analyze", "logs", *ANALYZE, "-o", "r.json", "--manifest", "r.manifest.json")
    shutil.rmtree(folder / "logs")
    code, found = verified(run, "r.json", "--rerun")
    assert (code, found["others"][0]["state"]) == (3, "missing")
    assert [each["state"] for each in (*found["inputs"], *found["outputs"])] == ["missing", "same", "same"]
