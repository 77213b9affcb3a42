"""More innocent customers: agencies, franchises, vendors with tenants, freelancers, games, build matrices."""

from __future__ import annotations

from typing import Any

from benchmarks.evaluation import adversaries, clocks, operators, ordinary, people, wording
from benchmarks.evaluation.clocks import DAY, HOUR
from benchmarks.evaluation.institutions import town
from benchmarks.evaluation.people import Client, pick, token
from benchmarks.evaluation.scene import Talk, World
from extractscan import schema


def _card(world: World) -> str:
    return f"pm_{token(world.rng, 14)}"


def agency(world: World, kind: str, group: str, size: int) -> None:
    """An agency runs the accounts of its clients: their cards and mail, its office, machine and habits."""
    rng, code = world.rng, town(world)
    office, tool = world.net.neighbours(world.net.server(code), int(rng.integers(1, 4))), world.net.client("sdk")
    device, frame = f"d-{token(rng, 14)}", pick(rng, wording.RULES).format(n=int(rng.integers(2, 20)) * 10)
    for _ in range(size):
        born = world.begin - int(rng.uniform(-10, 500) * DAY)
        name = people.word(rng, 3)
        places = [*office, world.net.server(code)] if rng.random() < 0.4 else list(office)
        account = world.account(
            kind, group, country=code, places=places, client=tool, created=born, domain=f"{name}.com",
            signup_device_id=device if rng.random() < 0.7 else f"d-{token(rng, 14)}",
        )  # fmt: skip
        count = ordinary.amount(world, 45, 0.9)
        house = f"{wording.house_prompt(rng, world.texts.systems, name.capitalize())}\n{frame}"
        talk = Talk(ordinary.diverse(world, count, account.language), house)
        world.send(account, clocks.human(rng, count, account.begin, world.end, account.offset, clocks.OFFICE), talk)


def franchise(world: World, kind: str, group: str, size: int) -> None:
    """Branches of one brand: the head office's prompt and app, each branch with its own card, address and customers."""
    rng = world.rng
    name = people.word(rng, 3)
    house = wording.house_prompt(rng, world.texts.systems, name.capitalize())
    app, codes = world.net.client("sdk"), [town(world) for _ in range(int(rng.integers(1, 4)))]
    for _ in range(size):
        code = pick(rng, codes)
        account = world.account(
            kind, group, country=code, places=[world.net.home(code)], client=app,
            created=world.begin - int(rng.uniform(0, 600) * DAY), domain=f"{name}.com" if rng.random() < 0.5 else None,
        )  # fmt: skip
        count = ordinary.amount(world, 45, 0.6)
        talk = Talk(ordinary.diverse(world, count, account.language), house)
        talk.end_users = [f"g{rng.integers(1, 60)}" for _ in range(count)] if rng.random() < 0.5 else None
        world.send(account, clocks.human(rng, count, account.begin, world.end, account.offset), talk)


