"""Draw docs/img/report.svg from the real report of the sample log: `python docs/screenshots.py`."""

from __future__ import annotations

import io
import re
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from extractscan import pipeline
from extractscan.writers.terminal import View, render

ROOT = Path(__file__).parents[1]
LOG = ROOT / "sample_logs" / "campaign.parquet"
ACCOUNTS = ROOT / "sample_logs" / "campaign_accounts.parquet"
PICTURE = ROOT / "docs" / "img" / "report.svg"
COMMAND = f"$ extractscan analyze {LOG.relative_to(ROOT)} --accounts {ACCOUNTS.relative_to(ROOT)}"
WIDTH = 104
LAST = "Would be explained by"
"""The picture ends before this line; the report goes on."""


def page() -> list[str]:
    """Return the first lines of the report, with the escapes that a terminal would get."""
    report = pipeline.analyze([str(LOG)], accounts=str(ACCOUNTS), reproducible=True)
    lines = render(report, View(width=WIDTH, colour=True)).decode().splitlines()
    end = next(number for number, line in enumerate(lines) if LAST in line)
    return [COMMAND, "", *lines[:end], f"… {len(lines) - end} more lines"]


def picture(lines: list[str]) -> str:
    """Draw lines as an SVG that asks no other host for fonts."""
    console = Console(width=WIDTH, record=True, file=io.StringIO(), color_system="standard", force_terminal=True)
    for line in lines:
        console.print(Text.from_ansi(line))
    drawn = console.export_svg(title="extractscan", theme=MONOKAI, unique_id="report")
    drawn = re.sub(r"\s*(<!--.*?-->|@font-face \{.*?\})", "", drawn, flags=re.DOTALL)
    drawn = drawn.replace("<svg ", '<svg xml:space="preserve" ', 1)
    return "\n".join(line.rstrip() for line in drawn.replace("Fira Code", "ui-monospace, Menlo, Consolas").split("\n"))


if __name__ == "__main__":
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(picture(page()), encoding="utf-8")
    print(f"wrote {PICTURE.relative_to(ROOT)}")
