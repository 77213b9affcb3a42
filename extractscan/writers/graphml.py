"""Accounts and what they share as GraphML, for yEd, Cytoscape, Gephi and networkx."""

from __future__ import annotations

from extractscan.model import Report
from extractscan.writers.graph import ATTRIBUTES, LABEL, graph
from extractscan.writers.show import show


def render(report: Report) -> bytes:
    """Return an undirected graph: members and observables, an edge where a member holds an observable."""
    from xml.etree.ElementTree import Element

    from extractscan.writers.xml_text import document, under

    root = Element("graphml", xmlns="http://graphml.graphdrawing.org/xmlns")
    for name, kind in ("label", "string"), *ATTRIBUTES.items():
        under(root, "key", **{"id": name, "for": "node", "attr.name": name, "attr.type": kind})
    under(root, "key", **{"id": "shared", "for": "edge", "attr.name": "channel", "attr.type": "string"})
    drawn = under(root, "graph", edgedefault="undirected")
    vertices, edges = graph(report)
    for vertex in vertices:
        node = under(drawn, "node", id=vertex.id)
        under(node, "data", show(vertex.label, LABEL), key="label")
        for name, held in vertex.attributes.items():
            under(node, "data", held, key=name)
    for source, target, channel in edges:
        under(under(drawn, "edge", source=source, target=target), "data", channel, key="shared")
    return document(root)
