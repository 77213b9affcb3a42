"""Cut a JSON array that is too long to be held into its elements, in bounded memory."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from extractscan.readers.envelopes import NotARecordError
from extractscan.readers.lines import LONGEST

_TOKEN: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"|["\[\]{},]', re.DOTALL)
"""Strings, which hide what they hold; a quote alone begins one that goes on in the next piece."""
_OPEN: Final = frozenset({b"[", b"{"})
_CLOSE: Final = frozenset({b"]", b"}"})


class _Cutter:
    """Where a scan stands: what is held, how much of it was looked at, how deep it is, where the element began."""

    def __init__(self) -> None:
        self.held = b""
        self.at = 0
        self.depth = 0
        self.start = 0
        self.ended = False

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """Take in a piece and yield the elements that end in it.

        Raises:
            NotARecordError: where something stands after the array's end, or an element is longer than 256 MiB.
        """
        self.held = self.held[self.start :] + piece
        self.at, self.start = self.at - self.start, 0
        for token in _TOKEN.finditer(self.held, self.at):
            sign = token[0]
            if sign == b'"':
                self.at = token.start()
                break
            self.at = token.end()
            if self.ended:
                raise NotARecordError("something stands after the array's end")
            yield from self._step(sign, token)
        if len(self.held) - self.start > LONGEST:
            raise NotARecordError("an element longer than 256 MiB")

    def _step(self, sign: bytes, token: re.Match[bytes]) -> Iterator[bytes]:
        if sign in _OPEN:
            self.depth += 1
            if self.depth == 1:
                self.start = token.end()
        elif sign in _CLOSE:
            self.depth -= 1
            self.ended = self.depth == 0
        if (sign == b"," and self.depth == 1) or self.ended:
            element = self.held[self.start : token.start()].strip()
            self.start = token.end()
            if element or sign == b",":
                yield element


def split(stream: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the bytes of an array's elements in order.

    Raises:
        NotARecordError: where the array does not end, or not with the stream; what stands before was yielded.
        DamagedError: where the stream breaks.
    """
    cutter = _Cutter()
    for piece in stream:
        yield from cutter.feed(piece)
    if not cutter.ended or cutter.held[cutter.start :].strip():
        raise NotARecordError("the document breaks off or is damaged (not JSON)")
