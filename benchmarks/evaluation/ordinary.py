"""What unrelated accounts send: chats, coding, small applications, batch jobs, copied prompts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.evaluation import clocks, people, wording
from benchmarks.evaluation.clocks import Times
from benchmarks.evaluation.people import pick
from benchmarks.evaluation.scene import Account, Talk, World

PUBLIC_SYSTEMS = (
    "You are a helpful assistant.",
    "You are a helpful, respectful and honest assistant.",
    "You are an expert programmer. Answer with code only.",
    "You are a large language model. Current date: 2026. Answer in markdown.",
    "You are ChatBot, a friendly AI.",
)


def _dress(world: World, texts: list[str]) -> list[str]:
    rng = world.rng
    heads, tails = wording.OPENINGS, wording.CLOSINGS
    a, b = rng.integers(0, len(heads), len(texts)), rng.integers(0, len(tails), len(texts))
    return [heads[i] + t + tails[j] for i, j, t in zip(a, b, texts, strict=True)]


def some(world: World, pool: list[str], count: int) -> list[str]:
    """Draw texts at random, with repeats only by chance."""
    return [pool[i] for i in world.rng.integers(0, len(pool), count)]


def extract(world: World, pool: list[str], count: int) -> list[str]:
    """Draw passages: a stretch of some document, as one pastes it."""
    rng = world.rng
    cuts = rng.lognormal(5.2, 0.6, count).astype(int)
    skips = rng.integers(0, 200, count)
    out = []
    for text, cut, skip in zip(some(world, pool, count), cuts, skips, strict=True):
        begin = text.find(" ", int(skip)) + 1 if len(text) > skip + 200 else 0
        out.append(text[begin : begin + cut])
    return out


def asks(world: World, count: int, texts: list[str], forms: tuple[str, ...]) -> list[str]:
    """A request before or after each text, in a person's few favourite forms."""
    rng = world.rng
    mine = [pick(rng, forms) for _ in range(int(rng.integers(2, 12)))]
    out = []
    for text, form, after in zip(texts, rng.integers(0, len(mine), count), rng.random(count) < 0.3, strict=True):
        out.append(f"{text}\n\n{mine[form]}" if after else f"{mine[form]}\n\n{text}")
    return out


def diverse(world: World, count: int, language: str = "en") -> list[str]:
    """Requests of many kinds, as one person or one reseller's customers send them."""
    rng, texts = world.rng, world.texts
    parts = rng.multinomial(count, rng.dirichlet([2.0, 2.5, 1.2, 1.0, 1.2]))
    topics = list(texts.questions)
    liked = [texts.questions[pick(rng, topics)] for _ in range(int(rng.integers(4, 14)))]
    own = texts.foreign.get(language, texts.documents)
    out = [pick(rng, liked[int(i)]) for i in rng.integers(0, len(liked), parts[0])]
    out += asks(world, parts[1], extract(world, texts.documents, parts[1]), wording.DOCUMENT_ASKS)
    out += asks(world, parts[2], extract(world, texts.code, parts[2]), wording.CODE_ASKS)
    out += asks(world, parts[3], extract(world, texts.coding, parts[3]), wording.TASK_ASKS)
    out += asks(world, parts[4], extract(world, own, parts[4]), wording.DOCUMENT_ASKS)
    out = _dress(world, out)
    return [out[i] for i in rng.permutation(len(out))]