def tenants(world: World, kind: str, group: str, size: int) -> None:
    """White-label software: the vendor makes an account for every tenant, from its own servers and by script."""
    rng, code = world.rng, town(world)
    farm, tool = world.net.neighbours(world.net.server(code), int(rng.integers(2, 12))), world.net.client("sdk")
    row: dict[str, Any] = {schema.SIGNUP_IP: farm[0].ip, schema.SIGNUP_DEVICE: f"d-{token(rng, 14)}"}
    if rng.random() < 0.6:
        row |= {schema.PAYMENT: _card(world), schema.PLAN: "team"}
    domain, frame = f"{people.word(rng, 3)}.io", wording.house_prompt(rng, world.texts.systems, "{tenant}")
    days = [world.begin - int(rng.uniform(0, 200) * DAY) for _ in range(max(1, size // 12))]
    for _ in range(size):
        born = days[int(rng.integers(len(days)))] + int(rng.uniform(0, 2) * HOUR)
        account = world.account(kind, group, country=code, places=farm, client=tool, created=born, domain=domain, **row)
        count = ordinary.amount(world, 60, 0.9)
        talk = Talk(ordinary.diverse(world, count, pick(rng, sorted(world.texts.foreign))))
        talk.system = frame.replace("{tenant}", people.word(rng).capitalize())
        talk.end_users = [f"u{rng.integers(1, 200)}" for _ in range(count)] if rng.random() < 0.6 else None
        world.send(account, clocks.human(rng, count, account.begin, world.end, account.offset), talk, shuffle=True)


def labelling_firm(world: World, kind: str, group: str, size: int) -> None:
    """Freelancers label for one firm from home, on their own cards: one instruction, dealt items, even loads."""
    rng = world.rng
    task = pick(rng, ("Name the mood", "Mark all places", "Say whether it is spam", "Choose a category", "Find dates"))
    system = f"{task}. {' '.join(pick(rng, wording.RULES).format(n=40) for _ in range(2))} {wording.setting(rng)}"
    counts = operators.loads(world, size, float(rng.uniform(30, 120)), 0.3)
    items = iter(operators.deck(world, sum(counts), "text"))
    start = world.begin - int(rng.uniform(0, 60) * DAY)
    tool = world.net.client("sdk") if rng.random() < 0.5 else None
    for count in counts:
        account = world.account(kind, group, client=tool, created=start + int(rng.uniform(0, 15) * DAY))
        prompts = [next(items)[:500] for _ in range(count)]
        talk = Talk(
            prompts, system, [pick(rng, ("a", "b", "c", "none")) for _ in prompts], options={"temperature": 0.0}
        )
        world.send(account, clocks.human(rng, count, account.begin, world.end, account.offset, clocks.OFFICE), talk)
        if rng.random() < 0.3:
            ordinary.live(world, account, ordinary.amount(world, 10))


def build_matrix(world: World, kind: str, group: str, size: int) -> None:
    """One project's tests on a matrix of machines, an account for each: the same requests on all, on every commit."""
    rng = world.rng
    farm = world.net.neighbours(world.net.server("US"), int(rng.integers(4, 60)))
    row: dict[str, Any] = {schema.PAYMENT: _card(world), schema.PLAN: "team"}
    texts = ordinary.asks(world, 12, ordinary.extract(world, world.texts.code, 12), wording.CODE_ASKS)
    house = wording.house_prompt(rng, world.texts.systems, people.word(rng))
    checks = Talk(texts[: int(rng.integers(3, 13))], house)
    domain, born = f"{people.word(rng, 3)}.dev", world.begin - int(rng.uniform(0, 300) * DAY)
    tools = [world.net.client("sdk") for _ in range(int(rng.integers(1, 5)))]
    commits = clocks.human(rng, int(rng.integers(3, 14)), world.begin, world.end - HOUR, 0, clocks.OFFICE)
    for i in range(size):
        account = world.account(
            kind,
            group,
            places=farm,
            client=tools[i % len(tools)],
            created=born + i * 60 * clocks.SECOND,
            domain=domain,
            **row,
        )
        for commit in commits:
            if commit > account.begin:
                times = clocks.machine(rng, len(checks.prompts), int(commit), int(commit) + HOUR // 3)
                world.send(account, times, Talk(checks.prompts, checks.system), shuffle=True)


def npc_backend(world: World, kind: str, group: str, size: int) -> None:
    """A game: characters with their own prompts out of one frame, thousands of players, accounts taken in turn."""
    rng = world.rng
    domain, frame = f"{people.word(rng, 3)}.games", wording.setting(rng)
    cast = [
        f"You are {people.word(rng).capitalize()}. {wording.role(rng, world.texts.systems)} {frame}" for _ in range(25)
    ]
    row: dict[str, Any] = {schema.PAYMENT: _card(world), schema.PLAN: "payg"}
    farm, tool = [world.net.server() for _ in range(int(rng.integers(2, 9)))], world.net.client("sdk")
    born, named = world.begin - int(rng.uniform(5, 400) * DAY), rng.random() < 0.5
    for _ in range(size):
        opened = born + int(rng.uniform(0, 3) * HOUR)
        account = world.account(kind, group, places=farm, client=tool, created=opened, domain=domain, **row)
        count = ordinary.amount(world, 120, 0.3)
        lines = [t[: int(rng.integers(30, 160))] for t in ordinary.diverse(world, count, "en")]
        talk = Talk(lines, [pick(rng, cast) for _ in range(count)], options={"temperature": 1.0, "max_tokens": 200})
        talk.end_users = [f"p{rng.integers(1, 9000)}" for _ in range(count)] if named else None
        world.send(account, clocks.human(rng, count, account.begin, world.end, 0), talk, shuffle=True)


def consultancy_vpn(world: World, kind: str, group: str, size: int) -> None:
    """Consultants on their firm's VPN and mail, each paid for and prompted by another client."""
    rng, code = world.rng, town(world)
    exits = world.net.neighbours(world.net.server(code), int(rng.integers(1, 5)))
    domain, laptop = f"{people.word(rng, 3)}.com", world.net.client("browser")
    for _ in range(size):
        client = Client(laptop.user_agent, laptop.ja4, laptop.kind, f"d-{token(rng, 14)}")
        account = world.account(
            kind, group, places=[exits[int(rng.integers(len(exits)))], world.net.home(code)], domain=domain,
            client=client if rng.random() < 0.6 else None, created=world.begin - int(rng.uniform(0, 800) * DAY),
        )  # fmt: skip
        ordinary.live(world, account, ordinary.amount(world, 35))


def balanced_reseller(world: World, kind: str, group: str, size: int) -> None:
    """A reseller that deals every request of its customers to a random account; nobody harvests."""
    total = float(world.rng.uniform(60, 200))
    for account in operators.recruit(world, kind, group, adversaries.reseller_plan(world, size), size, campaign=False):
        adversaries.customers_of(world, account, int(world.rng.poisson(total)))
