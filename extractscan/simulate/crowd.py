"""Accounts as ordinary people and firms hold them; every other kind starts from these and changes what it must."""

from __future__ import annotations

import re
from typing import Final

import numpy as np
import polars as pl

from extractscan import schema
from extractscan.simulate import clients, places
from extractscan.simulate.keys import Keys, chance, hex_ids, key_of, mix, pick
from extractscan.simulate.plot import DAY, Crowd, Plot
from extractscan.simulate.vocabulary import words

THROWAWAY: Final = ("tempbox.example", "dropmail.example", "tenminutes.example")
"""Public services of throw-away mailboxes; honest people use them too."""
MAIL: Final = (
    "gmail.com",
    "outlook.com",
    "proton.me",
    "yahoo.com",
    "icloud.com",
    "qq.com",
    "163.com",
    "gmx.de",
    "mail.ru",
    *THROWAWAY,
)
_MAIL_SHARES: Final = (0.50, 0.14, 0.07, 0.07, 0.06, 0.05, 0.04, 0.03, 0.02, 0.01, 0.005, 0.005)
PLANS: Final = ("free", "payg", "pro", "team", "enterprise")
PLATFORMS: Final = ("api", "console", "cloud-a", "cloud-b", "subscription", "gateway")
PERSON, STEADY, CRON, BURST = range(4)
"""Rhythms: waking hours, around the clock, at fixed minutes, in a few runs."""
CHAT, FIRM, THOUGHTFUL, JUDGE, AGENT, EXTRACT = range(6)
"""Ways of use: requests, a firm's template, reasoning asked for, texts judged, a public coding agent, documents."""


def loads(rng: np.random.Generator, size: int, mean: float, sigma: float = 1.25) -> np.ndarray:
    """Draw events per account from a log-normal law with this mean, at least 1 and at most 200 means."""
    raw = rng.lognormal(np.log(mean) - sigma**2 / 2, sigma, size)
    return np.clip(np.round(raw), 1, max(mean * 200, 1)).astype(np.int64)


def people(plot: Plot) -> Crowd:
    """Draw `plot.size` unrelated account holders with addresses, software, hours and loads of their own."""
    rng, size, scene = plot.rng, plot.size, plot.scene
    numbers = np.arange(plot.first, plot.first + size, dtype=np.uint64)
    keys = mix(numbers, key_of("account", scene.seed) >> 1)
    firm = rng.random(size) < 0.3
    mode = np.where(
        firm,
        rng.choice([FIRM, FIRM, EXTRACT, JUDGE, CHAT, AGENT], size),
        rng.choice([CHAT, THOUGHTFUL, AGENT, JUDGE], size, p=[0.75, 0.1, 0.12, 0.03]),
    )
    since = np.where(rng.random(size) < 0.12, rng.integers(0, int(scene.span * 0.8), size), 0)
    banned = chance(keys, 62) < 0.01
    ended = since + ((scene.span - since) * (0.1 + 0.9 * chance(keys, 64))).astype(np.int64)
    habits = pl.DataFrame(
        {
            "key": keys,
            "mode": mode,
            "since": since,
            "until": np.where(banned, ended, scene.span),
            **_whereabouts(rng, size, firm),
            **_usage(rng, size, firm, mode, scene.load),
            "pool_share": np.zeros(size),
            "pool_first": np.zeros(size, dtype=np.int64),
            "pool_size": np.zeros(size, dtype=np.int64),
            "pool_width": np.zeros(size, dtype=np.int64),
        }
    )
    return Crowd(_side_table(plot, habits, firm, np.where(banned, ended, -1)), habits, _no_pool())


