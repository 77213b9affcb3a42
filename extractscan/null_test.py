"""The null test: the same search on shuffled sightings, where nothing but chance can link."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
import polars as pl

from extractscan import model, schema
from extractscan.groundwork import Ground
from extractscan.growing import Found
from extractscan.incidence import Incidence, Ints, Kind, Profile, kind_of
from extractscan.linking import total_bits
from extractscan.networks import grow
from extractscan.settings import Settings

WEEK_US = 7 * 86_400_000_000
STRATUM_SHARE = 0.25
STRATUM_LEAST = 100


def strength(profile: Profile) -> float:
    """Bits of all members together: what shuffles are compared by."""
    return float(total_bits(profile)[profile.members].sum())


def shuffled(incidence: Incidence, strata: Ints, rng: np.random.Generator) -> Incidence:
    """Deal every kind's sightings out anew: each account keeps how many it has, each value how many hold it.

    Each kind is dealt by itself and within strata, so that what countries and weeks explain stays explained. Where an
    account draws one value twice, it holds it once.
    """
    return Incidence(incidence.units, tuple(_dealt(kind, strata, incidence.units, rng) for kind in incidence.kinds))


def _dealt(kind: Kind, strata: Ints, units: int, rng: np.random.Generator) -> Kind:
    unit = np.repeat(np.arange(units), np.diff(kind.ptr))
    order = np.lexsort((rng.random(len(unit)), strata[unit]))
    back = np.lexsort((np.arange(len(unit)), strata[unit]))
    drawn = np.empty(len(unit), dtype=np.int64)
    drawn[back] = kind.value[order]
    pairs = unit * max(len(kind.values), 1) + drawn
    first = np.unique(pairs, return_index=True)[1]
    return kind_of(
        kind.name,
        kind.channel,
        kind.values,
        units,
        unit[first],
        drawn[first],
        kind.weight[first],
        mixture=kind.mixture,
        forgeable=kind.forgeable,
        marks=kind.marks,
    )


def strengths(
    incidence: Incidence, labels: Sequence[Kind], strata: npt.NDArray[np.int64], settings: Settings
) -> Iterator[list[float]]:
    """Yield for each of `settings.shuffles` shuffles the strengths of the networks that were found in it."""

    def one(number: int) -> list[float]:
        rng = np.random.default_rng([settings.seed, number])
        return [strength(group.profile) for group in grow(shuffled(incidence, strata, rng), labels, settings)]

    with ThreadPoolExecutor(max_workers=2) as pool:
        yield from pool.map(one, range(settings.shuffles))


def run(ground: Ground, settings: Settings, tell: Callable[[int, int], None]) -> list[list[float]]:
    """Run all shuffles and return the strengths of the networks found in each."""
    results = []
    for found in strengths(ground.incidence, ground.labels, strata(ground), settings):
        results.append(found)
        tell(len(results), settings.shuffles)
    return results


def of(found: Found, shuffles: Sequence[Sequence[float]]) -> model.NullTest:
    """Say for one network how many shuffles gave one as strong, and how many networks a shuffle gives on average."""
    mine = strength(found.profile)
    return model.NullTest(
        shuffles=len(shuffles),
        as_strong=sum(any(other >= mine for other in one) for one in shuffles),
        expected_false=round(sum(len(one) for one in shuffles) / max(len(shuffles), 1), 6),
    )


def strata(ground: Ground) -> Ints:
    """Number the stratum of every unit: the country it mostly calls from and the week it first called in.

    A stratum has to be large (`STRATUM_SHARE` of all units), or a campaign that fills one would be dealt back to
    itself; smaller ones are joined by country, and small countries with each other.
    """
    seen = ground.summary.sightings.filter(pl.col("kind") == schema.COUNTRY)
    by_unit = ground.units.join(seen, on=schema.ACCOUNT).group_by("unit", "value").agg(pl.col("count").sum())
    top = by_unit.sort("unit", "count", "value", descending=[False, True, False]).unique("unit", keep="first")
    first = (
        ground.units.join(ground.summary.totals, on=schema.ACCOUNT, how="left")
        .group_by("unit")
        .agg((pl.col("first").min() // WEEK_US).fill_null(-1).alias("week"))
    )
    both = first.join(top.select("unit", country="value"), on="unit", how="left").sort("unit")
    both = both.with_columns(pl.col("country").fill_null(""))
    least = max(STRATUM_LEAST, STRATUM_SHARE * ground.incidence.units)
    country = pl.when(pl.len().over("country") >= least).then("country").otherwise(pl.lit(""))
    both = both.with_columns(country.alias("country"))
    week = pl.when(pl.len().over("country", "week") >= least).then("week").otherwise(pl.lit(-1))
    keys = both.with_columns(week.alias("week")).select(pl.struct("country", "week").rank("dense"))
    return np.asarray(keys.to_series().to_numpy(), dtype=np.int64)
