"""What stands around a campaign: its share of the log, victims that it frames, others on the same proxies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.evaluation import clocks, operators, ordinary, people, traffic, wording
from benchmarks.evaluation.clocks import DAY
from benchmarks.evaluation.people import Place, token
from benchmarks.evaluation.scene import Account, Talk, World
from extractscan import schema


@dataclass(frozen=True, slots=True)
class Scene:
    """How the world around one campaign differs from the usual."""

    share: float = 0.0
    """Share of all accounts that the campaign has; 0 leaves the background as it is drawn."""
    ordinary: float = 1.0
    """Factor on the number of unrelated accounts."""
    alike: tuple[float, float] = (0.2, 0.5)
    """Least and greatest share of look-alikes in the background."""
    campaigns: int = 1
    earlier: bool = False
    """Whether the first quarter of the days is cut off and given as a baseline."""
    frame: Callable[[World, list[Account]], None] | None = None
    """Brings victims into the world, and lets the campaign use what is theirs."""
    join: Callable[[World, list[list[Account]]], None] | None = None
    """What several campaigns do together."""


def _firm(world: World, kind: str, **row: Any) -> tuple[list[Account], Place, str]:
    """A small firm: its accounts, its office and its system prompt."""
    rng = world.rng
    name, code = people.word(rng, 3), str(rng.choice(people.CODES, p=people.SHARES))
    house, office = wording.house_prompt(rng, world.texts.systems, name.capitalize()), world.net.server(code)
    group, made = world.group(kind), []
    for _ in range(int(rng.integers(4, 30))):
        born = world.begin - int(rng.uniform(40, 900) * DAY)
        places = [office, world.net.home(code)]
        account = world.account(kind, group, country=code, places=places, created=born, domain=f"{name}.com", **row)
        count = ordinary.amount(world, float(rng.uniform(15, 60)))
        talk = Talk(ordinary.diverse(world, count, account.language), house)
        world.send(account, clocks.human(rng, count, account.begin, world.end, account.offset, clocks.OFFICE), talk)
        made.append(account)
    return made, office, house


def _through(world: World, accounts: list[Account], gates: list[Place], least: float, most: float) -> None:
    """Let a share of the campaign's requests come through some addresses."""
    rng = world.rng
    share = float(rng.uniform(least, most))
    for run in traffic.runs(world, accounts):
        rows = [i for i in run.rows if rng.random() < share]
        traffic.move(world, rows, [gates[int(g)] for g in rng.integers(0, len(gates), len(rows))])


def framed_address(world: World, accounts: list[Account]) -> None:
    """Part of the campaign's requests come through the address of a small firm."""
    _, office, _ = _firm(world, "framed_by_address")
    _through(world, accounts, [office], 0.1, 0.6)


def framed_template(world: World, accounts: list[Account]) -> None:
    """The campaign copies a small firm's system prompt word for word."""
    _, _, house = _firm(world, "framed_by_template")
    for run in traffic.runs(world, accounts, harvest=True):
        traffic.put(world, "system", run.rows, [house] * len(run.rows))


def framed_referral(world: World, accounts: list[Account]) -> None:
    """The campaign signs up with a small firm's referral code."""
    code = f"ref_{token(world.rng, 6)}"
    _firm(world, "framed_by_referral", referral_code=code)
    for account in accounts:
        account.row[schema.REFERRAL] = code if world.rng.random() < 0.9 else account.row[schema.REFERRAL]


def framed_campus(world: World, accounts: list[Account]) -> None:
    """The campaign buys its way into the address translation of a campus."""
    rng = world.rng
    code = str(rng.choice(people.CODES, p=people.SHARES))
    gates = world.net.neighbours(world.net.server(code), int(rng.integers(2, 7)))
    domain, group = f"{people.word(rng)}.edu", world.group("framed_campus")
    for _ in range(int(rng.integers(40, 150))):
        places = [gates[int(rng.integers(len(gates)))], gates[int(rng.integers(len(gates)))], world.net.home(code)]
        student = world.account(
            "framed_campus", group, country=code, places=places, domain=domain if rng.random() < 0.6 else None
        )
        ordinary.live(world, student, ordinary.amount(world, 22, 0.9))
    _through(world, accounts, gates, 0.4, 1.0)


def one_proxy_pool(world: World, groups: list[list[Account]]) -> None:
    """All campaigns rent the same proxies."""
    rng = world.rng
    shared = operators.pool(world, max(6, round(sum(map(len, groups)) * float(rng.uniform(0.2, 0.8)))))
    for accounts in groups:
        for account in accounts:
            which = rng.choice(len(shared), min(int(rng.integers(2, 9)), len(shared)), replace=False)
            account.places = [shared[int(i)] for i in which]
        for run in traffic.runs(world, accounts):
            mine = run.account.places
            traffic.move(world, run.rows, [mine[int(i)] for i in rng.integers(0, len(mine), len(run.rows))])


SCENES: dict[str, Scene] = {
    "-": Scene(),
    "third_of_all": Scene(share=0.3),
    "prefiltered": Scene(ordinary=0.08),
    "crowded": Scene(alike=(0.75, 0.95)),
    "baseline": Scene(earlier=True),
    "one_proxy_pool": Scene(campaigns=3, join=one_proxy_pool),
    "framed_address": Scene(frame=framed_address),
    "framed_template": Scene(frame=framed_template),
    "framed_referral": Scene(frame=framed_referral),
    "framed_campus": Scene(frame=framed_campus),
}
"""By name; `-` is one campaign in a background of unrelated accounts and look-alikes."""
