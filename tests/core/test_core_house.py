"""Limits that keep every file and function readable in one sitting, and every public one explained."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import extractscan

ROOT = Path(extractscan.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))
FILE_LINES = 300
FUNCTION_LINES = 50


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_stay_short(path: Path) -> None:
    """No file and no function outgrows its limit; signature and docstring do not count."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= FILE_LINES
    for node in functions(path):
        body = node.body[1:] if ast.get_docstring(node) else node.body
        lines = (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
        assert lines <= FUNCTION_LINES, f"{path.name}: {node.name} has {lines} lines"
