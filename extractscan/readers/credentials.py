"""Take credentials out of what logs say: keys in headers, tokens in addresses, passwords in URLs."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any, Final

import polars as pl

NOTE: Final = "raw credentials replaced by their SHA-256"
CUT_NOTE: Final = "credentials cut out of addresses and headers"
CUT: Final = "[cut]"

_FIELDS: Final = (
    r"[\w.-]*(?:api[-_.]?key|subscription[-_]key|access[-_]?key|secret|passw(?:or)?d|pwd|token|credential|"
    r"authorization|cookie)|(?:[\w.-]*[-_.])?signature"
)
"""Names of fields and headers whose values open something."""
_QUERY: Final = rf"{_FIELDS}|key|auth|sig|code|jwt"
"""Names of query parameters; the short ones mean other things elsewhere."""

_SHAPES: Final = (
    r"(?:sk|pk|rk)-[A-Za-z0-9_-]{8,}|AIza[0-9A-Za-z_-]{30,}|gsk_[A-Za-z0-9]{20,}|hf_[A-Za-z0-9]{20,}|"
    r"xox[abprs]-[A-Za-z0-9-]{10,}|gh[pousr]_[A-Za-z0-9]{20,}|eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"
)
"""What keys and tokens of known makers look like."""

_PAIR: Final = (
    rf"(?i)(\"(?:key|name)\"\s*:\s*\"(?:{_FIELDS})\"\s*,\s*\"\w*value\"\s*:\s*(?:\{{\s*\"\w+\"\s*:\s*)?\[?\s*\")"
)
"""A header whose name and value stand apart, as in lists of attributes."""

_PLACES: Final = (
    (rf"(?i)([?&;](?:{_QUERY})=)[^&#\s\"']+", f"${{1}}{CUT}"),
    (r"(://)[^/@\s:]*:[^/@\s]*@", f"${{1}}{CUT}@"),
    (r"(?i)\b((?:bearer|basic|apikey)\s+)[A-Za-z0-9._~+/=-]{6,}", f"${{1}}{CUT}"),
    (rf"(?i)(\"(?:{_FIELDS})\"\s*:\s*\[?\s*\")(?:[^\"\\]|\\.)+", f"${{1}}{CUT}"),
    (rf"(?i)(\\\"(?:{_FIELDS})\\+\"\s*:\s*\[?\s*\\+\")[^\"\\]+", f"${{1}}{CUT}"),
    (rf"(?i)(\"\"(?:{_FIELDS})\"\"\s*:\s*\[?\s*\"\")[^\"]+", f"${{1}}{CUT}"),
    (rf"{_PAIR}(?:[^\"\\]|\\.)+", f"${{1}}{CUT}"),
    (rf"(?i)\b((?:{_FIELDS})'?:\s*'?)[^\s,;\"']+", f"${{1}}{CUT}"),
    (rf"\b(?:{_SHAPES})", CUT),
)
"""Where credentials stand in a text and what is left of it."""

_SAID: Final = (
    r"(?i)\b((?:key|token|secret|password)(?: provided)?[:=]?\s+[\"'`]?)(?=[A-Za-z_-]*\d)[A-Za-z0-9_*.-]{8,}",
    f"${{1}}{CUT}",
)
"""How messages quote a key; in texts that people wrote it may be no key, so that it counts in raw records alone."""


def _compiled(place: str, left: str) -> tuple[re.Pattern[str], str]:
    """Make a pattern for Python's engine, which may go back and forth in names without an end for ever."""
    return re.compile(place.replace(r"[\w.-]*", r"[\w.-]{0,64}")), left.replace("${1}", r"\1")


_PYTHON: Final = tuple(_compiled(*each) for each in _PLACES)
_RAW: Final = (*_PYTHON, _compiled(*_SAID))
_NAME: Final = re.compile(rf"(?i)(?:{_FIELDS})")
_ANY: Final = "|".join(f"(?:{place})" for place, _ in _PLACES)
_WHOLE: Final = rf"(?i)^\s*(?:sk-|bearer |basic |apikey )|^\s*(?:{_SHAPES})\s*$"
"""Identifiers that are credentials themselves."""

HEADERS: Final = (
    "authorization",
    "x-api-key",
    "api-key",
    "apikey",
    "x-goog-api-key",
    "ocp-apim-subscription-key",
    "x-portkey-api-key",
    "helicone-auth",
    "proxy-authorization",
)
"""Headers that carry the caller's key, in the order in which one is taken to tell callers apart."""


def cut_out(text: str) -> str:
    """Leave the credentials out of a text of any kind: an address, a header, a line of a log."""
    for place, left in _PYTHON:
        text = place.sub(left, text)
    return text


def is_secret(name: str) -> bool:
    """Say whether values of a field or column of this name open something."""
    return _NAME.fullmatch(name) is not None


def cut_record(data: bytes) -> tuple[bytes, int]:
    """Leave the credentials out of a record as it lies in an input, and count the places; no other byte changes."""
    text = data.decode("utf-8", "surrogateescape")
    before = text.count(CUT)
    for place, left in _RAW:
        text = place.sub(left, text)
    found = text.count(CUT) - before
    return (text.encode("utf-8", "surrogateescape"), found) if found else (data, 0)


def without(values: pl.Series) -> tuple[pl.Series, bool]:
    """Leave the credentials out of a column of texts, and say whether there were any."""
    found = _holding(values, _ANY)
    if found.is_empty():
        return values, False
    clean = found
    for place, left in _PLACES:
        clean = clean.str.replace_all(place, left)
    return values.replace(found, clean), True


def hashed(values: pl.Series) -> tuple[pl.Series, bool]:
    """Replace identifiers that are credentials by their SHA-256, which still tells them apart."""
    found = _holding(values, _WHOLE)
    if found.is_empty():
        return values, False
    return values.replace(found, pl.Series(map(fingerprint, found.to_list()), dtype=pl.String)), True


def _holding(values: pl.Series, pattern: str) -> pl.Series:
    """Find the different texts that match, among texts of which hardly one returns."""
    hits = values.str.contains(pattern)
    return values.filter(hits).unique() if hits.any() else values.clear()


_SCHEME: Final = re.compile(r"(?i)\s*(?:bearer|basic|apikey|token)\s+")


def fingerprint(secret: Any) -> str | None:
    """Give the SHA-256 of a key, without the scheme before it; None for nothing and for what a log has blacked out."""
    if not isinstance(secret, str):
        return None
    scheme = _SCHEME.match(secret)
    bare = (secret if scheme is None else secret[scheme.end() :]).strip()
    if not bare or bare.casefold() in {"redacted", "[redacted]", "***"} or not bare.strip("*x"):
        return None
    return hashlib.sha256(bare.encode("utf-8", "replace")).hexdigest()


def key_of(headers: Any) -> str | None:
    """Give the fingerprint of the key in some request headers, whatever the case of their names."""
    if not isinstance(headers, Mapping):
        return None
    low = {str(name).casefold(): value for name, value in headers.items()}
    for name in HEADERS:
        value = low.get(name)
        if found := fingerprint(value[0] if isinstance(value, list) and value else value):
            return found
    return None
