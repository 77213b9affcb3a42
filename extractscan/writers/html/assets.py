"""What is put into every page: its own styles and scripts, the vendored libraries, and the policy that names them."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Final

from markupsafe import Markup

from extractscan.model import Marking

LIBRARIES: Final = ("cytoscape.min.js", "vega.min.js", "vega-interpreter.js")
"""As their authors publish them (see `vendor/README.md`), in the order in which they need each other."""
SCRIPTS: Final = ("core.js", "charts.js", "graph.js", "members.js", "page.js")
STYLES: Final = ("cytoscape.css", "page.css", "print.css")
GUARDED_STYLE: Final = "__________cytoscape_stylesheet"
"""Cytoscape adds a style of its own to a page that has none of this id; the policy would refuse it."""


@dataclass(frozen=True, slots=True)
class Assets:
    """Texts of scripts and styles, and the policy that allows these and nothing else.

    Attributes:
        scripts: In the order to run them.
        styles: Element id (or nothing) and text.
        policy: Content security policy.
    """

    scripts: tuple[Markup, ...]
    styles: tuple[tuple[str, Markup], ...]
    policy: str


SHEET: Final = """@page { @bottom-right { content: "TLP:%s"; font: 600 9pt/1.6 monospace; text-align: center; \
width: 36mm; height: 6mm; color: %s; background: #000; } }
"""
COLOURS: Final[Mapping[Marking, str]] = MappingProxyType(
    {"clear": "#ffffff", "green": "#33ff00", "amber": "#ffc000", "amber+strict": "#ffc000", "red": "#ff2b2b"}
)
"""What the Traffic Light Protocol 2.0 asks for, on black."""


@cache
def assets(tlp: Marking | None = None) -> Assets:
    """Read all assets of the package once; with a label, every sheet of paper bears it in its margin."""
    scripts = [_library(name) for name in LIBRARIES] + [read("static", name) for name in SCRIPTS]
    styles = [(GUARDED_STYLE if name == "cytoscape.css" else "", read("static", name)) for name in STYLES]
    if tlp is not None:
        styles.append(("", SHEET % (tlp.upper(), COLOURS[tlp])))
    allowed = " ".join(source_hash(text) for text in scripts)
    styled = " ".join(source_hash(text) for _, text in styles)
    policy = (
        f"default-src 'none'; script-src {allowed}; style-src {styled}; img-src data:; base-uri 'none'; "
        "form-action 'none'"
    )
    return Assets(
        scripts=tuple(Markup(text) for text in scripts),  # noqa: S704 the package's own files
        styles=tuple((name, Markup(text)) for name, text in styles),  # noqa: S704
        policy=policy,
    )


def read(folder: str, name: str) -> str:
    """Return a text file of this package."""
    return _root().joinpath(folder, name).read_text(encoding="utf-8")


def templates() -> dict[str, str]:
    """Return every template by name."""
    return {
        file.name: file.read_text(encoding="utf-8")
        for file in sorted(_root().joinpath("templates").iterdir(), key=lambda file: file.name)
    }


def source_hash(text: str) -> str:
    """Return what a policy calls an inline script or style: SHA-256 of its text."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _root() -> Traversable:
    return resources.files("extractscan.writers.html")


def _library(name: str) -> str:
    """Return a library as a plain script without the map that browsers would ask for."""
    text = "\n".join(line for line in read("vendor", name).splitlines() if not line.startswith("//# sourceMappingURL"))
    if name == "vega-interpreter.js":
        return _interpreter(text)
    return text


def _interpreter(module: str) -> str:
    """Turn the published ES module, which imports from a bundler's `vega-util`, into a script that asks `vega`."""
    head, body = module.split("\n", 1)
    names = head[head.index("{") + 1 : head.index("}")]
    body, tail = body.rsplit("export {", 1)
    inner, outer = tail[: tail.index("}")].split(" as ")
    return f"((vega) => {{\nconst {{{names}}} = vega;\n{body}\nwindow.{outer.strip()} = {inner.strip()};\n}})(vega);"
