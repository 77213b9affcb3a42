"""What an operator can do to stay unseen, as changes to any campaign; `+` puts several together, in this order.

Each works on what the campaign's accounts have already sent, so that it fits every kind of campaign.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from benchmarks.evaluation import clocks, operators, people, rewording, traffic
from benchmarks.evaluation.clocks import DAY, HOUR
from benchmarks.evaluation.people import pick, token
from benchmarks.evaluation.rewording import Fixed
from benchmarks.evaluation.scene import Account, World
from extractscan import schema

Evasion = Callable[[World, list[Account]], None]
"""Changes what the accounts of one campaign hold and have sent."""

PLAIN_TOOLS = ("bash", "read_file", "search", "write_file", "browser", "python", "fetch", "edit")


def own_row(world: World, account: Account) -> None:
    """Give an account a card, phone, mailbox, sign-up device and sign-up address that nobody else has."""
    rng, row = world.rng, account.row
    address = people.mail(rng)
    row |= {
        schema.PAYMENT: f"pm_{token(rng, 14)}" if row[schema.PAYMENT] else None,
        schema.PHONE: f"ph_{token(rng, 16)}" if row[schema.PHONE] else None,
        schema.SIGNUP_DEVICE: account.client.device or f"d-{token(rng, 14)}",
        schema.SIGNUP_IP: world.net.home(account.country).ip,
        schema.EMAIL: address,
        schema.EMAIL_DOMAIN: address.split("@")[1],
        schema.REFERRAL: None,
    }


def own_instruments(world: World, accounts: list[Account]) -> None:
    """One card, phone, mailbox, address and program for each account."""
    for account in accounts:
        account.client = world.net.client()
        account.places = world.own_places(account.country, account.client)
        own_row(world, account)
    for run in traffic.runs(world, accounts):
        run.head["client"] = run.account.client
        days = {t // DAY: pick_place(world, run.account) for t in traffic.get(world, "time", run.rows)}
        traffic.move(world, run.rows, [days[t // DAY] for t in traffic.get(world, "time", run.rows)])


def pick_place(world: World, account: Account) -> people.Place:
    """One of an account's places, the first ones more often."""
    return account.places[min(int(world.rng.exponential(1.1)), len(account.places) - 1)]


