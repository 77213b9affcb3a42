"""The tool says what it is, quickly, and is documented whole."""

from __future__ import annotations

import importlib.util
import inspect
import json
import re
import subprocess
import sys
import tomllib
import types
from pathlib import Path

import jsonschema
import pytest
import typer.main

from extractscan import __version__, cli
from extractscan.cli import helping
from extractscan.cli.helping import SUBJECTS
from extractscan.schema import ACCOUNTS, EVENTS
from extractscan.signals import SIGNALS

ROOT = Path(__file__).parents[2]
ROOT_COMMANDS = typer.main.get_command(cli.app).commands
COMMANDS = {name: each for name, each in ROOT_COMMANDS.items() if name not in cli.GROUPS} | {
    f"{name} {second}": each for name in cli.GROUPS for second, each in ROOT_COMMANDS[name].commands.items()
}
"""Every command by its words."""


def module(*arguments: str, options: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *options, "-m", "extractscan", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["version"], ["analyze", "--help"]])
def test_what_needs_no_library_imports_none(arguments: list[str]) -> None:
    """Help and version answer without the libraries that take long to load."""
    done = module(*arguments, options=("-X", "importtime"))
    assert done.returncode == 0
    imported = {line.rsplit("|", 1)[1].strip() for line in done.stderr.splitlines() if "|" in line}
    assert "typer" in imported
    heavy = {"polars", "numpy", "scipy", "pyarrow", "rich", "msgspec", "extractscan.schema", "extractscan.writers"}
    assert imported & heavy == set()


def test_a_saved_report_prints_without_the_analysis(saved: Path) -> None:
    """`report` needs neither frames nor numbers."""
    done = module("report", str(saved), options=("-X", "importtime"))
    assert done.returncode == 0
    assert not re.search(r"\| +(polars|numpy|scipy|pyarrow)$", done.stderr, re.MULTILINE)


def test_the_version_is_printed_alike(run) -> None:
    """`--version`, `version` and `version --json` agree."""
    assert run("--version").stdout == run("version").stdout == f"extractscan {__version__}\n"
    about = json.loads(run("version", "--json").stdout)
    assert about["version"] == __version__
    assert about["report_schema"] == "1.1"


def test_the_versions_of_all_calculating_libraries_are_told(run) -> None:
    """Each dependency of the project that reads, counts or draws is in `version --json`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = {re.split(r"[<>=]", each)[0] for each in project["dependencies"]}
    assert json.loads(run("version", "--json").stdout)["libraries"].keys() == needed


def test_help_needs_no_command(run) -> None:
    """`-h` and `--help` list every command, and each summary fits its line."""
    assert run("-h").stdout == run("--help").stdout
    for name in ROOT_COMMANDS:
        assert re.search(rf"^  {name} +\S.*[^.]\.$", run("-h").stdout, re.MULTILINE)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_has_help(name: str) -> None:
    """No command, argument or option stands without a sentence, and long options are lower-case words."""
    command = COMMANDS[name]
    assert command.help
    for parameter in command.params:
        assert parameter.help, parameter.name
        for option in parameter.opts if parameter.param_type_name == "option" else ():
            assert re.fullmatch(r"--[a-z]+(-[a-z]+)*|-[a-zA-Z]", option)


def test_a_long_list_of_options_stands_in_groups(run) -> None:
    """Every option of analyze is under a word that says what it is for, once; short lists stay one list."""
    page = run("analyze", "--help").stdout
    sections = re.findall(r"^([A-Z][a-z]+):$", page, re.MULTILINE)
    assert sections == ["Arguments", *SUBJECTS]
    flags = re.findall(r"^  (?:-\w, )?(--[a-z-]+)", page.split("Arguments:")[1], re.MULTILINE)
    assert len(flags) == len(set(flags))
    options = [each for each in COMMANDS["analyze"].params if each.param_type_name == "option"]
    assert set(flags) == {flag for each in options for flag in each.opts if flag.startswith("--")} | {"--help"}
    assert "Options:" in run("verify", "--help").stdout


def test_an_option_that_is_in_no_group_is_not_hidden(run, monkeypatch) -> None:
    """What nobody sorted stands at the end."""
    fewer = {subject: flags for subject, flags in SUBJECTS.items() if subject != "Run"}
    monkeypatch.setattr(helping, "SUBJECTS", fewer)
    page = run("analyze", "--help").stdout
    assert "--threads" in page.split("Others:")[1]


@pytest.mark.parametrize(
    ("command", "usage"),
    [
        (["analyze"], "extractscan analyze [OPTIONS] INPUT..."),
        (["explain"], "extractscan explain [OPTIONS] REPORT NETWORK [ACCOUNT]"),
        (["config", "show"], "extractscan config show [OPTIONS] [FILE]"),
    ],
)
def test_usage_shows_arguments_as_they_are_typed(run, command: list[str], usage: str) -> None:
    """Bare where one has to be given, in brackets where not."""
    assert run(*command, "--help").stdout.splitlines()[0].endswith(usage.split(" ", 1)[1])


def test_no_command_file_is_forgotten() -> None:
    """Every function that stands as a command in the package is in the table."""
    listed = {command.__name__ for command in cli.COMMANDS}
    grouped = {member.__name__ for _, members in cli.GROUPS.values() for member in members}
    for path in Path(cli.__file__).parent.glob("*.py"):
        for name in re.findall(r"^def ([a-z]\w*)\([^)]*typer\.", path.read_text(), re.MULTILINE | re.DOTALL):
            assert name in listed | grouped, f"{path.name}: {name}"
    assert listed | {name.replace("_", " ", 1) for name in grouped} == COMMANDS.keys()


def generator(name: str) -> types.ModuleType:
    """Load a script of docs/, which is no package."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def test_the_page_of_the_command_line_is_current() -> None:
    """docs/cli.md is what the commands say today."""
    page = generator("generate_cli").page()
    assert page == (ROOT / "docs" / "cli.md").read_text(encoding="utf-8"), "run: python docs/generate_cli.py"


