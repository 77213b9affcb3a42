"""The accounts of a large world as plain arrays, one value an account, written to the side table as they are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from extractscan import schema
from extractscan.simulate import clients, hiding, places
from extractscan.simulate.crowd import AGENT, FIRM, PERSON, people
from extractscan.simulate.keys import Keys, key_of, mix, pick
from extractscan.simulate.plot import Crowd, Plot, Scene
from extractscan.simulate.prose import named, write
from extractscan.simulate.vocabulary import INTENTS
from extractscan.simulate.wordings import tags

CAMPAIGN_SHARE: Final = 0.008
CAMPAIGN_LOAD: Final = 0.16
"""Share of the accounts in campaigns, and of the events that these send."""
LARGEST: Final = 2400
_CROWD: Final = 50_000
_GATEWAYS: Final = 400
"""Addresses behind each of which many customers of a carrier or an office stand."""
_PUBLIC: Final = 40
"""System prompts that everybody copies."""
_PLAIN: Final = pl.CompatLevel.oldest()
"""Strings as Parquet keeps them."""
Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Masses:
    """One value an account, and the tables that they are numbers of."""

    ids: pa.LargeStringArray
    organizations: pa.LargeStringArray
    key: Array
    campaign: Array
    """Number of the campaign, or -1."""
    reach: Array
    """Running sum of loads, held against the hours in which the account is at work."""
    zone: Array
    hour: Array
    spread: Array
    steady: Array
    since: Array
    until: Array
    client: Array
    model: Array
    temperature: Array
    max_tokens: Array
    firm: Array
    system: Array
    wording: Array
    share: Array
    address_first: Array
    address_count: Array
    addresses: dict[str, pa.Array]
    systems: pa.LargeStringArray
    agents: pa.LargeStringArray
    fingerprints: pa.LargeStringArray
    wordings: list[str]
    """Head and tail of each."""


def gather_masses(scene: Scene, accounts: int, side: Path, *, campaigns: bool) -> Masses:
    """Draw all accounts of a large world and write the side table."""
    harvesting = int(accounts * CAMPAIGN_SHARE) if campaigns else 0
    groups = -(-harvesting // LARGEST)
    sizes = [harvesting * (n + 1) // groups - harvesting * n // groups for n in range(groups)]
    left = accounts - harvesting
    crowds = [min(_CROWD, left - first) for first in range(0, left, _CROWD)]
    parts: list[dict[str, Array]] = []
    tables = _Tables(scene)
    with pq.ParquetWriter(side, tables.sided, compression="zstd") as writer:
        first = 0
        for number, size in [*enumerate(sizes), *((-1, size) for size in crowds)]:
            rng = np.random.default_rng([scene.seed, 5, first])
            plot = Plot(scene, f"bulk-{number}", size, first, int(size * scene.load * 20), rng)
            crowd = hiding.operator(plot) if number >= 0 else people(plot)
            writer.write_table(crowd.accounts.to_arrow().cast(tables.sided))
            parts.append(tables.take(plot, crowd, number))
            first += size
    return tables.joined(parts)


class _Tables:
    """What accounts point to, growing with every crowd."""

    def __init__(self, scene: Scene) -> None:
        self.sided = pl.DataFrame(schema=pl.Schema(schema.ACCOUNTS)).to_arrow(compat_level=_PLAIN).schema
        self.scene = scene
        keys = mix(np.arange(_GATEWAYS, dtype=np.uint64), key_of("gateways", scene.seed) >> 1)
        nations = pick(keys, 1, len(places.COUNTRIES))
        self.addresses = [places.residential(scene.seed, nations, keys)]
        self.held = _GATEWAYS
        public = mix(np.arange(_PUBLIC, dtype=np.uint64), key_of("public", 1) >> 1)
        self.systems = [write("chat", public)]
        self.told = _PUBLIC
        self.ids: list[pa.Array] = []
        self.organizations: list[pa.Array] = []
        self.wordings: list[str] = []

    def take(self, plot: Plot, crowd: Crowd, campaign: int) -> dict[str, Array]:
        """Put the accounts of one crowd behind those before, as arrays."""
        rng, size = plot.rng, plot.size
        habits = {name: crowd.habit(name) for name in crowd.habits.columns}
        key = habits["key"]
        self.ids.append(_strings(crowd.accounts[schema.ACCOUNT]))
        self.organizations.append(_strings(crowd.accounts[schema.ORGANIZATION]))
        steady = habits["rhythm"] != PERSON
        awake = np.where(steady, 1.0, np.minimum(habits["spread"] * 2.507 / 24 + 0.02, 1.0))
        awake *= (habits["until"] - habits["since"]) / self.scene.span
        load = habits["load"] / habits["load"].sum() * size / awake
        share = CAMPAIGN_LOAD / CAMPAIGN_SHARE if campaign >= 0 else (1 - CAMPAIGN_LOAD) / (1 - CAMPAIGN_SHARE)
        own = {
            "key": key,
            "campaign": np.full(size, campaign, dtype=np.int16),
            "load": load * share,
            "zone": habits["tz"].astype(np.float32),
            "hour": habits["hour"].astype(np.float32),
            "spread": habits["spread"].astype(np.float32),
            "steady": steady,
            "since": habits["since"],
            "until": habits["until"],
            "client": habits["client"].astype(np.int16),
            "model": np.minimum(habits["model"], 3).astype(np.int8),
            "temperature": habits["temperature"],
            "max_tokens": habits["max_tokens"],
        }
        texts = self._worded(plot, size) if campaign >= 0 else self._spoken(habits, key)
        return own | texts | self._placed(rng, crowd, habits)

    def _worded(self, plot: Plot, size: int) -> dict[str, Array]:
        """Give a campaign one private wording, which most of its requests carry."""
        tag = str(tags(np.array([key_of(plot.name, self.scene.seed)], dtype=np.uint64))[0])
        intent = INTENTS[int(plot.rng.integers(len(INTENTS)))]
        head = named(intent, plot.name, self.scene.seed).replace("TAG", tag) + "\n"
        tail = "\n" + named("trace_tail", plot.name, self.scene.seed).replace("TAG", tag)
        self.wordings += [head, tail]
        number = len(self.wordings) // 2 - 1
        none = np.full(size, -1, dtype=np.int32)
        return {
            "firm": np.zeros(size, dtype=np.bool_),
            "system": none,
            "wording": np.full(size, number, dtype=np.int32),
            "share": np.full(size, 0.9, dtype=np.float32),
        }

    def _spoken(self, habits: dict[str, Array], key: Array) -> dict[str, Array]:
        """Give firms a system prompt of their own and the users of public agents a public one."""
        size = len(key)
        mine = np.flatnonzero(habits["mode"] == FIRM)
        system = np.full(size, -1, dtype=np.int32)
        system[habits["mode"] == AGENT] = pick(key, 7, _PUBLIC)[habits["mode"] == AGENT]
        system[mine] = self.told + np.arange(len(mine))
        self.systems.append(write("chat", mix(key[mine], 8)))
        self.told += len(mine)
        return {
            "firm": habits["mode"] == FIRM,
            "system": system,
            "wording": np.full(size, -1, dtype=np.int32),
            "share": np.zeros(size, dtype=np.float32),
        }

    def _placed(self, rng: np.random.Generator, crowd: Crowd, habits: dict[str, Array]) -> dict[str, Array]:
        """Give accounts two addresses of their own, a gateway that many share, or some of their operator's pool."""
        key: Keys = habits["key"]
        size = len(key)
        if crowd.pool.height:
            width = max(1, min(crowd.pool.height // 2, 8))
            first = self.held + rng.integers(0, crowd.pool.height - width + 1, size)
            count = np.full(size, width, dtype=np.int32)
            fresh = crowd.pool
        else:
            both = np.repeat(np.arange(size), 2)
            keys = mix(key[both] + np.tile(np.array([1, 2], dtype=np.uint64), size), 9)
            fresh = places.residential(self.scene.seed, habits["nation"][both], keys)
            shared = rng.random(size) < 0.08
            first = np.where(shared, pick(key, 10, _GATEWAYS), self.held + 2 * np.arange(size))
            count = np.where(shared, 1, 2).astype(np.int32)
        self.addresses.append(fresh)
        self.held += fresh.height
        return {"address_first": first.astype(np.int32), "address_count": count}

    def joined(self, parts: list[dict[str, Array]]) -> Masses:
        """Lay all crowds end to end."""
        arrays = {name: np.concatenate([part.pop(name) for part in parts]) for name in list(parts[0])}
        places_ = pl.concat(self.addresses)
        table = clients.table()
        return Masses(
            ids=pa.concat_arrays(self.ids),
            organizations=pa.concat_arrays(self.organizations),
            reach=np.cumsum(arrays.pop("load")),
            addresses={
                "ip": _strings(places_["ip"]),
                "asn": places_["asn"].to_arrow(),
                "country": _strings(places_["country"]),
            },
            systems=_strings(pl.concat(self.systems)),
            agents=pa.array([client.user_agent for client in table], pa.large_string()),
            fingerprints=pa.array([client.ja4 for client in table], pa.large_string()),
            wordings=self.wordings,
            **arrays,
        )


def _strings(series: pl.Series) -> pa.LargeStringArray:
    return series.to_arrow().cast(pa.large_string())
