"""Saved reports print again in any format, and every name in them can be looked up."""

from __future__ import annotations

import re

import msgspec
import pytest

from extractscan.model import decode, encode
from extractscan.writers import WRITERS


@pytest.mark.parametrize("fmt", WRITERS)
def test_a_saved_report_prints_in_every_format(run, saved, report, fmt: str) -> None:
    """`report` gives the bytes that `analyze` would have given."""
    result = run("report", saved, "--format", fmt)
    assert result.exit_code == 0
    assert result.stdout_bytes == WRITERS[fmt].render(report)


def test_a_saved_report_is_written_to_files(run, saved, report, tmp_path) -> None:
    """`report -o` writes, and says where."""
    result = run("report", saved, "-o", tmp_path / "r.md")
    assert (tmp_path / "r.md").read_bytes() == WRITERS["md"].render(report)
    assert "wrote" in result.stderr


def test_a_report_never_overwrites_itself(run, saved, tmp_path) -> None:
    """Even with --clobber the saved report is an input, and inputs are never written."""
    mine = tmp_path / "r.json"
    mine.write_bytes(saved.read_bytes())
    assert run("report", mine, "-o", mine, "-C").exit_code == 2
    assert mine.read_bytes() == saved.read_bytes()


@pytest.mark.parametrize(
    "content", [b"", b"{", b"{}", b"\xff\xfe", b'{"schema_version": "1.0", "networks": "many"}', b"[1]"]
)
def test_what_is_no_report_is_no_input(run, tmp_path, content: bytes) -> None:
    """A file that is no report ends with 3 and says how to get one."""
    path = tmp_path / "x.json"
    path.write_bytes(content)
    result = run("report", path)
    assert result.exit_code == 3
    assert "no extractscan report" in result.stderr
    assert "analyze" in result.stderr


def test_a_missing_report_is_no_input(run, tmp_path) -> None:
    """A file that is not there ends with 3."""
    assert run("report", tmp_path / "none.json").exit_code == 3


def test_a_report_of_another_major_schema_is_refused(run, report, tmp_path) -> None:
    """A schema this version does not know is not guessed at."""
    path = tmp_path / "x.json"
    path.write_bytes(encode(msgspec.structs.replace(report, schema_version="2.0")))
    result = run("report", path)
    assert result.exit_code == 3
    assert "schema 2.0" in result.stderr


@pytest.mark.parametrize("name", ["N1", "3f1d0a77c2b94e10", "3f1d"])
def test_a_network_is_found_by_id_and_fingerprint(run, saved, name: str) -> None:
    """Id, fingerprint, or its first four characters and more."""
    result = run("explain", saved, name)
    assert result.exit_code == 0
    assert "N1 · critical" in result.stdout
    assert "rows 17, 40213 of logs/2026-03.jsonl" in result.stdout
    assert "acct_00037" in result.stdout


@pytest.mark.parametrize("name", ["N9", "3f", "ffff", ""])
def test_an_unknown_network_lists_the_known(run, saved, name: str) -> None:
    """The hint names each network with its fingerprint."""
    result = run("explain", saved, name)
    assert result.exit_code == 2
    assert "no network" in result.stderr
    assert "N1 (3f1d0a77c2b94e10), N2" in result.stderr


def test_an_ambiguous_fingerprint_is_said_to_be_one(run, saved) -> None:
    """A prefix of several fingerprints chooses none."""
    result = run("explain", saved, "aa00bb11")
    assert result.exit_code == 2
    assert "several" in result.stderr


def test_a_report_without_networks_says_so(run, tmp_path, report) -> None:
    """Looking one up in an empty report lists nothing."""
    path = tmp_path / "x.json"
    path.write_bytes(encode(msgspec.structs.replace(report, networks=[])))
    assert "no networks" in run("explain", path, "N1").stderr


def test_a_member_is_explained_channel_by_channel(run, saved) -> None:
    """The waterfall starts at the prior, ends at the member's bits, and shows its negative channel."""
    text = run("explain", saved, "N1", "acct_90002").stdout
    steps = [tuple(line.split()[:3]) for line in text.splitlines() if re.match(r"  [a-z]+ +[+-]", line)]
    assert steps == [
        ("prior", "-8.0", "-8.0"),
        ("content", "+7.0", "-1.0"),
        ("network", "+6.1", "5.1"),
        ("time", "-1.2", "3.9"),
    ]
    assert "sum of channels: 11.9 bits" in text


def test_an_unknown_member_lists_members_like_it(run, saved) -> None:
    """The hint names accounts that hold what was typed, or the first of all."""
    near = run("explain", saved, "N1", "ACCT_9000")
    assert near.exit_code == 2
    assert "acct_90001, acct_90002" in near.stderr
    assert "and 28 more" in run("explain", saved, "N1", "nobody").stderr


def test_a_member_is_found_by_what_is_shown_of_it(run, report, tmp_path) -> None:
    """An account whose id nobody can type is found by the escapes that the report shows."""
    network = report.networks[1]
    accounts = [msgspec.structs.replace(network.accounts[0], account_id="evil\x1b[31m\u202e")]
    path = tmp_path / "x.json"
    changed = msgspec.structs.replace(report, networks=[msgspec.structs.replace(network, accounts=accounts)])
    path.write_bytes(encode(changed))
    result = run("explain", path, "N2", r"evil\x1b[31m\u202e")
    assert result.exit_code == 0
    assert r"evil\x1b[31m\u202e in N2" in result.stdout


def test_bytes_are_not_for_a_terminal(monkeypatch, tmp_path) -> None:
    """Parquet goes to a file or a pipe; a terminal is refused before anything is read."""
    from extractscan.cli import outputs
    from extractscan.errors import UsageError

    monkeypatch.setattr(outputs.sys.stdout, "isatty", lambda: True, raising=False)
    with pytest.raises(UsageError, match="not for a terminal"):
        outputs.check_outputs([], "parquet", clobber=False)
    outputs.check_outputs([str(tmp_path / "x")], "parquet", clobber=False)
    outputs.check_outputs([], "csv", clobber=False)


def test_several_formats_are_written_in_one_run(run, saved, report, tmp_path) -> None:
    """Each suffix, also a double one, gives its own format."""
    ends = {name: writer.suffixes[-1] for name, writer in WRITERS.items()}
    asked = [part for end in ends.values() for part in ("-o", tmp_path / f"r{end}")]
    assert run("report", saved, *asked).exit_code == 0
    for name, end in ends.items():
        assert (tmp_path / f"r{end}").read_bytes() == WRITERS[name].render(report)


def test_a_label_is_put_on_a_saved_report(run, saved, tmp_path) -> None:
    """`--tlp` stays in the report that is written; what is no label is refused."""
    assert run("report", saved, "--tlp", "amber+strict", "-o", tmp_path / "r.json").exit_code == 0
    assert decode((tmp_path / "r.json").read_bytes()).tlp == "amber+strict"
    refused = run("report", saved, "--tlp", "white")
    assert refused.exit_code == 2
    assert "amber+strict" in refused.stderr


def test_a_label_is_put_on_a_new_report(run, pipeline, tmp_path) -> None:
    """`analyze --tlp` does the same."""
    assert run("analyze", "x", "--tlp", "green", "-o", tmp_path / "r.json").exit_code == 0
    assert decode((tmp_path / "r.json").read_bytes()).tlp == "green"
    assert pipeline.calls