def test_the_reference_is_current() -> None:
    """docs/report_schema.md and docs/signals.md are what the schema and the signals say today."""
    pages = generator("generate_reference").pages()
    for name, page in pages.items():
        assert page == (ROOT / "docs" / name).read_text(encoding="utf-8"), "run: python docs/generate_reference.py"
    for signal in SIGNALS:
        assert f"| `{signal}`" in pages["signals.md"]


def test_every_key_of_the_report_says_what_it_means(run) -> None:
    """In the schema that is printed, and so on the page: no key without a sentence, and none left out."""
    schema = json.loads(run("schema", "report").stdout)
    page = (ROOT / "docs" / "report_schema.md").read_text(encoding="utf-8")
    for name, part in schema["$defs"].items():
        section = page.split(f"\n## {name}\n", 1)[1].split("\n## ", 1)[0]
        assert part["properties"].keys() == set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))
        for key, shape in part["properties"].items():
            assert shape["description"].endswith("."), f"{name}.{key}"
            assert shape["description"] in section.replace("\\|", "|")


def test_every_exit_code_is_on_the_page() -> None:
    """The table of exit codes is that of the errors."""
    from extractscan import errors

    codes = {value for name, value in inspect.getmembers(errors) if name.startswith("EXIT_")}
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", page, re.MULTILINE)} == codes


@pytest.mark.parametrize(("document", "columns"), [("events", EVENTS), ("accounts", ACCOUNTS)])
def test_row_schemas_name_every_column(run, document: str, columns) -> None:
    """The schema is valid, has the canonical columns in order, and asks for the required ones alone."""
    schema = json.loads(run("schema", document).stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert list(schema["properties"]) == list(columns)
    assert set(schema["required"]) == ({"timestamp", "account_id"} if document == "events" else {"account_id"})


@pytest.mark.parametrize(
    ("row", "valid"),
    [
        ({"timestamp": "2026-03-01T00:00:00Z", "account_id": "a", "input_tokens": 3, "stream": True}, True),
        ({"timestamp": "2026-03-01T00:00:00Z", "account_id": "a", "cost_usd": 0.5, "prompt": None}, True),
        ({"timestamp": "2026-03-01T00:00:00Z"}, False),
        ({"timestamp": "2026-03-01T00:00:00Z", "account_id": None}, False),
        ({"timestamp": "2026-03-01T00:00:00Z", "account_id": "a", "input_tokens": "3"}, False),
    ],
)
def test_the_schema_of_an_event_judges_rows(run, row: dict, valid: object) -> None:
    """Types and required columns are checked, and what is optional may be null."""
    schema = json.loads(run("schema", "events").stdout)
    assert jsonschema.Draft202012Validator(schema).is_valid(row) is valid


def test_the_schema_of_the_report_accepts_a_report(run, saved) -> None:
    """A saved report validates against what `schema report` prints."""
    schema = json.loads(run("schema", "report").stdout)
    jsonschema.Draft202012Validator(schema).validate(json.loads(saved.read_bytes()))


def test_formats_lists_all_that_is_read_and_written(run) -> None:
    """Each reader and writer stands in the list and in its JSON."""
    from extractscan.readers import FORMATS
    from extractscan.writers import WRITERS

    text, listed = run("formats").stdout, json.loads(run("formats", "--json").stdout)
    assert [each["name"] for each in listed["read"]] == [each.name for each in FORMATS]
    assert [each["name"] for each in listed["written"]] == list(WRITERS)
    for each in (*listed["read"], *listed["written"]):
        assert re.search(rf"^{each['name']}  ", text, re.MULTILINE)


def test_the_module_runs_like_the_program() -> None:
    """`python -m extractscan` is the command line under its own name."""
    done = module("--help")
    assert done.stdout.startswith("Usage: extractscan ")
