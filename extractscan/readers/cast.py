"""Turn raw values of any type into a canonical column, counting what does not fit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import msgspec
import polars as pl

from extractscan import schema
from extractscan.readers import countries, credentials
from extractscan.readers.timestamps import NAIVE_NOTE, UTC_US, problem_of, to_utc

TEXTS: Final = frozenset({schema.PROMPT, schema.SYSTEM_PROMPT, schema.COMPLETION})
"""What people and models wrote: kept as it is, where elsewhere words such as `None` mean nothing."""

NOTHING: Final = ("", "-", "null", "NULL", "None", "none", "nil", "NaN", "nan", "N/A", "\\N", "undefined", "[]", "{}")
"""How exports write that a field is missing."""
_WORDS: Final = pl.Series(NOTHING).implode()

_IDENTIFIERS: Final = frozenset(
    {
        schema.ACCOUNT,
        schema.API_KEY,
        schema.END_USER,
        schema.ORGANIZATION,
        schema.SESSION,
        schema.REQUEST,
        schema.DEVICE,
    }
)
"""Columns that tell who and which: a credential there is hashed, because it still tells callers apart."""

_VARIED: Final = TEXTS | {schema.REQUEST}
"""Columns in which hardly a value returns."""
_NOT_IN_IDS: Final = [" ", "\t", "\n", "=", ":"]
"""What a request id holds only where a caller chose it, and put an address or a header there."""
_LONG: Final = 1000
"""Rows from which it pays to look at distinct values."""

_PLAIN: Final = frozenset({pl.String, pl.Boolean, pl.Date, pl.Null})
_TRUE: Final = ("true", "t", "yes", "y", "1", "1.0")
_FALSE: Final = ("false", "f", "no", "n", "0", "0.0")


def series_of(name: str, values: Sequence[Any]) -> pl.Series:
    """Build a column from Python values: typed where all agree, else text (JSON text for lists and objects)."""
    kinds = set(map(type, values)) - {type(None)}
    try:
        if kinds <= {str}:
            return pl.Series(name, values, dtype=pl.String)
        if kinds == {bool}:
            return pl.Series(name, values, dtype=pl.Boolean)
        if kinds == {int}:
            return pl.Series(name, values, dtype=pl.Int64)
        if kinds == {float}:
            return pl.Series(name, values, dtype=pl.Float64)
    except (OverflowError, TypeError, UnicodeEncodeError, pl.exceptions.PolarsError):
        pass
    return pl.Series(name, [_as_text(value) for value in values], dtype=pl.String)


def _as_text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, date | Decimal | UUID):
        return value.isoformat() if isinstance(value, date) else str(value)
    try:
        return msgspec.json.encode(value).decode()
    except (TypeError, ValueError, RecursionError):
        return str(value).encode("utf-8", "replace").decode()


def cast(values: pl.Series, name: str, dtype: pl.DataType) -> tuple[pl.Series, str | None]:
    """Give a column its canonical type; what does not fit becomes null, for `misfits` to count.

    Returns:
        The column, and a note on an assumption that was made, if any.
    """
    values = _flat(values.alias(name))
    if values.dtype == dtype and dtype in {pl.Int64, pl.Boolean}:
        return values, None
    if dtype == UTC_US:
        stamps, naive = to_utc(_without_nothing(values, name))
        return stamps, f"{NAIVE_NOTE} ({name})" if naive else None
    if dtype == pl.String:
        return _text(values, name)
    values = _without_nothing(values, name)
    if dtype == pl.Boolean:
        return _boolean(values), None
    if values.dtype == pl.Boolean:
        return pl.Series(name, [None] * len(values), dtype=dtype), None
    if dtype == pl.Int64:
        return _integer(values), None
    return _finite(values.cast(pl.Float64, strict=False)), None


def misfits(raw: pl.Series, done: pl.Series, name: str) -> tuple[str, pl.Series] | None:
    """Find the values that were there and did not fit.

    Returns:
        The reason and a mask over the rows, or None where all fit.
    """
    if done.null_count() == raw.null_count():
        return None
    given = _without_nothing(_flat(raw), name)
    lost = done.is_null() & given.is_not_null()
    if not lost.any():
        return None
    if isinstance(done.dtype, pl.Datetime):
        return f"{name}: {problem_of(given.filter(lost))}", lost
    kinds = {pl.Int64: "a number", pl.Float64: "a number", pl.Boolean: "true or false", pl.String: "text"}
    return f"{name}: not {kinds[type(done.dtype)]}", lost


def missing(raw: pl.Series) -> pl.Series:
    """Say where a raw column has no value, words for none included."""
    return _without_nothing(_flat(raw), raw.name).is_null()


def _flat(values: pl.Series) -> pl.Series:
    """Nested, binary and dictionary-encoded values as plain text; everything else untouched."""
    dtype = values.dtype
    if isinstance(dtype, pl.Decimal):
        return values.cast(pl.Float64)
    if isinstance(dtype, pl.Categorical | pl.Enum):
        return values.cast(pl.String)
    if dtype.is_numeric() or dtype in _PLAIN or isinstance(dtype, pl.Datetime):
        return values
    return pl.Series(values.name, [_as_text(value) for value in values.to_list()], dtype=pl.String)


def _without_nothing(values: pl.Series, name: str) -> pl.Series:
    """Null for the words that exports write for a missing field; in texts only the empty one."""
    if values.dtype != pl.String:
        return values
    hit = values == "" if name in TEXTS else values.is_in(_WORDS)
    return values.set(hit, None) if hit.any() else values


def _text(values: pl.Series, name: str) -> tuple[pl.Series, str | None]:
    """Give text as it is kept; of a long column, each distinct value is looked at once."""
    if len(values) < _LONG or values.dtype != pl.String or name in _VARIED:
        return _each_text(values, name)
    distinct = values.unique()
    if len(distinct) * 2 > len(values):
        return _each_text(values, name)
    kept, note = _each_text(distinct, name)
    same = kept.eq_missing(distinct)
    return values if same.all() else values.replace(distinct.filter(~same), kept.filter(~same)), note


def _each_text(values: pl.Series, name: str) -> tuple[pl.Series, str | None]:
    if values.dtype.is_float():
        whole = values.cast(pl.Int64, strict=False)
        exact = whole.cast(pl.Float64) == values
        both = pl.DataFrame([exact.alias("e"), whole.cast(pl.String).alias("i"), values.cast(pl.String).alias("f")])
        values = both.select(pl.when("e").then("i").otherwise("f").alias(values.name)).to_series()
    elif isinstance(values.dtype, pl.Datetime):
        values = values.dt.to_string("iso:strict")
    values = _without_nothing(values.cast(pl.String, strict=False), name)
    if name == schema.TOOL_NAMES:
        values = _tool_names(values)
    values, note = _without_secrets(values, name)
    return (countries.codes(values) if name in {schema.COUNTRY, schema.BILLING_COUNTRY} else values), note


def _without_secrets(values: pl.Series, name: str) -> tuple[pl.Series, str | None]:
    """Hash identifiers that are credentials and cut those inside texts: a key in a report would be a second leak."""
    if name in TEXTS:
        return values, None
    values, hashed = credentials.hashed(values) if name in _IDENTIFIERS else (values, False)
    plain = name == schema.REQUEST and not values.str.contains_any(_NOT_IN_IDS).any()
    values, cut = (values, False) if plain else credentials.without(values)
    return values, credentials.NOTE if hashed else credentials.CUT_NOTE if cut else None


def _tool_names(values: pl.Series) -> pl.Series:
    """Sort and join the names, whether they came as a JSON list or joined already."""
    names = {text: joined_names(text) for text in values.unique().drop_nulls().to_list()}
    return values.replace_strict(names, default=None, return_dtype=pl.String)


def joined_names(value: Any) -> str | None:
    """Give tool names as sorted text joined by commas, from a list, JSON text of one, or joined text."""
    if isinstance(value, str):
        try:
            value = msgspec.json.decode(value) if value.startswith("[") else value.split(",")
        except (msgspec.DecodeError, RecursionError, UnicodeError):
            return None
    names = {name for item in value for name in _tool_name(item)} if isinstance(value, list) else set()
    return ",".join(sorted(names)) or None


def _tool_name(item: Any) -> list[str]:
    if isinstance(item, str):
        return [item.strip()] if item.strip() else []
    if not isinstance(item, dict):
        return []
    for key in ("function", "toolSpec"):
        if isinstance(item.get(key), dict):
            return _tool_name(item[key].get("name"))
    return _tool_name(item.get("name") or item.get("type"))


def _boolean(values: pl.Series) -> pl.Series:
    if values.dtype == pl.Boolean:
        return values
    if values.dtype.is_numeric():
        return values != 0
    words = values.cast(pl.String, strict=False).str.strip_chars().str.to_lowercase()
    known = {**dict.fromkeys(_TRUE, True), **dict.fromkeys(_FALSE, False)}
    return words.replace_strict(known, default=None, return_dtype=pl.Boolean)


def _integer(values: pl.Series) -> pl.Series:
    """Whole numbers; fractions are rounded, because a latency of 451.3 ms is a latency."""
    if values.dtype == pl.String:
        values = values.str.strip_chars()
        whole = values.cast(pl.Int64, strict=False)
        if whole.null_count() == values.null_count():
            return whole
        rounded = _integer(values.cast(pl.Float64, strict=False))
        return pl.select(pl.coalesce(whole, rounded).alias(values.name)).to_series()
    if values.dtype.is_float():
        return _finite(values.cast(pl.Float64)).round().cast(pl.Int64, strict=False)
    return values.cast(pl.Int64, strict=False)


def _finite(values: pl.Series) -> pl.Series:
    fine = values.is_finite()
    if fine.all():
        return values
    return values.to_frame().select(pl.when(fine).then(pl.first())).to_series()
