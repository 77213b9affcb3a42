"""Unrelated people who share a place, a card or a sign-up day: campus, carrier, VPN, class, hackathon, family."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from extractscan.simulate import clients, places
from extractscan.simulate.crowd import CHAT, FIRM, THOUGHTFUL, company_domains, people
from extractscan.simulate.hiding import cards
from extractscan.simulate.keys import hex_ids, key_of, mix
from extractscan.simulate.ordinary import blend, usual
from extractscan.simulate.plot import DAY, HOUR, Batch, Crowd, Plot
from extractscan.simulate.rhythm import times, within
from extractscan.simulate.traffic import emit
from extractscan.simulate.wordings import innocent, wordings


def behind(plot: Plot, crowd: Crowd, width: int, share: object, *, hosted: bool = False, seen: int = 0) -> Crowd:
    """Send `share` of a crowd's events through `width` addresses of one provider."""
    rng = plot.rng
    keys = mix(np.arange(width, dtype=np.uint64), key_of("nat", plot.name, plot.first, plot.scene.seed) >> 1)
    if hosted:
        pool = places.hosting(
            plot.scene.seed, rng.integers(0, places.HOSTING, 1 + width // 12)[np.arange(width) // 12], keys
        )
    else:
        nation = np.full(width, int(crowd.habits["nation"][0]))
        pool = places.residential(plot.scene.seed, nation, keys)
        pool = pool.with_columns(asn=pl.lit(pool["asn"][0], dtype=pl.Int64))
    if plot.coin(0.4):
        crowd = crowd.change(signup_ip=pool["ip"].gather(rng.integers(0, width, plot.size)))
    return Crowd(crowd.accounts, crowd.habits, pool).change(pool_share=share, pool_size=width, pool_width=seen)


def townsfolk(plot: Plot) -> Crowd:
    """Draw people of one country and time zone."""
    crowd = people(plot)
    nation = int(plot.rng.choice(len(places.COUNTRIES), p=places.weights()))
    code, tz, _, language = places.COUNTRIES[nation]
    mixed = np.where(plot.rng.random(plot.size) < plot.rng.uniform(0.2, 0.9), language, 0)
    return crowd.change(nation=nation, tz=float(tz), language=mixed, billing_country=code)


def _usually(plot: Plot, crowd: Crowd) -> Iterator[Batch]:
    who, when = times(plot.scene, plot.rng, crowd)
    yield from emit(plot, crowd, who, when, usual(plot, crowd))


def _students(plot: Plot) -> Crowd:
    rng, size = plot.rng, plot.size
    crowd = behind(plot, townsfolk(plot), plot.count(1, 8), rng.uniform(0.3, 1.0, size))
    domain = company_domains(rng.integers(1, 1 << 62, 1).astype(np.uint64))[0].replace(".example", ".edu.example")
    at_school = rng.random(size) < rng.uniform(0, 0.8)
    mail = [
        f"{old.split('@')[0]}@{domain}" if own else old
        for old, own in zip(crowd.accounts["email"], at_school, strict=True)
    ]
    return crowd.change(
        mode=np.where(rng.random(size) < 0.15, THOUGHTFUL, CHAT),
        rhythm=0,
        hosted=False,
        email=mail,
        email_domain=[address.split("@")[1] for address in mail],
    )


def campus_nat(plot: Plot) -> Iterator[Batch]:
    """Put students of one campus behind a few addresses."""
    yield from _usually(plot, _students(plot))


def carrier_nat(plot: Plot) -> Iterator[Batch]:
    """Put customers of one mobile carrier behind its gateways."""
    crowd = behind(plot, townsfolk(plot), plot.count(4, 64), plot.rng.uniform(0.5, 1, plot.size))
    phones = clients.of_family("phone") + clients.of_family("droid")
    phone = np.array(phones)[plot.rng.integers(0, len(phones), plot.size)]
    yield from _usually(plot, crowd.change(client=phone, platform=1, hosted=False, rhythm=0, mode=CHAT))


def vpn_exits(plot: Plot) -> Iterator[Batch]:
    """Put people of many countries behind the exits of one VPN."""
    crowd = behind(
        plot, people(plot), plot.count(2, 60), plot.rng.uniform(0.3, 1, plot.size), hosted=True, seen=plot.count(1, 9)
    )
    yield from _usually(plot, crowd)


def class_assignment(plot: Plot) -> Iterator[Batch]:
    """Let a class send the same starter text with its own answers, mostly in the days before a deadline."""
    rng, scene = plot.rng, plot.scene
    crowd = _students(plot)
    who, when = times(scene, rng, crowd)
    given = rng.random(len(who)) < rng.uniform(0.2, 0.9)
    deadline = rng.uniform(0.3, 1) * scene.span
    before = deadline - rng.exponential(plot.between(6, 60) * HOUR, int(given.sum()))
    when[given] = within(rng, crowd, who[given], before.astype(np.int64))
    questions = plot.count(1, 12)
    keys = mix(rng.integers(0, 1 << 62, len(who)).astype(np.uint64), 0)
    handed = given & (rng.random(len(who)) < rng.uniform(0.1, 0.9))
    keys[handed] = mix(
        rng.integers(0, questions, int(handed.sum())).astype(np.uint64), key_of(plot.name, scene.seed) >> 1
    )
    yield from emit(plot, crowd, who, when, blend(usual(plot, crowd), innocent(wordings(plot, 1)), given), keys)


def hackathon(plot: Plot) -> Iterator[Batch]:
    """Let a sponsor's card and code pay for teams that sign up on one day and build different things in one hall."""
    rng, size, scene = plot.rng, plot.size, plot.scene
    opening = int(rng.uniform(0, 0.7) * scene.span)
    crowd = behind(plot, townsfolk(plot), plot.count(1, 4), rng.uniform(0.6, 1, size))
    created = scene.start + opening - rng.exponential(plot.between(1, 30) * HOUR, size).astype(np.int64)
    crowd = cards(plot, crowd, size).change(
        since=opening,
        until=min(scene.span, opening + int(plot.between(1, 6) * DAY)),
        created_at=pl.Series(created).cast(pl.Datetime("us", "UTC")),
        referral_code=f"HACK{rng.integers(10, 9999)}" if plot.coin(0.8) else None,
        mode=rng.choice([FIRM, FIRM, CHAT, THOUGHTFUL], size),
        rhythm=0,
        organization_id=None,
        organization_verified=False,
        status="active",
        status_changed_at=None,
    )
    yield from _usually(plot, crowd)


def family_cards(plot: Plot) -> Iterator[Batch]:
    """Let families of two to five share a card and a home."""
    crowd = cards(plot, people(plot), plot.count(2, 5))
    _, family = np.unique(crowd.accounts["payment_fingerprint"].to_numpy(), return_inverse=True)
    nation = plot.rng.choice(len(places.COUNTRIES), plot.size, p=places.weights())[family]
    crowd = crowd.change(nation=nation, mode=CHAT, rhythm=0, hosted=False)
    salt = key_of("home", plot.name, plot.first, plot.scene.seed) >> 1
    homes = places.residential(plot.scene.seed, nation, mix(family.astype(np.uint64), salt))
    shared = Crowd(crowd.accounts, crowd.habits, homes)
    rows = np.unique(family, return_index=True)[1][family]
    yield from _usually(plot, shared.change(pool_share=plot.rng.uniform(0.5, 1), pool_first=rows, pool_size=1))


def old_customers(plot: Plot, crowd: Crowd) -> Crowd:
    """Date the accounts of a crowd half a year to years before the window."""
    age = plot.rng.uniform(150, 900, plot.size) * DAY
    return crowd.change(
        created_at=pl.Series((plot.scene.start - age).astype(np.int64)).cast(pl.Datetime("us", "UTC")), since=0
    )


def one_firm(plot: Plot, crowd: Crowd, *, declared: bool) -> Crowd:
    """Give a crowd one card, mail domain and office, and one verified organization if it is declared."""
    salt = np.array([key_of("firm", plot.name, plot.first, plot.scene.seed) >> 1], dtype=np.uint64)
    domain = str(company_domains(salt)[0])
    local = [mail.split("@")[0] for mail in crowd.accounts["email"]]
    share = plot.rng.uniform(0.4, 1)
    crowd = behind(plot, crowd, plot.count(1, 6), share, hosted=plot.coin())
    return cards(plot, crowd, plot.size).change(
        email=[f"{name}@{domain}" for name in local],
        email_domain=domain,
        organization_id=hex_ids("org_", salt)[0] if declared else None,
        organization_verified=declared,
        plan="enterprise" if plot.coin(0.6) else "team",
    )
