"""A configuration file with every key, drawn from the command line and the settings themselves."""

from __future__ import annotations

import ast
import inspect
import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import msgspec
import typer.main

from extractscan import settings
from extractscan.cli.config import FLAG_OF
from extractscan.cli.keys import OPTIONS, THRESHOLDS, allowed

HEAD = """\
# Options and thresholds of `extractscan analyze`. A flag goes over the environment (EXTRACTSCAN_FAIL_ON), that over
# this file, and this file over the profile. Uncomment what should differ; `extractscan config check` checks the file.
"""


def sample() -> str:
    """Return a TOML document in which every key is a comment with its meaning, what is allowed and its default."""
    lines = [HEAD]
    helps = _option_helps()
    for key, field in OPTIONS.items():
        lines += _entry(key, helps[key], field)
    lines.append("# Thresholds of the analysis.\n")
    reasons = dict(_threshold_reasons())
    for key, field in THRESHOLDS.items():
        lines += _entry(key, reasons[key], field)
    return "\n".join(lines) + "\n"


def _entry(key: str, text: str, field: Any) -> list[str]:
    default = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
    value = json.dumps("..." if default is None else default)
    if key == "map":
        value = '{ account_id = "user.id" }'
    return [f"# {' '.join(text.split())}", f"# Allowed: {allowed(key)}.", f"# {key} = {value}", ""]


def _option_helps() -> dict[str, str]:
    """Return the help of each option of `analyze`, by key."""
    from extractscan.cli import app

    root: Any = typer.main.get_command(app)
    return {FLAG_OF.get(each.name, each.name): each.help for each in root.commands["analyze"].params}


def _threshold_reasons() -> Iterator[tuple[str, str]]:
    """Give each setting with the sentence that stands below it in the source."""
    (body,) = (
        node.body
        for node in ast.parse(inspect.getsource(settings)).body
        if isinstance(node, ast.ClassDef) and node.name == "Settings"
    )
    for field, text in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr):
            yield ast.unparse(field.target), str(ast.literal_eval(text.value))
