"""Shared text to pieces of wording: what exactly the same accounts hold is one piece, however many windows it has."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from extractscan import schema
from extractscan.incidence import Ints, Kind, Names, kind_of

TEMPLATE = "template"
U64 = npt.NDArray[np.uint64]


def fold_content(content: pl.DataFrame, prompts: Ints) -> tuple[Kind, pl.DataFrame]:
    """Build the kind of shared text: shingles that exactly the same units hold become one piece of wording.

    Args:
        content: unit, shingle, count of events; only shingles that several units hold. Fastest sorted by shingle.
        prompts: Prompts of each unit (units,), for the share of its traffic that holds a piece.

    Returns:
        A mixture kind, whose values are the smallest shingle of each piece as 16 hexadecimal digits; and the pieces:
        shingle, number.
    """
    if not content["shingle"].is_sorted():
        content = content.sort("shingle")
    unit, count = content["unit"].to_numpy(), content["count"].to_numpy()
    shingle, first, size = _runs(content["shingle"].to_numpy())
    head, number, marks = _folded(shingle, _signatures(unit, first, len(prompts)), size)
    kept = head[number] == shingle
    rows = np.repeat(kept, size)
    unit = unit[rows]
    share = count[rows] / np.maximum(prompts, 1)[unit]
    np.minimum(share, 1.0, out=share)
    value = np.repeat(number[kept], size[kept])
    kind = kind_of(
        TEMPLATE, schema.CONTENT, _named(head), len(prompts), unit, value, share,
        mixture=True, forgeable=True, marks=marks,
    )  # fmt: skip
    return kind, pl.DataFrame({"shingle": shingle, "number": number})


def _runs(shingle: U64) -> tuple[U64, Ints, Ints]:
    """Return the distinct ones of sorted shingles, where each begins and how often it stands."""
    begins = np.ones(len(shingle), dtype=np.bool_)
    np.not_equal(shingle[1:], shingle[:-1], out=begins[1:])
    first = np.flatnonzero(begins)
    return shingle[first], first, np.diff(np.append(first, len(shingle)))


def _signatures(unit: npt.NDArray[np.integer], first: Ints, units: int) -> U64:
    """Return for each shingle the sum of its holders' salts, which is the same for the same holders."""
    salt = (np.arange(units, dtype=np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    salt ^= salt >> np.uint64(31)
    salt *= np.uint64(0xBF58476D1CE4E5B9)
    return np.add.reduceat(salt[unit], first) if len(first) else np.zeros(0, dtype=np.uint64)


def _folded(shingle: U64, signature: U64, size: Ints) -> tuple[U64, Ints, Ints]:
    """Group sorted shingles by signature and number of holders.

    Returns:
        The smallest shingle of each group, ascending; the number of the group of each shingle; and the sizes of groups.
    """
    order = np.lexsort((size, signature))  # stable: within a group the smallest comes first
    begins = np.ones(len(order), dtype=np.bool_)
    begins[1:] = (np.diff(signature[order]) != 0) | (np.diff(size[order]) != 0)
    at = np.flatnonzero(begins)
    head = shingle[order[at]]
    ranked = np.argsort(head)
    rank = np.empty(len(head), dtype=np.int64)
    rank[ranked] = np.arange(len(head))
    number = np.empty(len(order), dtype=np.int64)
    number[order] = rank[np.cumsum(begins) - 1]
    return head[ranked], number, np.diff(np.append(at, len(order)))[ranked]


def _named(heads: U64) -> Names:
    """Write shingles as 16 hexadecimal digits."""
    raw = pa.py_buffer(heads.astype(">u8").tobytes())
    column = pl.from_arrow(pa.FixedSizeBinaryArray.from_buffers(pa.binary(8), len(heads), [None, raw]))
    assert isinstance(column, pl.Series)
    return Names(column.cast(pl.Binary).bin.encode("hex"))
