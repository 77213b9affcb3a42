"""Values of the report of which one field depends on another: what they become when it is redacted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import msgspec

from extractscan.model import Evidence, Filtered, Hub, Network, Node, Observable, Template
from extractscan.model.asked import Filter
from extractscan.redaction.rules import WITHHELD, Work
from extractscan.redaction.values import CHARACTERS, COLUMNS, redacted

GAP: Final = "…"
Changed = Mapping[str, Any]


def evidence(item: Evidence, _changed: Changed, work: Work) -> dict[str, Any]:
    """Redact the quoted value; the sentence is filled anew in the end.

    Reports of schema 1.0 kept no phrase, and their sentences may quote anything: those go.
    """
    if item.phrase is None or item.value is None:
        quotes = not work.phrased and item.held_by > 0
        return {"summary": WITHHELD if quotes else item.summary, "phrase": None, "value": None}
    if item.signal == "template":
        return {"value": GAP}  # wording: the network's redacted template fills it
    return {"value": redacted(item.signal, item.value, item.value_held_by, work.least, work.names)}


def template(item: Template, changed: Changed, work: Work) -> dict[str, Any]:
    """Keep the parts that enough accounts sent."""
    parts = [part for part in changed["parts"] if part.accounts >= work.least]
    return {"skeleton": skeleton(item, work.least), "parts": parts}


def skeleton(item: Template, least: int) -> str:
    """Return a skeleton in which only the parts stay that enough accounts sent; without parts nothing does."""
    drawn: list[str] = []
    end = 0
    for part in item.parts:
        start = item.skeleton.find(part.text, end)
        if start < 0:
            continue
        drawn += [GAP] * (start > end) + [part.text if part.accounts >= least else GAP]
        end = start + len(part.text)
    drawn += [GAP] * (end < len(item.skeleton))
    return "".join(text for before, text in zip(["", *drawn], drawn, strict=False) if not text == before == GAP)


def network(_item: Network, changed: Changed, _work: Work) -> dict[str, Any]:
    """Sort members by pseudonym, so that their order gives nothing away, and quote the template as it is now."""
    templates = changed["templates"]
    wording = templates[0].skeleton[:CHARACTERS] if templates else GAP
    quoted = [
        msgspec.structs.replace(each, value=wording) if each.signal == "template" and each.value is not None else each
        for each in changed["evidence"]
    ]
    return {"accounts": sorted(changed["accounts"], key=lambda member: member.account_id), "evidence": quoted}


def observable(item: Observable, changed: Changed, work: Work) -> dict[str, Any]:
    """Redact the value; a system prompt stands as a hash that anybody could hold against texts of his own."""
    if item.signal == "system_prompt":
        value = work.names.of("prompt", item.value)
    else:
        value = redacted(item.signal, item.value, len(item.held_by) + item.outside, work.least, work.names)
    return {"value": value, "held_by": sorted(changed["held_by"])}


def hub(item: Hub, _changed: Changed, work: Work) -> dict[str, Any]:
    """Redact the value by how many hold it."""
    return {"value": redacted(item.signal, item.value, item.accounts, work.least, work.names)}


def filtered(item: Filter | Filtered, _changed: Changed, work: Work) -> dict[str, Any]:
    """Redact the values of columns that identify somebody."""
    kind = COLUMNS.get(item.column)
    if kind is None:
        return {"include": item.include, "exclude": item.exclude}
    return {
        side: [work.names.of(kind, value) for value in values]
        for side, values in (("include", item.include), ("exclude", item.exclude))
    }


WHOLES: Final[Mapping[type[Node], Callable[[Any, Changed, Work], dict[str, Any]]]] = MappingProxyType(
    {
        Evidence: evidence,
        Template: template,
        Network: network,
        Observable: observable,
        Hub: hub,
        Filter: filtered,
        Filtered: filtered,
    }
)
"""By type; given the value as it was, its fields as their rules left them, and the work."""
