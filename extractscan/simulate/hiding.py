"""How one operator's accounts look and hide: loads, software, proxies, cards, sign-ups, mailboxes."""

from __future__ import annotations

import numpy as np
import polars as pl

from extractscan import schema
from extractscan.simulate import clients, places
from extractscan.simulate.crowd import CHAT, STEADY, THROWAWAY, company_domains, loads, people
from extractscan.simulate.keys import hex_ids, key_of, mix
from extractscan.simulate.plot import DAY, HOUR, Crowd, Plot
from extractscan.simulate.vocabulary import LANGUAGES, words


def even_loads(plot: Plot, low: float = 20, high: float = 900) -> np.ndarray:
    """Draw loads that a balancer gives: one mean, within a few percent to a third, inside the group's budget."""
    mean = min(plot.between(low, high), max(plot.budget / plot.size, 3))
    return np.maximum(1, plot.rng.normal(mean, mean * plot.rng.uniform(0.02, 0.3), plot.size)).astype(np.int64)


def operator(plot: Plot, *, billing: bool | None = None) -> Crowd:
    """Draw accounts that one operator opened: load evenly dealt, traces hidden as well as this operator can.

    At least two of cards, sign-up, network and software leak; `billing=False` lets nothing leak in payment.
    """
    crowd = people(plot)
    leaks = plot.rng.random(4) < plot.rng.uniform(0.4, 0.9)
    leaks[plot.rng.permutation(4)[:2]] = True
    if billing is not None:
        leaks[0], leaks[1:] = billing, leaks[1:] | (not billing)
    crowd = _machine(plot, crowd, one_stack=bool(leaks[3]))
    crowd = place_pool(plot, crowd, narrow=bool(leaks[2]))
    crowd = _enrolled(plot, crowd, pattern=bool(leaks[1]))
    if leaks[0]:
        crowd = cards(plot, crowd, plot.count(2, 12), share=1.0 if plot.coin() else plot.rng.uniform(0.3, 1))
    return crowd


def reseller(plot: Plot) -> Crowd:
    """Draw the accounts of a reseller: opened like any operator's, with other people's languages, hours and loads."""
    rng, size = plot.rng, plot.size
    mean = float(np.clip(plot.budget / size, 10, plot.between(60, 400)))
    return operator(plot).change(
        load=loads(rng, size, mean, rng.uniform(0.2, 1.0)),
        mode=CHAT,
        language=rng.integers(0, len(LANGUAGES), size),
        users=rng.integers(2, 60, size) if plot.coin(0.4) else 0,
    )


def _machine(plot: Plot, crowd: Crowd, *, one_stack: bool) -> Crowd:
    rng, size = plot.rng, plot.size
    stacks = rng.choice(len(clients.table()), 1 if one_stack else plot.count(3, 9), p=clients.weights(("api", "tool")))
    office = plot.coin(0.3)
    return crowd.change(
        load=even_loads(plot),
        rhythm=0 if office else STEADY,
        tz=float(rng.integers(-8, 10)),
        hour=float(rng.uniform(9, 17)),
        spread=float(rng.uniform(2, 6)),
        since=rng.integers(0, 1 + int(plot.scene.span * rng.uniform(0, 0.5)), size),
        until=plot.scene.span,
        status="active",
        status_changed_at=None,
        client=stacks[rng.integers(0, len(stacks), size)],
        second=0.0,
        keys=1 if plot.coin(0.7) else rng.integers(1, 4, size),
        model=int(rng.choice(4, p=[0.3, 0.35, 0.3, 0.05])),
        adopts=float(rng.uniform(0, 0.9)),
        platform=0 if plot.coin(0.6) else rng.choice([0, 2, 3, 5], size),
        temperature=float(rng.choice([0.0, 0.2, 0.3, 0.5, 0.6, 0.7, 1.0])),
        max_tokens=int(rng.choice([1024, 2048, 4096, 8192, 16384])),
        users=0,
        choices=int(rng.integers(2, 9)) if plot.coin(0.1) else 1,
        logprobs=plot.coin(0.12),
        stream=plot.coin(0.3),
        device=False,
    )


def place_pool(plot: Plot, crowd: Crowd, *, narrow: bool) -> Crowd:
    """Send a crowd through one pool: few hosts or proxies if narrow, else many homes, its own or a service's."""
    rng = plot.rng
    width = plot.count(3, 40) if narrow else int(plot.size * plot.between(2, 200)) + 50
    keys = mix(np.arange(width, dtype=np.uint64), key_of("pool", plot.name, plot.first, plot.scene.seed) >> 1)
    if narrow and plot.coin(0.5):
        pool = places.hosting(plot.scene.seed, np.full(width, rng.integers(places.HOSTING)), keys)
    elif not narrow and plot.coin(0.4):
        pool = places.proxy_service(plot.scene.seed, int(rng.integers(places.SERVICES)))
        width = pool.height
    else:
        nations = rng.choice(len(places.COUNTRIES), plot.count(1, 8))
        pool = places.residential(plot.scene.seed, nations[rng.integers(0, len(nations), width)], keys)
    share = 1.0 if plot.coin(0.7) else plot.rng.uniform(0.5, 1)
    seen = 0 if plot.coin(0.5) else plot.count(2, 12)
    moved = Crowd(crowd.accounts, crowd.habits, pool)
    if plot.coin(0.4):
        moved = moved.change(signup_ip=pool["ip"].gather(rng.integers(0, width, plot.size)))
    return moved.change(pool_share=share, pool_first=0, pool_size=width, pool_width=seen)


