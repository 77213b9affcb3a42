"""Open bodies that gateways logged as text: JSON, server-sent events, or JSON that was cut."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from extractscan.readers import chat

_DEEPEST: Final = 64
"""Brackets that are closed at the end of a body that was cut; deeper ones are left unread."""


def opened(body: Any) -> Any:
    """Parse a body: JSON text, server-sent events (a list), or JSON that was cut, as far as it goes."""
    if not isinstance(body, str):
        return body
    text = body.lstrip("\ufeff \t\r\n")
    if text.startswith(("data:", "event:")):
        return events_of(text)
    parsed = chat.parse(text)
    if isinstance(parsed, str) and text[:1] in {"{", "["}:
        return mended(text)
    return parsed


def events_of(text: str) -> list[Any]:
    """Take the JSON payloads out of server-sent events, in order."""
    found = [chat.parse(line[5:].strip()) for line in text.splitlines() if line.startswith("data:")]
    return [event for event in found if isinstance(event, dict)]


def mended(text: str) -> Any:
    """Read JSON that breaks off: what was open at the break is closed; None where nothing can be read."""
    closers, inside, skip = [], False, False
    for letter in text:
        if skip:
            skip = False
        elif inside:
            skip = letter == "\\"
            inside = letter != '"'
        elif letter == '"':
            inside = True
        elif letter in "{[":
            closers.append("}" if letter == "{" else "]")
        elif letter in "}]" and closers:
            closers.pop()
    if not closers or len(closers) > _DEEPEST:
        return None
    end = "".join(reversed(closers))
    if inside:
        bare = re.sub(r"\\(?:u[0-9a-fA-F]{0,3})?\Z", "", text) if skip or "\\u" in text[-6:] else text
        return _decoded(f'{bare}"{end}') or _decoded(f'{bare}":null{end}')
    bare = text.rstrip().rstrip(",")
    tries = (bare, f"{bare}null", re.sub(r",?\s*\"(?:[^\"\\]|\\.)*\"\s*:?\s*[\w.+-]*\Z", "", bare))
    return next((value for each in tries if (value := _decoded(each + end)) is not None), None)


def _decoded(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
