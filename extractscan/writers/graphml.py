"""Accounts and what they share as GraphML, for yEd, Cytoscape, Gephi and networkx."""

from __future__ import annotations

from collections.abc import Iterator

from extractscan.model import Report
from extractscan.writers.graph import ATTRIBUTES, LABEL, graph
from extractscan.writers.show import show

KEYS = (
    *(("node", name, name, kind) for name, kind in (("label", "string"), *ATTRIBUTES.items())),
    ("edge", "shared", "channel", "string"),
    ("graph", "tlp", "tlp", "string"),
)
"""What carries a value, its key, the value's name and type."""


def render(report: Report) -> bytes:
    """Return an undirected graph: members and observables, an edge where a member holds an observable."""
    return "".join(f"{line}\n" for line in _lines(report)).encode()


def _lines(report: Report) -> Iterator[str]:
    from extractscan.writers.xml_text import DECLARATION, safe

    yield DECLARATION
    yield '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
    for carrier, key, name, kind in KEYS:
        yield f'  <key id="{key}" for="{carrier}" attr.name="{name}" attr.type="{kind}" />'
    yield '  <graph edgedefault="undirected">'
    if report.tlp is not None:
        yield f'    <data key="tlp">TLP:{report.tlp.upper()}</data>'
    vertices, edges = graph(report)
    for vertex in vertices:
        yield f'    <node id="{vertex.id}">'
        yield f'      <data key="label">{safe(show(vertex.label, LABEL))}</data>'
        for name, held in vertex.attributes.items():
            yield f'      <data key="{name}">{safe(held)}</data>'
        yield "    </node>"
    for source, target, channel in edges:
        yield f'    <edge source="{source}" target="{target}">'
        yield f'      <data key="shared">{safe(channel)}</data>'
        yield "    </edge>"
    yield "  </graph>"
    yield "</graphml>"
