"""Write docs/report_schema.md and docs/signals.md from the schema and the signals: `python docs/generate_reference.py`.

A test holds the pages together with what they are made of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from extractscan.model import json_schema
from extractscan.schema import CHANNELS
from extractscan.signals import SIGNALS

FOLDER = Path(__file__).parent
MADE = "<!-- written by docs/generate_reference.py; change {what}, not this page -->"
INTRODUCTION = (
    "What accounts can have in common, by channel: values of one channel fail together, and only the loudest of a",
    "channel counts. A signal whose columns a log lacks is skipped, and the report lists it among what could not be",
    "tested. *Can be put on a bystander*: somebody else can give an account the value, so it never ties one alone.",
    "*Only describes*: it says what a network is like, and ties nobody.",
)
READS = {
    "events": "each request",
    "accounts": "the accounts table",
    "behaviour": "what an account's requests add up to",
    "content": "wording",
    "network": "the traffic of a network that was found",
}
"""What the tables of the signals' declarations are, in words."""


def pages() -> dict[str, str]:
    """Return every generated page by its name."""
    lines = {"report_schema.md": _schema(json_schema()), "signals.md": _signals()}
    return {name: "\n".join(each) + "\n" for name, each in lines.items()}


def _schema(schema: Mapping[str, Any]) -> Iterator[str]:
    yield "# The report"
    yield ""
    yield MADE.format(what="extractscan/model")
    yield ""
    yield f"What `-o report.json` writes and every other output is drawn from: schema `{schema['$id']}`. As JSON"
    yield "Schema (2020-12), with these texts: `extractscan schema report`. How to read the numbers:"
    yield "[handbook.md](handbook.md)."
    yield ""
    yield "- Times are ISO 8601 in UTC. Bits are log2 likelihood ratios with three decimals. Empty is `[]`, `{}`, null."
    yield "- Keys with a default may be missing in a report by an older version; a reader takes the default."
    yield "- The same inputs and settings give the same bytes, but for `tool.generated_at`; with `--reproducible` that"
    yield "  too."
    yield ""
    names = list(schema["$defs"])
    yield "Parts: " + ", ".join(f"[{name}](#{name.lower()})" for name in names) + "."
    for name in names:
        yield from _part(name, schema["$defs"][name])


def _part(name: str, part: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    yield f"## {name}"
    yield ""
    yield part["description"].split("\n\n")[0]
    yield ""
    yield "| key | value | meaning |"
    yield "|---|---|---|"
    for key, shape in part["properties"].items():
        default = "" if key in part.get("required", ()) else f"; default {_literal(shape.get('default'))}"
        yield f"| `{key}` | {_kind(shape)}{default} | {shape['description'].replace('|', chr(92) + '|')} |"


def _literal(value: object) -> str:
    words = {None: "null", True: "true", False: "false"}
    if isinstance(value, dict):
        return "empty" if value else "`{}`"
    return f"`{words[value] if value is None or isinstance(value, bool) else value}`"


def _kind(shape: Mapping[str, Any]) -> str:
    if "$ref" in shape:
        name = shape["$ref"].rsplit("/", 1)[1]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in shape:
        return " or ".join(_kind(each) for each in shape["anyOf"])
    if "enum" in shape:
        return ", ".join("null" if each is None else f"`{each}`" for each in shape["enum"])
    if shape.get("type") == "array":
        return f"list of {_kind(shape['items'])}"
    if shape.get("type") == "object":
        inner = shape.get("additionalProperties")
        return f"map to {_kind(inner)}" if isinstance(inner, dict) and inner else "map"
    return str(shape.get("type", "anything"))


def _signals() -> Iterator[str]:
    yield "# Signals"
    yield ""
    yield MADE.format(what="extractscan/signals")
    yield ""
    yield from INTRODUCTION
    for channel in (*CHANNELS, "extraction"):
        yield ""
        yield f"## {channel}"
        yield ""
        yield "| signal | reads | needs | innocent things that look the same |"
        yield "|---|---|---|---|"
        for signal in SIGNALS.values():
            if signal.channel == channel:
                marks = [" *(can be put on a bystander)*"] * signal.forgeable
                marks += [" *(only describes)*"] * (not signal.links and channel != "extraction")
                needs = ", ".join(f"`{name}`" for name in signal.needs)
                cells = (f"`{signal.name}`{''.join(marks)}", READS[signal.table], needs, "; ".join(signal.twins))
                yield f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    for name, content in pages().items():
        (FOLDER / name).write_text(content, encoding="utf-8")
