"""Measures the search for networks alone on a million accounts: who holds what is made up, groups and hubs planted.

python -m benchmarks.graph_scale [--units 1M] [--sightings 20M] [--groups 1000] [--seed 1]

Every account has a card, addresses, a client, sign-up hours and pieces of wording. Cards and addresses are hardly ever
anybody else's, wording is a dozen accounts', and some values are hubs: a mail service of half of all accounts, gateways
of tens of thousands, a program of a fifth. Planted groups of 5 to 200 accounts share a card for five, a pool of
addresses, one build and one wording. A search whose work grew with the square of a hub's holders would not end.
"""

from __future__ import annotations

import argparse
import resource
from dataclasses import dataclass
from time import perf_counter, process_time

import numpy as np
import polars as pl

from benchmarks import measuring
from extractscan import networks
from extractscan.cli.allocators import give_memory_back
from extractscan.cli.amounts import amount
from extractscan.growing import Found
from extractscan.incidence import Incidence, Ints, Kind, Names, kind_of
from extractscan.settings import Settings

FOUND = 0.8
"""Share of a planted group that one found group holds, and of that group that is the planted one's."""


@dataclass(frozen=True, slots=True)
class Sort:
    """One kind of noise: values an account holds, and how many values there are for each account."""

    channel: str
    each: int
    pool: float
    hubs: tuple[float, ...] = ()
    """Shares of all accounts that hold one value more."""
    mixture: bool = False


NOISE = {
    "payment": Sort("identity", 1, 20.0),
    "email_domain": Sort("identity", 1, 0.2, (0.5, 0.2)),
    "address": Sort("network", 2, 20.0, (0.05, 0.02, 0.01)),
    "user_agent": Sort("client", 1, 0.001, (0.2,)),
    "signup_batch": Sort("time", 2, 0.02),
    "template": Sort("content", 13, 1.0, (0.1,), mixture=True),
}


def planted(units: int, groups: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Draw disjoint groups: their members one group after the other, and the number of the group of each."""
    size = np.minimum((5 * (1 / (1 - rng.random(groups)))).astype(np.int64), 200)
    which = np.repeat(np.arange(groups), size)
    return rng.choice(units, len(which), replace=False), which


def kind(name: str, sort: Sort, units: int, group: tuple[Ints, Ints], rng: np.random.Generator) -> Kind:
    """Deal one kind out: noise and hubs to all, and to planted groups what they share."""
    pool = max(int(units * sort.pool), 1)
    parts = [(np.repeat(np.arange(units), sort.each), rng.integers(0, pool, units * sort.each))]
    for share in sort.hubs:
        parts.append((np.flatnonzero(rng.random(units) < share), np.array([pool])))
        pool += 1
    who, which = group
    place = np.arange(len(which)) - np.searchsorted(which, which)
    shared = {"payment": place // 5, "address": place // 3, "user_agent": place * 0, "template": place * 0}
    if name in shared:
        parts.append((who, pool + which * 200 + shared[name]))
        pool += (int(which.max(initial=-1)) + 1) * 200
    unit = np.concatenate([one for one, _ in parts])
    value = np.concatenate([np.broadcast_to(held, len(one)) for one, held in parts])
    pairs = np.unique(unit * pool + value)
    unit, value = pairs // pool, pairs % pool
    held, value = np.unique(value, return_inverse=True)
    weight = np.full(len(pairs), 0.3 if sort.mixture else 1.0)
    names = Names(pl.Series(held).cast(pl.String))
    return kind_of(name, sort.channel, names, units, unit, value, weight, mixture=sort.mixture)


def recovered(found: list[Found], group: tuple[Ints, Ints], units: int) -> int:
    """Count the planted groups of which a found one holds most and hardly anything else."""
    who, which = group
    label = np.full(units, -1)
    label[who] = which
    size, done = np.bincount(which), set()
    for one in found:
        mine = label[one.members]
        held = np.bincount(mine[mine >= 0], minlength=len(size))
        top = int(np.argmax(held))
        if held[top] >= FOUND * max(size[top], len(one.members)):
            done.add(top)
    return len(done)


def main() -> None:
    """Make the sightings, search, and print what that took and gave."""
    parser = argparse.ArgumentParser(description="Cost of the search for networks on a million accounts.")
    parser.add_argument("--units", default="1M")
    parser.add_argument("--sightings", default="20M")
    parser.add_argument("--groups", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    print(measuring.here(), flush=True)
    units, rng = amount(given.units), np.random.default_rng(given.seed)
    scale = amount(given.sightings) / units / sum(sort.each + sum(sort.hubs) for sort in NOISE.values())
    group = planted(units, given.groups, rng)
    sorts = {
        name: Sort(sort.channel, max(round(sort.each * scale), 1), sort.pool, sort.hubs, sort.mixture)
        for name, sort in NOISE.items()
    }
    incidence = Incidence(units, tuple(kind(name, sort, units, group, rng) for name, sort in sorts.items()))
    held = sum(len(one.by_value) for one in incidence.kinds)
    paired = min(max(Settings().hub_share * units, 50.0), Settings().max_members_per_value)
    hubs = np.concatenate([one.holders[one.holders > paired] for one in incidence.kinds])
    print(f"{units:,} accounts, {held:,} sightings, {given.groups:,} planted groups of {len(group[0]):,} accounts")
    print(f"never paired: {len(hubs):,} values of more than {paired:,.0f} holders, {int((hubs**2).sum() / 2):,} pairs")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    wall, cpu = perf_counter(), process_time()
    found = networks.find(incidence, (), Settings())
    wall, cpu = perf_counter() - wall, process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"search: {wall:.1f} s, {cpu:.1f} CPU s; peak {peak:,} MB, {before:,} MB of it from making the sightings")
    right = recovered(found, group, units)
    print(f"{len(found):,} groups found, {right:,} of {given.groups:,} planted ones among them")


if __name__ == "__main__":
    give_memory_back()
    main()