def _whereabouts(rng: np.random.Generator, size: int, firm: np.ndarray) -> dict[str, np.ndarray]:
    """Draw country, language, hours, and how often an account is at home, on the road, in an office or in a cloud."""
    nation = rng.choice(len(places.COUNTRIES), size, p=places.weights())
    native = np.array([row[3] for row in places.COUNTRIES])[nation]
    return {
        "nation": nation,
        "tz": np.array([row[1] for row in places.COUNTRIES], dtype=np.float64)[nation],
        "language": np.where(rng.random(size) < 0.6, native, 0),
        "hour": rng.normal(14.5, 3.5, size),
        "spread": rng.uniform(1.5, 4.5, size),
        "weekend": rng.beta(1, 1.5, size),
        "churn": rng.choice([1, 3, 7, 60], size, p=[0.15, 0.2, 0.25, 0.4]),
        "away": np.where(firm, 0.0, rng.beta(1, 6, size)),
        "office": np.where(rng.random(size) < 0.4, rng.uniform(0.2, 0.9, size), 0.0),
        "hosted": firm & (rng.random(size) < 0.6),
    }


def _usage(
    rng: np.random.Generator, size: int, firm: np.ndarray, mode: np.ndarray, load: float
) -> dict[str, np.ndarray]:
    """Draw load, rhythm, software, models and settings."""
    web = ~firm & (mode != AGENT) & (rng.random(size) < 0.45)
    pathways = rng.choice(len(PLATFORMS), size, p=[0.6, 0.02, 0.12, 0.1, 0.08, 0.08])
    return {
        "coder": np.where(rng.random(size) < 0.35, rng.uniform(0.4, 1, size), rng.uniform(0, 0.1, size)),
        "longish": rng.beta(1, 3, size),
        "load": loads(rng, size, load),
        "rhythm": np.where(firm & (rng.random(size) < 0.5), rng.integers(1, 4, size), PERSON),
        "client": _client(rng, size, web, mode),
        "client2": rng.choice(len(clients.table()), size, p=clients.weights()),
        "second": np.where(rng.random(size) < 0.25, rng.uniform(0.02, 0.5, size), 0.0),
        "keys": np.where(firm, rng.integers(1, 6, size), 1),
        "model": rng.choice(4, size, p=[0.4, 0.35, 0.2, 0.05]),
        "adopts": np.where(rng.random(size) < 0.4, rng.uniform(0, 0.9, size), 0.0),
        "adopts_after": rng.exponential(2.5 * DAY, size).astype(np.int64),
        "platform": np.where(web, rng.choice([1, 4], size), pathways),
        "temperature": rng.choice([0.0, 0.2, 0.3, 0.5, 0.6, 0.7, 1.0], size),
        "max_tokens": rng.choice([256, 512, 1024, 2048, 4096, 8192, 16384], size),
        "users": np.where(firm & (mode == FIRM) & (rng.random(size) < 0.5), rng.integers(3, 400, size), 0),
        "choices": np.where(rng.random(size) < 0.03, rng.integers(2, 5, size), 1),
        "logprobs": rng.random(size) < 0.03,
        "stream": web | (rng.random(size) < 0.3),
        "device": web,
    }


def _client(rng: np.random.Generator, size: int, web: np.ndarray, mode: np.ndarray) -> np.ndarray:
    count = len(clients.table())
    api = rng.choice(count, size, p=clients.weights(("api",)))
    browser = rng.choice(count, size, p=clients.weights(("web",)))
    tool = rng.choice(count, size, p=clients.weights(("tool",)))
    return np.where(web, browser, np.where(mode == AGENT, tool, api))


def _no_pool() -> pl.DataFrame:
    return pl.DataFrame(schema={"ip": pl.String(), "asn": pl.Int64(), "country": pl.String()})


