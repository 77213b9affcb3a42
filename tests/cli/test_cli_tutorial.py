"""The tutorial runs and prints what it shows, figures aside; the handbook leaves no part of the page out."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from extractscan.hypotheses import HYPOTHESES
from extractscan.hypotheses.facts import Facts
from extractscan.model import LEVELS, Verdict
from extractscan.schema import CHANNELS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LEFT_OUT = "…"
END = "\x1e"
LOOK = "docs/tutorial.md no longer shows what happens: run its commands in a folder with sample_logs, COLUMNS=100"


def shown() -> list[tuple[str, list[str]]]:
    """Every command of the page, in order, with the lines that are shown below it."""
    found: list[tuple[str, list[str]]] = []
    for line in "".join(BLOCK.findall(PAGE)).splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line)
    return found


def told(line: str) -> str:
    """A line without what changes with every improvement of the search: figures, bars, and the room between."""
    bare = re.sub(r"[0-9][0-9.,]*", "0", re.sub(r"[▁-▏░·]", " ", line))
    return " ".join(re.sub(r"0+%", "0%", bare).split())


def matches(expected: list[str], actual: list[str]) -> bool:
    """Whether lines are these, where a line of an ellipsis stands for any number of lines."""
    if not expected:
        return not actual
    if expected[0] == LEFT_OUT:
        return any(matches(expected[1:], actual[at:]) for at in range(len(actual) + 1))
    return bool(actual) and told(expected[0]) == told(actual[0]) and matches(expected[1:], actual[1:])


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> list[list[str]]:
    """What the commands print, typed one after another in one shell beside the sample logs."""
    folder = tmp_path_factory.mktemp("tutorial")
    shutil.copytree(ROOT / "sample_logs", folder / "sample_logs")
    (folder / "bin").mkdir()
    program = folder / "bin" / "extractscan"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m extractscan "$@"\n')
    program.chmod(0o755)
    script = "".join(f"{command}\ncode=$?; printf '\\036'; (exit $code)\n" for command, _ in shown())
    surroundings = {
        **os.environ, "PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "COLUMNS": "100",
    }  # fmt: skip
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=surroundings, text=True, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    return [part.strip("\n").splitlines() for part in done.stdout.split(END)[:-1]]


@pytest.mark.parametrize("number", range(len(shown())), ids=[command[:60] for command, _ in shown()])
def test_a_command_of_the_tutorial_prints_what_is_shown(outputs: list[list[str]], number: int) -> None:
    """Line by line, but for figures and for what the page leaves out."""
    command, lines = shown()[number]
    assert len(outputs) == len(shown())
    assert matches(lines, outputs[number]), f"{LOOK}\n$ {command}\n" + "\n".join(outputs[number])


def test_the_comparison_sees_what_differs() -> None:
    """Words and their order count; figures, bars and blanks do not; nothing may follow that is not shown."""
    assert matches(["found 1 network", LEFT_OUT, "end"], ["found   12 network", "a", "b", "end"])
    assert matches(["bits ██▌ 10.0"], ["bits  █ 9.8"])
    assert not matches(["found 1 network"], ["found 1 reseller"])
    assert not matches(["a"], ["a", "b"])
    assert not matches(["a", "b"], ["a"])


def test_the_pictures_of_the_pages_are_there() -> None:
    """Every picture that a page shows is in the repository."""
    for page in (ROOT / "README.md", *(ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


HANDBOOK = (ROOT / "docs" / "handbook.md").read_text(encoding="utf-8")
TEMPLATES = ROOT / "extractscan" / "writers" / "html" / "templates"


NOTHING = Facts(
    units=2, accounts=2, population=9, channels={}, sharing={}, events=1, stream_events=1, stream_known=False,
    same_list=0.0,
)  # fmt: skip


def headings() -> list[str]:
    """Every heading of the page whose words are its own."""
    found = [
        text
        for template in sorted(TEMPLATES.glob("*.j2"))
        for text in re.findall(r"<h[2-4][^>]*>([^<{]+)</h[2-4]>", template.read_text(encoding="utf-8"))
    ]
    return list(dict.fromkeys(found))


def test_every_part_of_the_page_is_in_the_handbook() -> None:
    """Sections and plots have a part of their own or are named in one; so are verdicts, levels, roles, explanations."""
    parts = set(re.findall(r"^#+ (.+)$", HANDBOOK, re.MULTILINE))
    assert len(headings()) > 25
    words = " ".join(HANDBOOK.split())
    for heading in headings():
        assert heading in parts or f"*{heading}*" in words, heading
    explanations = [f"{one.id} {one.name}" for one in (weigh(NOTHING) for weigh in HYPOTHESES)]
    for word in (*get_args(Verdict), *LEVELS, "core", "heir", "pool", *explanations):
        assert f"`{word}`" in words, word
    for channel in CHANNELS:
        assert channel in HANDBOOK


def test_every_part_of_a_network_says_how_to_be_wrong() -> None:
    """A plot that only convinces is half explained."""
    networks = HANDBOOK.split("\n## Networks\n")[1].split("\n## ")[0]
    parts = re.split(r"^### (.+)$", networks, flags=re.MULTILINE)[1:]
    silent = {name for name, text in zip(parts[::2], parts[1::2], strict=True) if "**How to be wrong:**" not in text}
    assert silent == {"Notes"}
