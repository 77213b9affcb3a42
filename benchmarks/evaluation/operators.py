"""Hidden operators: how one of them opens accounts, what the accounts share, and how work is spread over them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from benchmarks.evaluation import clocks, ordinary, people, wording
from benchmarks.evaluation.clocks import DAY, HOUR, Times
from benchmarks.evaluation.people import Client, Place, pick, token
from benchmarks.evaluation.scene import Account, Talk, World
from extractscan import schema

Wrap = Callable[[str], str]
Kind = Callable[[World, str, str, int], None]
"""Builds one group: world, name of the kind, name of the group, accounts."""


@dataclass(slots=True)
class Plan:
    """What the accounts of one operator have in common; 0, None and empty mean nothing."""

    per_card: int = 0
    per_phone: int = 0
    per_device: int = 0
    pool: list[Place] = field(default_factory=list)
    seen: int = 3
    """How many addresses of the pool one account uses."""
    clients: list[Client] = field(default_factory=list)
    domains: list[str] = field(default_factory=list)
    pattern: str = ""
    waves: list[int] = field(default_factory=list)
    """Times of the sign-up batches."""
    referral: str | None = None
    country: str | None = None
    platform: str | None = None


def pool(world: World, count: int) -> list[Place]:
    """Proxies for rent: mostly homes in a few countries, sometimes one hosting range."""
    rng, net = world.rng, world.net
    if rng.random() < 0.3:
        first = net.server()
        return net.neighbours(first, min(count, 200))
    codes = [str(c) for c in rng.choice(people.CODES, int(rng.integers(1, 6)))]
    return [net.home(pick(rng, codes)) for _ in range(count)]


def plan(world: World, size: int) -> Plan:
    """Draw what an operator of `size` accounts leaves in common: an identity trace and a technical one at least."""
    rng = world.rng
    while True:
        made = Plan(
            per_card=int(rng.integers(2, 14)) if rng.random() < 0.6 else 0,
            per_phone=int(rng.integers(2, 8)) if rng.random() < 0.25 else 0,
            per_device=int(rng.integers(2, 15)) if rng.random() < 0.35 else 0,
            pool=pool(world, max(3, int(size * rng.uniform(0.15, 1.2)))) if rng.random() < 0.7 else [],
            seen=int(rng.integers(2, 7)),
            clients=clients(world) if rng.random() < 0.75 else [],
            domains=[f"{people.word(rng)}.{pick(rng, ('xyz', 'top', 'site', 'info', 'click'))}" for _ in range(3)]
            if rng.random() < 0.3
            else [],
            pattern=pick(rng, ("{w}{d}", "{f}{l}{d}", "{w}.{w}{d}", "{f}_{d}", "{l}{f}.{d}"))
            if rng.random() < 0.4
            else "",
            waves=waves(world, size) if rng.random() < 0.6 else [],
            referral=f"ref_{token(rng, 5)}" if rng.random() < 0.15 else None,
        )
        identity = made.per_card or made.per_phone or made.per_device or made.domains
        if identity and (made.pool or made.clients or made.waves):
            return made


def clients(world: World) -> list[Client]:
    """One to three programs that an operator runs everywhere, without a device of their own."""
    kind = pick(world.rng, ("sdk", "sdk", "plain"))
    return [world.net.client(kind) for _ in range(int(world.rng.integers(1, 4)))]


def waves(world: World, size: int) -> list[int]:
    """Sign-up batches: some days before or inside the window, at most 60 accounts each."""
    rng = world.rng
    count = max(1, size // int(rng.integers(15, 60)))
    early = world.begin - int(rng.uniform(0, 60) * DAY)
    return [int(t) for t in rng.integers(early, world.begin + world.days * DAY // 3, count)]


def _email(world: World, made: Plan) -> str | None:
    rng = world.rng
    if made.pattern:
        local = made.pattern.format(
            w=people.word(rng), d=int(rng.integers(10, 99999)), f=pick(rng, people.FIRST), l=pick(rng, people.LAST)
        )
        return f"{local}@{pick(rng, made.domains) if made.domains else 'outlook.com'}"
    return people.mail(rng, pick(rng, made.domains)) if made.domains else None


def recruit(world: World, kind: str, group: str, made: Plan, size: int, *, campaign: bool = True) -> list[Account]:
    """Open `size` accounts by a plan."""
    rng = world.rng
    cards = _shared(world, size, made.per_card, "pm_")
    phones = _shared(world, size, made.per_phone, "ph_")
    devices = _shared(world, size, made.per_device, "d-")
    desks = [world.net.home(pick(rng, people.CODES)).ip for _ in range(max(1, size // 12))]
    out = []
    for i in range(size):
        country = made.country or (made.pool[i % len(made.pool)].country if made.pool else None)
        row: dict[str, Any] = {}
        if cards:
            row |= {schema.PAYMENT: cards[i], schema.PLAN: "payg"}
        if phones:
            row[schema.PHONE] = phones[i]
        if devices:
            row[schema.SIGNUP_DEVICE] = devices[i]
        if made.referral and rng.random() < 0.8:
            row[schema.REFERRAL] = made.referral
        if made.waves:
            row[schema.SIGNUP_IP] = pick(rng, desks) if rng.random() < 0.6 else world.net.home("US").ip
        account = world.account(
            kind,
            group,
            campaign=campaign,
            country=country,
            places=_places(world, made),
            client=made.clients[min(int(rng.exponential(0.6)), len(made.clients) - 1)] if made.clients else None,
            created=signup(world, made),
            email=_email(world, made),
            **row,
        )
        account.platform = made.platform or "api"
        out.append(account)
    return out


def signup(world: World, made: Plan) -> int:
    """A sign-up time: inside one of the batches, or any time in the months before and the first weeks."""
    if not made.waves:
        return world.begin + int(world.rng.uniform(-90, 0.3 * world.days) * DAY)
    start = made.waves[int(world.rng.integers(len(made.waves)))]
    return start + int(world.rng.uniform(0, 5) * HOUR)


def _shared(world: World, size: int, each: int, prefix: str) -> list[str]:
    if not each:
        return []
    values = [f"{prefix}{token(world.rng, 14)}" for _ in range(size // each + 1)]
    return [values[i // each] for i in world.rng.permutation(size)]


def _places(world: World, made: Plan) -> list[Place] | None:
    if not made.pool:
        return None
    which = world.rng.choice(len(made.pool), min(made.seen, len(made.pool)), replace=False)
    return [made.pool[int(i)] for i in which]


def loads(world: World, size: int, mean: float, spread: float) -> list[int]:
    """Requests for each account: log-normal, `spread` being the deviation of the logarithm."""
    draws = world.rng.lognormal(np.log(mean) - spread**2 / 2, spread, size)
    return [max(1, round(float(x))) for x in draws]


def deck(world: World, count: int, source: str) -> list[str]:
    """Distinct work items: `code`, `text`, `broad` (all topics and languages) or `tasks`."""
    texts, rng = world.texts, world.rng
    if source == "code":
        pools = [texts.coding, texts.code]
    elif source == "text":
        pools = [texts.documents]
    elif source == "tasks":
        pools = [texts.coding, *list(texts.questions.values())[::3]]
    else:
        pools = [*texts.questions.values(), *[t for t in texts.foreign.values() for _ in range(9)]]
    everything = [t for p in pools for t in p]
    out = [everything[i] for i in rng.permutation(len(everything))[:count]]
    while len(out) < count:
        out += ordinary.extract(world, everything, count - len(out))
    return [t[:1200] for t in out]


def secret(world: World, ask: str) -> tuple[str | None, Wrap]:
    """Wrap one instruction as an operator does: in the system prompt, before the item, after it, or around it."""
    rng = world.rng
    opening = wording.role(rng, world.texts.systems) if rng.random() < 0.7 else ""
    pretext = wording.setting(rng) if rng.random() < 0.6 else ""
    body = " ".join(p for p in (opening, ask, pretext) if p)
    joint = pick(rng, ("\n\n", "\n---\n", "\n\n### Input\n", " ", "\n\nQ: "))
    where = int(rng.integers(4))
    if where == 0:
        return body, lambda item: item
    if where == 1:
        return None, lambda item: f"{body}{joint}{item}"
    if where == 2:
        return None, lambda item: f"{item}\n\n{body}"
    return opening or None, lambda item: f"{pretext} {item}\n\n{ask}".strip()


def tagged(world: World, marker: str, count: int) -> list[str]:
    """Replies that show the reasoning inside a marker."""
    rng = world.rng
    pairs = rng.integers(0, len(world.snippets), (count, 2))
    return [f"<{marker}>{world.snippets[a]}</{marker}>\n{world.snippets[b][:80]}" for a, b in pairs.tolist()]


def timetable(world: World, style: str) -> Callable[[Account, int, int, int], Times]:
    """The clock of an operator: `steady`, `random`, `office` (one zone for all), `human` (each its own zone)."""
    zone = int(world.rng.choice([8, 8, 3, 9, -5]))

    def times(account: Account, count: int, begin: int, end: int) -> Times:
        begin = min(max(begin, account.begin), end - HOUR)
        if style == "steady":
            return clocks.steady(world.rng, count, begin, end)
        if style == "random":
            return clocks.machine(world.rng, count, begin, end)
        if style == "office":
            return clocks.human(world.rng, count, begin, end, zone, clocks.OFFICE)
        return clocks.human(world.rng, count, begin, end, account.offset)

    return times


def span(world: World, least: float = 0.4) -> tuple[int, int]:
    """Begin and end of a campaign inside the window."""
    share = float(world.rng.uniform(least, 1))
    begin = world.begin + int(world.rng.uniform(0, 1 - share) * world.days * DAY)
    return begin, begin + int(share * world.days * DAY)


def cover(world: World, account: Account, count: int) -> None:
    """Ordinary requests of an account of the operator, from its own addresses and program."""
    if count > 0:
        talk = Talk(ordinary.diverse(world, count, account.language))
        world.send(account, clocks.human(world.rng, count, account.begin, world.end, account.offset), talk)


def variant(made: Plan, **changes: Any) -> Plan:
    """The same plan with some things changed."""
    return replace(made, **changes)


def a_style(world: World) -> str:
    """Draw the clock of an operator."""
    return pick(world.rng, ("steady", "random", "random", "office", "human"))


def deal(world: World, accounts: list[Account], counts: list[int], source: str) -> list[list[str]]:
    """Hand out one deck without repeats: in turn or in blocks, it makes no difference to what each one holds."""
    items = iter(deck(world, sum(counts), source))
    return [[next(items) for _ in range(count)] for count in counts[: len(accounts)]]


def harvest(
    world: World,
    accounts: list[Account],
    *,
    mean: float,
    source: str,
    system: str | None,
    wrap: Wrap,
    marker: str | None = None,
    spread: float | None = None,
    covered: float = 0.0,
    style: str | None = None,
    **given: Any,
) -> None:
    """Send a dealt deck through one template; `covered` is the share of ordinary traffic beside it."""
    rng = world.rng
    even = float(rng.uniform(0.08, 0.5)) if spread is None else spread
    counts = loads(world, len(accounts), mean, even)
    clock = timetable(world, style or a_style(world))
    begin, end = span(world)
    options = {
        "temperature": pick_number(world, (0.0, 0.6, 0.7, 1.0)),
        "max_tokens": pick_number(world, (2048, 4096, 8192)),
    }
    for account, items in zip(accounts, deal(world, accounts, counts, source), strict=True):
        replies = tagged(world, marker, len(items)) if marker else None
        talk = Talk([wrap(i) for i in items], system, replies, options=options if rng.random() < 0.9 else {})
        world.send(
            account,
            clock(account, len(items), begin, end),
            talk,
            harvest=True,
            shuffle=len(account.places) > 2,
            **given,
        )
        cover(world, account, int(len(items) * covered / (1 - covered) * rng.uniform(0.6, 1.4)))


def pick_number(world: World, values: tuple[float, ...]) -> float:
    """One of some numbers."""
    return values[int(world.rng.integers(len(values)))]
