"""The null test: the same search on shuffled sightings, where nothing but chance can link."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import polars as pl
import scipy.sparse as sp

from extractscan import model, schema
from extractscan.groundwork import Ground
from extractscan.growing import Found
from extractscan.incidence import Floats, Incidence, Ints, Kind
from extractscan.membership import member_bits
from extractscan.networks import grow
from extractscan.profiles import Profile
from extractscan.release import release
from extractscan.settings import Settings

WEEK_US = 7 * 86_400_000_000
STRATUM_SHARE = 0.25
STRATUM_LEAST = 100
ONE_AT_A_TIME = 5_000_000
"""Sightings from which on two shuffles are not held at once, and the test ends when its answer is clear."""
_AT_ONCE = 1 << 20
"""Sightings that are packed at once: what is worked out beside them stays small."""
LEAST_SHUFFLES = 5
FAR = 10.0
"""Shuffles of a large log that are run at least, and how many times stronger than any network of theirs those that were
found have to be for the answer to be clear."""


def strength(profile: Profile) -> float:
    """Bits of all members together: what shuffles are compared by."""
    return float(member_bits(profile).sum())


def shuffled(incidence: Incidence, strata: Ints, rng: np.random.Generator) -> Incidence:
    """Deal every kind's sightings out anew: each account keeps how many it has, each value how many hold it.

    Each kind is dealt by itself and within strata, so that what countries and weeks explain stays explained. Where an
    account draws one value twice, it holds it once.
    """
    return Incidence.laid(incidence.units, dealt(incidence, strata, rng), len(incidence.flat.by_value))


def dealt(incidence: Incidence, strata: Ints, rng: np.random.Generator) -> Iterator[Kind]:
    """Yield the kinds of `shuffled`, one by one."""
    return (_dealt(kind, strata, incidence.units, rng) for kind in incidence.kinds)


def _dealt(kind: Kind, strata: Ints, units: int, rng: np.random.Generator) -> Kind:
    ptr, value = kind.rows()
    stratum = np.repeat(strata.astype(np.min_scalar_type(int(strata.max(initial=0)))), np.diff(ptr))
    ordered = value[_order(stratum, rng.random(len(value)))]
    drawn = np.empty(len(value), dtype=np.int32)
    drawn[np.argsort(stratum, kind="stable")] = ordered
    del stratum, ordered, value
    place = kind.columns(np.arange(len(drawn), dtype=np.int32)).tocsr().data  # of each weight: half of what these take
    held = sp.csr_matrix((place, drawn, ptr), shape=(units, len(kind.values))).tocsc()
    del drawn, place
    ends, holder, at = held.indptr, held.indices, held.data
    del held  # arrays go one by one: those of text are the most of what a shuffle holds
    once = np.ones(len(holder), dtype=np.bool_)
    np.not_equal(holder[1:], holder[:-1], out=once[1:])
    once[ends[:-1][ends[:-1] < len(once)]] = True  # the first holder of a value
    gone = np.concatenate([[0], np.cumsum(~once, dtype=np.int32)])[ends]
    holder, at = holder[once], at[once]
    weight = kind.by_value_weight[at]
    del at
    if not kind.mixture:
        weight = weight / np.bincount(holder, weights=weight, minlength=units)[holder]
    return replace(kind, by_value_ptr=(ends - gone).astype(np.int32), by_value=holder, by_value_weight=weight)


def _order(stratum: npt.NDArray[np.unsignedinteger], drawn: Floats) -> npt.NDArray[np.uint32]:
    """Sort by stratum and then by numbers from 0 to 1; what `np.lexsort` gives, at a third of the cost.

    Stratum, the first bits of the number and the place are sorted as one integer; where the first bits are the same,
    which is seldom, the whole number decides.
    """
    size = len(drawn)
    place = max(size - 1, 1).bit_length()
    some = 64 - place - max(int(stratum.max(initial=0)), 1).bit_length()
    packed = np.empty(size, dtype=np.uint64)
    for low in range(0, size, _AT_ONCE):
        part = slice(low, min(low + _AT_ONCE, size))
        head = (drawn[part] * (1 << some)).astype(np.uint64)
        head |= stratum[part].astype(np.uint64) << np.uint64(some)
        packed[part] = (head << np.uint64(place)) | np.arange(part.start, part.stop, dtype=np.uint64)
    packed.sort()
    order = np.empty(size, dtype=np.uint32)
    for low in range(0, size, _AT_ONCE):
        order[low : low + _AT_ONCE] = packed[low : low + _AT_ONCE] & np.uint64((1 << place) - 1)
    packed >>= np.uint64(place)
    same = np.flatnonzero(packed[1:] == packed[:-1])
    close = np.union1d(same, same + 1)
    order[close] = order[close][np.lexsort((drawn[order[close]], packed[close]))]
    return order


def strengths(
    incidence: Incidence, labels: Sequence[Kind], strata: npt.NDArray[np.int64], settings: Settings
) -> Iterator[list[float]]:
    """Yield for each of `settings.shuffles` shuffles the strengths of the networks that were found in it.

    Large ones are run as they are asked for, small ones two at a time.
    """
    large = is_large(incidence)

    def one(number: int) -> list[float]:
        mixed = shuffled(incidence, strata, np.random.default_rng([settings.seed, number]))
        if large:
            release()
        return [strength(group.profile) for group in grow(mixed, labels, settings)]

    if large:
        yield from map(one, range(settings.shuffles))
        return
    with ThreadPoolExecutor(max_workers=2) as pool:
        yield from pool.map(one, range(settings.shuffles))


def is_large(incidence: Incidence) -> bool:
    """Tell whether there are so many sightings that one shuffle takes seconds, and memory for one at a time."""
    return sum(len(kind.by_value) for kind in incidence.kinds) >= ONE_AT_A_TIME


def run(
    ground: Ground, found: Sequence[Found], settings: Settings, tell: Callable[[int, int], None]
) -> list[list[float]]:
    """Run the shuffles and return the strengths of the networks found in each.

    Of large logs no more than needed (see `until_clear`); as many are returned as were run.
    """
    dealt = strengths(ground.incidence, ground.labels, strata(ground), settings)
    if is_large(ground.incidence):
        dealt = until_clear(dealt, [strength(group.profile) for group in found])
    results = []
    for one in dealt:
        results.append(one)
        tell(len(results), settings.shuffles)
    return results


def until_clear(shuffles: Iterable[list[float]], mine: Sequence[float]) -> Iterator[list[float]]:
    """Yield shuffles until they say that chance does not come near: no further one would say anything else.

    That is from the `LEAST_SHUFFLES`th on, once the networks of these strengths are all `FAR` times stronger than any
    of any shuffle so far.
    """
    strongest = 0.0
    for number, one in enumerate(shuffles, start=1):
        yield one
        strongest = max(strongest, *one, 0.0)
        if number >= LEAST_SHUFFLES and clear(mine, strongest):
            return


def needed(shuffles: int, sightings: float, *, clear: bool) -> int:
    """Say how many of some shuffles are run on a log of so many sightings, if the answer is clear as soon as it can be.

    Args:
        shuffles: That are asked for.
        sightings: Of all kinds.
        clear: Whether it is to be expected that chance does not come near.
    """
    return min(shuffles, LEAST_SHUFFLES) if clear and sightings >= ONE_AT_A_TIME else shuffles


def clear(mine: Sequence[float], strongest: float) -> bool:
    """Tell whether networks of these strengths are all `FAR` times stronger than the strongest that chance gave."""
    return all(each >= FAR * strongest for each in mine)


def of(found: Found, shuffles: Sequence[Sequence[float]]) -> model.NullTest:
    """Say for one network how many shuffles gave one as strong, and how many networks a shuffle gives on average."""
    mine = strength(found.profile)
    return model.NullTest(
        shuffles=len(shuffles),
        as_strong=sum(any(other >= mine for other in one) for one in shuffles),
        expected_false=expected(shuffles) or 0.0,
    )


def expected(shuffles: Sequence[Sequence[float]]) -> float | None:
    """Return how many networks a shuffle gives on average; None where there was none."""
    return round(sum(len(one) for one in shuffles) / len(shuffles), 6) if shuffles else None


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
