"""Innocent customers: many accounts with one owner who hides nothing, or whose accounts others abuse."""

from __future__ import annotations

from typing import Any

from benchmarks.evaluation import clocks, operators, ordinary, people, wording
from benchmarks.evaluation.clocks import DAY
from benchmarks.evaluation.people import pick, token
from benchmarks.evaluation.scene import Account, Talk, World
from extractscan import schema


def _firm(world: World, *, declared: bool, card: bool = True) -> tuple[str, dict[str, Any]]:
    """A mail domain, and the columns that all accounts of the firm have."""
    rng = world.rng
    name = people.word(rng, 3)
    row: dict[str, Any] = {schema.PLAN: "enterprise" if declared else "team"}
    if declared:
        row |= {schema.ORGANIZATION: f"org-{name}", schema.VERIFIED: True}
    if card:
        row[schema.PAYMENT] = f"pm_{token(rng, 14)}"
    return f"{name}.{pick(rng, ('com', 'io', 'de', 'co.jp', 'com.br'))}", row


def _staff(
    world: World, kind: str, group: str, size: int, *, declared: bool, card: bool = True, server: bool = False
) -> list[Account]:
    rng = world.rng
    domain, row = _firm(world, declared=declared, card=card)
    code = str(rng.choice(people.CODES, p=people.SHARES))
    office = world.net.neighbours(world.net.server(code), int(rng.integers(1, 4)))
    tool = world.net.client("sdk")
    out = []
    for _ in range(size):
        age = world.begin - int(rng.uniform(20, 900) * DAY)
        if rng.random() < 0.1:
            age = world.begin + int(rng.uniform(0, 0.5) * world.days * DAY)
        places = list(office) if server else [pick_place(world, office), world.net.home(code)]
        client = tool if server else None
        out.append(
            world.account(kind, group, country=code, places=places, client=client, created=age, domain=domain, **row)
        )
    return out


def pick_place(world: World, places: list[people.Place]) -> people.Place:
    """One of some addresses."""
    return places[int(world.rng.integers(len(places)))]


def _inhouse(world: World, accounts: list[Account], mean: float) -> None:
    """Colleagues: a few internal tools with their system prompts, and questions of their own."""
    rng = world.rng
    name = people.word(rng).capitalize()
    tools = [wording.house_prompt(rng, world.texts.systems, name) for _ in range(int(rng.integers(1, 4)))]
    for account in accounts:
        count = ordinary.amount(world, mean, 0.8)
        talk = Talk(ordinary.diverse(world, count, account.language), pick(rng, tools))
        world.send(account, clocks.human(rng, count, account.begin, world.end, account.offset, clocks.OFFICE), talk)
        if rng.random() < 0.6:
            ordinary.live(world, account, ordinary.amount(world, 12))


def declared_company(world: World, kind: str, group: str, size: int) -> None:
    """A company with one verified organization, one card and its own tools."""
    _inhouse(world, _staff(world, kind, group, size, declared=True), 32)


def undeclared_company(world: World, kind: str, group: str, size: int) -> None:
    """A company that never filled in the organization: one card, one mail domain, one internal tool."""
    _inhouse(world, _staff(world, kind, group, size, declared=False), 32)


def _harvest_openly(world: World, accounts: list[Account], mean: float, spread: float) -> None:
    rng = world.rng
    marker = wording.tag(rng)
    system, wrap = operators.secret(world, wording.trace(rng, marker))
    counts = operators.loads(world, len(accounts), mean, spread)
    items = iter(operators.deck(world, sum(counts), pick(rng, ("code", "tasks", "broad"))))
    for account, count in zip(accounts, counts, strict=True):
        talk = Talk([wrap(next(items)) for _ in range(count)], system, operators.tagged(world, marker, count))
        world.send(account, clocks.steady(rng, count, account.begin, world.end), talk)


def licensed_distillation(world: World, kind: str, group: str, size: int) -> None:
    """A verified customer who trains a small model with permission: everything a harvest has, and nothing hidden."""
    accounts = _staff(world, kind, group, size, declared=True, server=True)
    _harvest_openly(world, accounts, float(world.rng.uniform(60, 140)), 0.15)


def permitted_researchers(world: World, kind: str, group: str, size: int) -> None:
    """A verified university group with a permit that studies reasoning."""
    accounts = _staff(world, kind, group, size, declared=True, card=bool(world.rng.random() < 0.5))
    for account in accounts:
        account.row[schema.PLAN] = "research"
    _harvest_openly(world, accounts, float(world.rng.uniform(30, 90)), 0.7)


