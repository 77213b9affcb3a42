"""Draw the pictures in docs/img from the real reports of the sample logs: `python docs/screenshots.py`.

The terminal is drawn without a screen; the page is looked at in a headless Chromium, which has to be installed.
"""

from __future__ import annotations

import base64
import io
import re
import shutil
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.wait import WebDriverWait

from extractscan import model, pipeline
from extractscan.writers import html
from extractscan.writers.terminal import View, render, render_member

ROOT = Path(__file__).parents[1]
LOG = ROOT / "sample_logs" / "campaign.parquet"
ACCOUNTS = ROOT / "sample_logs" / "campaign_accounts.parquet"
FOLDER = ROOT / "docs" / "img"
COMMAND = f"$ extractscan analyze {LOG.relative_to(ROOT)} --accounts {ACCOUNTS.relative_to(ROOT)}"
WIDTH = 104
EXPLAINED = "acct_1c3fda48a5f22e37"
EVIDENCE = "Evidence of the network"
"""The picture of an account ends before this line."""
LAST = "Would be explained by"
"""The picture of the terminal ends before this line; the report goes on."""
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
PICTURES = (
    ("page.png", 1440, 960, "light", None, None),
    ("page-graph.png", 1280, 900, "light", "Who shares what", "Channels by member"),
    ("page-dark.png", 1280, 900, "dark", "How the work is split", "Null test"),
    ("page-narrow.png", 390, 900, "light", None, None),
    ("page-waterfall.png", 1280, 900, "light", "Linked by", "Who shares what"),
    ("page-members.png", 1440, 900, "light", "Null test", "Records to check"),
    ("page-compliance.png", 1280, 1130, "light", "#compliance", None),
)
"""File, pixels wide and high, colour scheme, and the headings of the first network between which to cut, or the part of
the page at which to start."""
PLACE = """const place = document.querySelector(arguments[0]).getBoundingClientRect();
    return [place.x + scrollX, place.y + scrollY, place.width];"""
BETWEEN = """const heads = [...document.querySelectorAll('#n1 h4')];
    const place = text => heads.find(head => head.textContent === text).getBoundingClientRect();
    const [first, last] = [...arguments].map(place);
    const room = document.getElementById('n1').getBoundingClientRect();
    return [room.x + scrollX, first.top + scrollY - 16, room.width, last.top - first.top];"""


def page(report: model.Report) -> list[str]:
    """Return the first lines of the report, with the escapes that a terminal would get."""
    lines = render(report, View(width=WIDTH, colour=True)).decode().splitlines()
    end = next(number for number, line in enumerate(lines) if LAST in line)
    return [COMMAND, "", *lines[:end], f"… {len(lines) - end} more lines"]


def explained(report: model.Report) -> list[str]:
    """Return how the bits of one account add up, and what it has in common, with the escapes of a terminal."""
    drawn = render_member(report, report.networks[0], EXPLAINED, View(width=WIDTH, colour=True)).decode()
    lines = drawn.splitlines()
    end = next(number for number, line in enumerate(lines) if EVIDENCE in line)
    return [f"$ extractscan explain r.json N1 {EXPLAINED}", "", *lines[:end]]


def picture(lines: list[str]) -> str:
    """Draw lines as an SVG that asks no other host for fonts."""
    console = Console(width=WIDTH, record=True, file=io.StringIO(), color_system="standard", force_terminal=True)
    for line in lines:
        console.print(Text.from_ansi(line))
    drawn = console.export_svg(title="extractscan", theme=MONOKAI, unique_id="report")
    drawn = re.sub(r"\s*(<!--.*?-->|@font-face \{.*?\})", "", drawn, flags=re.DOTALL)
    drawn = drawn.replace("<svg ", '<svg xml:space="preserve" ', 1)
    return "\n".join(line.rstrip() for line in drawn.replace("Fira Code", "ui-monospace, Menlo, Consolas").split("\n"))


def browser() -> webdriver.Chrome:
    """Start a headless Chromium."""
    found, driver = shutil.which("chromium") or shutil.which("google-chrome"), shutil.which("chromedriver")
    if not found or not driver:
        raise SystemExit("chromium and chromedriver are needed for the pictures of the page")
    options = webdriver.ChromeOptions()
    options.binary_location = found
    for flag in (*FLAGS, f"--user-data-dir={tempfile.mkdtemp()}"):
        options.add_argument(flag)
    return webdriver.Chrome(options=options, service=Service(driver))


def photograph(address: str) -> None:
    """Take every picture of a page."""
    chrome = browser()
    for name, width, height, scheme, first, last in PICTURES:
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        wanted = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
        chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", wanted)
        chrome.get("about:blank")
        part = first is not None and first.startswith("#")
        chrome.get(address + (first if part else "#n1" * (first is not None)))
        WebDriverWait(chrome, 30).until(lambda one: one.execute_script("return document.documentElement.dataset.ready"))
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        if part:
            clip |= dict(zip(("x", "y", "width"), chrome.execute_script(PLACE, first), strict=True))
        elif first:
            drawn = "return Boolean(document.querySelector('#n1-work svg'))"
            WebDriverWait(chrome, 30).until(lambda one, drawn=drawn: one.execute_script(drawn))
            chrome.execute_async_script("setTimeout(arguments[0], 1500)")  # the graph is painted a moment later
            clip |= dict(zip(("x", "y", "width", "height"), chrome.execute_script(BETWEEN, first, last), strict=True))
        shot = chrome.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True, "clip": clip})
        (FOLDER / name).write_bytes(base64.b64decode(shot["data"]))
        print(f"wrote {(FOLDER / name).relative_to(ROOT)}")
    chrome.quit()


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    made = pipeline.analyze([str(LOG)], accounts=str(ACCOUNTS), reproducible=True)
    (FOLDER / "report.svg").write_text(picture(page(made)), encoding="utf-8")
    (FOLDER / "explain.svg").write_text(picture(explained(made)), encoding="utf-8")
    print("wrote docs/img/report.svg and explain.svg")
    with tempfile.TemporaryDirectory() as folder:
        document = Path(folder) / "report.html"
        document.write_bytes(html.render(made))
        photograph(document.as_uri())
