"""Values that nobody in a log holds, of the shape of those that it does hold."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

Rng = np.random.Generator
Indices = npt.NDArray[np.int64]
LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
SERVICES: Final = 5
"""Mail services that new accounts are spread over, commonest first."""


def like(shape: str, rng: Rng, *, words: bool = False) -> str:
    """Write other digits for digits and other letters for letters, hexadecimal if all are; `words` keep letters."""
    hexadecimal = all(c in "0123456789abcdefABCDEF-:" for c in shape)
    few = LETTERS[:6] if hexadecimal else LETTERS

    def other(c: str) -> str:
        if c.isascii() and c.isdigit():
            return str(rng.integers(10))
        if c.isascii() and c.isalpha() and not words:
            drawn = few[int(rng.integers(len(few)))]
            return drawn.upper() if c.isupper() else drawn
        return c

    return "".join(other(c) for c in shape)


def unseen(shape: str, known: set[str], rng: Rng, *, words: bool = False) -> str:
    """Write a value of a shape that nobody has; a shape with no value left gets longer."""
    for _ in range(100):
        value = like(shape, rng, words=words)
        if value not in known:
            return value
    return unseen(f"{shape}0", known, rng, words=words)


def each(column: pl.Series, size: int, who: Indices, rng: Rng) -> pl.Series:
    """Give every account one new value of the column's shape; what is not known stays unknown."""
    if column.null_count() == len(column):
        return column
    shapes = column.drop_nulls()
    fresh = [like(str(shapes[int(rng.integers(len(shapes)))]), rng) for _ in range(size)]
    return pl.select(pl.when(column.is_not_null()).then(pl.Series(fresh).gather(who))).to_series()


def addresses(shapes: Sequence[str], prefix: Indices, rng: Rng) -> list[str]:
    """Write addresses like `shapes`: those of one prefix number in one /24; hashed or masked ones by their shape."""
    bases = {int(number): rng.integers((1, 0, 0), (224, 256, 256)) for number in np.unique(prefix)}
    written = []
    for shape, number in zip(shapes, prefix.tolist(), strict=True):
        base = ".".join(map(str, bases[number]))
        written.append(f"{base}.{rng.integers(1, 255)}" if _is_ipv4(shape) else like(shape, rng))
    return written


def _is_ipv4(text: str) -> bool:
    try:
        return ipaddress.ip_address(text).version == 4
    except ValueError:
        return False


def mails(shapes: pl.Series, known: pl.Series, rng: Rng) -> pl.Series:
    """Write addresses of the shapes' form at the commonest mail services of `known`."""
    service = (
        known.str.extract(r"@(.+)$").drop_nulls().value_counts().sort("count", known.name, descending=[True, False])
    )
    common = service[known.name].head(SERVICES)
    if common.is_empty():
        return shapes
    local = shapes.str.extract(r"^([^@]+)@")
    fresh = [None if name is None else like(str(name), rng) for name in local]
    drawn = common.gather(rng.integers(0, len(common), len(shapes)))
    return pl.select(pl.concat_str(pl.Series(fresh, dtype=pl.String), pl.lit("@"), drawn)).to_series()
