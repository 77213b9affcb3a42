"""Innocent crowds: unrelated accounts that have an address, a text, a card or an hour in common."""

from __future__ import annotations

from typing import Any

from benchmarks.evaluation import clocks, ordinary, people, wording
from benchmarks.evaluation.clocks import DAY, HOUR, SECOND
from benchmarks.evaluation.people import Client, pick, token
from benchmarks.evaluation.scene import Account, Talk, World
from extractscan import schema


def _live(world: World, account: Account, mean: float = 22) -> None:
    ordinary.live(world, account, ordinary.amount(world, mean, 0.9))


def _town(world: World) -> str:
    return str(world.rng.choice(people.CODES, p=people.SHARES))


def campus_nat(world: World, kind: str, group: str, size: int) -> None:
    """Students and staff behind a handful of addresses; otherwise they share nothing."""
    rng, code = world.rng, _town(world)
    gates = world.net.neighbours(world.net.server(code), int(rng.integers(2, 7)))
    domain = f"{people.word(rng)}.edu"
    for _ in range(size):
        mine = [gates[int(rng.integers(len(gates)))], gates[int(rng.integers(len(gates)))], world.net.home(code)]
        student = rng.random() < 0.6
        _live(world, world.account(kind, group, country=code, places=mine, domain=domain if student else None))


def carrier_nat(world: World, kind: str, group: str, size: int) -> None:
    """Phones behind a carrier's address translation."""
    rng, code = world.rng, _town(world)
    gates = world.net.neighbours(world.net.server(code), int(rng.integers(3, 12)))
    for _ in range(size):
        mine = [gates[int(i)] for i in rng.integers(0, len(gates), 4)]
        _live(world, world.account(kind, group, country=code, places=mine, client=world.net.client("browser")), 14)


def vpn_exits(world: World, kind: str, group: str, size: int) -> None:
    """People who use the exits of one VPN provider."""
    rng = world.rng
    exits = [
        world.net.exits[int(i)] for i in rng.choice(len(world.net.exits), min(18, len(world.net.exits)), replace=False)
    ]
    for _ in range(size):
        mine = [exits[int(i)] for i in rng.integers(0, len(exits), int(rng.integers(1, 6)))]
        _live(world, world.account(kind, group, places=mine))


def coworking(world: World, kind: str, group: str, size: int) -> None:
    """Small firms in one building."""
    rng, code = world.rng, _town(world)
    gates = world.net.neighbours(world.net.server(code), 2)
    for _ in range(size):
        account = world.account(kind, group, country=code, places=[gates[int(rng.integers(2))], world.net.home(code)])
        ordinary.live(world, account, ordinary.amount(world, 40), ordinary.application)


def class_assignment(world: World, kind: str, group: str, size: int) -> None:
    """A course: starter code, one list of exercises for all, asks for the reasoning, a deadline."""
    rng, code = world.rng, _town(world)
    gates = world.net.neighbours(world.net.server(code), 3)
    domain, start = f"{people.word(rng)}.ac.{code.lower()}", world.begin + int(rng.uniform(0, world.days * 0.5) * DAY)
    starter = f"{wording.role(rng, world.texts.systems)} {wording.trace(rng, pick(rng, wording.TAGS))}"
    exercises = ordinary.some(world, world.texts.coding, int(rng.integers(12, 45)))
    notebook = world.net.client("sdk")
    due = start + int(rng.uniform(5, 12) * DAY)
    for _ in range(size):
        opened = start + int(rng.uniform(0, 3) * HOUR) if rng.random() < 0.7 else None
        mine = [gates[int(rng.integers(3))], world.net.home(code)]
        tool = notebook if rng.random() < 0.7 else None
        row: dict[str, Any] = {schema.REFERRAL: f"edu_{domain}"} if rng.random() < 0.8 else {}
        account = world.account(
            kind, group, country=code, places=mine, client=tool, created=opened, domain=domain, **row
        )
        done = [exercises[int(i)] for i in rng.permutation(len(exercises))[: int(rng.integers(4, len(exercises) + 1))]]
        tries = [t for t in done for _ in range(int(rng.integers(1, 4)))]
        times = clocks.human(
            rng, len(tries), max(account.begin, due - int(rng.uniform(1, 5) * DAY)), due, account.offset
        )
        world.send(account, times, Talk(tries, starter))
        if rng.random() < 0.5:
            _live(world, account, 8)


