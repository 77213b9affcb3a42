"""XML that any parser takes, whatever a log holds."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement, indent, tostring

from extractscan.writers.show import show


def under(parent: Element, tag: str, content: object = None, /, **attributes: object) -> Element:
    """Add a child with its text and attributes, control characters made visible: XML 1.0 cannot hold them at all."""
    child = SubElement(parent, tag, {name: show(value, None) for name, value in attributes.items()})
    if content is not None:
        child.text = show(content, None)
    return child


def document(root: Element) -> bytes:
    """Return the tree as an indented UTF-8 document with a declaration and a final newline."""
    indent(root)
    page: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return page + b"\n"
