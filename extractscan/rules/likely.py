"""Which texts can match which patterns: one search for literals that the patterns require, then groups of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from extractscan.rules.requirements import Group, required, shortest
from extractscan.rules.rule import Wording

Rows = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

AT_ONCE: Final = 8_192
"""Texts that are searched at once: a byte for each group and text is held, and some dozen literals a text."""
PROBE: Final = 2_048
"""Of many texts so many say which groups tell most."""
TELLS: Final = 0.8
"""Share of the texts left, under which one more group has to bring them to be looked for."""
FEW: Final = 0.02
"""Share of the texts under which no more groups are looked for."""


class _Way(NamedTuple):
    """One way in which a pattern can match.

    Attributes:
        place: Of the wording.
        pattern: Of it.
        groups: Numbers of those of which a text holds one literal each.
    """

    place: int
    pattern: str
    groups: list[int]


class Likely:
    """Patterns, and what each requires."""

    def __init__(self, wordings: Sequence[Wording]) -> None:
        """Take over the patterns of some wordings."""
        numbers: dict[Group, int] = {}
        self._ways: list[_Way] = []
        for place, wording in enumerate(wordings):
            own = [shortest(frozenset(group)) for group in wording.literals]
            for pattern in wording.patterns:
                for way in required(pattern):
                    groups = [numbers.setdefault(group, len(numbers)) for group in dict.fromkeys((*own, *way))]
                    self._ways.append(_Way(place, pattern, groups))
        self._groups = list(numbers)

    def of(self, texts: pl.Series) -> dict[int, list[tuple[str, Rows]]]:
        """Return for each wording, by its place, its patterns with the texts that may match; no other text can.

        Args:
            texts: In lower case. A pattern that none of them can match is left out.
        """
        sought = [way.groups for way in self._ways]
        if len(texts) > 2 * PROBE:
            sought = self._telling(texts.gather(np.linspace(0, len(texts) - 1, PROBE).astype(np.uint32)))
        search = _Search(self._groups, sought)
        firsts = range(0, len(texts), AT_ONCE)
        parts: dict[tuple[int, str], list[Rows]] = {}
        with ThreadPoolExecutor(max_workers=pl.thread_pool_size()) as pool:
            done = pool.map(lambda first: list(search.of(texts[first : first + AT_ONCE])), firsts)
            for first, found in zip(firsts, done, strict=True):
                for number, rows in found:
                    way = self._ways[number]
                    parts.setdefault((way.place, way.pattern), []).append(rows + first)
        likely: dict[int, list[tuple[str, Rows]]] = {}
        for (place, pattern), held in sorted(parts.items()):
            likely.setdefault(place, []).append((pattern, np.unique(np.concatenate(held))))
        return likely

    def _telling(self, probe: pl.Series) -> list[list[int]]:
        """Return for each way the fewest groups that tell about as much as all do, by some of the texts."""
        groups = [way.groups for way in self._ways]
        held = _Search(self._groups, groups).held(probe)
        size = held.sum(axis=1)
        return [_fewest(held, sorted(each, key=size.__getitem__)) for each in groups]


def _fewest(held: Flags, groups: Sequence[int]) -> list[int]:
    """Choose of the groups of a pattern, rarest first, those that each leave clearly fewer texts."""
    chosen, left = [groups[0]], held[groups[0]]
    for group in groups[1:]:
        count = np.count_nonzero(left)
        if count <= FEW * len(left):
            break
        both = left & held[group]
        if np.count_nonzero(both) <= TELLS * count:
            chosen, left = [*chosen, group], both
    return chosen


class _Search:
    """One search for the literals of some groups."""

    def __init__(self, groups: Sequence[Group], sought: Sequence[Sequence[int]]) -> None:
        """Look for the groups that are sought for each pattern."""
        used = sorted(frozenset[int]().union(*sought))
        literals = sorted(frozenset[str]().union(*(groups[one] for one in used)))
        at = {literal: number for number, literal in enumerate(literals)}
        self._literals, self._sorted = pl.Enum(literals), pl.Series([literals])
        pairs = sorted((at[literal], one) for one in used for literal in groups[one])
        self._group = np.array([one for _, one in pairs], dtype=np.int64)
        self._many = np.bincount(np.array([literal for literal, _ in pairs], dtype=np.int64), minlength=len(literals))
        self._first = np.cumsum(self._many) - self._many
        self._size, self._sought = len(groups), sought

    def of(self, texts: pl.Series) -> Iterator[tuple[int, Rows]]:
        """Yield the number of each pattern with the places of the texts that hold all that is sought for it."""
        held = self.held(texts)
        some: Flags = np.asarray(held.any(axis=1))
        for number, groups in enumerate(self._sought):
            if some[groups].all():
                rows = np.flatnonzero(np.logical_and.reduce([held[group] for group in groups]))
                if len(rows):
                    yield number, rows

    def held(self, texts: pl.Series) -> Flags:
        """Tell which groups each text holds a literal of (groups × texts); those that are not sought are in none."""
        found = texts.str.extract_many(self._sorted, overlapping=True)
        text = np.repeat(np.arange(len(texts)), found.list.len().fill_null(0).to_numpy())
        literal = found.explode(empty_as_null=False, keep_nulls=False).cast(self._literals).to_physical().to_numpy()
        many = self._many[literal]
        # each hit is one of every group that its literal is in
        at = np.arange(int(many.sum())) + np.repeat(self._first[literal] + many - np.cumsum(many), many)
        held = np.zeros((self._size, len(texts)), dtype=np.bool_)
        held.reshape(-1)[self._group[at] * len(texts) + np.repeat(text, many)] = True
        return held