def benchmark_harness(world: World, kind: str, group: str, size: int) -> None:
    """Unrelated teams run one public benchmark with the public harness."""
    rng = world.rng
    name = pick(rng, sorted(world.texts.public))
    system, items = world.texts.public[name]
    agent = pick(rng, ("lm-harness/0.4.{}", "openbench/1.{}", "evalkit/2.{}"))
    ja4 = world.net.client("sdk").ja4
    ordered = rng.random() < 0.6
    for _ in range(size):
        version = agent.format(int(rng.integers(0, 6)))
        tool = Client(version, ja4 if rng.random() < 0.6 else world.net.client("sdk").ja4, "sdk", None)
        account = world.account(kind, group, client=tool)
        count = min(len(items), ordinary.amount(world, 90, 0.7))
        part = items[:count] if ordered else [items[int(i)] for i in rng.permutation(len(items))[:count]]
        talk = Talk(list(part), system or None, options={"temperature": 0.0, "max_tokens": 512})
        world.send(account, clocks.runs(rng, count, account.begin, world.end, count), talk)
        if rng.random() < 0.6:
            _live(world, account)


def coding_agent(world: World, kind: str, group: str, size: int) -> None:
    """Users of one popular coding agent: its system prompt, its program, its tools; their own work."""
    rng = world.rng
    system = max(ordinary.some(world, world.texts.systems, 12), key=len)
    agent, name = f"{people.word(rng)}-cli", people.word(rng)
    tools = ",".join(sorted(f"{name}_{t}" for t in ("bash", "edit", "glob", "grep", "read", "write")))
    ja4 = world.net.client("sdk").ja4
    for _ in range(size):
        tool = Client(f"{agent}/1.{rng.integers(0, 30)}.{rng.integers(0, 9)} (external, cli)", ja4, "sdk", None)
        account = world.account(kind, group, client=tool, places=[world.net.home(_town(world)) for _ in range(2)])
        talk = ordinary.developer(world, account, ordinary.amount(world, 40, 1.2))
        talk.system, talk.tools = system, tools
        times = clocks.human(rng, len(talk.prompts), account.begin, world.end, account.offset)
        world.send(account, times, talk)


def viral_prompt(world: World, kind: str, group: str, size: int) -> None:
    """Everybody tries the same prompt for some days, with something of their own in it."""
    rng = world.rng
    text = pick(rng, world.texts.systems)[:600]
    begin = world.begin + int(rng.uniform(0.1, 0.8) * world.days * DAY)
    begin = min(begin, world.end - 4 * DAY)
    for _ in range(size):
        account = world.account(kind, group)
        account.begin = min(account.begin, begin)
        account.row[schema.CREATED_AT] = min(account.row[schema.CREATED_AT], begin)
        own = [f"{text}\n\n{t}" for t in ordinary.diverse(world, int(rng.integers(1, 5)))]
        world.send(account, clocks.human(rng, len(own), begin, begin + 3 * DAY, account.offset), Talk(own))
        _live(world, account, 14)


def prompt_library(world: World, kind: str, group: str, size: int) -> None:
    """Users of one published system prompt."""
    rng = world.rng
    text = pick(rng, world.texts.systems)
    for _ in range(size):
        account = world.account(kind, group)
        count = ordinary.amount(world, 18)
        talk = Talk(ordinary.diverse(world, count, account.language), text)
        world.send(account, ordinary.clock(world, account, count), talk)
        if rng.random() < 0.5:
            _live(world, account, 10)


def on_the_hour(world: World, kind: str, group: str, size: int) -> None:
    """Unrelated scheduled jobs that all start on the full hour."""
    for _ in range(size):
        account = world.account(kind, group, client=world.net.client("plain"))
        count = ordinary.amount(world, 45, 0.7)
        times = clocks.hourly(world.rng, count, account.begin, world.end, 0)
        world.send(account, times, ordinary.batch(world, account, count))


