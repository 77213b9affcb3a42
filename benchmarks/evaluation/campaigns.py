"""Campaigns: one function for each way of harvesting that public reports describe."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.evaluation import operators, people, wording
from benchmarks.evaluation.operators import Plan, Wrap, deck, loads, plan, recruit, secret, span, tagged, timetable
from benchmarks.evaluation.people import DAY, HOUR, pick
from benchmarks.evaluation.scene import Account, Talk, World

Kind = Callable[[World, str, str, int], None]


def _style(world: World) -> str:
    return pick(world.rng, ("steady", "random", "random", "office", "human"))


def _deal(world: World, accounts: list[Account], counts: list[int], source: str) -> list[list[str]]:
    """Hand out one deck without repeats: in turn or in blocks, it makes no difference to what each one holds."""
    items = iter(deck(world, sum(counts), source))
    return [[next(items) for _ in range(count)] for count in counts[: len(accounts)]]


def _run(
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
    **given: object,
) -> None:
    """Send a dealt deck through one template; `covered` is the share of ordinary traffic beside it."""
    rng = world.rng
    even = float(rng.uniform(0.08, 0.5)) if spread is None else spread
    counts = loads(world, len(accounts), mean, even)
    clock = timetable(world, style or _style(world))
    begin, end = span(world)
    options = {
        "temperature": pick_number(world, (0.0, 0.6, 0.7, 1.0)),
        "max_tokens": pick_number(world, (2048, 4096, 8192)),
    }
    for account, items in zip(accounts, _deal(world, accounts, counts, source), strict=True):
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
        operators.cover(world, account, int(len(items) * covered / (1 - covered) * rng.uniform(0.6, 1.4)))


def pick_number(world: World, values: tuple[float, ...]) -> float:
    """One of some numbers."""
    return values[int(world.rng.integers(len(values)))]


def work_queue(world: World, kind: str, group: str, size: int) -> None:
    """One private template, items dealt from one queue, even load."""
    marker = wording.tag(world.rng)
    system, wrap = secret(world, wording.trace(world.rng, marker))
    accounts = recruit(world, kind, group, plan(world, size), size)
    source = pick(world.rng, ("code", "tasks", "text"))
    _run(
        world,
        accounts,
        mean=world.rng.uniform(60, 160),
        source=source,
        system=system,
        wrap=wrap,
        marker=marker,
        spread=0.15,
    )


def split_billing(world: World, kind: str, group: str, size: int) -> None:
    """One harvest through two to four pathways, each with its own cards, mail, addresses and programs."""
    rng = world.rng
    marker = wording.tag(rng)
    system, wrap = secret(world, wording.trace(rng, marker))
    ways = ("api", "bedrock", "vertex", "router")[: int(rng.integers(2, 5))]
    accounts: list[Account] = []
    for i, way in enumerate(ways):
        part = size // len(ways) + (1 if i < size % len(ways) else 0)
        accounts += recruit(world, kind, group, operators.variant(plan(world, part), platform=way), part)
    _run(
        world,
        accounts,
        mean=rng.uniform(60, 140),
        source="tasks",
        system=system,
        wrap=wrap,
        marker=marker,
        style="office",
    )


def release_pivot(world: World, kind: str, group: str, size: int) -> None:
    """About half of the load moves to a new model within a day of its release."""
    rng = world.rng
    marker = wording.tag(rng)
    system, wrap = secret(world, wording.trace(rng, marker))
    accounts = recruit(world, kind, group, plan(world, size), size)
    clock, old = timetable(world, _style(world)), pick(rng, world.models)
    moved = float(rng.uniform(0.4, 0.6))
    counts = loads(world, size, float(rng.uniform(60, 150)), 0.3)
    for account, items in zip(accounts, _deal(world, accounts, counts, "code"), strict=True):
        times = clock(account, len(items), world.begin, world.end)
        shift = world.release + int(rng.uniform(2, 24) * HOUR)
        models = [
            world.newest if t > shift and u < moved else old for t, u in zip(times, rng.random(len(items)), strict=True)
        ]
        talk = Talk([wrap(i) for i in items], system, tagged(world, marker, len(items)))
        world.send(account, times, talk, harvest=True, model=models, shuffle=True)


def reseller_threaded(world: World, kind: str, group: str, size: int) -> None:
    """A reseller's accounts: customers of all kinds through one program, and a harvest of about 30 % in between."""
    rng = world.rng
    made = plan(world, size)
    made.clients = made.clients[:1] or [world.net.client("sdk")]
    made.pool = made.pool or operators.pool(world, max(4, size // 3))
    marker = wording.tag(rng)
    system, wrap = secret(world, wording.trace(rng, marker))
    accounts = recruit(world, kind, group, made, size)
    covered = float(rng.uniform(0.65, 0.75))
    _run(
        world,
        accounts,
        mean=rng.uniform(25, 50),
        source="broad",
        system=system,
        wrap=wrap,
        marker=marker,
        covered=covered,
    )


def low_slow(world: World, kind: str, group: str, size: int) -> None:
    """About two requests an account and day, with one sentence added to each."""
    rng = world.rng
    marker = wording.tag(rng)
    sentence = wording.trace(rng, marker)
    accounts = recruit(world, kind, group, plan(world, size), size)
    mean = float(rng.uniform(1.2, 2.6)) * world.days * 0.7
    _run(
        world,
        accounts,
        mean=mean,
        source="broad",
        system=None,
        wrap=lambda item: f"{item}\n{sentence}",
        marker=marker,
        style="human",
        covered=float(rng.choice([0.0, 0.2])),
    )


def ban_rotation(world: World, kind: str, group: str, size: int) -> None:
    """Accounts are stopped after some days; each time a new one goes on with the queue within hours."""
    rng = world.rng
    lanes = max(2, size // int(rng.integers(3, 6)))
    marker = wording.tag(rng)
    system, wrap = secret(world, wording.trace(rng, marker))
    accounts = recruit(world, kind, group, operators.variant(plan(world, size), waves=[]), size)
    clock = timetable(world, pick(rng, ("steady", "random")))
    counts = loads(world, size, float(rng.uniform(50, 130)), 0.4)
    hands = _deal(world, accounts, counts, "tasks")
    for lane in range(lanes):
        mine = range(lane, size, lanes)
        edges = [world.begin + int(world.days * DAY * k / len(mine)) for k in range(len(mine) + 1)]
        for k, i in enumerate(mine):
            begin, end = edges[k] + int(rng.uniform(0, 6) * HOUR), edges[k + 1] - int(rng.uniform(0, 5) * HOUR)
            account = accounts[i]
            account.begin = begin
            account.row["created_at"] = begin - int(rng.uniform(0.2, 30) * HOUR)
            talk = Talk([wrap(t) for t in hands[i]], system, tagged(world, marker, len(hands[i])))
            world.send(account, clock(account, len(hands[i]), begin, end), talk, harvest=True, shuffle=True)
            if k + 1 < len(mine):
                operators_close(world, account, end)


def operators_close(world: World, account: Account, when: int) -> None:
    """Ban an account minutes after its last request."""
    world.close(account, when + int(world.rng.uniform(1, 50) * 60 * people.SECOND))


def paraphrase(world: World, kind: str, group: str, size: int) -> None:
    """Ten to a hundred wordings of one instruction, used at random by all accounts."""
    rng = world.rng
    marker = wording.tag(rng)
    forms = [secret(world, wording.trace(rng, marker)) for _ in range(int(rng.integers(10, 101)))]
    accounts = recruit(world, kind, group, plan(world, size), size)
    clock, (begin, end) = timetable(world, _style(world)), span(world)
    counts = loads(world, size, float(rng.uniform(50, 120)), 0.3)
    for account, items in zip(accounts, _deal(world, accounts, counts, "tasks"), strict=True):
        used = [forms[int(i)] for i in rng.integers(0, len(forms), len(items))]
        for (system, wrap), chunk in _by_form(used, items):
            talk = Talk([wrap(t) for t in chunk], system, tagged(world, marker, len(chunk)))
            world.send(account, clock(account, len(chunk), begin, end), talk, harvest=True, shuffle=True)


def _by_form(forms: list[tuple[str | None, Wrap]], items: list[str]) -> list[tuple[tuple[str | None, Wrap], list[str]]]:
    grouped: dict[int, tuple[tuple[str | None, Wrap], list[str]]] = {}
    for form, item in zip(forms, items, strict=True):
        grouped.setdefault(id(form), (form, []))[1].append(item)
    return list(grouped.values())


def reasoning_tags(world: World, kind: str, group: str, size: int) -> None:
    """One fixed instruction on top of very broad topics in many languages."""
    rng = world.rng
    marker = wording.tag(rng)
    ask = f"{wording.trace(rng, marker)} {wording.trace(rng, marker)}"
    system, wrap = secret(world, ask)
    accounts = recruit(world, kind, group, plan(world, size), size)
    covered = float(rng.choice([0.0, 0.0, 0.3]))
    _run(
        world,
        accounts,
        mean=rng.uniform(60, 150),
        source="broad",
        system=system,
        wrap=wrap,
        marker=marker,
        covered=covered,
    )


def rubric_reward(world: World, kind: str, group: str, size: int) -> None:
    """The model as a reward: one private rubric, answers to be scored, a number back."""
    rng = world.rng
    points = [
        f"{people.word(rng).capitalize()}: {wording.role(rng, world.texts.systems)[:90]} (0-{n})"
        for n in rng.integers(2, 9, 4)
    ]
    opening = pick(
        rng, ("Score the reply on every criterion.", "Rate candidate B against A.", "Give a reward for this answer.")
    )
    rubric = opening + "\n" + "\n".join(points) + f"\nOutput only the sum between <{people.word(rng)}> marks."
    accounts = recruit(world, kind, group, plan(world, size), size)
    clock, (begin, end) = timetable(world, _style(world)), span(world)
    inside = rng.random() < 0.5
    for account, items in zip(accounts, _deal(world, accounts, loads(world, size, 90, 0.25), "tasks"), strict=True):
        answers = [world.snippets[int(i)] for i in rng.integers(0, len(world.snippets), len(items))]
        bodies = [f"TASK: {t[:500]}\nREPLY: {a}" for t, a in zip(items, answers, strict=True)]
        prompts = bodies if inside else [f"{rubric}\n\n{b}" for b in bodies]
        talk = Talk(prompts, rubric if inside else None, [str(n) for n in rng.integers(0, 30, len(items))])
        talk.options = {"temperature": 0.0, "max_tokens": 32}
        world.send(account, clock(account, len(items), begin, end), talk, harvest=True, shuffle=True)


def tool_traces(world: World, kind: str, group: str, size: int) -> None:
    """Agent runs on made-up tasks with a private set of tools; every session goes over several turns."""
    rng = world.rng
    tools = sorted(f"{people.word(rng)}_{pick(rng, ('read', 'exec', 'search', 'edit', 'plan'))}" for _ in range(6))
    listing = "\n".join(f"- {t}(input: string)" for t in tools)
    system = f"{wording.role(rng, world.texts.systems)}\nTools:\n{listing}\n{wording.setting(rng)}"
    accounts = recruit(world, kind, group, plan(world, size), size)
    clock, (begin, end) = timetable(world, _style(world)), span(world)
    for account, tasks in zip(accounts, _deal(world, accounts, loads(world, size, 22, 0.25), "code"), strict=True):
        prompts, sessions = [], []
        for task in tasks:
            name = f"run-{people.token(rng, 8)}"
            turns = int(rng.integers(2, 7))
            prompts += [f"GOAL\n{task}"]
            for _ in range(turns - 1):
                seen = world.snippets[int(rng.integers(len(world.snippets)))]
                prompts.append(f"OBSERVATION from {pick(rng, tools)}:\n{seen}\n\nGOAL\n{task[:160]}")
            sessions += [name] * turns
        talk = Talk(prompts, system, tools=",".join(tools), sessions=sessions)
        world.send(account, clock(account, len(prompts), begin, end), talk, harvest=True, shuffle=True)


def self_instruct(world: World, kind: str, group: str, size: int) -> None:
    """New tasks and solutions, from a few examples at a time."""
    rng = world.rng
    number = int(rng.integers(3, 15))
    ask = f"{pick(rng, ('Invent', 'Propose', 'Come up with', 'Create'))} {number} fresh tasks unlike the examples and solve each."
    system, wrap = secret(world, f"{ask} {wording.setting(rng)}")
    accounts = recruit(world, kind, group, plan(world, size), size)
    clock, (begin, end) = timetable(world, _style(world)), span(world)
    counts = loads(world, size, float(rng.uniform(50, 110)), 0.25)
    for account, count in zip(accounts, counts, strict=True):
        seeds = deck(world, 3 * count, "tasks")
        prompts = [
            wrap("\n".join(f"{k + 1}. {s[:200]}" for k, s in enumerate(seeds[3 * j : 3 * j + 3]))) for j in range(count)
        ]
        talk = Talk(prompts, system, options={"temperature": 1.0, "max_tokens": 8192})
        world.send(account, clock(account, count, begin, end), talk, harvest=True, shuffle=True)


def plain_tasks(world: World, kind: str, group: str, size: int) -> None:
    """Real tasks, each sent once, and nothing around them: only cards, mail and proxies tie the accounts."""
    made = plan(world, size)
    made.per_card = made.per_card or int(world.rng.integers(3, 10))
    made.pool = made.pool or operators.pool(world, max(4, size // 2))
    made.clients = made.clients or operators.clients(world)
    accounts = recruit(world, kind, group, made, size)
    source = pick(world.rng, ("code", "tasks"))
    _run(world, accounts, mean=world.rng.uniform(70, 150), source=source, system=None, wrap=str, spread=0.15)


def trace_cleaner(world: World, kind: str, group: str, size: int) -> None:
    """Another model's traces are sent in to be repaired and rewritten."""
    rng = world.rng
    verb = pick(rng, ("Repair", "Rewrite", "Polish", "Compress", "Continue"))
    tail = f"Keep the order of ideas; drop loops. {wording.trace(rng, 'clean')}"
    system, wrap = secret(world, f"{verb} the derivation below so that every step follows. {tail}")
    accounts = recruit(world, kind, group, plan(world, size), size)

    def dress(item: str) -> str:
        parts = [world.snippets[int(i)][:220] for i in rng.integers(0, len(world.snippets), 3)]
        return wrap(f"{item[:200]}\nHmm, {parts[0]}\nWait, {parts[1]}\nSo {parts[2]}")

    _run(world, accounts, mean=rng.uniform(60, 130), source="tasks", system=system, wrap=dress)


def best_of_many(world: World, kind: str, group: str, size: int) -> None:
    """Several samples of each answer with probabilities, to learn preferences from."""
    rng = world.rng
    ask = f"Answer in exactly {int(rng.integers(2, 7))} versions of falling quality, {wording.setting(rng)}"
    system, wrap = secret(world, ask)
    accounts = recruit(world, kind, group, plan(world, size), size)
    clock, (begin, end) = timetable(world, _style(world)), span(world)
    options = {"n": int(rng.integers(2, 9)), "temperature": 1.0, "logprobs": True}
    for account, items in zip(accounts, _deal(world, accounts, loads(world, size, 80, 0.3), "tasks"), strict=True):
        talk = Talk([wrap(t) for t in items], system, options=options)
        world.send(account, clock(account, len(items), begin, end), talk, harvest=True, shuffle=True)


CAMPAIGNS: dict[str, Kind] = {
    "ban_rotation": ban_rotation,
    "best_of_many": best_of_many,
    "low_slow": low_slow,
    "paraphrase": paraphrase,
    "plain_tasks": plain_tasks,
    "reasoning_tags": reasoning_tags,
    "release_pivot": release_pivot,
    "reseller_threaded": reseller_threaded,
    "rubric_reward": rubric_reward,
    "self_instruct": self_instruct,
    "split_billing": split_billing,
    "tool_traces": tool_traces,
    "trace_cleaner": trace_cleaner,
    "work_queue": work_queue,
}

__all__ = ["CAMPAIGNS", "Plan"]
