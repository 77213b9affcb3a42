"""Finds in many texts at once which rules match: literals in one search over all, then regexes on the few left."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache, lru_cache, partial
from itertools import combinations
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from extractscan.errors import UsageError
from extractscan.rules.likely import Likely, Rows
from extractscan.rules.rule import MAX_RULES, Rule, Wording

HEAD_CHARS: Final = 2000
TAIL_CHARS: Final = 1000
"""Only the first 2,000 and the last 1,000 characters of a text are looked at: instructions stand before or after
the material they are about, and a pasted book must cost no more than a page."""


FEW: Final = 8_192
"""Texts under which it costs more to read all patterns than to see which can be left out."""


OFTEN: Final = 512
"""Texts from which on a pattern with one gap is asked in a looser form first: that costs one more to be made ready."""


class _Form(NamedTuple):
    """One language of one rule, the unit that literals and regexes are looked for by."""

    bit: int
    rule: Rule
    wording: Wording


def match(texts: pl.Series, rules: Sequence[Rule], *, suspected: bool = False) -> pl.Series:
    """Return a UInt64 bitmask for each text, in the order of `texts`: bit i is set where `rules[i]` matched.

    A null text gives 0. Of a text over 3,000 characters the head and the tail alone are read (`HEAD_CHARS`). The
    cost is one linear search over all texts, a second over those that hold a rule's rarest literals, and a linear
    regex for each pattern over the texts that hold all that it requires.

    Args:
        texts: To look at.
        rules: 64 at most.
        suspected: Whether most texts are what `suspect` chose, so that the first search would tell nothing more.

    Raises:
        UsageError: more than 64 rules, or a pattern that the regex engine refuses.
    """
    if len(rules) > MAX_RULES:
        raise UsageError(f"{len(rules)} rules, and {MAX_RULES} is the limit", hint="Match in two calls.")
    forms = [_Form(bit, rule, wording) for bit, rule in enumerate(rules) for wording in rule.wording.values()]
    folded = _ends(texts).str.to_lowercase()
    rarest = frozenset(literal for form in forms for literal in form.wording.literals[0])
    masks = np.zeros(len(texts), dtype=np.uint64)
    rows = (folded.is_not_null() if suspected or not rarest else _holding(folded, rarest)).arg_true()
    if rarest and len(rows):
        held = folded.gather(rows)
        told = _told_of(held, forms, rarest) if len(held) < FEW else forms
        masks[rows.to_numpy()] = _masks(held, told) if told else 0
    return pl.Series(texts.name, masks)


def _told_of(folded: pl.Series, forms: Sequence[_Form], rarest: frozenset[str]) -> list[_Form]:
    """Keep the forms of which one of the rarest literals stands in some text: patterns of others need not be read."""
    found = folded.str.extract_many(pl.Series([sorted(rarest)]), overlapping=True).explode().unique()
    told = frozenset(found.drop_nulls())
    return [form for form in forms if not told.isdisjoint(form.wording.literals[0])]


def _masks(folded: pl.Series, forms: Sequence[_Form]) -> npt.NDArray[np.uint64]:
    """Return the masks of a few texts: what each pattern requires is looked for, and the pattern where that is."""
    plain = _in_ascii(folded)
    likely = _likely(tuple(form.wording for form in forms)).of(folded)
    masks = np.zeros(len(folded), dtype=np.uint64)
    some = [forms[place] for place in likely]
    with ThreadPoolExecutor(max_workers=pl.thread_pool_size()) as pool:
        for form, found in zip(some, pool.map(partial(_found, folded, plain), some, likely.values()), strict=True):
            masks[found] |= np.uint64(1 << form.bit)
    return masks


@lru_cache(4)
def _likely(wordings: tuple[Wording, ...]) -> Likely:
    return Likely(wordings)


def suspect(texts: pl.Series, rules: Sequence[Rule]) -> pl.Series:
    """Tell which texts hold a literal that any rule looks for: the first, cheap search of `match`.

    Compiling the rules' regexes costs more than a second; who reads in small batches collects the suspects of many and
    calls `match` on them once. A null text is no suspect.
    """
    literals = {one for rule in rules for form in rule.wording.values() for one in form.literals[0]}
    if not literals:
        return pl.zeros(len(texts), dtype=pl.UInt8, eager=True).cast(pl.Boolean)
    return _holding(_ends(texts).str.to_lowercase(), frozenset(literals))


def require_compiled(rule: Rule) -> None:
    """Compile every pattern of a rule, which `match` only does for texts that can match it.

    Raises:
        UsageError: a pattern that the regex engine refuses.
    """
    for wording in rule.wording.values():
        for pattern in wording.patterns:
            _contains(pl.Series([""]), pattern, rule)


def _ends(texts: pl.Series) -> pl.Series:
    """Cut long texts to head, line break and tail; the test on bytes keeps short ones from being walked."""
    limit = HEAD_CHARS + TAIL_CHARS
    long = (texts.str.len_bytes() > limit).arg_true()
    if long.is_empty():
        return texts
    held = texts.gather(long)
    cut = held.str.head(HEAD_CHARS) + "\n" + held.str.tail(TAIL_CHARS)
    # scatter writes in place: the caller's series must stay as it was
    return texts.clone().scatter(long, cut.zip_with(held.str.len_chars() > limit, held))


def _found(folded: pl.Series, plain: pl.Series, form: _Form, likely: Sequence[tuple[str, Rows]]) -> Rows:
    """Return the texts that a pattern of the form matches, of those that can match it.

    Each pattern alone: joined in one automaton their gaps multiply, which costs more than it saves. One with gaps is
    asked in a looser form first, and itself only where that matches; what one pattern matched is done with.

    Args:
        folded: The texts.
        plain: The same in ASCII, for patterns that are.
        form: Of the patterns.
        likely: Patterns and the places of texts.
    """
    done = np.zeros(0, dtype=np.int64)
    for pattern, rows in likely:
        left, asked = np.setdiff1d(rows, done, assume_unique=True), plain if pattern.isascii() else folded
        gaps = len(_GAP.findall(pattern)) if pattern.isascii() else 0
        if len(left) and (gaps > 1 or (gaps and len(left) >= OFTEN)):
            with suppress(pl.exceptions.ComputeError):  # the pattern that does not compile is named below
                left = left[asked.gather(left).str.contains(_loosened(pattern)).to_numpy()]
        if len(left):
            hit = left[_contains(asked.gather(left), pattern, form.rule).to_numpy()]
            held = [_any_of(folded.gather(hit), group).to_numpy() for group in form.wording.literals if len(hit)]
            done = np.concatenate([done, hit[np.all(held, axis=0)] if held else hit])
    return done


def _holding(folded: pl.Series, literals: frozenset[str]) -> pl.Series:
    """Tell which texts hold any of many literals; texts in ASCII, that is most, are asked for those in ASCII alone."""
    plain = (folded.str.len_bytes() == folded.str.len_chars()).fill_null(value=False)
    found = pl.zeros(len(folded), pl.Boolean, eager=True)
    for which, sought in ((plain, frozenset(filter(str.isascii, literals))), (~plain, literals)):
        rows = which.arg_true()
        if sought and not rows.is_empty():
            found.scatter(rows.filter(_any_of(folded.gather(rows), sought)), values=True)
    return found


def _any_of(folded: pl.Series, literals: Iterable[str]) -> pl.Series:
    return folded.str.contains(_alternation(frozenset(literals)))


@cache
def _alternation(literals: frozenset[str]) -> str:
    """Join literals to one pattern, without those that hold a shorter one: they add nothing to the search."""
    return "|".join(re.escape(one) for one in sorted(literals) if literals.isdisjoint(_parts(one)))


def _parts(text: str) -> Iterator[str]:
    return (text[start:end] for start, end in combinations(range(len(text) + 1), 2) if end - start < len(text))


def _in_ascii(folded: pl.Series) -> pl.Series:
    """Put one character of ASCII in the place of every other, in the few texts that have any."""
    odd = (folded.str.len_bytes() != folded.str.len_chars()).arg_true()
    # scatter writes in place: the caller's series must stay as it was
    return folded.clone().scatter(odd, folded.gather(odd).str.replace_all(r"[^\x00-\x7f]", _OTHER))


def _contains(texts: pl.Series, pattern: str, rule: Rule) -> pl.Series:
    try:
        return texts.str.contains(_folded(pattern))
    except pl.exceptions.ComputeError as error:
        raise UsageError(
            f"{rule.source}, rule {rule.id!r}: pattern does not compile: {pattern}",
            hint="Patterns are written for the Rust regex crate: no look-around, no back-references, 10 MB compiled.",
        ) from error


_OTHER: Final = "\x1a"
"""Stands for any character outside ASCII in texts that ASCII patterns are looked for in."""

_ASCII_CLASSES: Final = {
    r"\w": r"0-9a-z_",
    r"\s": r"\t-\r ",
    r"\d": r"0-9",
    r"\W": r"\x00-/:-^`{-\x7f",
    r"\S": r"\x00-\x08\x0e-\x1f!-\x7f",
}
_WIDE_CLASSES: Final = {
    r"\w": r"0-9a-z_\u00aa\u00b5\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u1fff\u2c00-\u2dff\u3005-\u3007"
    r"\u3040-\u30fa\u30fc-\ud7ff\uf900-\ufdff\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff66-\uffdc",
    r"\d": r"0-9\uff10-\uff19",
}
"""Blocks of letters in place of the hundreds of ranges that Unicode has: a pattern compiles in a tenth of the time."""


@cache
def _folded(pattern: str) -> str:
    r"""Write a pattern for folded text: lowercase, `\b` in ASCII, and small classes where the pattern is all ASCII.

    With Unicode boundaries the engine leaves its automaton at the first letter outside ASCII, and Unicode classes
    blow it up, `.` among them, of which a gap holds a hundred: a pattern in ASCII is looked for in a text in ASCII.
    """
    ascii_only = pattern.isascii()
    classes = _ASCII_CLASSES if ascii_only else _WIDE_CLASSES
    out: list[str] = []
    inside = False
    for piece in re.findall(r"\\.|\[\^|[^\\]", pattern, flags=re.DOTALL):
        if piece in classes:
            out.append(classes[piece] if inside else f"[{classes[piece]}]")
        elif piece == r"\b":
            out.append(r"(?-u:\b)")
        elif ascii_only and not inside and piece == ".":
            out.append(r"[\x00-\x7f]")
        else:
            inside = (inside or piece in {"[", "[^"}) and piece != "]"
            out.append(piece if piece.startswith("\\") else piece.lower())
            if ascii_only and piece == "[^":
                out.append(r"\x{80}-\x{10ffff}")
    return "(?s)" + "".join(out)


_COUNTED: Final = re.compile(r"(\\\w\{\w+\}|\\.|\[(?:\\.|[^\]\\])*\])|\{(\d+)(?:,\d*)?\}", re.DOTALL)
"""What may not be touched (escapes, classes), or how often something is repeated."""
_GAP: Final = re.compile(r"\{\d+,[2-9]\d\}|\{\d+,\d{3,}\}")
"""A repetition of 20 or more."""
_NESTED: Final = re.compile(r"\[\^?\]|\[(?:\\.|[^\]\\])*\[")
"""A class in a class, or one that begins with its own end: where it ends is not told here."""


@cache
def _loosened(pattern: str) -> str:
    """Fold a pattern and take the bounds off its repetitions: whatever the pattern matches, this does too.

    A gap of up to 60 characters makes as many states, for every place where the text before it stands. To look for the
    same texts in the same order at any distance takes a third of the time and leaves few to look at closely.
    """
    folded = _folded(pattern)
    if _NESTED.search(folded):
        return folded
    return _COUNTED.sub(lambda found: found[1] or ("*" if int(found[2]) == 0 else "+"), folded)