def cards(plot: Plot, crowd: Crowd, each: int, *, share: float = 1.0) -> Crowd:
    """Let every `each` accounts pay with one card, and those beyond `share` with what they had."""
    owner = plot.rng.permutation(plot.size) // each
    keys = mix(owner.astype(np.uint64), key_of("cards", plot.name, plot.first, plot.scene.seed) >> 1)
    return _partly(plot, crowd, schema.PAYMENT, hex_ids("card_", keys), share)


def _partly(plot: Plot, crowd: Crowd, column: str, values: pl.Series, share: float) -> Crowd:
    """Replace an account field in `share` of the accounts."""
    mine = plot.rng.random(plot.size) < share
    frame = pl.DataFrame({"old": crowd.accounts[column], "new": values, "mine": mine})
    return crowd.change(**{column: frame.select(pl.when("mine").then("new").otherwise("old")).to_series()})


def _enrolled(plot: Plot, crowd: Crowd, *, pattern: bool) -> Crowd:
    """Date the sign-ups, in batches if a pattern may show, and give mailboxes and devices."""
    rng, size, scene = plot.rng, plot.size, plot.scene
    since = crowd.habit("since")
    lead = rng.exponential(plot.between(0.5, 40) * DAY, size)
    if pattern and plot.coin(0.7):
        waves = -(10.0 ** rng.uniform(-0.5, 1.6, plot.count(1, 6))) * DAY
        lead = -waves[rng.integers(0, len(waves), size)] + rng.uniform(0, plot.between(0.2, 8) * HOUR, size) + since
    created = scene.start + np.minimum(since - lead, since).astype(np.int64)
    keys = crowd.habit("key")
    crowd = crowd.change(
        created_at=pl.Series(created).cast(pl.Datetime("us", "UTC")),
        organization_id=hex_ids("org_", mix(keys, 94)) if plot.coin(0.3) else None,
        organization_verified=False,
        plan=str(rng.choice(["free", "payg", "pro"])) if plot.coin() else crowd.accounts[schema.PLAN],
    )
    return mailboxes(plot, phones(plot, crowd)) if pattern else crowd


def phones(plot: Plot, crowd: Crowd) -> Crowd:
    """Leave the accounts without a telephone, with numbers of their own, or with a few numbers used again."""
    kind = plot.rng.integers(0, 3)
    if kind == 0:
        return crowd.change(phone_hash=None)
    owner = (plot.rng.permutation(plot.size) // (1 if kind == 1 else plot.count(2, 6))).astype(np.uint64)
    numbers = hex_ids("ph_", mix(owner, key_of("phones", plot.name, plot.first, plot.scene.seed) >> 1))
    return _partly(plot, crowd, schema.PHONE, numbers, plot.rng.uniform(0.3, 1))


def mailboxes(plot: Plot, crowd: Crowd) -> Crowd:
    """Give accounts mailboxes made by a program: throw-away domains or one pattern, at times one device or referral."""
    rng, size = plot.rng, plot.size
    stems = words()["rare"]
    stem, other = (np.array(stems)[rng.integers(0, len(stems), size)] for _ in range(2))
    digits = rng.integers(10, 9999, size)
    wordy = plot.coin()
    made = [f"{a}{b}{d}" if wordy else f"{a}.{b[:3]}{d}" for a, b, d in zip(stem, other, digits, strict=True)]
    private = list(company_domains(rng.integers(1, 1 << 62, plot.count(1, 8)).astype(np.uint64)))
    domains = (["gmail.com"], list(THROWAWAY), private)[rng.integers(0, 3)]
    domain = [domains[i] for i in rng.integers(0, len(domains), size)]
    crowd = crowd.change(email=[f"{a}@{b}" for a, b in zip(made, domain, strict=True)], email_domain=domain)
    if plot.coin(0.4):
        machine = (rng.permutation(size) // plot.count(3, 20)).astype(np.uint64)
        salt = key_of("device", plot.name, plot.first, plot.scene.seed) >> 1
        crowd = _partly(
            plot, crowd, schema.SIGNUP_DEVICE, hex_ids("dev_", mix(machine, salt)), plot.rng.uniform(0.3, 1)
        )
    if plot.coin(0.15):
        crowd = crowd.change(referral_code=f"{stem[0]}{digits[0]}".upper())
    return crowd
