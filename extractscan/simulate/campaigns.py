"""Hidden networks that harvest, modelled on campaigns that providers have made public."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from extractscan.simulate.crowd import loads
from extractscan.simulate.hiding import cards, even_loads, operator, place_pool, reseller
from extractscan.simulate.keys import key_of, mix
from extractscan.simulate.ordinary import blend, usual
from extractscan.simulate.plot import HOUR, Batch, Compose, Crowd, Plot
from extractscan.simulate.rhythm import times
from extractscan.simulate.traffic import emit
from extractscan.simulate.vocabulary import LANGUAGES
from extractscan.simulate.wordings import composed, deck, wordings


def _dealt(plot: Plot, crowd: Crowd, compose: Compose) -> Iterator[Batch]:
    """Deal the items of one list over a crowd's events; one operator in three has them write other things too."""
    cover = plot.rng.uniform(0.02, 0.3) if plot.coin(0.33) else 0.0
    yield from _threaded(plot, crowd, compose, 1 - cover)


def _threaded(plot: Plot, crowd: Crowd, compose: Compose, share: float) -> Iterator[Batch]:
    """Make `share` of a crowd's events a harvest dealt from one list, at least one event of nearly every account."""
    rng = plot.rng
    who, when = times(plot.scene, rng, crowd)
    harvested = rng.random(len(who)) < share
    idle = np.bincount(who, weights=harvested, minlength=plot.size) == 0
    harvested[np.unique(who, return_index=True)[1]] |= idle & (rng.random(plot.size) < 0.9)
    salt = key_of("deck", plot.name, plot.first, plot.scene.seed) >> 1
    keys = mix(np.arange(len(who), dtype=np.uint64), salt)
    keys[harvested] = deck(rng, when[harvested], salt + 1)
    yield from emit(plot, crowd, who, when, blend(usual(plot, crowd), compose, harvested), keys)


def work_queue(plot: Plot) -> Iterator[Batch]:
    """Deal one work list over many accounts with an even load and one to three wordings."""
    yield from _dealt(plot, operator(plot), composed(wordings(plot, plot.count(1, 3))))


def cross_platform(plot: Plot) -> Iterator[Batch]:
    """Spread one list over several pathways, each with software of its own and nothing shared in billing."""
    crowd = operator(plot, billing=False)
    rng, size = plot.rng, plot.size
    platforms = rng.permutation(6)[: plot.count(2, 5)]
    mine = rng.integers(0, len(platforms), size)
    stacks = rng.integers(0, 400, len(platforms))
    crowd = crowd.change(
        platform=platforms[mine],
        client=stacks[mine],
        plan=pl.Series(["free", "payg", "pro", "team", "enterprise"]).gather(rng.integers(0, 5, size)),
        load=np.maximum(1, even_loads(plot) * rng.uniform(0.6, 1.4, len(platforms))[mine]).astype(np.int64),
    )
    yield from _dealt(plot, crowd, composed(wordings(plot, plot.count(1, 4))))


def release_pivot(plot: Plot) -> Iterator[Batch]:
    """Turn about half of the load to a new model within a day of its release."""
    rng, size = plot.rng, plot.size
    crowd = operator(plot).change(
        adopts=float(rng.uniform(0.35, 0.7)),
        adopts_after=rng.integers(0, 24 * HOUR, size),
    )
    yield from _dealt(plot, crowd, composed(wordings(plot, plot.count(1, 6))))


def low_and_slow(plot: Plot) -> Iterator[Batch]:
    """Send about two requests an account and day, with one injected sentence."""
    daily = plot.rng.uniform(1, 4)
    load = plot.rng.poisson(daily * plot.scene.days * plot.rng.uniform(0.2, 1), plot.size)
    crowd = operator(plot).change(load=np.maximum(1, load))
    yield from _dealt(plot, crowd, composed(wordings(plot, 1), languages=plot.count(1, 4)))