def synthetic_vendor(world: World, kind: str, group: str, size: int) -> None:
    """A declared vendor of synthetic data: generates tasks all day."""
    rng = world.rng
    accounts = _staff(world, kind, group, size, declared=True, server=True)
    text = f"{wording.role(rng, world.texts.systems)} Generate {rng.integers(3, 12)} realistic examples for: "
    for account in accounts:
        count = ordinary.amount(world, 90, 0.3)
        prompts = [
            f"{text}{pick(rng, wording.JOBS)}\n{t[:300]}" for t in ordinary.some(world, world.texts.documents, count)
        ]
        world.send(account, clocks.machine(rng, count, account.begin, world.end), Talk(prompts))


def annotation_vendor(world: World, kind: str, group: str, size: int) -> None:
    """Translators or annotators of one vendor: dealt items, office hours, even loads, declared in half of the cases."""
    rng = world.rng
    accounts = _staff(world, kind, group, size, declared=bool(rng.random() < 0.5))
    target = pick(rng, ("German", "French", "Japanese", "Korean", "Spanish"))
    system = f"Translate into {target} for a catalogue. {pick(rng, wording.RULES).format(n=200)}"
    counts = operators.loads(world, size, float(rng.uniform(40, 80)), 0.25)
    items = iter(operators.deck(world, sum(counts), "text"))
    foreign = world.texts.foreign["de"]
    for account, count in zip(accounts, counts, strict=True):
        talk = Talk(
            [next(items)[:500] for _ in range(count)], system, [t[:300] for t in ordinary.some(world, foreign, count)]
        )
        times = clocks.human(rng, count, account.begin, world.end, account.offset, clocks.OFFICE)
        world.send(account, times, talk)


def app_backend(world: World, kind: str, group: str, size: int) -> None:
    """A product with many end users, spread over a few accounts of its maker."""
    rng = world.rng
    accounts = _staff(world, kind, group, size, declared=bool(rng.random() < 0.5), server=True)
    system = wording.house_prompt(rng, world.texts.systems, people.word(rng).capitalize())
    users = [f"user_{token(rng, 10)}" for _ in range(40 * size)]
    for account in accounts:
        count = ordinary.amount(world, 110, 0.5)
        ends = [users[int(i)] for i in rng.integers(0, len(users), count)]
        talk = Talk(ordinary.diverse(world, count, account.language), system, end_users=ends)
        world.send(account, clocks.human(rng, count, account.begin, world.end, account.offset), talk, shuffle=True)


def honest_reseller(world: World, kind: str, group: str, size: int) -> None:
    """A reseller without any harvest: pooled accounts, one program, customers' requests of all kinds."""
    rng = world.rng
    made = operators.plan(world, size)
    made.clients = made.clients[:1] or [world.net.client("sdk")]
    made.per_card = made.per_card or int(rng.integers(4, 20))
    made.pool = made.pool or operators.pool(world, max(3, size // 4))
    named = rng.random() < 0.5
    for account in operators.recruit(world, kind, group, made, size, campaign=False):
        left = ordinary.amount(world, 70, 0.6)
        while left > 0:
            count = min(left, int(rng.integers(2, 30)))
            left -= count
            talk = Talk(ordinary.diverse(world, count, pick(rng, sorted(world.texts.foreign))))
            talk.system = pick(rng, world.texts.systems) if rng.random() < 0.4 else None
            talk.end_users = [f"c-{token(rng, 8)}"] * count if named else None
            world.send(account, clocks.human(rng, count, account.begin, world.end, account.offset), talk)


def stolen_keys(world: World, kind: str, group: str, size: int) -> None:
    """Old, paying accounts whose keys a thief sells on: a second program and address beside the owner's rhythm."""
    rng = world.rng
    thief, den = world.net.client("plain"), operators.pool(world, 8)
    begin = world.begin + int(rng.uniform(0.2, 0.6) * world.days * DAY)
    for _ in range(size):
        born = world.begin - int(rng.uniform(90, 1200) * DAY)
        account = world.account(kind, group, created=born, payment_fingerprint=f"pm_{token(rng, 14)}", plan="payg")
        ordinary.live(world, account, ordinary.amount(world, 28))
        count = ordinary.amount(world, 30, 0.7)
        persona = pick(rng, world.texts.systems) if rng.random() < 0.5 else None
        talk = Talk(ordinary.diverse(world, count, pick(rng, sorted(world.texts.foreign))), persona)
        times = clocks.machine(rng, count, begin + int(rng.uniform(0, 3) * DAY), world.end)
        world.send(account, times, talk, client=thief, places=den[:4], shuffle=True)


def open_harvester(world: World, kind: str, group: str, size: int) -> None:
    """Single people who each harvest for themselves, under their own name, with their own words."""
    for i in range(size):
        account = world.account(kind, f"{group}-{i}", client=world.net.client("sdk"))
        _harvest_openly(world, [account], float(world.rng.uniform(40, 200)), 0.2)
