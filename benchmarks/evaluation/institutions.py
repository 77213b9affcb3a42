"""More innocent crowds: schools, hotels, carriers, courses, frameworks and harnesses that unrelated people share."""

from __future__ import annotations

from typing import Any

from benchmarks.evaluation import clocks, operators, ordinary, people, rewording, wording
from benchmarks.evaluation.clocks import DAY, HOUR
from benchmarks.evaluation.people import Client, pick, token
from benchmarks.evaluation.scene import Talk, World
from extractscan import schema


def town(world: World) -> str:
    """A country, the larger ones more often."""
    return str(world.rng.choice(people.CODES, p=people.SHARES))


def research_consortium(world: World, kind: str, group: str, size: int) -> None:
    """Universities that run shards of one study with one pipeline, each verified, paying and calling for itself."""
    rng = world.rng
    marker = wording.tag(rng)
    system, wrap = operators.secret(world, rewording.ask(rng))
    left, tool = size, world.net.client("sdk")
    counts = operators.loads(world, size, float(rng.uniform(30, 110)), 0.4)
    items = iter(operators.deck(world, sum(counts), pick(rng, ("tasks", "broad"))))
    while left > 0:
        staff = min(left, int(rng.integers(1, 5)))
        name, code = people.word(rng, 3), town(world)
        place = world.net.server(code)
        row: dict[str, Any] = {schema.ORGANIZATION: f"org-{name}", schema.VERIFIED: True, schema.PLAN: "research"}
        for _ in range(staff):
            left -= 1
            born = world.begin - int(rng.uniform(30, 700) * DAY)
            account = world.account(
                kind, group, country=code, places=[place], client=tool, created=born, domain=f"{name}.edu", **row
            )
            talk = Talk([wrap(next(items)) for _ in range(counts[left])], system)
            talk.replies = operators.tagged(world, marker, counts[left])
            world.send(account, clocks.runs(rng, counts[left], account.begin, world.end, 40), talk)
            if rng.random() < 0.5:
                ordinary.live(world, account, ordinary.amount(world, 15))


def bootcamp(world: World, kind: str, group: str, size: int) -> None:
    """A course on one card with one starter repository; every student builds something else with it."""
    rng, code = world.rng, town(world)
    begin = world.begin + int(rng.uniform(-20, world.days * 0.5) * DAY)
    row: dict[str, Any] = {schema.PAYMENT: f"pm_{token(rng, 14)}", schema.PLAN: "team"}
    gate, tool = world.net.server(code), world.net.client("sdk")
    starter = f"{wording.role(rng, world.texts.systems)} {wording.setting(rng)}"
    if rng.random() < 0.4:
        starter += f" {rewording.ask(rng)}"
    for _ in range(size):
        account = world.account(
            kind, group, country=code, places=[gate, world.net.home(code)],
            created=begin + int(rng.uniform(0, 30) * HOUR),
            client=tool if rng.random() < 0.8 else None, **row,
        )  # fmt: skip
        count = ordinary.amount(world, float(rng.uniform(20, 70)), 0.7)
        own = wording.house_prompt(rng, world.texts.systems, people.word(rng)) if rng.random() < 0.5 else ""
        talk = Talk(ordinary.diverse(world, count, account.language), f"{starter}\n{own}".strip())
        world.send(account, clocks.human(rng, count, account.begin, world.end, account.offset, clocks.OFFICE), talk)


def school_district(world: World, kind: str, group: str, size: int) -> None:
    """Schools of one town: one mail domain, accounts made in one night, a few addresses, common homework."""
    rng, code = world.rng, town(world)
    gates = world.net.neighbours(world.net.server(code), int(rng.integers(1, 6)))
    night = world.begin - int(rng.uniform(2, 90) * DAY)
    row: dict[str, Any] = {schema.PLAN: "edu", schema.PAYMENT: None, schema.SIGNUP_IP: gates[0].ip}
    if rng.random() < 0.5:
        row |= {schema.ORGANIZATION: f"org-{people.word(rng, 3)}", schema.VERIFIED: True}
    homework = ordinary.some(world, world.texts.documents, int(rng.integers(8, 40)))
    domain = f"{people.word(rng)}.k12.{code.lower()}"
    for _ in range(size):
        places = [gates[int(rng.integers(len(gates)))], world.net.home(code)]
        account = world.account(
            kind, group, country=code, places=places, client=world.net.client("browser"), domain=domain,
            created=night + int(rng.uniform(0, 3) * HOUR), **row,
        )  # fmt: skip
        count = ordinary.amount(world, 14, 0.8)
        prompts = ordinary.asks(
            world, count, [t[:400] for t in ordinary.some(world, homework, count)], wording.DOCUMENT_ASKS
        )
        own = ordinary.diverse(world, count, account.language)
        mixed = [a if u < 0.5 else b for a, b, u in zip(prompts, own, rng.random(count), strict=True)]
        times = clocks.human(rng, count, account.begin, world.end, account.offset, clocks.OFFICE)
        world.send(account, times, Talk(mixed))


def hotel_wifi(world: World, kind: str, group: str, size: int) -> None:
    """Guests behind one address, each for a few days of the month, at home otherwise."""
    rng, code = world.rng, town(world)
    gates = world.net.neighbours(world.net.server(code), int(rng.integers(1, 3)))
    for _ in range(size):
        guest = world.account(kind, group)
        ordinary.live(world, guest, ordinary.amount(world, 15))
        stay = world.begin + int(rng.uniform(0, max(1, world.days - 4)) * DAY)
        stay = max(stay, guest.begin)
        count = ordinary.amount(world, 8, 0.7)
        times = clocks.human(rng, count, stay, min(stay + 3 * DAY, world.end + 1), guest.offset)
        world.send(guest, times, Talk(ordinary.diverse(world, count, guest.language)), places=gates)


