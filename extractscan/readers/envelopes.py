"""Unwrap records that exports pack into pages, deliveries and log events."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from extractscan.readers.credentials import cut_out

LISTS: Final = ("Records", "records", "logEvents", "events", "data", "result")
"""Keys under which deliveries and result pages hold their records."""

PAGES: Final = (("hits", "hits"), ("data", "items"))
"""Keys and keys within them under which search results and pages with a count hold their records."""

_NEVER_A_FIELD: Final = frozenset({"Records", "records", "logEvents"})
"""Of these even an empty list is a delivery; the other keys are also fields of records."""

_EVENT_KEYS: Final = frozenset(
    {"id", "timestamp", "message", "ingestionTime", "eventId", "logStreamName", "logStream", "logGroup", "@timestamp"}
    | {"@message", "@ptr", "@log", "@logStream", "accountId", "region", "extractedFields"}
)
"""What stands beside the message in an event of a log service; any other key makes it a record of its own."""

_SHIPPERS: Final = frozenset({"agent", "ecs", "event", "event.original", "input", "log"})
"""What log shippers write beside the record that they carry."""

_COLUMNAR: Final = frozenset({"name", "columns", "rows"})
"""What a result table of a log query holds: names apart from the values of each row."""

_LAYERS: Final = 2
"""A search hit may hold a shipper's document, and that the record; nothing nests deeper."""

_RAW_OBJECT: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_RAW_LIST: Final = msgspec.json.Decoder(list[msgspec.Raw])


class Element(NamedTuple):
    """The bytes of one record as they stand in the file, and the names of its values where those stand apart."""

    data: bytes
    names: Sequence[str] | None = None


class NotARecordError(ValueError):
    """Bytes that hold no record; the text is the reason that is counted."""


def decode(data: bytes) -> Any:
    """Decode one JSON value; lone surrogates and numbers out of range are repaired, not refused.

    Raises:
        NotARecordError: where it is no JSON or no UTF-8.
    """
    try:
        return msgspec.json.decode(data)
    except UnicodeDecodeError as error:
        raise NotARecordError("not UTF-8") from error
    except RecursionError as error:
        raise NotARecordError("nested too deeply") from error
    except msgspec.MsgspecError:
        return _lenient(data)


def _lenient(data: bytes) -> Any:
    try:
        return _clean(json.loads(data.decode("utf-8")))
    except UnicodeDecodeError as error:
        raise NotARecordError("not UTF-8") from error
    except RecursionError as error:
        raise NotARecordError("nested too deeply") from error
    except ValueError as error:
        raise NotARecordError("not JSON") from error


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_clean(key): _clean(inner) for key, inner in value.items()}
    return [_clean(inner) for inner in value] if isinstance(value, list) else value


def list_key(record: Any) -> str | None:
    """Name the key under which a value holds a list of records; None where it is a record itself."""
    if not isinstance(record, dict) or "account_id" in record:
        return None
    for key in LISTS:
        inner = record.get(key)
        if isinstance(inner, list) and all(isinstance(item, dict) for item in inner):
            if key == "events" and not all("message" in item for item in inner):
                continue
            if inner or key in _NEVER_A_FIELD:
                return key
    return None


def is_wrapped(record: Any) -> bool:
    """Say whether a record lies inside another."""
    return _outer(record) is not None or _inner(record) is not None


def _outer(record: Any) -> Any:
    """What holds a list of records: a key, the hits of a search, or the tables of a query; None where nothing does."""
    return list_key(record) or _page(record) or (_tables(record) and "tables") or None


def _page(record: Any) -> tuple[str, str] | None:
    """Where a list of records lies two levels down."""
    for first, second in PAGES if isinstance(record, dict) else ():
        page = record.get(first)
        inner = page.get(second) if isinstance(page, dict) else None
        if isinstance(inner, list) and all(isinstance(item, dict) for item in inner):
            return first, second
    return None


def _tables(record: Any) -> bool:
    tables = record.get("tables") if isinstance(record, dict) else None
    return isinstance(tables, list) and bool(tables) and all(_is_table(item) for item in tables)


def _is_table(item: Any) -> bool:
    if not isinstance(item, dict) or not _COLUMNAR.issuperset(item):
        return False
    columns, rows = item.get("columns"), item.get("rows")
    named = isinstance(columns, list) and all(isinstance(c, dict) and isinstance(c.get("name"), str) for c in columns)
    return named and isinstance(rows, list)


