"""XML that any parser takes, whatever a log holds."""

from __future__ import annotations

from functools import lru_cache
from xml.etree.ElementTree import Element, SubElement, indent, tostring
from xml.sax.saxutils import escape

from extractscan.writers.show import show

DECLARATION = "<?xml version='1.0' encoding='utf-8'?>"


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


@lru_cache(maxsize=1 << 16)
def safe(value: str | float) -> str:
    """Return a value as it may stand in a text or between double quotes, control characters made visible.

    For documents of hundreds of thousands of elements, which are written line by line: a tree of them takes ten times
    the time and the memory.
    """
    return escape(show(value, None), {'"': "&quot;"})
