"""Say what inputs are and how full they are, without analysing them (`extractscan inspect`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any, Final

import msgspec
import polars as pl

from extractscan import model, schema
from extractscan.readers.cast import TEXTS
from extractscan.readers.detect import LogFile
from extractscan.readers.drift import Clocks, Drift, Fills, Order, Skew
from extractscan.readers.logset import LogSet
from extractscan.readers.source import Side, Source

_HOUR: Final = 3_600_000_000
_GAP_FACTOR: Final = 4
_SHORTEST_GAP: Final = 6
"""Hours without an event count as a gap from six on, and from four times the median silence (the longest left out)."""
_PLAIN: Final = frozenset(
    {schema.TIMESTAMP, schema.MODEL, schema.ENDPOINT, schema.COUNTRY, schema.ASN, schema.PLATFORM, schema.STATUS_CODE}
    | {schema.USER_AGENT, schema.ERROR, schema.LATENCY, schema.COST, schema.TEMPERATURE, schema.MAX_TOKENS}
    | {schema.INPUT_TOKENS, schema.OUTPUT_TOKENS, schema.CACHED_TOKENS, schema.N_CHOICES, schema.LOGPROBS}
    | {schema.STREAM, schema.TOOL_NAMES}
)
"""Columns whose values name nobody; examples of all others are cut."""


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One canonical column of one input."""

    name: str
    source: str
    """The source fields that it is drawn from, best first."""
    filled: float
    """Share of the used rows that have a value."""
    example: str | None
    """Its first value, cut so that it names nobody."""


class Inspected(msgspec.Struct, frozen=True, kw_only=True):
    """What one input is and holds."""

    input: model.Input
    title: str
    why: str
    """By what it was recognised, or why it is not read."""
    columns: list[Column] = []
    first: str | None = None
    last: str | None = None
    accounts: int = 0
    out_of_order: int = 0
    """Rows that are earlier than the row before them."""
    furthest_back_s: float = 0.0
    """Seconds of the longest step back in time."""


class Inspection(msgspec.Struct, frozen=True, kw_only=True):
    """What all inputs are and hold."""

    inputs: list[Inspected]
    bytes: int
    rows: int
    rows_used: int
    accounts: int
    first: str | None
    last: str | None
    gaps: list[model.Gap]
    duplicate_request_ids: int
    """Rows whose request id another row had before; null ids are none."""
    columns: list[str]
    """Canonical columns that at least one input delivers."""
    missing: list[str]
    """Canonical columns that none delivers."""
    drift: list[Drift] = []
    """Columns whose fill rate changes within the log."""
    skew: list[Skew] = []
    """Inputs that hold the same requests, and how far their clocks are apart."""
    cpu_seconds: float = 0.0
    """In which all rows were read, with all their columns."""


class _Profile:
    """Running figures of a pass."""

    def __init__(self, count: int) -> None:
        self.filled: list[dict[str, int]] = [{} for _ in range(count)]
        self.example: list[dict[str, Any]] = [{} for _ in range(count)]
        self.span: list[tuple[datetime, datetime] | None] = [None] * count
        self.accounts: list[set[str]] = [set() for _ in range(count)]
        self.hours: set[int] = set()
        self.clocks = Clocks()
        self.fills = Fills()
        self.order = Order(count)

    def add(self, frame: pl.DataFrame) -> None:
        """Take one batch in."""
        hours = frame[schema.TIMESTAMP].to_physical() // _HOUR
        self.hours.update(hours.unique().to_list())
        self.clocks.add(frame)
        self.fills.add(frame)
        for part in frame.partition_by(schema.FILE, maintain_order=True):
            self._add_part(part, int(part[schema.FILE][0]))
            self.order.add(part, int(part[schema.FILE][0]))

    def _add_part(self, part: pl.DataFrame, file: int) -> None:
        first, last = part.select(pl.min(schema.TIMESTAMP).alias("a"), pl.max(schema.TIMESTAMP).alias("b")).row(0)
        before = self.span[file]
        self.span[file] = (first, last) if before is None else (min(before[0], first), max(before[1], last))
        self.accounts[file].update(part[schema.ACCOUNT].unique().to_list())
        for column in part.drop(list(schema.PROVENANCE)):
            count = len(column) - column.null_count()
            self.filled[file][column.name] = self.filled[file].get(column.name, 0) + count
            if count and column.name not in self.example[file]:
                self.example[file][column.name] = column.drop_nulls()[0]