def succession(plot: Plot) -> Iterator[Batch]:
    """Replace banned accounts by new ones within hours; the list goes on where it stood."""
    rng, size, scene = plot.rng, plot.size, plot.scene
    waves = min(size, plot.count(2, 6))
    wave = np.sort(rng.integers(0, waves, size))
    bounds = np.sort(rng.uniform(0.05, 0.95, waves - 1)) * scene.span
    begin = np.concatenate([[0], bounds])[wave] + rng.exponential(plot.between(0.3, 20) * HOUR, size)
    end = np.concatenate([bounds, [scene.span]])[wave]
    begin = np.minimum(begin, end - HOUR).clip(0)
    spared = (wave == waves - 1) | (rng.random(size) < 0.05)
    age = rng.exponential(plot.between(2, 200) * HOUR, size)
    crowd = operator(plot).change(
        since=begin.astype(np.int64),
        until=np.where(spared, scene.span, end).astype(np.int64),
        created_at=pl.Series((scene.start + begin - age).astype(np.int64)).cast(pl.Datetime("us", "UTC")),
        status=pl.Series(np.where(spared, "active", "banned").tolist()),
        status_changed_at=_stamp(scene.start + end, ~spared),
        load=even_loads(plot),
    )
    yield from _dealt(plot, crowd, composed(wordings(plot, plot.count(1, 3))))


def _stamp(moments: np.ndarray, present: np.ndarray) -> pl.Series:
    frame = pl.DataFrame({"m": moments.astype(np.int64), "p": present})
    return frame.select(pl.when("p").then("m").cast(pl.Datetime("us", "UTC"))).to_series()


def paraphrased(plot: Plot) -> Iterator[Batch]:
    """Rotate ten to a hundred wordings of one demand."""
    variants = wordings(plot, plot.count(10, 100), one_tag=plot.coin(0.7))
    yield from _dealt(plot, operator(plot), composed(variants))


def trace_injection(plot: Plot) -> Iterator[Batch]:
    """Put one fixed demand for reasoning traces before requests on every topic in many languages."""
    variants = wordings(plot, 1, intent=str(plot.rng.choice(["tongue", "trace", "posthoc"])))
    yield from _dealt(plot, operator(plot), composed(variants, languages=plot.count(4, len(LANGUAGES))))


def own_wording(plot: Plot) -> Iterator[Batch]:
    """Give every account a wording of its own, behind a wide residential pool."""
    crowd = place_pool(plot, operator(plot), narrow=False)
    variants = wordings(plot, plot.size, one_tag=plot.coin(0.5))
    yield from _dealt(plot, crowd, composed(variants, by="account"))


def uneven_loads(plot: Plot) -> Iterator[Batch]:
    """Leave the load to chance: a few accounts carry most of the list."""
    mean = float(np.clip(plot.budget / plot.size, 5, plot.between(20, 200)))
    crowd = operator(plot).change(load=loads(plot.rng, plot.size, mean, plot.rng.uniform(1, 1.6)))
    yield from _dealt(plot, crowd, composed(wordings(plot, plot.count(1, 12), one_tag=plot.coin())))


def chained_cells(plot: Plot) -> Iterator[Batch]:
    """Keep accounts in cells with hosts and cards of their own; only neighbouring cells share a few addresses."""
    rng, size = plot.rng, plot.size
    each = plot.count(3, 12)
    cell = np.arange(size) // each
    hosts = plot.count(2, 5)
    crowd = cards(plot, place_pool(plot, operator(plot), narrow=False), each)
    crowd = crowd.change(
        pool_first=cell * hosts % (crowd.pool.height - hosts),
        pool_size=hosts + 1,
        pool_width=0,
        load=even_loads(plot),
        client=rng.integers(0, 400, int(cell.max()) + 1)[cell],
    )
    yield from _dealt(plot, crowd, composed(wordings(plot, plot.count(1, 8)), by="account"))


def reseller_harvest(plot: Plot) -> Iterator[Batch]:
    """Thread a harvest of about 30 % through a reseller's ordinary traffic."""
    compose = composed(wordings(plot, plot.count(1, 4)))
    yield from _threaded(plot, reseller(plot), compose, plot.rng.uniform(0.2, 0.4))


def thin_reseller_harvest(plot: Plot) -> Iterator[Batch]:
    """Thread a harvest of about 5 % through a reseller's ordinary traffic."""
    compose = composed(wordings(plot, plot.count(1, 4)))
    yield from _threaded(plot, reseller(plot), compose, plot.rng.uniform(0.03, 0.08))
