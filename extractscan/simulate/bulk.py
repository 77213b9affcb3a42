"""Worlds of millions of events for measuring speed and memory: plainer than the labelled kinds, and faster to write.

One crowd of accounts with campaigns of a few thousand in it, and a stream of events that is written in order of time by
blocks, each a function of the seed and its number.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from extractscan import schema
from extractscan.errors import UsageError
from extractscan.simulate import phrases
from extractscan.simulate.keys import hex_ids, mix, pick
from extractscan.simulate.masses import Masses, gather_masses
from extractscan.simulate.plot import HOUR, Scene
from extractscan.simulate.traffic import MODELS
from extractscan.simulate.world import ROW_GROUP, scene_of

AHEAD: Final = 2
"""Blocks that are made while one is written."""
_PRICE: Final = np.array([0.4, 3.0, 15.0, 4.0, 5.0])
_RAW: Final = (schema.PROMPT, schema.REQUEST, schema.TIMESTAMP)
"""Columns without a dictionary: hardly a value returns."""
_GUIDES: Final = 4
"""Places of the guide table for each account."""


def write_bulk(
    directory: Path,
    *,
    events: int,
    accounts: int,
    seed: int = 0,
    campaigns: bool = True,
    days: int = 14,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Write a large world: logs.parquet, accounts.parquet and labels.parquet, in memory that depends on accounts alone.

    Eight accounts of a thousand are in campaigns of at most 2,400, which send 16 % of all events; the rest are people
    and firms. Same arguments, same bytes (on one version of Python, NumPy, Polars and PyArrow).

    Raises:
        UsageError: for fewer than 1,000 accounts or fewer events than accounts.
    """
    if accounts < 1000 or events < accounts or days < 2:
        raise UsageError(
            f"{events:,} events by {accounts:,} accounts over {days} days is no large world",
            hint="at least 1,000 accounts, an event for each, and 2 days; without --events any size can be had",
        )
    directory.mkdir(parents=True, exist_ok=True)
    scene = scene_of(seed, days, events / accounts)
    masses = gather_masses(scene, accounts, directory / "accounts.parquet", campaigns=campaigns)
    counts = np.zeros(accounts, dtype=np.int64)

    with pq.ParquetWriter(
        directory / "logs.parquet",
        _arrow_schema(),
        compression="zstd",
        compression_level=1,
        write_statistics=False,
        use_dictionary=[name for name in _arrow_schema().names if name not in _RAW],
    ) as writer:
        done = 0
        for who, block in _blocks(scene, masses, events):
            writer.write_table(block, row_group_size=ROW_GROUP)
            counts += np.bincount(who, minlength=accounts)
            done += len(who)
            if progress:
                progress(done, events)
    pq.write_table(_labels(masses, counts), directory / "labels.parquet", compression="zstd")


