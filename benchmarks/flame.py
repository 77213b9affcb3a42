"""Draws where the time of an analysis goes: sampled stacks as one small picture, the widest below the others.

py-spy record --format raw --threads --output stacks.txt -- python -m extractscan analyze LOG -o report.json
python -m benchmarks.flame stacks.txt docs/img/profile.svg

Frames of this program alone are drawn, by function; what a library does counts for the function that called it.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

WIDTH, ROW, LEAST = 1000, 18, 0.004
"""Pixels across and a line, and the share of time under which a function is left out."""
FRAME = re.compile(r"^(?P<name>\S+) \(.*?extractscan/(?P<file>[\w/]+)\.py")
HIDDEN = ("cli/", "__main__")
"""Frames that every stack has."""
COLOURS = dict.fromkeys(("survey", "tabling", "shingles", "wordage"), "#76d7c4") | dict.fromkeys(
    ("matching", "likely", "requirements"), "#f7dc6f"
)


@dataclass
class Node:
    """One function under its callers: samples in all, and the functions that it called."""

    count: int = 0
    calls: dict[str, Node] = field(default_factory=dict)


def read(text: str) -> Node:
    """Add the stacks up, each line frames and a number of samples."""
    root = Node()
    for line in text.splitlines():
        stack, _, number = line.rpartition(" ")
        found = [match for match in map(FRAME.match, stack.split(";")) if match]
        names = [f"{m['file'].split('/')[-1]}.{m['name']}" for m in found if not m["file"].startswith(HIDDEN)]
        if names:
            node = root
            node.count += int(number)
            for name in dict.fromkeys(names):
                node = node.calls.setdefault(name, Node())
                node.count += int(number)
    return root


def boxes(node: Node, left: float, depth: int, whole: int) -> Iterator[tuple[float, float, int, str, float]]:
    """Yield left edge, width, depth, name and share of every function that is wide enough."""
    for name, child in sorted(node.calls.items(), key=lambda item: -item[1].count):
        share = child.count / whole
        if share >= LEAST:
            yield left, share * WIDTH, depth, name, share
            yield from boxes(child, left, depth + 1, whole)
        left += share * WIDTH


def draw(root: Node) -> str:
    """Write the picture as SVG without script."""
    found = list(boxes(root, 0, 0, root.count))
    height = (max((depth for _, _, depth, _, _ in found), default=0) + 1) * ROW
    box = f"0 0 {WIDTH} {height}"
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" font-family="monospace" font-size="11">']
    for left, width, depth, name, share in found:
        colour = COLOURS.get(name.split(".")[0], "#f0b27a")
        said = f"{name} {share:.1%}"
        lines.append(
            f'<g><title>{escape(said)}</title><rect x="{left:.1f}" y="{depth * ROW}" '
            f'width="{max(width - 0.5, 0.5):.1f}" height="{ROW - 1}" fill="{colour}"/>'
        )
        room = int(width / 6.7)
        if room > 4:
            lines.append(f'<text x="{left + 3:.1f}" y="{depth * ROW + 13}">{escape(said[:room])}</text>')
        lines.append("</g>")
    return "\n".join([*lines, "</svg>"]) + "\n"


def main() -> None:
    """Read stacks and write the picture."""
    parser = argparse.ArgumentParser(description="Sampled stacks as a small picture.")
    parser.add_argument("stacks", type=Path)
    parser.add_argument("picture", type=Path)
    given = parser.parse_args()
    given.picture.write_text(draw(read(given.stacks.read_text(encoding="utf-8"))), encoding="utf-8")


if __name__ == "__main__":
    main()
