"""Campaigns: one function for each way of harvesting that public reports describe."""

from __future__ import annotations

from benchmarks.evaluation import clocks, contents, operators, wording
from benchmarks.evaluation.clocks import DAY, HOUR
from benchmarks.evaluation.operators import (
    Kind,
    a_style,
    deal,
    harvest,
    loads,
    plan,
    recruit,
    secret,
    tagged,
    timetable,
)
from benchmarks.evaluation.people import pick
from benchmarks.evaluation.scene import Account, Talk, World


def work_queue(world: World, kind: str, group: str, size: int) -> None:
    """One private template, items dealt from one queue, even load."""
    marker = wording.tag(world.rng)
    system, wrap = secret(world, wording.trace(world.rng, marker))
    accounts = recruit(world, kind, group, plan(world, size), size)
    source = pick(world.rng, ("code", "tasks", "text"))
    harvest(
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
    harvest(
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
    clock, old = timetable(world, a_style(world)), pick(rng, world.models)
    moved = float(rng.uniform(0.4, 0.6))
    counts = loads(world, size, float(rng.uniform(60, 150)), 0.3)
    for account, items in zip(accounts, deal(world, accounts, counts, "code"), strict=True):
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
    harvest(
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
    harvest(
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
    hands = deal(world, accounts, counts, "tasks")
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
                _stop(world, account, end)


def _stop(world: World, account: Account, when: int) -> None:
    """Ban an account minutes after its last request."""
    world.close(account, when + int(world.rng.uniform(1, 50) * 60 * clocks.SECOND))


def plain_tasks(world: World, kind: str, group: str, size: int) -> None:
    """Real tasks, each sent once, and nothing around them: only cards, mail and proxies tie the accounts."""
    made = plan(world, size)
    made.per_card = made.per_card or int(world.rng.integers(3, 10))
    made.pool = made.pool or operators.pool(world, max(4, size // 2))
    made.clients = made.clients or operators.clients(world)
    accounts = recruit(world, kind, group, made, size)
    source = pick(world.rng, ("code", "tasks"))
    harvest(world, accounts, mean=world.rng.uniform(70, 150), source=source, system=None, wrap=str, spread=0.15)


CAMPAIGNS: dict[str, Kind] = {
    "ban_rotation": ban_rotation,
    "best_of_many": contents.best_of_many,
    "low_slow": low_slow,
    "paraphrase": contents.paraphrase,
    "plain_tasks": plain_tasks,
    "reasoning_tags": contents.reasoning_tags,
    "release_pivot": release_pivot,
    "reseller_threaded": reseller_threaded,
    "rubric_reward": contents.rubric_reward,
    "self_instruct": contents.self_instruct,
    "split_billing": split_billing,
    "tool_traces": contents.tool_traces,
    "trace_cleaner": contents.trace_cleaner,
    "work_queue": work_queue,
}
