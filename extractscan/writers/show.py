"""Make log content safe to look at: nothing that it holds can move a cursor, hide, reorder or overflow."""

from __future__ import annotations

import re

_SHORT = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}
_UNSEEN_IN_JSON = re.compile("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")

SENTENCE = 600
"""Characters of a sentence that is shown; the report's own sentences are far shorter."""
VALUE = 120
"""Characters of a single log value that is shown; JSON holds the whole of it."""


def show(value: object, limit: int | None = VALUE, *, ascii_only: bool = False) -> str:
    r"""Return a value as one printable line of at most `limit` of its characters, and say how long it was.

    Whatever Python calls unprintable becomes a visible escape: control characters, escape sequences, line breaks,
    bidirectional overrides, zero-width and private-use characters, lone surrogates. A backslash stays as it is, so
    that `CORP\alice` can still be searched for; where the difference matters, JSON is exact.

    Args:
        value: Anything from a report; it is turned into text first.
        limit: Characters kept, counted before escaping; None keeps all.
        ascii_only: Escape everything beyond ASCII too, for terminals that cannot draw it.
    """
    text = str(value)
    kept = text if limit is None else text[:limit]
    if not kept.isprintable() or (ascii_only and not kept.isascii()):
        kept = "".join(_visible(character, ascii_only=ascii_only) for character in kept)
    if limit is None or len(text) <= limit:
        return kept
    return f"{kept}{'...' if ascii_only else '…'} ({len(text):,} characters)"


def _visible(character: str, *, ascii_only: bool) -> str:
    if character.isprintable() and (character.isascii() or not ascii_only):
        return character
    if character in _SHORT:
        return _SHORT[character]
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def quiet_json(document: bytes) -> bytes:
    """Return the same JSON with the characters escaped that a terminal would obey or hide.

    JSON itself asks only for the first 32 to be escaped. In a valid document the others stand in strings alone, so
    the value that a parser reads is unchanged.
    """
    text = document.decode()
    return _UNSEEN_IN_JSON.sub(lambda found: f"\\u{ord(found.group()):04x}", text).encode()
