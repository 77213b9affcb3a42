"""Make plain objects of OTLP JSON: attributes as lists of keys with typed values, ids in hex or base64."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from extractscan.readers.source import Record

_MAX_DEPTH: Final = 16
"""Attribute values nest a few deep; deeper is an attack."""
_HEX: Final = re.compile(r"[0-9a-fA-F]{16}|[0-9a-fA-F]{32}")
_SIZES: Final = (8, 16)
"""Bytes of a span's and of a trace's id."""


def plain(value: Any, depth: int = 0) -> Any:
    """Take the value out of `{"stringValue": …}` and its kin; None for what is none of them."""
    if not isinstance(value, dict) or depth > _MAX_DEPTH:
        return None
    for name in ("stringValue", "boolValue", "doubleValue", "bytesValue"):
        if value.get(name) is not None:
            return value[name]
    if value.get("intValue") is not None:
        return _whole(value["intValue"])
    inner = value.get("arrayValue")
    if isinstance(inner, dict):
        items = inner.get("values")
        return [plain(item, depth + 1) for item in items] if isinstance(items, list) else []
    inner = value.get("kvlistValue")
    return attributes(inner.get("values"), depth + 1) if isinstance(inner, dict) else None


def _whole(value: Any) -> Any:
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return None


def attributes(pairs: Any, depth: int = 0) -> dict[str, Any]:
    """Give attributes as one object: of a list of pairs, or of an object that an exporter made already."""
    if isinstance(pairs, dict):
        return dict(pairs)
    found = {}
    for pair in pairs if isinstance(pairs, list) else ():
        if isinstance(pair, dict) and isinstance(pair.get("key"), str):
            found[pair["key"]] = plain(pair.get("value"), depth)
    return found


def identity(value: Any) -> str | None:
    """Give a trace's or span's id as small hex, from hex or from base64; None where it is neither or all zero."""
    if not isinstance(value, str) or not value:
        return None
    if _HEX.fullmatch(value):
        found = value.lower()
    else:
        try:
            raw = base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            return value
        found = raw.hex() if len(raw) in _SIZES else value
    return found if found.strip("0") else None


def members(
    record: Record, outer: str, scopes: tuple[str, ...], inner: str
) -> Iterator[tuple[Mapping[str, Any], Record]]:
    """Yield each span or log record of an export request with the attributes of its resource."""
    for resource in _list(record.get(outer)):
        told = resource.get("resource")
        around = attributes(told.get("attributes")) if isinstance(told, dict) else {}
        for name in scopes:
            for scope in _list(resource.get(name)):
                for item in _list(scope.get(inner)):
                    yield around, item


def _list(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
