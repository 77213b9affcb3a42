"""Reports reach their files whole or not at all."""

from __future__ import annotations

import os
import re
from pathlib import Path

import jsonschema
import msgspec
import pytest
import report_fixtures

from extractscan import writers
from extractscan.errors import UsageError
from extractscan.model import SCHEMA_VERSION, decode, json_schema
from extractscan.writers import WRITERS, choose, csv_accounts, write

SUFFIXES = [(suffix, name) for name, writer in WRITERS.items() for suffix in writer.suffixes]


@pytest.mark.parametrize("report", report_fixtures.REPORTS)
def test_the_encoded_report_follows_its_schema(report: str, tmp_path: Path) -> None:
    """What is written as JSON validates against the published schema and reads back as the same report."""
    path = tmp_path / "x.json"
    write(report_fixtures.REPORTS[report](), path)
    validator = jsonschema.Draft202012Validator(json_schema())
    assert json_schema()["$id"] == f"urn:extractscan:report:{SCHEMA_VERSION}"
    assert list(validator.iter_errors(msgspec.json.decode(path.read_bytes()))) == []
    assert decode(path.read_bytes()) == report_fixtures.REPORTS[report]()


def test_no_two_writers_share_a_suffix() -> None:
    """Each suffix means one format."""
    assert len(dict(SUFFIXES)) == len(SUFFIXES)


def test_every_writer_file_is_in_the_table() -> None:
    """No module that renders a report is forgotten in the table."""
    here = Path(writers.__file__).parent
    rendering = {
        path.stem if path.stem != "__init__" else path.parent.name
        for path in (*here.glob("*.py"), *here.glob("*/__init__.py"))
        if re.search(r"^def render\(report: Report", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert rendering == {writer.render.__module__.split(".")[2] for writer in WRITERS.values()}


@pytest.mark.parametrize(("suffix", "name"), SUFFIXES)
def test_the_suffix_tells_the_format(suffix: str, name: str, tmp_path: Path) -> None:
    """A path's suffix, in any case, chooses the writer, and the file holds its bytes."""
    path = tmp_path / f"report{suffix.upper()}"
    size = write(report_fixtures.ordinary(), path)
    assert path.read_bytes() == WRITERS[name].render(report_fixtures.ordinary())
    assert size == path.stat().st_size


def test_a_named_format_outranks_the_suffix(tmp_path: Path) -> None:
    """`fmt` decides, whatever the path ends in."""
    path = tmp_path / "report.json"
    write(report_fixtures.empty(), path, "csv")
    assert path.read_bytes().startswith(b'"network"')


@pytest.mark.parametrize(("path", "fmt"), [("report.pdf", None), ("report", None), (None, "pdf")])
def test_an_unknown_format_lists_the_known(path: str | None, fmt: str | None) -> None:
    """The error's hint names every format there is."""
    with pytest.raises(UsageError) as caught:
        choose(path, fmt)
    assert all(name in caught.value.hint for name in WRITERS)


def test_an_old_file_survives_a_failed_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the disk fails half-way, the old file is whole and no temporary file is left."""
    path = tmp_path / "x.json"
    path.write_text("old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UsageError, match="No space left"):
        write(report_fixtures.ordinary(), path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_is_flushed_before_it_takes_the_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The old file stands until the new bytes are on the disk."""
    path = tmp_path / "x.json"
    path.write_text("old")
    seen: list[str] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: seen.append(path.read_text()))
    write(report_fixtures.empty(), path)
    assert seen == ["old"]
    assert path.read_text() != "old"


def test_a_symbolic_link_is_followed(tmp_path: Path) -> None:
    """The link stays a link, and what it points to is replaced."""
    target, link = tmp_path / "real.json", tmp_path / "link.json"
    link.symlink_to(target)
    write(report_fixtures.empty(), link)
    assert link.is_symlink()
    assert decode(target.read_bytes()) == report_fixtures.empty()


def test_a_missing_folder_is_an_error_with_advice(tmp_path: Path) -> None:
    """Writing where there is no folder says so."""
    with pytest.raises(UsageError, match="cannot write") as caught:
        write(report_fixtures.empty(), tmp_path / "nowhere" / "x.json")
    assert "folder" in caught.value.hint


def test_the_page_of_outputs_lists_every_format_and_column() -> None:
    """docs/outputs.md has each format with its suffixes, and each CSV column in the order of the file."""
    page = (Path(__file__).parents[2] / "docs" / "outputs.md").read_text(encoding="utf-8")
    formats, columns = page.split("## Columns of the CSV")
    for name, writer in WRITERS.items():
        suffixes = " ".join(f"`{suffix}`" for suffix in writer.suffixes)
        assert f"| `{name}` | {suffixes} |" in formats
    assert tuple(re.findall(r"^\| `(\w+)` \|", columns, re.MULTILINE)) == csv_accounts.columns(
        report_fixtures.ordinary()
    )
