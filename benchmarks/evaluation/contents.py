"""Campaigns that are told apart by what they ask for."""

from __future__ import annotations

from benchmarks.evaluation import people, wording
from benchmarks.evaluation.operators import (
    Wrap,
    a_style,
    deal,
    deck,
    harvest,
    loads,
    plan,
    recruit,
    secret,
    span,
    tagged,
    timetable,
)
from benchmarks.evaluation.people import pick
from benchmarks.evaluation.scene import Talk, World


def paraphrase(world: World, kind: str, group: str, size: int) -> None:
    """Ten to a hundred wordings of one instruction, used at random by all accounts."""
    rng = world.rng
    marker = wording.tag(rng)
    forms = [secret(world, wording.trace(rng, marker)) for _ in range(int(rng.integers(10, 101)))]
    accounts = recruit(world, kind, group, plan(world, size), size)
    clock, (begin, end) = timetable(world, a_style(world)), span(world)
    counts = loads(world, size, float(rng.uniform(50, 120)), 0.3)
    for account, items in zip(accounts, deal(world, accounts, counts, "tasks"), strict=True):
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
    harvest(
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
    clock, (begin, end) = timetable(world, a_style(world)), span(world)
    inside = rng.random() < 0.5
    for account, items in zip(accounts, deal(world, accounts, loads(world, size, 90, 0.25), "tasks"), strict=True):
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
    clock, (begin, end) = timetable(world, a_style(world)), span(world)
    for account, tasks in zip(accounts, deal(world, accounts, loads(world, size, 22, 0.25), "code"), strict=True):
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
    verb = pick(rng, ("Invent", "Propose", "Come up with", "Create"))
    ask = f"{verb} {number} fresh tasks unlike the examples and solve each."
    system, wrap = secret(world, f"{ask} {wording.setting(rng)}")
    accounts = recruit(world, kind, group, plan(world, size), size)
    clock, (begin, end) = timetable(world, a_style(world)), span(world)
    counts = loads(world, size, float(rng.uniform(50, 110)), 0.25)
    for account, count in zip(accounts, counts, strict=True):
        seeds = deck(world, 3 * count, "tasks")
        prompts = [
            wrap("\n".join(f"{k + 1}. {s[:200]}" for k, s in enumerate(seeds[3 * j : 3 * j + 3]))) for j in range(count)
        ]
        talk = Talk(prompts, system, options={"temperature": 1.0, "max_tokens": 8192})
        world.send(account, clock(account, count, begin, end), talk, harvest=True, shuffle=True)


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

    harvest(world, accounts, mean=rng.uniform(60, 130), source="tasks", system=system, wrap=dress)


def best_of_many(world: World, kind: str, group: str, size: int) -> None:
    """Several samples of each answer with probabilities, to learn preferences from."""
    rng = world.rng
    ask = f"Answer in exactly {int(rng.integers(2, 7))} versions of falling quality, {wording.setting(rng)}"
    system, wrap = secret(world, ask)
    accounts = recruit(world, kind, group, plan(world, size), size)
    clock, (begin, end) = timetable(world, a_style(world)), span(world)
    options = {"n": int(rng.integers(2, 9)), "temperature": 1.0, "logprobs": True}
    for account, items in zip(accounts, deal(world, accounts, loads(world, size, 80, 0.3), "tasks"), strict=True):
        talk = Talk([wrap(t) for t in items], system, options=options)
        world.send(account, clock(account, len(items), begin, end), talk, harvest=True, shuffle=True)