def address_a_day(world: World, accounts: list[Account]) -> None:
    """Residential proxies: every account has a fresh address each day, and signs up from another one."""
    fresh: dict[tuple[str, int], people.Place] = {}
    for account in accounts:
        account.row[schema.SIGNUP_IP] = world.net.home(account.country).ip
    for run in traffic.runs(world, accounts):
        keys = [(run.account.id, t // DAY) for t in traffic.get(world, "time", run.rows)]
        for key in keys:
            if key not in fresh:
                fresh[key] = world.net.home(run.account.country)
        traffic.move(world, run.rows, [fresh[key] for key in keys])


def slow_signup(world: World, accounts: list[Account]) -> None:
    """Accounts are opened one by one over three to fifteen months before the log begins."""
    rng = world.rng
    months = float(rng.uniform(90, 450))
    for account in accounts:
        account.row[schema.CREATED_AT] = world.begin - int(rng.uniform(1, months) * DAY)
        account.row[schema.SIGNUP_IP] = world.net.home(account.country).ip


def human_hours(world: World, accounts: list[Account]) -> None:
    """Requests at the waking hours of each account's country, in sessions, with days off."""
    rng = world.rng
    for run in traffic.runs(world, accounts, harvest=True):
        old = traffic.get(world, "time", run.rows)
        begin, end = min(old, default=0), min(max(old, default=0) + 6 * HOUR, world.end)
        lively = clocks.human(rng, len(old), begin, end, run.account.offset)
        traffic.put(world, "time", run.rows, lively.tolist() if len(lively) == len(old) else old)


def drip(world: World, accounts: list[Account]) -> None:
    """One to three requests an account and day are left of the harvest."""
    limit = float(world.rng.uniform(0.8, 3)) * world.days
    cut(world, accounts, [float(world.rng.gamma(4, limit / 4)) for _ in accounts])


def uneven(world: World, accounts: list[Account]) -> None:
    """Loads a hundredfold apart."""
    most = 160.0
    cut(world, accounts, [most * float(np.exp(-abs(world.rng.normal(0, 1.6)))) for _ in accounts])


def cut(world: World, accounts: list[Account], limits: list[float]) -> None:
    """Leave at most so many requests of the harvest to each account, drawn at random, and at least one."""
    held: dict[str, list[int]] = {a.id: [] for a in accounts}
    for run in traffic.runs(world, accounts, harvest=True):
        held[run.account.id] += run.rows
    gone: set[int] = set()
    for account, limit in zip(accounts, limits, strict=True):
        rows = world.rng.permutation(np.array(held[account.id], dtype=np.int64))
        gone.update(int(i) for i in rows[max(1, round(limit)) :])
    traffic.prune(world, gone)


def mixed(world: World, accounts: list[Account], share: float | None = None) -> None:
    """Ordinary prompts among the harvest: 5 to 70 % of all, or what is left of `share` for the harvest."""
    harvest = share if share is not None else 1 - float(world.rng.uniform(0.05, 0.7))
    if share is not None and share < 1:
        total = float(world.rng.uniform(60, 200))
        cut(world, accounts, [max(2.0, total * harvest * float(world.rng.lognormal(0, 0.3))) for _ in accounts])
    sent = dict.fromkeys((a.id for a in accounts), 0)
    for run in traffic.runs(world, accounts, harvest=True):
        sent[run.account.id] += len(run.rows)
    for account in accounts:
        more = sent[account.id] * (1 - harvest) / harvest * float(world.rng.uniform(0.7, 1.3))
        operators.cover(world, account, round(more))


def _fixed(world: World, accounts: list[Account]) -> tuple[list[traffic.Run], Fixed]:
    harvest = traffic.runs(world, accounts, harvest=True)
    return harvest, rewording.fixed_text([traffic.get(world, "prompt", r.rows) for r in harvest])


def _reword(world: World, accounts: list[Account], wordings: int, languages: tuple[str, ...] = ("en",)) -> None:
    """Put other words for every fixed text: one of `wordings`, drawn for each request; 0 is one for each account."""
    rng = world.rng
    harvest, fixed = _fixed(world, accounts)
    every = [rewording.drawn(world, pick(rng, languages)) for _ in range(wordings or len(accounts))]
    own = {a.id: every[i] for i, a in enumerate(accounts)} if not wordings else {}
    for run in harvest:
        forms = [own.get(run.account.id) or every[int(i)] for i in rng.integers(0, len(every), len(run.rows))]
        items = [fixed.item(p) for p in traffic.get(world, "prompt", run.rows)]
        traffic.put(world, "prompt", run.rows, [wrap(i) for (_, wrap), i in zip(forms, items, strict=True)])
        traffic.put(world, "system", run.rows, [system for system, _ in forms])
        if not wordings:
            traffic.put(world, "reply", run.rows, [None] * len(run.rows))


def ten_wordings(world: World, accounts: list[Account]) -> None:
    """Ten wordings of the instruction, drawn anew for every request."""
    _reword(world, accounts, 10)


def hundred_wordings(world: World, accounts: list[Account]) -> None:
    """A hundred wordings of the instruction, drawn anew for every request."""
    _reword(world, accounts, 100)


def own_wording(world: World, accounts: list[Account]) -> None:
    """One wording for each account, and no marker in the replies."""
    _reword(world, accounts, 0)


def foreign(world: World, accounts: list[Account]) -> None:
    """One wording, not in English, and in half of the campaigns items in that language too."""
    language = pick(world.rng, tuple(rewording.ABROAD))
    _reword(world, accounts, 1, (language,))
    texts = world.texts.foreign.get(language)
    if not texts or world.rng.random() < 0.5:
        return
    harvest, fixed = _fixed(world, accounts)
    for run in harvest:
        prompts = traffic.get(world, "prompt", run.rows)
        drawn = [texts[int(i)][:900] for i in world.rng.integers(0, len(texts), len(prompts))]
        changed = [p.replace(fixed.item(p), t) for p, t in zip(prompts, drawn, strict=True)]
        traffic.put(world, "prompt", run.rows, changed)


def no_wording(world: World, accounts: list[Account]) -> None:
    """Bare items: no instruction, no system prompt, no private tools, no marker, no settings in common."""
    harvest, fixed = _fixed(world, accounts)
    for run in harvest:
        talk = run.head["talk"]
        names = talk.tools.split(",") if talk.tools else []
        items = [fixed.item(p) for p in traffic.get(world, "prompt", run.rows)]
        for name, plain in zip(names, PLAIN_TOOLS * (1 + len(names) // len(PLAIN_TOOLS)), strict=False):
            items = [i.replace(name, plain) for i in items]
        run.head["talk"] = replace(talk, tools=None, options={})
        traffic.put(world, "prompt", run.rows, items)
        traffic.put(world, "system", run.rows, [None] * len(items))
        traffic.put(world, "reply", run.rows, [None] * len(items))


def chain(world: World, accounts: list[Account]) -> None:
    """Each account shares one thing with the one before and another with the one after; no pair shares two."""
    own_instruments(world, accounts)
    rng = world.rng
    forms = [rewording.drawn(world) for _ in range(len(accounts) // 2 + 1)]
    things: tuple[str, ...] = (schema.PAYMENT, "place", schema.SIGNUP_DEVICE, "wording", schema.PHONE)
    wording: dict[str, Any] = {}
    sent: dict[str, list[int]] = {a.id: [] for a in accounts}
    for run in traffic.runs(world, accounts):
        sent[run.account.id] += run.rows
    for i, account in enumerate(accounts):
        thing = things[i % len(things)]
        before = accounts[i - 1] if i else None
        wording[account.id] = forms[i // 2] if thing != "wording" or before is None else wording[before.id]
        if before is None or thing == "wording":
            continue
        if thing == "place":
            account.places = [before.places[0]]
            traffic.move(world, sent[account.id], [account.places[0]] * len(sent[account.id]))
        else:
            shared = before.row[thing] or f"pm_{token(rng, 14)}"
            before.row[thing] = account.row[thing] = shared
    harvest, fixed = _fixed(world, accounts)
    for run in harvest:
        system, wrap = wording[run.account.id]
        items = [fixed.item(p) for p in traffic.get(world, "prompt", run.rows)]
        traffic.put(world, "prompt", run.rows, [wrap(i) for i in items])
        traffic.put(world, "system", run.rows, [system] * len(items))


EVASIONS: dict[str, Evasion] = {
    "chain": chain,
    "own_instruments": own_instruments,
    "address_a_day": address_a_day,
    "slow_signup": slow_signup,
    "ten_wordings": ten_wordings,
    "hundred_wordings": hundred_wordings,
    "own_wording": own_wording,
    "no_wording": no_wording,
    "foreign": foreign,
    "drip": drip,
    "uneven": uneven,
    "human_hours": human_hours,
    "mixed": mixed,
}
"""By name, in the order in which they are put together."""

LADDER: tuple[str, ...] = (
    *EVASIONS,
    "own_instruments+human_hours+slow_signup",
    "own_instruments+address_a_day+human_hours+slow_signup",
    "address_a_day+own_wording+human_hours",
    "own_wording+mixed+drip",
    "foreign+address_a_day+mixed",
    "hundred_wordings+uneven+mixed",
    "own_instruments+slow_signup+own_wording+human_hours",
    "own_instruments+address_a_day+slow_signup+no_wording+human_hours",
    "own_instruments+address_a_day+slow_signup+no_wording+drip+human_hours+mixed",
)
"""Rungs of the evasion ladder, from one trick to all of them."""

_SHARES_NOTHING = ({"own_instruments"}, {"slow_signup"}, {"human_hours"}, {"no_wording", "own_wording"})


def names(text: str) -> list[str]:
    """Split `a+b` into evasions in the order in which they apply.

    Raises:
        ValueError: for a name that is none.
    """
    wanted = {n for n in text.split("+") if n and n != "-"}
    if wrong := sorted(wanted - EVASIONS.keys()):
        raise ValueError(f"no evasion {', '.join(wrong)}; there are {', '.join(EVASIONS)}")
    return [n for n in EVASIONS if n in wanted]


def shares_nothing(text: str) -> bool:
    """Whether by construction no two accounts share an instrument, a wording or a rhythm: nothing can be found."""
    wanted = set(names(text))
    return "chain" not in wanted and all(wanted & needed for needed in _SHARES_NOTHING)
