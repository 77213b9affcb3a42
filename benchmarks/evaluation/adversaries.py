"""More ways to harvest: through one's own users, hired people, free credits, pairs of accounts, saved reasoning."""

from __future__ import annotations

from benchmarks.evaluation import clocks, ordinary, people, rewording, wording
from benchmarks.evaluation.clocks import DAY, HOUR
from benchmarks.evaluation.operators import (
    Kind,
    Plan,
    a_style,
    deal,
    deck,
    loads,
    plan,
    pool,
    recruit,
    secret,
    span,
    tagged,
    timetable,
)
from benchmarks.evaluation.people import pick, token
from benchmarks.evaluation.scene import Account, Talk, World
from extractscan import schema


def _mean(world: World, least: float, most: float) -> float:
    return float(world.rng.uniform(least, most))


def chatbot_relay(world: World, kind: str, group: str, size: int) -> None:
    """Users of one's own chatbot, relayed through pooled accounts under one persona that wants the reasoning."""
    rng = world.rng
    made = plan(world, size)
    made.pool = made.pool or pool(world, max(3, size // 3))
    accounts = recruit(world, kind, group, made, size)
    persona = wording.house_prompt(rng, world.texts.systems, people.word(rng).capitalize())
    system = f"{persona}\n{rewording.ask(rng)}"
    languages = sorted(world.texts.foreign)
    (begin, end), named = span(world, 0.5), rng.random() < 0.3
    for account, count in zip(accounts, loads(world, size, _mean(world, 40, 130), 0.5), strict=True):
        talk = Talk(ordinary.diverse(world, count, pick(rng, languages)), system)
        talk.end_users = [f"s{token(rng, 9)}" for _ in range(count)] if named else None
        times = clocks.human(rng, count, min(max(begin, account.begin), end - HOUR), end, int(rng.integers(-5, 10)))
        world.send(account, times, talk, harvest=True, shuffle=True)


def task_factory(world: World, kind: str, group: str, size: int) -> None:
    """Environments for training: every request asks for one new task with a hidden checker, from a seed of its own."""
    rng = world.rng
    form = pick(rng, ("a checker in Python", "hidden unit tests", "a reward between 0 and 1", "a verifier script"))
    ask = f"Invent one task that needs {rng.integers(3, 12)} steps, then {form}, then a full solution trajectory."
    system, wrap = secret(world, f"{ask} {rewording.ask(rng)}")
    accounts = recruit(world, kind, group, plan(world, size), size)
    clock, (begin, end) = timetable(world, a_style(world)), span(world)
    counts = loads(world, size, _mean(world, 30, 120), 0.3)
    for account, items in zip(accounts, deal(world, accounts, counts, "text"), strict=True):
        seeds = [f"domain: {i[:140]}\nseed {rng.integers(1 << 31)}\nlevel {rng.integers(1, 10)}" for i in items]
        talk = Talk([wrap(s) for s in seeds], system, options={"temperature": 1.0})
        world.send(account, clock(account, len(items), begin, end), talk, harvest=True, shuffle=True)


def teacher_judge(world: World, kind: str, group: str, size: int) -> None:
    """Half of the accounts answer, the others grade answers by a private scale; no item is sent twice."""
    rng = world.rng
    marker = wording.tag(rng)
    system, wrap = secret(world, rewording.ask(rng))
    scale = f"Grade 1-{rng.integers(4, 11)} for {pick(rng, ('rigour', 'depth', 'truth'))}; {rewording.ask(rng)}"
    accounts = recruit(world, kind, group, plan(world, size), size)
    clock, (begin, end) = timetable(world, a_style(world)), span(world)
    counts = loads(world, size, _mean(world, 40, 110), 0.3)
    for i, (account, items) in enumerate(zip(accounts, deal(world, accounts, counts, "tasks"), strict=True)):
        replies = tagged(world, marker, len(items))
        if i % 2:
            talk = Talk([f"{scale}\n\nQ: {t[:400]}\nA: {r[:500]}" for t, r in zip(items, replies, strict=True)])
            talk.replies = [str(n) for n in rng.integers(1, 10, len(items))]
        else:
            talk = Talk([wrap(t) for t in items], system, replies)
        world.send(account, clock(account, len(items), begin, end), talk, harvest=True, shuffle=True)


def trace_translation(world: World, kind: str, group: str, size: int) -> None:
    """Reasoning traces of another model, to be put into other languages with every step kept."""
    rng = world.rng
    target = pick(rng, ("Chinese", "Arabic", "Hindi", "Vietnamese", "Turkish", "Korean", "Portuguese"))
    keep = pick(rng, ("keep every step", "lose no self-correction", "same number of steps", "leave formulas alone"))
    system, wrap = secret(world, f"Render this chain of thought in {target}, {keep}. {wording.setting(rng)}")
    accounts = recruit(world, kind, group, plan(world, size), size)
    clock, (begin, end) = timetable(world, a_style(world)), span(world)
    counts = loads(world, size, _mean(world, 40, 120), 0.3)
    for account, items in zip(accounts, deal(world, accounts, counts, "tasks"), strict=True):
        texts = []
        for item in items:
            steps = [
                world.snippets[int(k)][:160] for k in rng.integers(0, len(world.snippets), int(rng.integers(2, 7)))
            ]
            texts.append(wrap(f"{item[:150]}\n" + "\n".join(f"Step {n + 1}: {s}" for n, s in enumerate(steps))))
        world.send(account, clock(account, len(items), begin, end), Talk(texts, system), harvest=True, shuffle=True)


def reasoning_replay(world: World, kind: str, group: str, size: int) -> None:
    """Saved reasoning is sent again, cut anywhere, to be continued: the same task goes through many accounts."""
    rng = world.rng
    system, wrap = secret(world, f"Continue exactly where this breaks off. {rewording.ask(rng)}")
    accounts = recruit(world, kind, group, plan(world, size), size)
    clock, (begin, end) = timetable(world, a_style(world)), span(world)
    counts = loads(world, size, _mean(world, 40, 110), 0.3)
    tasks = deck(world, max(6, sum(counts) // int(rng.integers(3, 9))), "tasks")
    saved = [" ".join(world.snippets[int(k)] for k in rng.integers(0, len(world.snippets), 3)) for _ in tasks]
    for account, count in zip(accounts, counts, strict=True):
        drawn = rng.integers(0, len(tasks), count)
        cuts = rng.uniform(0.1, 0.95, count)
        texts = [f"{tasks[i][:300]}\n{saved[i][: int(len(saved[i]) * c)]}" for i, c in zip(drawn, cuts, strict=True)]
        talk = Talk([wrap(t) for t in texts], system, options={"temperature": 1.0, "max_tokens": 4096})
        world.send(account, clock(account, count, begin, end), talk, harvest=True, shuffle=True)


def customers_of(world: World, account: Account, count: int, programs: int = 40) -> None:
    """Requests of a reseller's customers on one account: each with its language, its habit and perhaps its prompt."""
    rng = world.rng
    left = count
    while left > 0:
        part = min(left, int(rng.integers(1, programs)))
        left -= part
        talk = Talk(ordinary.diverse(world, part, pick(rng, sorted(world.texts.foreign))))
        talk.system = pick(rng, world.texts.systems) if rng.random() < 0.4 else None
        world.send(
            account, clocks.human(rng, part, account.begin, world.end, int(rng.integers(-8, 11))), talk, shuffle=True
        )


def reseller_plan(world: World, size: int) -> Plan:
    """What a reseller's accounts have in common: one program, one pool, cards for many."""
    made = plan(world, size)
    made.clients = made.clients[:1] or [world.net.client(pick(world.rng, ("sdk", "plain")))]
    made.pool = made.pool or pool(world, max(3, size // int(world.rng.integers(2, 8))))
    made.per_card = made.per_card or int(world.rng.integers(2, 20))
    return made


def balanced_threaded(world: World, kind: str, group: str, size: int) -> None:
    """A reseller that deals every request to a random account; one of its customers harvests, 3 to 40 % of all."""
    rng = world.rng
    accounts = recruit(world, kind, group, reseller_plan(world, size), size)
    system, wrap = secret(world, rewording.ask(rng))
    part = between(world, 0.03, 0.4)
    (begin, end), total = span(world, 0.3), _mean(world, 60, 200)
    for account in accounts:
        count = max(1, int(rng.poisson(total * part)))
        talk = Talk([wrap(i) for i in deck(world, count, "tasks")], system)
        times = clocks.machine(rng, count, min(max(begin, account.begin), end - HOUR), end)
        world.send(account, times, talk, harvest=True, shuffle=True)
        customers_of(world, account, int(rng.poisson(total * (1 - part))))


def between(world: World, least: float, most: float) -> float:
    """A number between two, evenly on the scale of its logarithm."""
    return float(least * (most / least) ** world.rng.random())


def hired_hands(world: World, kind: str, group: str, size: int) -> None:
    """People paid to paste one list through accounts of their own, with their own cards, homes and programs."""
    rng = world.rng
    system, wrap = secret(world, rewording.ask(rng))
    made = Plan(waves=[world.begin - int(rng.uniform(0, 20) * DAY)])
    accounts = recruit(world, kind, group, made if rng.random() < 0.5 else Plan(), size)
    (begin, end), counts = span(world, 0.5), loads(world, size, _mean(world, 20, 80), 0.6)
    for account, items in zip(accounts, deal(world, accounts, counts, "tasks"), strict=True):
        account.client = world.net.client("browser") if rng.random() < 0.8 else account.client
        start = min(max(begin, account.begin), end - HOUR)
        times = clocks.human(rng, len(items), start, end, account.offset)
        world.send(account, times, Talk([wrap(i) for i in items], system), harvest=True)
        ordinary.live(world, account, ordinary.amount(world, 10))


def credit_farm(world: World, kind: str, group: str, size: int) -> None:
    """Free credits of throwaway accounts: no cards, one mail pattern or domain, each used up within days and left."""
    rng = world.rng
    made = plan(world, size)
    made.per_card = 0
    made.per_device = made.per_device or int(rng.integers(2, 12))
    made.pattern = made.pattern or "{w}{d}"
    system, wrap = secret(world, rewording.ask(rng))
    accounts = recruit(world, kind, group, made, size)
    counts = loads(world, size, _mean(world, 8, 40), 0.4)
    for account, items in zip(accounts, deal(world, accounts, counts, "broad"), strict=True):
        account.row |= {schema.PAYMENT: None, schema.BILLING_COUNTRY: None, schema.PLAN: "free"}
        begin = world.begin + int(rng.uniform(0, 0.9) * world.days * DAY)
        account.begin, account.row[schema.CREATED_AT] = begin, begin - int(rng.uniform(0.05, 12) * HOUR)
        end = min(world.end, begin + int(rng.uniform(0.1, 3) * DAY))
        talk = Talk([wrap(i) for i in items], system)
        world.send(account, clocks.machine(rng, len(items), begin, end), talk, harvest=True, shuffle=True)


ADVERSARIES: dict[str, Kind] = {
    "balanced_threaded": balanced_threaded,
    "chatbot_relay": chatbot_relay,
    "credit_farm": credit_farm,
    "hired_hands": hired_hands,
    "reasoning_replay": reasoning_replay,
    "task_factory": task_factory,
    "teacher_judge": teacher_judge,
    "trace_translation": trace_translation,
}
"""Kinds beside those of `campaigns` and `hard`."""
