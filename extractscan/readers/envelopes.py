"""Unwrap records that exports pack into pages, deliveries and log events."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

LISTS: Final = ("Records", "records", "logEvents", "events", "data", "result")
"""Keys under which deliveries and result pages hold their records."""

_NEVER_A_FIELD: Final = frozenset({"Records", "records", "logEvents"})
"""Of these even an empty list is a delivery; the other keys are also fields of records."""

_EVENT_KEYS: Final = frozenset(
    {"id", "timestamp", "message", "ingestionTime", "eventId", "logStreamName", "logStream", "logGroup", "@timestamp"}
    | {"@message", "@ptr", "@log", "@logStream", "accountId", "region", "extractedFields"}
)
"""What stands beside the message in an event of a log service; any other key makes it a record of its own."""

_RAW_OBJECT: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_RAW_LIST: Final = msgspec.json.Decoder(list[msgspec.Raw])


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
    return list_key(record) is not None or _inner(record) is not None


def _inner(record: Any) -> Any:
    """The record inside a log event or a search hit: an object, or JSON text; None where there is none."""
    if not isinstance(record, dict):
        return None
    if isinstance(record.get("_source"), dict):
        return record["_source"]
    for key in ("message", "@message"):
        text = record.get(key)
        if isinstance(text, str) and text.lstrip()[:1] == "{" and _EVENT_KEYS.issuperset(record):
            return text
    return None


def elements(data: bytes) -> Iterator[bytes]:
    """Cut a line or a document into the bytes of its records: array elements, the list of a page, or itself.

    Raises:
        NotARecordError: where it is no JSON.
    """
    outer = decode(data)
    key = list_key(outer)
    try:
        if isinstance(outer, list):
            yield from (bytes(item) for item in _RAW_LIST.decode(data))
        elif key is not None:
            yield from (bytes(item) for item in _RAW_LIST.decode(_RAW_OBJECT.decode(data)[key]))
        else:
            yield data
    except (msgspec.MsgspecError, UnicodeDecodeError):
        inner = outer if isinstance(outer, list) else outer[key]
        yield from (msgspec.json.encode(item) for item in inner)


def record_of(data: bytes) -> Mapping[str, Any]:
    """Decode the bytes of one record and take it out of its log event.

    Raises:
        NotARecordError: where they hold no JSON object.
    """
    record = decode(data)
    inner = _inner(record)
    if inner is not None:
        record = decode(inner.encode()) if isinstance(inner, str) else inner
    if not isinstance(record, dict):
        raise NotARecordError("not a JSON object")
    if "schemaType" not in record and str(record.get("message", "")).startswith("CWL CONTROL MESSAGE"):
        raise NotARecordError("a control message of the log service")
    return record


def shown(text: str) -> str:
    """Quote the beginning of hostile text for a message."""
    return repr(text[:60] + ("…" if len(text) > 60 else ""))
