"""Accounts and what they share as GEXF 1.3, for Gephi."""

from __future__ import annotations

from extractscan.model import Report
from extractscan.writers.graph import ATTRIBUTES, LABEL, graph
from extractscan.writers.show import show


def render(report: Report) -> bytes:
    """Return an undirected static graph: members and observables, an edge where a member holds an observable."""
    from xml.etree.ElementTree import Element

    from extractscan.writers.xml_text import document, under

    root = Element("gexf", xmlns="http://gexf.net/1.3", version="1.3")
    under(under(root, "meta"), "creator", f"{report.tool.name} {report.tool.version}")
    drawn = under(root, "graph", defaultedgetype="undirected", mode="static")
    described = under(drawn, "attributes", **{"class": "node", "mode": "static"})
    for name, kind in ATTRIBUTES.items():
        under(described, "attribute", id=name, title=name, type=kind)
    described = under(drawn, "attributes", **{"class": "edge", "mode": "static"})
    under(described, "attribute", id="channel", title="channel", type="string")
    vertices, edges = graph(report)
    nodes, ties = under(drawn, "nodes"), under(drawn, "edges")
    for vertex in vertices:
        held = under(under(nodes, "node", id=vertex.id, label=show(vertex.label, LABEL)), "attvalues")
        for name, value in vertex.attributes.items():
            under(held, "attvalue", **{"for": name, "value": value})
    for number, (source, target, channel) in enumerate(edges):
        tie = under(ties, "edge", id=f"e{number}", source=source, target=target)
        under(under(tie, "attvalues"), "attvalue", **{"for": "channel", "value": channel})
    return document(root)
