"""Finds in many texts at once which rules match: literals in one search over all, then regexes on the few left."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache, partial, reduce
from itertools import combinations
from operator import or_
from typing import Final, NamedTuple

import polars as pl

from extractscan.errors import UsageError
from extractscan.rules.rule import MAX_RULES, Rule, Wording

HEAD_CHARS: Final = 2000
TAIL_CHARS: Final = 1000
"""Only the first 2,000 and the last 1,000 characters of a text are looked at: instructions stand before or after
the material they are about, and a pasted book must cost no more than a page."""


MANY: Final = 2000
"""Texts from which a second, looser pattern is worth compiling."""
LONGEST: Final = 2_000
"""Characters of two looser patterns over which their common automaton is dearer than two: those of 11,800 took five
times as long in one search as one after the other, and on real texts all rules a sixth longer at 10,000 than here."""


class _Form(NamedTuple):
    """One language of one rule, the unit that literals and regexes are looked for by."""

    bit: int
    rule: Rule
    wording: Wording


def match(texts: pl.Series, rules: Sequence[Rule]) -> pl.Series:
    """Return a UInt64 bitmask for each text, in the order of `texts`: bit i is set where `rules[i]` matched.

    A null text gives 0. Of a text over 3,000 characters the head and the tail alone are read (`HEAD_CHARS`). The
    cost is one linear search over all texts, a second over those that hold a rule's rarest literals, and a linear
    regex for each language of a rule over the texts that hold a literal of each of its groups.

    Raises:
        UsageError: more than 64 rules, or a pattern that the regex engine refuses.
    """
    if len(rules) > MAX_RULES:
        raise UsageError(f"{len(rules)} rules, and {MAX_RULES} is the limit", hint="Match in two calls.")
    forms = [_Form(bit, rule, wording) for bit, rule in enumerate(rules) for wording in rule.wording.values()]
    folded = _ends(texts).str.to_lowercase()
    plain = _in_ascii(folded)
    masks = pl.zeros(len(texts), dtype=pl.UInt64, eager=True)
    with ThreadPoolExecutor(max_workers=pl.thread_pool_size()) as pool:
        for form, found in pool.map(partial(_found, folded, plain), _candidates(folded, forms)):
            masks = masks.scatter(found, masks.gather(found) | (1 << form.bit))
    return masks.alias(texts.name)


def suspect(texts: pl.Series, rules: Sequence[Rule]) -> pl.Series:
    """Tell which texts hold a literal that any rule looks for: the first, cheap search of `match`.

    Compiling the rules' regexes costs more than a second; who reads in small batches collects the suspects of many and
    calls `match` on them once. A null text is no suspect.
    """
    literals = {one for rule in rules for form in rule.wording.values() for one in form.literals[0]}
    if not literals:
        return pl.zeros(len(texts), dtype=pl.UInt8, eager=True).cast(pl.Boolean)
    return _holding(_ends(texts).str.to_lowercase(), frozenset(literals))


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


def _candidates(folded: pl.Series, forms: Sequence[_Form]) -> Iterator[tuple[_Form, pl.Series]]:
    """Yield each form with the rows that hold a literal of its first group; forms without rows are left out.

    The first search is one alternation in one regex: three times as fast as Aho-Corasick once there are more than a
    hundred literals. The second has few texts left and says which literals they hold.
    """
    rarest = pl.DataFrame(
        [(literal, number) for number, form in enumerate(forms) for literal in form.wording.literals[0]],
        schema={"literal": pl.String, "form": pl.Int64},
        orient="row",
    )
    if rarest.is_empty():
        return
    literals = rarest["literal"].unique().sort()
    rows = _holding(folded, frozenset(literals)).arg_true()
    held = folded.gather(rows).str.extract_many(literals.to_list(), overlapping=True)
    by_literal = pl.DataFrame({"row": rows, "literal": held}).explode("literal").group_by("literal").agg("row")
    # by literal first: a text holds many, and a row for each form that looks for one is ten times the work
    of_form = by_literal.join(rarest, on="literal").group_by("form").agg(pl.col("row").explode().unique().sort())
    for number, found in zip(*of_form.sort("form").select("form", "row").get_columns(), strict=True):
        yield forms[number], found


def _found(folded: pl.Series, plain: pl.Series, candidates: tuple[_Form, pl.Series]) -> tuple[_Form, pl.Series]:
    """Of the rows that hold a literal of a form's first group, return those that the form matches."""
    form, rows = candidates
    left = _with_each(folded, rows, form.wording.literals[1:])
    return form, left if left.is_empty() else _matching(folded.gather(left), plain.gather(left), left, form)


def _with_each(folded: pl.Series, rows: pl.Series, groups: Iterable[Sequence[str]]) -> pl.Series:
    """Of the given rows, those whose text holds a literal of each group; none is compiled for no text."""
    for group in groups:
        if rows.is_empty():
            break
        rows = rows.filter(_any_of(folded.gather(rows), group))
    return rows


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


def _matching(texts: pl.Series, plain: pl.Series, rows: pl.Series, form: _Form) -> pl.Series:
    """Of the given rows, those whose text, as it is or in ASCII, a pattern of the form matches.

    Each pattern alone: joined in one automaton their gaps multiply, which costs more than it saves.
    """
    if len(rows) >= MANY:
        return rows.gather(_among_many(texts, plain, form))
    patterns = form.wording.patterns
    return rows.filter(
        reduce(or_, [_contains(plain if each.isascii() else texts, each, form.rule) for each in patterns])
    )


def _among_many(texts: pl.Series, plain: pl.Series, form: _Form) -> pl.Series:
    """Return the places of the texts that a pattern of the form matches.

    Patterns with gaps are asked last, two short ones at a time in their looser form, and themselves only where that
    matches; what one of them matched is done with.
    """
    gaps = {pattern: pattern.isascii() and len(_GAP.findall(pattern)) > 1 for pattern in form.wording.patterns}
    wide = [pattern for pattern, many in gaps.items() if many]
    alone = [[pattern] for pattern, many in gaps.items() if not many]
    left, found = pl.int_range(len(texts), eager=True), []
    for group in [*alone, *_pairs(wide)]:
        likely = left
        if gaps[group[0]]:
            with suppress(pl.exceptions.ComputeError):  # the pattern that does not compile is named below
                likely = left.filter(plain.gather(left).str.contains("|".join(map(_loosened, group))))
        for pattern in group:
            asked = plain if pattern.isascii() else texts
            hit = _contains(asked.gather(likely), pattern, form.rule)
            found.append(likely.filter(hit))
            likely = likely.filter(~hit)
        left = left.filter(~left.is_in(pl.concat(found).implode()))
    return pl.concat(found).sort()


def _pairs(patterns: Sequence[str]) -> Iterator[list[str]]:
    """Put two neighbours together where their looser forms are short enough for one search."""
    waiting: list[str] = []
    for pattern in patterns:
        if waiting and (len(waiting) == 2 or sum(len(_loosened(one)) for one in (*waiting, pattern)) > LONGEST):
            yield waiting
            waiting = []
        waiting = [*waiting, pattern]
    if waiting:
        yield waiting


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
