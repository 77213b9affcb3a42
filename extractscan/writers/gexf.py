"""Accounts and what they share as GEXF 1.3, for Gephi."""

from __future__ import annotations

from collections.abc import Iterator

from extractscan.model import Report
from extractscan.writers.graph import ATTRIBUTES, LABEL, Graph, graph
from extractscan.writers.show import show


def render(report: Report) -> bytes:
    """Return an undirected static graph: members and observables, an edge where a member holds an observable."""
    return "".join(f"{line}\n" for line in _lines(report)).encode()


def _lines(report: Report) -> Iterator[str]:
    from extractscan.writers.xml_text import DECLARATION, safe

    yield DECLARATION
    yield '<gexf xmlns="http://gexf.net/1.3" version="1.3">'
    yield "  <meta>"
    yield f"    <creator>{safe(f'{report.tool.name} {report.tool.version}')}</creator>"
    if report.tlp is not None:
        yield f"    <description>TLP:{report.tlp.upper()}</description>"
    yield "  </meta>"
    yield '  <graph defaultedgetype="undirected" mode="static">'
    yield from _described("node", ATTRIBUTES)
    yield from _described("edge", {"channel": "string"})
    yield from _drawn(graph(report))
    yield "  </graph>"
    yield "</gexf>"


def _described(carrier: str, attributes: dict[str, str]) -> Iterator[str]:
    yield f'    <attributes class="{carrier}" mode="static">'
    for name, kind in attributes.items():
        yield f'      <attribute id="{name}" title="{name}" type="{kind}" />'
    yield "    </attributes>"


def _drawn(drawn: Graph) -> Iterator[str]:
    from extractscan.writers.xml_text import safe

    if not drawn.vertices:
        yield from ("    <nodes />", "    <edges />")
        return
    yield "    <nodes>"
    for vertex in drawn.vertices:
        yield f'      <node id="{vertex.id}" label="{safe(show(vertex.label, LABEL))}">'
        yield "        <attvalues>"
        for name, value in vertex.attributes.items():
            yield f'          <attvalue for="{name}" value="{safe(value)}" />'
        yield "        </attvalues>"
        yield "      </node>"
    yield "    </nodes>"
    yield "    <edges>"
    for number, (source, target, channel) in enumerate(drawn.edges):
        yield f'      <edge id="e{number}" source="{source}" target="{target}">'
        yield "        <attvalues>"
        yield f'          <attvalue for="channel" value="{safe(channel)}" />'
        yield "        </attvalues>"
        yield "      </edge>"
    yield "    </edges>"