def _inner(record: Any) -> Any:
    """The record inside a log event or a search hit: an object, or JSON text; None where there is none."""
    if not isinstance(record, dict):
        return None
    if isinstance(record.get("_source"), dict):
        return record["_source"]
    if (text := _shipped(record)) is not None:
        return text
    for key in ("message", "@message"):
        text = record.get(key)
        if isinstance(text, str) and text.lstrip()[:1] == "{" and _EVENT_KEYS.issuperset(record):
            return text
    return None


def _shipped(record: dict[str, Any]) -> str | None:
    """The record that a log shipper carries as text, where its document has no fields of its own for it."""
    if "@timestamp" not in record or _SHIPPERS.isdisjoint(record) or any(name.startswith("gen_ai") for name in record):
        return None
    event = record.get("event")
    kept = event.get("original") if isinstance(event, dict) else record.get("event.original")
    texts = (text for text in (kept, record.get("message")) if isinstance(text, str))
    return next((text for text in texts if text.lstrip()[:1] == "{"), None)


def elements(data: bytes) -> Iterator[Element]:
    """Cut a line or a document into its records: array elements, the list of a page, the rows of tables, or itself.

    Raises:
        NotARecordError: where it is no JSON.
    """
    outer = decode(data)
    try:
        yield from [*_cut(outer, data)]
    except (msgspec.MsgspecError, UnicodeDecodeError):
        yield from _cut_again(outer)


def _cut(outer: Any, data: bytes) -> Iterator[Element]:
    key = None if isinstance(outer, list) else _outer(outer)
    if isinstance(outer, list):
        yield from (Element(bytes(item)) for item in _RAW_LIST.decode(data))
    elif isinstance(key, tuple):
        inner = _RAW_OBJECT.decode(_RAW_OBJECT.decode(data)[key[0]])[key[1]]
        yield from (Element(bytes(item)) for item in _RAW_LIST.decode(inner))
    elif key == "tables":
        for table, raw in zip(outer["tables"], _RAW_LIST.decode(_RAW_OBJECT.decode(data)["tables"]), strict=True):
            names = [column["name"] for column in table["columns"]]
            yield from (Element(bytes(row), names) for row in _RAW_LIST.decode(_RAW_OBJECT.decode(raw)["rows"]))
    elif key is not None:
        yield from (Element(bytes(item)) for item in _RAW_LIST.decode(_RAW_OBJECT.decode(data)[key]))
    else:
        yield Element(data)


def _cut_again(outer: Any) -> Iterator[Element]:
    """Write records out anew where only the lenient decoder could read what holds them."""
    if isinstance(outer, dict) and (key := _outer(outer)) == "tables":
        for table in outer[key]:
            names = [column["name"] for column in table["columns"]]
            yield from (Element(msgspec.json.encode(row), names) for row in table["rows"])
        return
    page = _page(outer)
    inner = outer if isinstance(outer, list) else outer[page[0]][page[1]] if page else outer[_outer(outer)]
    yield from (Element(msgspec.json.encode(item)) for item in inner)


def record_of(element: Element) -> Mapping[str, Any]:
    """Decode one record and take it out of its log event.

    Raises:
        NotARecordError: where it is no JSON object, nor a row of values with names.
    """
    record = decode(element.data)
    if element.names is not None:
        if not isinstance(record, list) or len(record) != len(element.names):
            raise NotARecordError("a row with more or fewer values than columns")
        return dict(zip(element.names, record, strict=True))
    return record_in(record)


def record_in(value: Any) -> Mapping[str, Any]:
    """Take one record out of its log event.

    Raises:
        NotARecordError: where it is no JSON object.
    """
    record = value
    for _ in range(_LAYERS):
        inner = _inner(record)
        if inner is None:
            break
        record = decode(inner.encode()) if isinstance(inner, str) else inner
    if not isinstance(record, dict):
        raise NotARecordError("not a JSON object")
    if "schemaType" not in record and str(record.get("message", "")).startswith("CWL CONTROL MESSAGE"):
        raise NotARecordError("a control message of the log service")
    return record


def shown(text: str) -> str:
    """Quote the beginning of hostile text for a message, without the credentials that stand there."""
    text = cut_out(text[:2000])
    return repr(text[:60] + ("…" if len(text) > 60 else ""))