def mobile_cgnat(world: World, kind: str, group: str, size: int) -> None:
    """Phones of one model behind a carrier's many addresses; every request may come from another of them."""
    rng, code = world.rng, town(world)
    gates = world.net.neighbours(world.net.server(code), int(rng.integers(16, 120)))
    phones = [world.net.client("browser") for _ in range(int(rng.integers(1, 4)))]
    for _ in range(size):
        one = phones[int(rng.integers(len(phones)))]
        client = Client(one.user_agent, one.ja4, one.kind, f"d-{token(rng, 14)}")
        account = world.account(kind, group, country=code, places=gates, client=client)
        count = ordinary.amount(world, 16)
        talk = ordinary.chat(world, account, count)
        world.send(account, clocks.human(rng, count, account.begin, world.end, account.offset), talk, shuffle=True)


def viral_agent(world: World, kind: str, group: str, size: int) -> None:
    """Users of one agent framework with its default prompt, which wants thoughts as JSON, its tools and its loop."""
    rng = world.rng
    name = people.word(rng)
    tools = ",".join(sorted(f"{name}.{t}" for t in ("browse", "code", "files", "memory", "finish")))
    system = f"You are {name}, an autonomous agent. {rewording.ask(rng)} Reply as JSON with thoughts, plan, command."
    ja4, options = world.net.client("sdk").ja4, {"temperature": 0.7, "max_tokens": 4000}
    begin = world.begin + int(rng.uniform(0, 0.7) * world.days * DAY)
    for _ in range(size):
        tool = Client(f"{name}/0.{rng.integers(1, 9)}.{rng.integers(0, 9)}", ja4, "sdk", None)
        account = world.account(kind, group, client=tool)
        goals = ordinary.diverse(world, int(rng.integers(1, 9)), account.language)
        prompts = [f"GOAL: {g[:500]}\nSTEP {k + 1}" for g in goals for k in range(int(rng.integers(2, 15)))]
        talk = Talk(prompts, system, tools=tools, options=options)
        start = max(account.begin, begin)
        world.send(account, clocks.runs(rng, len(prompts), min(start, world.end - DAY), world.end, 8), talk)
        ordinary.live(world, account, ordinary.amount(world, 12))


def sampled_eval(world: World, kind: str, group: str, size: int) -> None:
    """A shared harness that gives every user another random sample of one large list, and asks for the reasoning."""
    rng = world.rng
    items = [t for name in sorted(world.texts.public) for t in world.texts.public[name][1]]
    items = [items[int(i)] for i in rng.permutation(len(items))[: int(rng.integers(300, 3000))]]
    system = f"{wording.role(rng, world.texts.systems)} {rewording.ask(rng)}"
    agent, ja4 = f"{people.word(rng)}-eval/{rng.integers(0, 4)}", world.net.client("sdk").ja4
    for _ in range(size):
        account = world.account(kind, group, client=Client(f"{agent}.{rng.integers(0, 9)}", ja4, "sdk", None))
        count = min(len(items), ordinary.amount(world, 60, 0.5))
        part = [items[int(i)] for i in rng.choice(len(items), count, replace=False)]
        talk = Talk(part, system, options={"temperature": 0.0})
        world.send(account, clocks.runs(rng, count, account.begin, world.end, count), talk)
        if rng.random() < 0.7:
            ordinary.live(world, account, ordinary.amount(world, 20))


def accelerator(world: World, kind: str, group: str, size: int) -> None:
    """Start-ups of one batch: a referral code with credits, sign-up in one week, each its own product and servers."""
    rng = world.rng
    row: dict[str, Any] = {schema.REFERRAL: f"ref_{token(rng, 5)}", schema.PAYMENT: None, schema.PLAN: "credits"}
    week = world.begin - int(rng.uniform(0, 30) * DAY)
    office = world.net.server(town(world))
    for _ in range(size):
        opened = week + int(rng.uniform(0, 5) * DAY)
        account = world.account(kind, group, created=opened, domain=f"{people.word(rng, 3)}.ai", **row)
        if rng.random() < 0.5:
            account.places.append(office)
        count = ordinary.amount(world, 60)
        persona = ordinary.application if rng.random() < 0.7 else ordinary.batch
        world.send(account, ordinary.clock(world, account, count), persona(world, account, count))


def prompt_course(world: World, kind: str, group: str, size: int) -> None:
    """Buyers of an online course paste the teacher's prompts in their order; some of these ask for the reasoning."""
    rng = world.rng
    lessons = [f"{rewording.ask(rng)}\n\n{t[:600]}" for t in ordinary.some(world, world.texts.documents, 12)]
    lessons += [
        f"{pick(rng, wording.JOBS).capitalize()}: {t[:500]}" for t in ordinary.some(world, world.texts.documents, 18)
    ]
    code = f"ref_{token(rng, 5)}" if rng.random() < 0.5 else None
    for _ in range(size):
        row: dict[str, Any] = {schema.REFERRAL: code} if code and rng.random() < 0.7 else {}
        account = world.account(kind, group, **row)
        count = int(rng.integers(4, len(lessons) + 1))
        tries = [lessons[i] for i in range(count) for _ in range(int(rng.integers(1, 3)))]
        world.send(account, clocks.human(rng, len(tries), account.begin, world.end, account.offset), Talk(tries))
        ordinary.live(world, account, ordinary.amount(world, 12))