def chat(world: World, account: Account, count: int) -> Talk:
    """A person: all kinds of things, sometimes with a copied system prompt."""
    rng = world.rng
    prompts = diverse(world, count, account.language)
    sessions = [f"s-{people.token(rng, 8)}" for _ in range(max(1, count // 4))]
    system = pick(rng, PUBLIC_SYSTEMS) if rng.random() < 0.25 else None
    if rng.random() < 0.08:
        system = pick(rng, world.texts.systems)
    return Talk(prompts, system, sessions=sorted(sessions[i] for i in rng.integers(0, len(sessions), count)))


def developer(world: World, _account: Account, count: int) -> Talk:
    """A programmer: code, issues, tools now and then."""
    rng, texts = world.rng, world.texts
    half = count // 2
    prompts = asks(world, half, extract(world, texts.code, half), wording.CODE_ASKS)
    prompts += asks(world, count - half, extract(world, texts.coding, count - half), wording.TASK_ASKS)
    prompts = [prompts[i] for i in rng.permutation(count)]
    tools = (
        ",".join(sorted({f"{people.word(rng)}_{v}" for v in ("get", "list", "run")})) if rng.random() < 0.2 else None
    )
    system = pick(rng, texts.systems) if rng.random() < 0.3 else None
    return Talk(_dress(world, prompts), system, tools=tools, options=_options(world))


def application(world: World, account: Account, count: int) -> Talk:
    """A small application: its own system prompt around what its users type."""
    rng = world.rng
    name = people.word(rng).capitalize()
    users = [f"u{people.token(rng, 9)}" for _ in range(max(2, count // 5))]
    prompts = diverse(world, count, account.language)
    ends = [users[i] for i in rng.integers(0, len(users), count)] if rng.random() < 0.5 else None
    return Talk(prompts, wording.house_prompt(rng, world.texts.systems, name), end_users=ends, options=_options(world))


def batch(world: World, _account: Account, count: int) -> Talk:
    """One person's job over many documents with one fixed instruction, some of them asking for the reasoning."""
    rng = world.rng
    instruction = f"{pick(rng, wording.JOBS).capitalize()}. " + " ".join(
        pick(rng, wording.RULES).format(n=int(rng.integers(2, 20)) * 10) for _ in range(int(rng.integers(1, 4)))
    )
    if rng.random() < 0.06:
        instruction += " " + wording.trace(rng, pick(rng, wording.TAGS))
    items = extract(world, world.texts.documents, count)
    if rng.random() < 0.5:
        return Talk(items, instruction, options=_options(world))
    return Talk([f"{instruction}\n\n---\n{item}" for item in items], options=_options(world))


def judge(world: World, _account: Account, count: int) -> Talk:
    """Somebody who grades answers with a published instruction."""
    rng = world.rng
    form = pick(rng, world.texts.judges)
    pairs = zip(some(world, world.texts.documents, count), extract(world, world.texts.documents, count), strict=True)
    prompts = [f"{form}\n\nQuestion: {a[:120]}\nAnswer: {b}" for a, b in pairs]
    replies = [str(s) for s in rng.integers(1, 11, count)]
    return Talk(prompts, replies=replies, options={"temperature": 0.0, "max_tokens": 16})


def _options(world: World) -> dict[str, float | int]:
    rng = world.rng
    options: dict[str, float | int] = {}
    if rng.random() < 0.5:
        options["temperature"] = float(rng.choice([0.0, 0.2, 0.3, 0.7, 1.0]))
    if rng.random() < 0.5:
        options["max_tokens"] = int(rng.choice([256, 512, 1024, 2048, 4096, 8192]))
    return options


Persona = Callable[[World, Account, int], Talk]
PERSONAS: tuple[tuple[Persona, float], ...] = (
    (chat, 0.44),
    (developer, 0.22),
    (application, 0.17),
    (batch, 0.12),
    (judge, 0.05),
)
_WEIGHTS = np.array([w for _, w in PERSONAS])


def amount(world: World, mean: float, spread: float = 1.0) -> int:
    """A number of requests: log-normal with the given mean, at least one."""
    return max(1, min(2500, round(float(world.rng.lognormal(np.log(mean) - spread**2 / 2, spread)))))


def clock(world: World, account: Account, count: int, end: int | None = None) -> Times:
    """Times as the account's client suggests: people by day, programs by day, at any hour, in runs, or on schedule."""
    rng, stop = world.rng, end or world.end
    begin = min(account.begin, stop - clocks.HOUR)
    way = rng.random()
    if account.client.kind == "browser" or way < 0.55:
        return clocks.human(rng, count, begin, stop, account.offset)
    if way < 0.7:
        return clocks.human(rng, count, begin, stop, account.offset, clocks.OFFICE)
    if way < 0.82:
        return clocks.machine(rng, count, begin, stop)
    if way < 0.96:
        return clocks.runs(rng, count, begin, stop, int(rng.integers(5, 40)))
    return clocks.hourly(rng, count, begin, stop, 0)


def live(world: World, account: Account, count: int, persona: Persona | None = None) -> None:
    """Let an account do what its owner does, for `count` requests."""
    chosen = persona or PERSONAS[int(world.rng.choice(len(PERSONAS), p=_WEIGHTS))][0]
    if account.client.kind == "browser" and persona is None:
        chosen = chat
    world.send(account, clock(world, account, count), chosen(world, account, count))


def everybody(world: World, count: int) -> None:
    """Unrelated accounts, from one request to thousands."""
    for _ in range(count):
        live(world, world.account("ordinary"), amount(world, 24, 1.15))