def _side_table(plot: Plot, habits: pl.DataFrame, firm: np.ndarray, ended: np.ndarray) -> pl.DataFrame:
    """Fill the side table; `ended` holds offsets of bans, -1 for none."""
    rng, size, scene = plot.rng, plot.size, plot.scene
    keys, nation, since = (habits[name].to_numpy() for name in ("key", "nation", "since"))
    age = np.where(since > 0, rng.exponential(0.2 * DAY, size), rng.exponential(200 * DAY, size))
    created = scene.start + since - age.astype(np.int64)
    domain = pl.Series(MAIL).gather(rng.choice(len(MAIL), size, p=_MAIL_SHARES))
    own = company_domains(keys)
    domain = pl.select(pl.when(pl.Series(firm & (chance(keys, 60) < 0.8))).then(own).otherwise(domain)).to_series()
    declared = firm & (chance(keys, 61) < 0.7)
    phone, card = hex_ids("ph_", mix(keys, 65)), hex_ids("card_", mix(keys, 66))
    country = pl.Series([row[0] for row in places.COUNTRIES]).gather(nation)
    frame = pl.DataFrame(
        {"created": created, "changed": scene.start + ended, "local": local_parts(keys), "domain": domain, "key": keys}
    )
    columns: dict[str, pl.Expr | pl.Series] = {
        schema.ACCOUNT: hex_ids("acct_", keys),
        schema.CREATED_AT: pl.col("created").cast(pl.Datetime("us", "UTC")),
        schema.EMAIL: pl.format("{}@{}", "local", "domain"),
        schema.EMAIL_DOMAIN: pl.col("domain"),
        schema.PHONE: _maybe(phone, chance(keys, 67) < 0.6),
        schema.PAYMENT: _maybe(card, chance(keys, 68) < 0.85),
        schema.BILLING_COUNTRY: country,
        schema.ORGANIZATION: _maybe(hex_ids("org_", mix(keys, 69)), declared),
        schema.VERIFIED: pl.Series(declared & (chance(keys, 70) < 0.6)),
        schema.REFERRAL: _maybe(_referrals(keys), chance(keys, 71) < 0.06),
        schema.PLAN: pl.Series(PLANS).gather(np.where(firm, 1 + pick(keys, 72, 4), pick(keys, 73, 3))),
        schema.SIGNUP_IP: places.residential(scene.seed, nation, mix(keys, 74))["ip"],
        schema.SIGNUP_DEVICE: _maybe(hex_ids("dev_", mix(keys, 75)), chance(keys, 76) < 0.8),
        schema.STATUS: pl.when(pl.Series(ended >= 0)).then(pl.lit("banned")).otherwise(pl.lit("active")),
        schema.STATUS_CHANGED_AT: pl.when(pl.Series(ended >= 0)).then("changed").cast(pl.Datetime("us", "UTC")),
    }
    return frame.select(**columns).cast(pl.Schema(schema.ACCOUNTS))


def _maybe(values: pl.Series, present: np.ndarray) -> pl.Expr:
    return pl.when(pl.Series(present)).then(values)


def _referrals(keys: Keys) -> pl.Series:
    rare = words()["rare"]
    return pl.Series([word.upper() for word in rare[:60]]).gather(pick(keys, 77, 60))


def company_domains(keys: Keys) -> pl.Series:
    """Write one mail domain a key, such as `galetec-481.example`."""
    names = pl.Series("name", words()["company"]).str.to_lowercase().gather(pick(keys, 78, len(words()["company"])))
    ends = pl.Series("end", [".example", ".example.com", ".example.org", ".example.net"]).gather(pick(keys, 79, 4))
    return (
        pl.DataFrame({"n": names, "d": pick(keys, 80, 900), "e": ends})
        .select(pl.format("{}-{}{}", "n", "d", "e"))
        .to_series()
    )


def local_parts(keys: Keys) -> pl.Series:
    """Write one mailbox name a key, in one of several habits of people."""
    people_names = [name.lower() for name in words()["person"]]
    rare = pl.Series("word", words()["rare"])
    frame = pl.DataFrame(
        {
            "n": pl.Series("name", people_names).gather(pick(keys, 81, len(people_names))),
            "w": rare.gather(pick(keys, 82, len(rare))),
            "x": rare.gather(pick(keys, 86, len(rare))),
            "i": pick(keys, 83, 100),
            "d": pick(keys, 87, 10_000),
            "s": pick(keys, 85, 10),
            "y": 1955 + pick(keys, 84, 55),
        }
    )
    habits = (
        "{n}.{w}",
        "{w}{i}",
        "{n}{y}",
        "{w}_{n}",
        "{w}",
        "{n}.{w}{i}",
        "{n}{w}",
        "{w}{x}{d}",
        "{w}.{x}{i}",
        "{n}{d}",
    )
    styles = [pl.format(re.sub(r"{\w}", "{}", habit), *re.findall(r"{(\w)}", habit)) for habit in habits]
    return frame.select(pl.concat_list(styles).list.get("s")).to_series()