def _blocks(scene: Scene, masses: Masses, events: int) -> Iterator[tuple[np.ndarray, pa.Table]]:
    """Make blocks of one row group each, two at a time, and yield them in order."""
    text = phrases.pool(scene.seed, masses.wordings)
    work = partial(_block, scene, masses, text, _guide(masses.reach), events)
    with ThreadPoolExecutor(max_workers=AHEAD) as pool:
        waiting: deque[Future[tuple[np.ndarray, pa.Table]]] = deque()
        for first in range(0, events, ROW_GROUP):
            waiting.append(pool.submit(work, first))
            if len(waiting) > AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _block(
    scene: Scene, masses: Masses, text: phrases.Pool, guide: np.ndarray, events: int, first: int
) -> tuple[np.ndarray, pa.Table]:
    """Make the events from `first` on, as many as a row group holds: their accounts and their columns."""
    rng = np.random.default_rng([scene.seed, 7, first])
    size = min(ROW_GROUP, events - first)
    low, high = scene.span * first // events, scene.span * (first + size) // events
    when = np.sort(rng.integers(low, max(high, low + 1), size))
    who = _active(masses, guide, rng, when)
    unique = mix(np.arange(first, first + size, dtype=np.uint64), scene.seed + 11)
    firm = np.flatnonzero(masses.firm[who] & (rng.random(size) < 0.8))
    worded = np.where(rng.random(size) < masses.share[who], masses.wording[who], -1)
    prompt = phrases.prompts(text, rng, masses.key[who], firm, worded)
    taken = 8 + (np.diff(np.frombuffer(prompt.buffers()[1], dtype=np.int64)[: size + 1]) // 4)
    given = np.minimum(masses.max_tokens[who], 12 + rng.exponential(300, size).astype(np.int64))
    model = masses.model[who]
    at = masses.address_first[who] + pick(unique, 1, 1 << 20) % masses.address_count[who]
    client = pa.array(masses.client[who])
    place = pa.array(at)
    status = np.where(pick(unique, 2, 60) == 0, 429, 200)
    columns = {
        schema.TIMESTAMP: pa.array(when + scene.start, pa.timestamp("us", "UTC")),
        schema.ACCOUNT: masses.ids.take(pa.array(who)),
        schema.ORGANIZATION: masses.organizations.take(pa.array(who)),
        schema.REQUEST: _text(hex_ids("req_", unique)),
        schema.CLIENT_IP: masses.addresses["ip"].take(place),
        schema.ASN: masses.addresses["asn"].take(place),
        schema.COUNTRY: masses.addresses["country"].take(place),
        schema.USER_AGENT: masses.agents.take(client),
        schema.JA4: masses.fingerprints.take(client),
        schema.MODEL: pa.array(MODELS, pa.large_string()).take(pa.array(model)),
        schema.SYSTEM_PROMPT: masses.systems.take(pa.array(masses.system[who], mask=masses.system[who] < 0)),
        schema.PROMPT: prompt,
        schema.INPUT_TOKENS: pa.array(taken),
        schema.OUTPUT_TOKENS: pa.array(given),
        schema.MAX_TOKENS: pa.array(masses.max_tokens[who]),
        schema.TEMPERATURE: pa.array(masses.temperature[who]),
        schema.STATUS_CODE: pa.array(status),
        schema.COST: pa.array(np.round((taken + 5 * given) * _PRICE[model] / 1e6, 6)),
    }
    return who, pa.table(columns, schema=_arrow_schema())


def _guide(reach: np.ndarray) -> np.ndarray:
    """Tell for each of many equal parts of all loads the account that stands at its beginning."""
    places = _GUIDES * len(reach)
    at = np.arange(places) * (reach[-1] / places)
    found: npt.NDArray[np.int32] = np.minimum(np.searchsorted(reach, at, side="right"), len(reach) - 1).astype(np.int32)
    return found


def _drawn(reach: np.ndarray, guide: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Find for each share of all loads the account that it falls to: two steps from the guide as a rule, no search."""
    who: npt.NDArray[np.int32] = guide[(share * len(guide)).astype(np.int64)]
    at = share * reach[-1]
    low = np.flatnonzero(reach[who] <= at)
    while len(low):
        who[low] += 1
        low = low[reach[who[low]] <= at[low]]
    return who


def _active(masses: Masses, guide: np.ndarray, rng: np.random.Generator, when: np.ndarray) -> np.ndarray:
    """Draw for each moment an account that is at work then, by its load and its hours."""
    who = np.empty(len(when), dtype=np.int64)
    open_ = np.arange(len(when))
    while len(open_):
        drawn = _drawn(masses.reach, guide, rng.random(len(open_)))
        moment = when[open_]
        away = np.abs((moment / HOUR + masses.zone[drawn] - masses.hour[drawn] + 12) % 24 - 12)
        there = np.exp(-0.5 * (away / masses.spread[drawn]) ** 2)
        there = np.where(masses.steady[drawn], 1.0, np.maximum(there, 0.03))
        there *= (masses.since[drawn] <= moment) & (moment < masses.until[drawn])
        fits = rng.random(len(open_)) < there
        who[open_[fits]] = drawn[fits]
        open_ = open_[~fits]
    return who


def _labels(masses: Masses, counts: np.ndarray) -> pa.Table:
    harvest = masses.campaign >= 0
    group = pl.Series([f"bulk-{number + 1:03d}" for number in range(int(masses.campaign.max()) + 1)], dtype=pl.String)
    number = pl.Series(masses.campaign).replace(-1, None)
    frame = pl.DataFrame(
        {
            schema.ACCOUNT: masses.ids,
            "kind": pl.select(
                pl.when(pl.Series(harvest)).then(pl.lit("bulk")).otherwise(pl.lit("ordinary"))
            ).to_series(),
            "group_id": group.gather(number),
            "campaign": harvest,
            "events": counts,
            "events_in_campaign": np.where(harvest, counts, 0),
        }
    )
    return frame.sort(schema.ACCOUNT).to_arrow()


def _text(series: pl.Series) -> pa.Array:
    return series.to_arrow().cast(pa.large_string())


def _arrow_schema() -> pa.Schema:
    text, whole = pa.large_string(), pa.int64()
    return pa.schema(
        {
            schema.TIMESTAMP: pa.timestamp("us", "UTC"),
            schema.ACCOUNT: text,
            schema.ORGANIZATION: text,
            schema.REQUEST: text,
            schema.CLIENT_IP: text,
            schema.ASN: whole,
            schema.COUNTRY: text,
            schema.USER_AGENT: text,
            schema.JA4: text,
            schema.MODEL: text,
            schema.SYSTEM_PROMPT: text,
            schema.PROMPT: text,
            schema.INPUT_TOKENS: whole,
            schema.OUTPUT_TOKENS: whole,
            schema.MAX_TOKENS: whole,
            schema.TEMPERATURE: pa.float64(),
            schema.STATUS_CODE: whole,
            schema.COST: pa.float64(),
        }
    )
