"""Campaigns that are meant to be missed, and neighbours that are meant to be blamed for them."""

from __future__ import annotations

from benchmarks.evaluation import clocks, operators, ordinary, people, wording
from benchmarks.evaluation.operators import Kind, deck, loads, plan, recruit, secret, span, tagged, timetable
from benchmarks.evaluation.people import pick, token
from benchmarks.evaluation.scene import Account, Talk, World


def uneven_own_wording(world: World, kind: str, group: str, size: int) -> None:
    """Each account has words of its own for the same wish, and loads differ a hundredfold."""
    rng = world.rng
    accounts = recruit(world, kind, group, plan(world, size), size)
    clock, (begin, end) = timetable(world, "random"), span(world)
    counts = loads(world, size, 70, 1.3)
    items = iter(deck(world, sum(counts), "tasks"))
    for account, count in zip(accounts, counts, strict=True):
        marker = pick(rng, wording.TAGS)
        system, wrap = secret(world, wording.trace(rng, marker))
        talk = Talk([wrap(next(items)) for _ in range(count)], system, tagged(world, marker, count))
        world.send(account, clock(account, count, begin, end), talk, harvest=True, shuffle=True)


def _inject(sentence: str, prompt: str, where: float) -> str:
    """Put a sentence between two words of a prompt, at a share of its length."""
    cut = prompt.find(" ", int(len(prompt) * where))
    return f"{prompt[:cut]} {sentence}{prompt[cut:]}" if cut > 0 else f"{prompt} {sentence}"


def thin_thousands(world: World, kind: str, group: str, size: int) -> None:
    """Two requests a day from very many accounts, one sentence somewhere in the middle of each."""
    rng = world.rng
    sentence = wording.trace(rng, wording.tag(rng))
    accounts = recruit(world, kind, group, plan(world, size), size)
    begin, end = span(world, 0.5)
    days = (end - begin) / clocks.DAY
    for account, count in zip(accounts, loads(world, size, min(2 * days, 24), 0.3), strict=True):
        bodies = ordinary.diverse(world, count, account.language)
        prompts = [_inject(sentence, b, float(u)) for b, u in zip(bodies, rng.random(count), strict=True)]
        times = clocks.human(rng, count, min(max(begin, account.begin), end - clocks.HOUR), end, account.offset)
        world.send(account, times, Talk(prompts), harvest=True)


def five_percent(world: World, kind: str, group: str, size: int) -> None:
    """A harvest in every twentieth request, under traffic of all kinds."""
    rng = world.rng
    marker = wording.tag(rng)
    system, wrap = secret(world, wording.trace(rng, marker))
    accounts = recruit(world, kind, group, plan(world, size), size)
    begin, end = span(world, 0.6)
    counts = loads(world, size, 7, 0.3)
    items = iter(deck(world, sum(counts), "broad"))
    for account, count in zip(accounts, counts, strict=True):
        talk = Talk([wrap(next(items)) for _ in range(count)], system)
        times = clocks.human(rng, count, min(max(begin, account.begin), end - clocks.HOUR), end, account.offset)
        world.send(account, times, talk, harvest=True)
        operators.cover(world, account, int(count * 19 * rng.uniform(0.8, 1.2)))


def one_pool(world: World, kind: str, group: str, size: int) -> None:
    """Three operators rent the same proxies; everything else is their own. Each is a group."""
    shared = operators.pool(world, max(6, size // 2))
    for i in range(3):
        made = plan(world, size // 3)
        made.pool, made.clients = shared, made.clients or operators.clients(world)
        _harvest(world, recruit(world, kind, f"{group}-{i}", made, size // 3), 80)


def _harvest(world: World, accounts: list[Account], mean: float) -> None:
    rng = world.rng
    marker = wording.tag(rng)
    system, wrap = secret(world, wording.trace(rng, marker))
    counts = loads(world, len(accounts), mean, 0.3)
    items = iter(deck(world, sum(counts), pick(rng, ("code", "tasks", "broad"))))
    clock, (begin, end) = timetable(world, pick(rng, ("steady", "random", "human"))), span(world)
    for account, count in zip(accounts, counts, strict=True):
        talk = Talk([wrap(next(items)) for _ in range(count)], system, tagged(world, marker, count))
        world.send(account, clock(account, count, begin, end), talk, harvest=True, shuffle=True)


def framing(world: World, kind: str, group: str, size: int) -> None:
    """The operator borrows a small firm's system prompt, referral code and one address; the firm is no part of it."""
    rng = world.rng
    victims = max(4, size // 4)
    name, code = people.word(rng), str(rng.choice(people.CODES, p=people.SHARES))
    house = wording.house_prompt(rng, world.texts.systems, name.capitalize())
    office, referral, domain = world.net.server(code), f"ref_{token(rng, 5)}", f"{name}.com"
    for _ in range(victims):
        born = world.begin - int(rng.uniform(60, 700) * clocks.DAY)
        account = world.account(
            "framed_victim", f"{group}-victim", country=code, places=[office, world.net.home(code)], created=born,
            domain=domain, referral_code=referral,
        )  # fmt: skip
        count = ordinary.amount(world, 35)
        talk = Talk(ordinary.diverse(world, count, account.language), house)
        world.send(account, clocks.human(rng, count, account.begin, world.end, account.offset, clocks.OFFICE), talk)
    made = plan(world, size)
    made.referral, made.pool = referral, made.pool or operators.pool(world, size // 2)
    accounts = recruit(world, kind, group, made, size)
    sentence = wording.trace(rng, wording.tag(rng))
    clock, (begin, end) = timetable(world, "random"), span(world)
    counts = loads(world, size, 70, 0.3)
    items = iter(deck(world, sum(counts), "tasks"))
    for account, count in zip(accounts, counts, strict=True):
        account.places.append(office)
        talk = Talk([f"{next(items)}\n\n{sentence}" for _ in range(count)], house)
        world.send(account, clock(account, count, begin, end), talk, harvest=True, shuffle=True)


def small_rings(world: World, kind: str, group: str, size: int) -> None:
    """Rings of three to eight accounts, each with an operator and a template of its own."""
    left, number = size, 0
    while left >= 3:
        ring = min(left, int(world.rng.integers(3, 9)))
        left -= ring
        number += 1
        made = plan(world, ring)
        made.per_card = ring if made.per_card else 0
        made.clients = made.clients[:1]
        _harvest(world, recruit(world, kind, f"{group}-{number}", made, ring), float(world.rng.uniform(50, 150)))


HARD: dict[str, tuple[Kind, float]] = {
    "five_percent": (five_percent, 0.06),
    "framing": (framing, 0.06),
    "one_pool": (one_pool, 0.09),
    "small_rings": (small_rings, 0.04),
    "thin_thousands": (thin_thousands, 0.6),
    "uneven_own_wording": (uneven_own_wording, 0.07),
}
"""Kind and its share of the accounts in hard campaigns."""
