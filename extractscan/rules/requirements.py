"""What a text must hold for a pattern to match: groups of literals, read off the pattern, one of each.

Asking a text for literals costs a fraction of a regex, and thousands of literals no more than one. Of a pattern that is
not understood whole nothing is told, and nothing is told that a matching text could lack.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import product
from typing import Final, NamedTuple

Group = frozenset[str]

LEAST: Final = 3
"""Bytes of a literal that tells anything: shorter ones stand in every text."""
MOST: Final = 64
"""Texts that a stretch of a pattern is multiplied out into."""
WIDEST: Final = 400
"""Literals in one group: a choice of more is no requirement worth looking for."""
_CLASS: Final = 6
"""Characters of a class that are written out."""

_TOKEN: Final = re.compile(
    r"(?P<text>[^\\\[\](){}|.^$*+?]+)"
    r"|(?P<open>\((?:\?:)?(?!\?))|(?P<or>\|)"
    r"|(?P<repeat>[*+?]\??|\{\d+(?:,\d*)?\}\??)"
    r"|(?P<set>\[(?!\^?\])(?:\\[^\W\d_]|\\[^\w\s]|[^\[\]\\&~])+\])"
    r"|(?P<escape>\\[bBsSdDwWntr]|\\[^\w\s])|(?P<place>[\^$])|(?P<any>\.)",
    re.DOTALL,
)
_PLAIN: Final = re.compile(r"[^\\\[\](){}.^$*+?]+")
_NESTING: Final = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|[()]", re.DOTALL)
_ESCAPED: Final = {r"\n": "\n", r"\t": "\t", r"\r": "\r"}


class _Part(NamedTuple):
    """What is known of the texts that a part of a pattern matches.

    Attributes:
        exact: All of them, where they are few; otherwise None.
        groups: What they hold, a literal of each group, where they are not told.
    """

    exact: Group | None
    groups: tuple[Group, ...] = ()


_NOTHING: Final = frozenset({""})
_ANYTHING: Final = _Part(None)


class _OddError(Exception):
    """Syntax that is not read here."""


@cache
def required(pattern: str) -> tuple[tuple[Group, ...], ...]:
    """Return in which ways a pattern can match: for each the groups of literals of which a text holds one each then.

    Args:
        pattern: In the syntax of the Rust `regex` crate, for texts in lower case. Flags, nested classes and named
            groups are not understood: then nothing is required.
    """
    try:
        parts = _alternatives(pattern)
    except _OddError:
        return ((),)
    return tuple(tuple(dict.fromkeys(map(shortest, _groups(part)))) for part in parts)


class _Tokens:
    """A pattern piece by piece; what stands in parentheses is one."""

    def __init__(self, pattern: str) -> None:
        """Begin at the first piece."""
        self._pattern, self._at, self.kind, self.text = pattern, 0, "", ""
        self._close = _closing(pattern)
        self.next()

    def next(self) -> None:
        """Go on by one; at the end the kind is empty, of parentheses the text is what stands between them."""
        if self._at == len(self._pattern):
            self.kind = ""
            return
        found = _TOKEN.match(self._pattern, self._at)
        if found is None:
            raise _OddError
        self.kind, self.text, self._at = found.lastgroup or "", found[0], found.end()
        if self.kind == "open":
            end = self._close[found.start()]
            self.text, self._at = self._pattern[self._at : end], end + 1


def _closing(pattern: str) -> dict[int, int]:
    """Return where each opening parenthesis is closed."""
    opened: list[int] = []
    closed: dict[int, int] = {}
    for found in _NESTING.finditer(pattern):
        if found[0] == "(":
            opened.append(found.start())
        elif found[0] == ")" and opened:
            closed[opened.pop()] = found.start()
        elif found[0] == ")":
            raise _OddError
    if opened:
        raise _OddError
    return closed


def _alternatives(pattern: str) -> list[_Part]:
    tokens = _Tokens(pattern)
    parts = [_sequence(tokens)]
    while tokens.kind == "or":
        tokens.next()
        parts.append(_sequence(tokens))
    return parts


@cache
def _choice(pattern: str) -> _Part:
    """Say of alternatives what is true of each; the same lists of words stand in many patterns."""
    if _PLAIN.fullmatch(pattern) and pattern.count("|") < WIDEST:
        return _Part(frozenset(pattern.lower().split("|")))
    parts = _alternatives(pattern)
    if len(parts) == 1:
        return parts[0]
    exact = [part.exact for part in parts if part.exact is not None]
    if len(exact) == len(parts):
        texts = frozenset[str]().union(*exact)
        return _Part(texts) if len(texts) <= WIDEST else _ANYTHING
    best = [min(_groups(part), key=_dearness, default=None) for part in parts]
    told = [group for group in best if group is not None]
    texts = frozenset[str]().union(*told)
    return _Part(None, (texts,)) if len(told) == len(parts) and len(texts) <= WIDEST else _ANYTHING


def _sequence(tokens: _Tokens) -> _Part:
    """Read what follows one another."""
    groups: list[Group] = []
    exact, broken = _NOTHING, False
    while tokens.kind not in {"", "or"}:
        for part in _repeated(tokens):
            if part.exact is not None and len(exact) * len(part.exact) <= MOST:
                exact = frozenset(map("".join, product(exact, part.exact)))
                continue
            groups += [*_told(exact), *part.groups]
            exact, broken = part.exact or _NOTHING, True
    return _Part(None, (*groups, *_told(exact))) if broken else _Part(exact)


def _repeated(tokens: _Tokens) -> Iterator[_Part]:
    """Read one thing and how often it stands there; of a run of letters only the last is repeated."""
    if tokens.kind == "text":
        text = tokens.text.lower()
        tokens.next()
        if tokens.kind == "repeat" and len(text) > 1:
            yield _Part(frozenset({text[:-1]}))
            text = text[-1]
        part = _Part(frozenset({text}))
    else:
        part = _one(tokens)
    while tokens.kind == "repeat":
        part = _times(part, tokens.text)
        tokens.next()
    yield part


def _one(tokens: _Tokens) -> _Part:
    """Read a group, a class, an escape or a place."""
    kind, text = tokens.kind, tokens.text
    tokens.next()
    if kind == "open":
        return _choice(text)
    if kind == "place" or text in {r"\b", r"\B"}:
        return _Part(_NOTHING)
    if kind == "set":
        return _of_class(text[1:-1].lower())
    if kind == "escape" and (text in _ESCAPED or not text[1].isalpha()):
        return _Part(frozenset({_ESCAPED.get(text, text[1:])}))
    if kind in {"escape", "any"}:
        return _ANYTHING
    raise _OddError


def _of_class(inside: str) -> _Part:
    plain = inside and not inside.startswith("^") and "\\" not in inside and "-" not in inside[1:-1]
    return _Part(frozenset(inside)) if plain and len(inside) <= _CLASS else _ANYTHING


def _times(part: _Part, text: str) -> _Part:
    """Repeat a part as a quantifier says."""
    if text[0] == "+" or re.match(r"\{0*[1-9]", text):
        return _Part(None, _groups(part))
    return _Part(part.exact | {""}) if text[0] == "?" and part.exact is not None else _ANYTHING


def _groups(part: _Part) -> tuple[Group, ...]:
    return part.groups if part.exact is None else _told(part.exact)


def _told(exact: Group) -> tuple[Group, ...]:
    """Return some texts as a group, or none where one of them tells nothing."""
    return (exact,) if all(len(text.encode()) >= LEAST for text in exact) else ()


def _dearness(group: Group) -> tuple[int, int]:
    return -min(map(len, group)), len(group)


@cache
def shortest(group: Group) -> Group:
    """Leave out what holds another text of the group."""
    return frozenset(one for one in group if not any(other in one for other in group if other != one))