def inspect_logs(
    logs: LogSet, clock: Callable[[], float] = lambda: 0.0, watch: Callable[[pl.DataFrame], None] = lambda _: None
) -> Inspection:
    """Read all inputs once and describe them.

    Args:
        logs: The inputs.
        clock: CPU seconds of this process, to say what reading alone took.
        watch: Shown every batch.

    Raises:
        InputError: where no input gives a single row.
    """
    profile = _Profile(len(logs.files))
    took, batches = 0.0, logs.batches()
    while True:
        began = clock()
        frame = next(batches, None)
        took += clock() - began
        if frame is None:
            break
        profile.add(frame)
        watch(frame)
    records = logs.records()
    spans = [span for span in profile.span if span is not None]
    files = [replace(file, columns=file.columns & logs.columns) for file in logs.widened().files]
    sides = {file.side.name: file.side for file in files if file.side is not None}
    inputs = [_inspected(i, file, records[i], profile, list(sides.values())) for i, file in enumerate(files)]
    return Inspection(
        inputs=inputs,
        bytes=logs.total_bytes,
        rows=sum(record.rows for record in records),
        rows_used=sum(record.rows_used for record in records),
        accounts=len(set().union(*profile.accounts)),
        first=_iso(min(span[0] for span in spans)) if spans else None,
        last=_iso(max(span[1] for span in spans)) if spans else None,
        gaps=gaps_of(profile.hours),
        duplicate_request_ids=profile.clocks.repeated(),
        columns=[name for name in schema.EVENTS if name in logs.columns],
        missing=[name for name in schema.EVENTS if name not in logs.columns],
        drift=profile.fills.changes(),
        skew=profile.clocks.skews([record.path for record in records]),
        cpu_seconds=round(took, 3),
    )


def _inspected(index: int, file: LogFile, record: model.Input, profile: _Profile, sides: Sequence[Side]) -> Inspected:
    if file.source is None:
        side = file.side
        return Inspected(
            input=record,
            title=side.title if side else "not read",
            why=side.recognised if side else file.skipped,
        )
    columns = [
        Column(
            name=name,
            source=" | ".join(_origins(file.source, name, sides)),
            filled=round(profile.filled[index].get(name, 0) / max(record.rows_used, 1), 6),
            example=redacted(name, profile.example[index].get(name)),
        )
        for name in schema.EVENTS
        if name in file.columns
    ]
    span = profile.span[index]
    return Inspected(
        input=record,
        title=file.source.title,
        why=file.source.recognised,
        columns=columns,
        first=_iso(span[0]) if span else None,
        last=_iso(span[1]) if span else None,
        accounts=len(profile.accounts[index]),
        out_of_order=profile.order.back[index],
        furthest_back_s=round(profile.order.furthest[index], 3),
    )


def _origins(source: Source, name: str, sides: Sequence[Side]) -> list[str]:
    """List the fields that a column is drawn from: its own, and those of what completes it."""
    own = list(source.fields[name].paths) if name in source.fields else []
    told = [side for side in sides if side.on in source.keys and name in side.fields]
    return own + [f"{side.name}: {path}" for side in told for path in side.fields[name].paths]


def redacted(name: str, value: Any) -> str | None:
    """Cut an example so that its form shows and its holder does not: texts to their length, names to their head."""
    if value is None:
        return None
    if isinstance(value, datetime):
        return _iso(value)
    text = str(value)
    if name in TEXTS:
        return f"{len(text)} characters"
    if name in _PLAIN:
        return text[:80]
    if name == schema.CLIENT_IP:
        return text[: max(text.find("."), text.find(":"), 0)] + ".…" if "." in text else text[:4] + "…"
    return text[: min(4, len(text) // 2)] + "…"


def gaps_of(hours: set[int]) -> list[model.Gap]:
    """Find the silences that are long for this log, from the hours since 1970 that hold an event, in order."""
    order = sorted(hours)
    silences = [(late - early - 1, early) for early, late in pairwise(order)]
    usual = median(sorted(length for length, _ in silences if length)[:-1] or [0])
    shortest = max(_SHORTEST_GAP, _GAP_FACTOR * usual)
    return [
        model.Gap(start=_hour(early + 1), end=_hour(early + 1 + length), hours=float(length))
        for length, early in silences
        if length >= shortest
    ]


def _hour(hours: int) -> str:
    return _iso(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(hours=hours))


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