def release_rush(world: World, kind: str, group: str, size: int) -> None:
    """Everybody tries the new model within a day; a third stays with it."""
    rng = world.rng
    puzzles = [pick(rng, world.texts.questions[t]) for t in sorted(world.texts.questions)[::9]]
    for _ in range(size):
        account = world.account(kind, group)
        account.modern = bool(rng.random() < 0.35)
        account.begin = min(account.begin, world.release)
        account.row[schema.CREATED_AT] = min(account.row[schema.CREATED_AT], world.release)
        count = int(rng.integers(3, 25))
        prompts = ordinary.some(world, puzzles, count // 2) + ordinary.diverse(world, count - count // 2)
        times = clocks.machine(rng, count, world.release, world.release + DAY)
        world.send(account, times, Talk(prompts), model=world.newest)
        _live(world, account, 18)


def outage_retry(world: World, kind: str, group: str, size: int) -> None:
    """Retries of the same requests while the service is down, and a rush when it is back."""
    rng = world.rng
    down = world.begin + int(rng.uniform(0.1, 0.8) * world.days * DAY)
    back = down + int(rng.uniform(15, 90) * 60 * SECOND)
    for _ in range(size):
        account = world.account(kind, group, client=world.net.client("sdk"))
        account.begin = min(account.begin, down)
        account.row[schema.CREATED_AT] = min(account.row[schema.CREATED_AT], down)
        stuck = ordinary.diverse(world, int(rng.integers(1, 4)))
        tries = [t for t in stuck for _ in range(int(rng.integers(3, 15)))]
        code = int(rng.choice([529, 503, 500]))
        world.send(account, clocks.machine(rng, len(tries), down, back), Talk(tries), status=code)
        world.send(account, back + clocks.machine(rng, len(stuck), 0, 240 * SECOND), Talk(stuck), status=200)
        _live(world, account, 20)


def hackathon(world: World, kind: str, group: str, size: int) -> None:
    """A weekend: one hall, a sponsor's card and code, a starter kit, and every team its own idea."""
    rng, code = world.rng, _town(world)
    gates = world.net.neighbours(world.net.server(code), 2)
    begin = world.begin + int(rng.uniform(0.1, 0.7) * world.days) * DAY
    row: dict[str, Any] = {
        schema.PAYMENT: f"pm_{token(rng, 14)}",
        schema.REFERRAL: f"hack_{token(rng, 4)}",
        schema.PLAN: "payg",
    }
    kit = f"{wording.role(rng, world.texts.systems)} Build with care."
    for _ in range(size):
        account = world.account(
            kind, group, country=code, places=gates, created=begin + int(rng.uniform(0, 4) * HOUR), **row
        )
        count = ordinary.amount(world, 45, 0.8)
        talk = ordinary.developer(world, account, count)
        if rng.random() < 0.7:
            talk.system = f"{kit}\n{wording.house_prompt(rng, world.texts.systems, people.word(rng))}"
        world.send(account, clocks.machine(rng, count, account.begin, begin + 2 * DAY), talk)


def family_cards(world: World, kind: str, group: str, size: int) -> None:
    """Families: one card, one home, each member's own questions."""
    rng, left = world.rng, size
    while left > 0:
        members = min(left, int(rng.integers(2, 6)))
        left -= members
        code = _town(world)
        row: dict[str, Any] = {schema.PAYMENT: f"pm_{token(rng, 14)}", schema.PLAN: "pro"}
        home, name = world.net.home(code), f"{group}-{left}"
        for _ in range(members):
            places = [home, world.net.home(code)]
            account = world.account(kind, name, country=code, places=places, client=world.net.client("browser"), **row)
            _live(world, account)


def public_script(world: World, kind: str, group: str, size: int) -> None:
    """Students who each run the same published script that generates tasks for a small model of their own."""
    rng = world.rng
    opening = f"You are asked to come up with {rng.integers(5, 21)} diverse task instructions."
    text = f"{opening} {wording.role(rng, world.texts.systems)}"
    seeds = ordinary.some(world, world.texts.coding, 60)
    tool = world.net.client("sdk")
    for _ in range(size):
        account = world.account(kind, group, client=tool if rng.random() < 0.6 else None)
        count = ordinary.amount(world, 55, 0.9)
        prompts = []
        for _ in range(count):
            three = [seeds[int(i)] for i in rng.integers(0, len(seeds), 3)]
            prompts.append(text + "".join(f"\n###\n{k + 1}. {s[:180]}" for k, s in enumerate(three)))
        talk = Talk(prompts, options={"temperature": 1.0, "max_tokens": 3072})
        world.send(account, clocks.runs(rng, count, account.begin, world.end, 25), talk)
        if rng.random() < 0.5:
            _live(world, account, 12)


def ci_runners(world: World, kind: str, group: str, size: int) -> None:
    """Nightly tests of unrelated projects from the shared machines of one build service."""
    rng = world.rng
    farm = world.net.neighbours(world.net.server("US"), int(rng.integers(8, 60)))
    for _ in range(size):
        account = world.account(kind, group, client=world.net.client("sdk"), places=farm)
        count = ordinary.amount(world, 40, 0.7)
        checks = ordinary.application(world, account, max(1, count // 6))
        talk = Talk([checks.prompts[i % len(checks.prompts)] for i in range(count)], checks.system)
        times = clocks.hourly(rng, count, account.begin, world.end, int(rng.integers(0, 60)))
        world.send(account, times, talk, shuffle=True)


def open_judges(world: World, kind: str, group: str, size: int) -> None:
    """Unrelated teams that grade answers with one published instruction."""
    rng = world.rng
    form = pick(rng, world.texts.judges)
    for _ in range(size):
        account = world.account(kind, group, client=world.net.client("sdk"))
        count = ordinary.amount(world, 40, 0.8)
        answers = ordinary.extract(world, world.texts.documents, count)
        prompts = [f"{form}\n\n[Question] {a[:90]}\n[Answer] {a[90:]}" for a in answers]
        talk = Talk(prompts, replies=[str(s) for s in rng.integers(1, 11, count)], options={"temperature": 0.0})
        world.send(account, ordinary.clock(world, account, count), talk)
