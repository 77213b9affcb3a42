"""What a signal says of itself: where its values come from, what it belongs to, which innocents look the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

Table = Literal["events", "accounts", "behaviour", "content", "network"]


@dataclass(frozen=True, slots=True)
class Signal:
    """One kind of observable that accounts can share.

    Attributes:
        name: Its file, its key in the report and its name everywhere.
        channel: The group of observables that it fails together with.
        table: What `value` reads: canonical events, the accounts table, one row an account of behaviour
            (see `behaviour.py`), the text kernel, or the
            events of a group that was found; of the last two `value` is not evaluated.
        needs: Columns without which it is skipped.
        value: String, or list of strings, for each row; null means "not known" and is dropped.
        says: How evidence reads, with `{value}` to fill in.
        twins: Innocent things that look the same.
        links: Whether it may hold accounts together; otherwise it only describes them.
        forgeable: Whether somebody else can put the value on a bystander, as by calling through his gateway, copying
            his wording or signing up with his referral code. Such values alone never tie an account.
        unit: What an amount is counted in, where the values are `octaves` of one.
    """

    name: str
    channel: str
    table: Table
    needs: tuple[str, ...]
    value: pl.Expr
    says: str
    twins: tuple[str, ...]
    links: bool = True
    forgeable: bool = False
    unit: str = ""


def text(name: str) -> pl.Expr:
    """Take a column's text, trimmed; empty text is not known."""
    return pl.col(name).cast(pl.String).str.strip_chars().replace("", None)


def octaves(amount: pl.Expr) -> pl.Expr:
    """Put an amount into two overlapping bins one octave wide, so that no bin edge parts two like amounts."""
    level = amount.cast(pl.Float64).log(2)
    return pl.concat_list(
        pl.format("a{}", level.floor().cast(pl.Int64)), pl.format("b{}", (level + 0.5).floor().cast(pl.Int64))
    )


def octave_as_read(value: str, unit: str) -> str:
    """Return a bin of `octaves` as people read it, from its lower edge to its upper one."""
    low = int(value[1:]) - (value[0] == "b") / 2
    return f"{2**low:.3g} to {2 ** (low + 1):.3g} {unit}"
