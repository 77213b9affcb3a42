"""Make canonical frames of chunks, whatever container and source they came from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any, Final

import msgspec
import polars as pl

from extractscan import schema
from extractscan.readers import canonical
from extractscan.readers.cast import TEXTS, cast, misfits, missing, series_of
from extractscan.readers.chat import is_chat, system_text, user_text
from extractscan.readers.source import Field, Source
from extractscan.readers.tally import Tally

FLAT: Final = frozenset({"canonical", "mapped"})
"""Sources whose table columns can be taken as they are."""

_HOSTILE: Final = (AttributeError, KeyError, IndexError, TypeError, ValueError, OverflowError, RecursionError)
"""What a reader of one field may meet in a record of odd types; the field is null then."""


def values_of(source: Source, records: pl.DataFrame | Sequence[Any], names: Sequence[str]) -> list[pl.Series]:
    """Give the raw values of canonical columns, in the order of `names`."""
    if isinstance(records, pl.DataFrame):
        direct = [_direct(source, records, name) for name in names]
        if all(column is not None for column in direct):
            return [column for column in direct if column is not None]
    elif records and isinstance(records[0], msgspec.Struct) and source is canonical.SOURCE:
        return [series_of(name, list(map(attrgetter(name), records))) for name in names]
    return read_columns(source.fields, names, list(map(source.view, plain(records))))


def read_columns(fields: Mapping[str, Field], names: Iterable[str], views: Sequence[Any]) -> list[pl.Series]:
    """Read the raw values of some columns out of viewed records."""
    return [series_of(name, read_all(fields[name].read, views)) for name in names]


def plain(records: pl.DataFrame | Sequence[Any]) -> Sequence[Any]:
    """Give records as plain objects, however they were decoded."""
    if isinstance(records, pl.DataFrame):
        return records.to_dicts()
    if any(isinstance(record, msgspec.Struct) for record in records[:1]):
        return list(map(msgspec.structs.asdict, records))
    return records


def _direct(source: Source, frame: pl.DataFrame, name: str) -> pl.Series | None:
    """A column that stands in the table under its own path and needs no reading; None where it must be read."""
    field = source.fields[name]
    path = field.paths[0]
    if source.name not in FLAT or (name in TEXTS and path != name):
        return None
    if path in frame.columns:
        return frame[path].alias(name)
    if any(head in frame.columns for head in field.heads):
        return None
    return pl.Series(name, [None] * frame.height, dtype=pl.String)


def read_all(read: Callable[[Any], Any], views: Sequence[Any]) -> list[Any]:
    """Read one field of many records; None where the types of one are not what the field expects."""
    try:
        return [read(view) for view in views]
    except _HOSTILE:
        return [read_guarded(read, view) for view in views]


def read_guarded(read: Callable[[Any], Any], view: Any) -> Any:
    """Read one field of one record; None where its types are not what the field expects."""
    try:
        return read(view)
    except _HOSTILE:
        return None


def typed(raw: Sequence[pl.Series], places: pl.DataFrame, tallies: Sequence[Tally]) -> pl.DataFrame:
    """Cast raw columns to canonical types beside their provenance, counting per input what did not fit and is null."""
    columns = []
    for values in raw:
        dtype = schema.EVENTS[values.name]
        done, note = cast(values, values.name, dtype)
        if note:
            for file in places[schema.FILE].unique().to_list():
                tallies[file].notes.add(note)
        lost = misfits(values, done, values.name)
        if lost is not None:
            _count(lost[0], lost[1], places, tallies, events=values.name == schema.TIMESTAMP)
        columns.append(done.alias(values.name))
    return pl.DataFrame(columns).hstack(places)


def complete(frame: pl.DataFrame, raw: Sequence[pl.Series], tallies: Sequence[Tally]) -> pl.DataFrame:
    """Count and drop the rows without a readable `timestamp` (`raw` tells whether it was missing) or `account_id`."""
    stamps, accounts = frame[schema.TIMESTAMP], frame[schema.ACCOUNT]
    if stamps.null_count() == 0 and accounts.null_count() == 0:
        return frame
    places = frame.select(schema.FILE, schema.ROW)
    given = next(values for values in raw if values.name == schema.TIMESTAMP)
    _count("timestamp: missing", stamps.is_null() & missing(given), places, tallies, events=True)
    _count("account_id: missing", stamps.is_not_null() & accounts.is_null(), places, tallies, events=True)
    return frame.filter(stamps.is_not_null() & accounts.is_not_null())


def _count(reason: str, mask: pl.Series, places: pl.DataFrame, tallies: Sequence[Tally], *, events: bool) -> None:
    """Count lost events, or lost values of events that are used."""
    if not mask.any():
        return
    for (file,), lost in places.filter(mask).group_by(schema.FILE):
        rows = lost[schema.ROW].to_list()
        if events:
            tallies[int(file)].reject_events(reason, rows)
        else:
            tallies[int(file)].reject(reason, f"row {min(rows)}", len(rows), rows=())


def open_chats(raw: list[pl.Series], *, systems: bool) -> list[pl.Series]:
    """Replace prompts that are chat messages as JSON text by the last user's text.

    With `systems`, the column `system_prompt` gets the messages' system text where it has none of its own; whether
    to do so is fixed per input, so that it does not depend on which columns a pass asks for.
    """
    at = {values.name: i for i, values in enumerate(raw)}
    if schema.PROMPT not in at or raw[at[schema.PROMPT]].dtype == pl.Null:
        return raw
    prompts = _as_json(raw[at[schema.PROMPT]])
    chats = {text: chat for text in _candidates(prompts) if (chat := _chat(text)) is not None}
    if not chats:
        return raw
    out = list(raw)
    out[at[schema.PROMPT]] = prompts.replace({text: user_text(chat) for text, chat in chats.items()})
    if systems and schema.SYSTEM_PROMPT in at:
        own = raw[at[schema.SYSTEM_PROMPT]]
        texts = {text: system_text(chat) for text, chat in chats.items()}
        found = prompts.replace_strict(texts, default=None, return_dtype=pl.String)
        mine = own.cast(pl.String, strict=False)
        joined = pl.select(pl.coalesce(pl.when(mine != "").then(mine), found).alias(own.name))
        out[at[schema.SYSTEM_PROMPT]] = joined.to_series()
    return out


def _as_json(values: pl.Series) -> pl.Series:
    nested = isinstance(values.dtype, pl.List | pl.Struct | pl.Array)
    return series_of(values.name, values.to_list()) if nested else values


def _candidates(prompts: pl.Series) -> list[str]:
    if prompts.dtype != pl.String:
        return []
    listed = prompts.str.starts_with("[")
    return prompts.filter(listed).unique().to_list() if listed.any() else []


def _chat(text: str) -> list[dict[str, Any]] | None:
    try:
        messages = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return None
    return messages if is_chat(messages) else None
