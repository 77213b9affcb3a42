"""Read text logs line by line; what a line says is for the kinds of records to tell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

import polars as pl

from extractscan.readers.chunk import MAX_ROWS, Chunk
from extractscan.readers.lines import blocks
from extractscan.readers.plan import Plan
from extractscan.readers.source import Matches, Record
from extractscan.readers.stored import DamagedError
from extractscan.readers.streams import Meter, pieces
from extractscan.readers.tally import Tally

_JSON: Final = re.compile(rb"\s*(?:\{|\[\s*[\[{\"\]])")
_HEAD: Final = 64 << 10
_FIRST_LINES: Final = 50
"""Servers say how they start before they log requests."""

LINE: Final = "line"
"""The one field of a record."""

KINDS: Final = {
    "vllm": re.compile(
        r"(?:\(\w+ pid=\d+\) )?(?:(?:INFO|WARNING|ERROR|DEBUG) \d\d-\d\d \d\d:\d\d:\d\d[ ,.]|INFO: +\S+:\d+ - \")"
    ),
    "sglang": re.compile(r"\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d.*?\] (Receive|Finish)\b"),
    "alb": re.compile(r"(?:https?|h2|wss?|grpcs?) \d{4}-\d\d-\d\dT\S+ \S+ \S+:\d+ (?:\S+:\d+|-) "),
    "nlb": re.compile(r"tls 2\.0 \d{4}-\d\d-\d\dT"),
    "combined": re.compile(r'\S+ \S+ \S+ \[\d\d/\w{3}/\d{4}:[^\]]+\] "'),
    "envoy_text": re.compile(r'\[\d{4}-\d\d-\d\dT[^\]]+\] "'),
}
"""How lines of each kind of text log begin."""


def kind_of(line: str) -> str | None:
    """Name the kind of text log that a line is of; None where it is of none that is known."""
    return next((name for name, pattern in KINDS.items() if pattern.match(line)), None)


def is_of(kind: str) -> Matches:
    """Make the test that most lines that are known, among sample records, are of one kind."""

    def matches(records: Sequence[Record]) -> bool:
        texts = [record[LINE] for record in records if isinstance(record.get(LINE), str)]
        kinds = Counter(found for text in texts if (found := kind_of(text)) is not None)
        return bool(kinds) and kinds.most_common(1)[0][0] == kind

    return matches


def is_log(text: bytes) -> bool:
    """Say whether a text is a log of a known kind, by its first lines."""
    if _JSON.match(text):
        return False
    return any(kind_of(record[LINE]) is not None for record in sample(text[:_HEAD], _FIRST_LINES))


def read(plan: Plan, meter: Meter) -> Iterator[Chunk]:
    """Yield every line that is not blank as a record with the field `line`; those that are no UTF-8 are counted."""
    number = 1
    try:
        for block in blocks(pieces(plan.stored, plan.layers, meter)):
            rows: list[int] = []
            records: list[Record] = []
            for at, data in enumerate(block.split(b"\n"), number):
                if not data.strip():
                    continue
                try:
                    records.append({LINE: data.decode().removesuffix("\r")})
                    rows.append(meter.tally.rows)
                except UnicodeDecodeError:
                    meter.tally.reject("not UTF-8", f"line {at}", rows=[meter.tally.rows])
                meter.tally.rows += 1
            number += block.count(b"\n")
            for start in range(0, len(rows), MAX_ROWS):
                part = slice(start, start + MAX_ROWS)
                yield Chunk(pl.Series(rows[part], dtype=pl.Int64), records[part])
    except DamagedError as error:
        meter.tally.reject(str(error), f"line {number}")


def originals(plan: Plan, rows: Iterable[int]) -> Iterator[tuple[int, bytes]]:
    """Give the bytes of chosen lines, without their end."""
    wanted = set(rows)
    for row, data in enumerate(islice(_all(plan), max(wanted, default=-1) + 1)):
        if row in wanted:
            yield row, data


def _all(plan: Plan) -> Iterator[bytes]:
    try:
        for block in blocks(pieces(plan.stored, plan.layers, Meter(Tally()))):
            yield from (line.removesuffix(b"\r") for line in block.split(b"\n") if line.strip())
    except DamagedError:
        return


def sample(text: bytes, count: int) -> list[Record]:
    """Give the first lines of a text."""
    lines = (line.strip() for line in text.decode("utf-8", "replace").splitlines())
    return [{LINE: line} for line in islice((line for line in lines if line), count)]
