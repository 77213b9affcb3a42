"""Read every way in which logs write a time, as UTC microseconds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

NAIVE_NOTE: Final = "naive timestamps read as UTC"
UTC_US: Final = pl.Datetime("us", "UTC")

FIRST: Final = int(datetime(2000, 1, 1, tzinfo=UTC).timestamp())
LAST: Final = int(datetime(2100, 1, 1, tzinfo=UTC).timestamp())
"""Times outside are no request times but damage: one of them would stretch every rate and gap in the report."""

TICKS_AT_EPOCH: Final = 621_355_968_000_000_000
"""1970-01-01 in .NET ticks: 100 ns steps since year 1."""

_SCALES: Final = ((1, 1_000_000), (10**3, 1_000), (10**6, 1))
"""Units per second, and microseconds per unit; nanoseconds and ticks need a division and stand apart."""

_ZONED: Final = "%Y-%m-%dT%H:%M:%S%.f%#z"
_NAIVE: Final = "%Y-%m-%dT%H:%M:%S%.f"
_OTHERS: Final = ("%d/%b/%Y:%H:%M:%S %z", "%a, %d %b %Y %H:%M:%S %z")
_COMMA: Final = r"(:\d{2}),(\d{3,9})"
"""Logging libraries of Python and Java part the fraction by a comma."""
_YEARLESS: Final = r"^\s*(?:\d{1,2}-\d{1,2}|[A-Z][a-z]{2} +\d{1,2})[ T]\d{1,2}:\d{2}"
RELATIVE: Final = 100_000_000
"""Numbers below count from the start of something: seconds or milliseconds since then, whose date nobody wrote down."""

_ISO_HEAD: Final = r"^(\d{4}-\d{2}-\d{2})[ tT]+(\d{2}:\d{2})"


def to_utc(values: pl.Series) -> tuple[pl.Series, bool]:
    """Turn times of any type into UTC microseconds, null where unreadable or outside 2000 to 2100.

    Numbers are seconds, milli-, micro-, nanoseconds since 1970 or .NET ticks, told apart by magnitude; fractions
    finer than a microsecond are cut.

    Returns:
        The times, and whether any of them had no time zone (and was read as UTC).
    """
    dtype = values.dtype
    if isinstance(dtype, pl.Datetime):
        naive = dtype.time_zone is None and values.null_count() < len(values)
        stamps = values.dt.replace_time_zone("UTC") if dtype.time_zone is None else values
        return _plausible(stamps.dt.convert_time_zone("UTC").cast(UTC_US)), naive
    if dtype == pl.Date:
        return _plausible(values.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")), True
    if dtype == pl.String:
        return _from_text(values)
    if dtype.is_integer():
        return _from_integers(values.cast(pl.Int64, strict=False)), False
    if dtype.is_numeric():
        return _from_floats(values.cast(pl.Float64, strict=False)), False
    return pl.Series(values.name, [None] * len(values), dtype=UTC_US), False


def _plausible(stamps: pl.Series) -> pl.Series:
    epoch = stamps.to_physical()
    keep = (epoch >= FIRST * 1_000_000) & (epoch < LAST * 1_000_000)
    return stamps if keep.all() else stamps.to_frame().select(pl.when(keep).then(pl.first())).to_series()


def _from_integers(numbers: pl.Series) -> pl.Series:
    x = pl.col(numbers.name)
    micro = pl.lit(None, dtype=pl.Int64)
    for units, factor in _SCALES:
        micro = pl.when(x.is_between(FIRST * units, LAST * units, closed="left")).then(x * factor).otherwise(micro)
    nanos = x.is_between(FIRST * 10**9, LAST * 10**9, closed="left")
    ticks = (x - TICKS_AT_EPOCH).is_between(FIRST * 10**7, LAST * 10**7, closed="left")
    micro = pl.when(nanos).then(x // 1_000).when(ticks).then((x - TICKS_AT_EPOCH) // 10).otherwise(micro)
    return numbers.to_frame().select(micro.cast(UTC_US).alias(numbers.name)).to_series()


def _from_floats(numbers: pl.Series) -> pl.Series:
    x = pl.col(numbers.name)
    micro = pl.lit(None, dtype=pl.Int64)
    for units, factor in (*_SCALES, (10**9, 0.001)):
        inside = x.is_between(FIRST * units, LAST * units, closed="left")
        micro = pl.when(inside).then((x * factor).round().cast(pl.Int64, strict=False)).otherwise(micro)
    since = x - TICKS_AT_EPOCH
    ticks = since.is_between(FIRST * 10**7, LAST * 10**7, closed="left")
    micro = pl.when(ticks).then((since / 10).round().cast(pl.Int64, strict=False)).otherwise(micro)
    return numbers.to_frame().select(micro.cast(UTC_US).alias(numbers.name)).to_series()


def _from_text(texts: pl.Series) -> tuple[pl.Series, bool]:
    """Parse the common zoned forms in one go, and only what is left by the slower forms."""
    quick = _from_iso(texts)
    if quick is not None:
        return _plausible(quick[0]), quick[1]
    stamps = texts.str.to_datetime(_ZONED, time_unit="us", time_zone="UTC", strict=False)
    if stamps.null_count() == texts.null_count():
        return _plausible(stamps), False
    bare = pl.col("text").str.strip_chars().str.replace(_COMMA, "${1}.${2}").str.replace(_ISO_HEAD, "${1}T${2}")
    clean = bare.str.replace(r" +([+-]\d|Z|UTC$)", "$1")
    clean = clean.str.replace(r"(?i)(UTC|z)$", "Z").str.replace(r"(:\d{2}(?:\.\d+)?[+-]\d{2})$", "${1}:00")
    clean = clean.str.replace(r"(T\d{2}:\d{2})(Z|[+-]|$)", "${1}:00$2")
    frame = texts.alias("text").to_frame().select(clean)
    zoned = [
        pl.col("text").str.to_datetime(f, time_unit="us", time_zone="UTC", strict=False) for f in (_ZONED, *_OTHERS)
    ]
    local = pl.col("text").str.to_datetime(_NAIVE, time_unit="us", strict=False).dt.replace_time_zone("UTC")
    day = pl.col("text").str.to_date("%Y-%m-%d", strict=False).cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    out = frame.select(pl.coalesce(zoned).alias("zoned"), pl.coalesce(local, day).alias("naive"), pl.col("text"))
    whole = _from_integers(out["text"].cast(pl.Int64, strict=False).alias("whole"))
    broken = _from_floats(out["text"].cast(pl.Float64, strict=False).alias("broken"))
    found = out.select(pl.coalesce(pl.col("zoned"), pl.col("naive"), whole, broken)).to_series()
    naive = (out["naive"].is_not_null() & out["zoned"].is_null()).any()
    return _plausible(found.alias(texts.name)), bool(naive)


def _from_iso(texts: pl.Series) -> tuple[pl.Series, bool] | None:
    """Parse ISO times of this century, all with a zone or all without, eight times as fast as other forms.

    A year in which nanoseconds overflow never gets here. A few are tried first: to fail on all takes long.

    Returns:
        The times and whether they had no zone; None where any is of another form.
    """
    if not texts.str.starts_with("20").all():
        return None
    shortest = texts.str.len_bytes().min()
    array = texts.to_arrow(compat_level=pl.CompatLevel.oldest())
    for least, kind in _ISO:
        try:
            if isinstance(shortest, int) and shortest < least:
                continue
            pc.cast(array[:_TRIED], kind)
            stamps = pl.from_arrow(pc.cast(array, kind))
        except pa.ArrowInvalid:
            continue
        assert isinstance(stamps, pl.Series)
        utc = stamps.dt.replace_time_zone("UTC") if kind.tz is None else stamps
        return utc.cast(UTC_US).alias(texts.name), kind.tz is None
    return None


_BARE: Final = len("2026-03-01T10:00:00")
_ISO: Final = ((_BARE + 1, pa.timestamp("ns", "UTC")), (_BARE, pa.timestamp("ns")))
"""With a zone and without, and the fewest bytes with which the time of day has its seconds."""
_TRIED: Final = 64


def problem_of(lost: pl.Series) -> str:
    """Say why some values are no times: they count from an unknown start, lack the year, or are none at all."""
    numbers = lost.cast(pl.Float64, strict=False)
    if numbers.is_between(0, RELATIVE, closed="left").fill_null(value=False).all():
        return "counted from an unknown start, not from 1970"
    if lost.dtype == pl.String and lost.str.contains(_YEARLESS).all():
        return "without a year"
    return "not a time"
