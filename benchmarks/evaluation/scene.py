"""A world under construction: accounts, the requests they send, the labels a judge keeps, and the tables at the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl

from benchmarks.evaluation import corpus, people
from benchmarks.evaluation.people import DAY, HOUR, Client, Internet, Place, Rng, Times, token
from extractscan import schema

Many = str | None | Sequence[str | None]


@dataclass(slots=True)
class Account:
    """One account: where its owner sits, what it uses, and the row of the side table."""

    id: str
    country: str
    offset: int
    language: str
    places: list[Place]
    client: Client
    model: str
    keys: list[str]
    begin: int
    row: dict[str, Any]
    platform: str = "api"
    modern: bool = False
    """Moves to a new model as soon as there is one."""
    harvested: int = 0


@dataclass(slots=True)
class Talk:
    """What one account sends in one run: prompts, and what goes with each."""

    prompts: list[str]
    system: Many = None
    replies: list[str] | None = None
    tools: str | None = None
    sessions: list[str] | None = None
    end_users: list[str] | None = None
    options: dict[str, Any] = field(default_factory=dict)
    """temperature, max_tokens, n, logprobs."""


class World:
    """Collects accounts and requests; everything random comes from one generator."""

    def __init__(self, seed: int, scale: float) -> None:
        self.rng: Rng = np.random.default_rng(seed)
        rng = self.rng
        self.texts = corpus.load()
        self.scale = scale
        self.net = Internet(rng)
        self.days = int(rng.integers(14, 40))
        self.begin = int(rng.integers(20_400, 20_700)) * DAY
        self.end = self.begin + self.days * DAY
        self.release = self.begin + int(self.days * rng.uniform(0.35, 0.7) * DAY) + int(rng.integers(14, 20)) * HOUR
        name = people.word(rng)
        self.models = [f"{name}-{size}-{version}" for version in ("3", "4") for size in ("mini", "base", "large")]
        self.newest = f"{name}-large-5"
        self.personal_orgs = bool(rng.random() < 0.5)
        self.accounts: list[Account] = []
        self.labels: dict[str, tuple[str, str | None, bool]] = {}
        self.groups = 0
        self._heads: list[dict[str, Any]] = []
        self._bodies: dict[str, list[Any]] = {name: [] for name in _BODIES}
        pool = self.texts.documents + self.texts.code
        cuts = np.minimum(rng.lognormal(5.2, 0.6, 40_000), 1500).astype(int)
        self.snippets = [pool[i][:c] for i, c in zip(rng.integers(0, len(pool), 40_000), cuts, strict=True)]

    def group(self, kind: str) -> str:
        """Name the next group of a kind."""
        self.groups += 1
        return f"{kind}-{self.groups}"

    def account(
        self,
        kind: str,
        group: str | None = None,
        *,
        campaign: bool = False,
        country: str | None = None,
        places: list[Place] | None = None,
        client: Client | None = None,
        created: int | None = None,
        email: str | None = None,
        domain: str | None = None,
        **row: Any,
    ) -> Account:
        """Open an account; what is not given is drawn as for anybody. `row` sets columns of the side table."""
        rng = self.rng
        code = country or str(rng.choice(people.CODES, p=people.SHARES))
        _, offset, language = people.COUNTRIES[code]
        program = client or self.net.client()
        if created is None:
            recent = rng.random() < 0.15
            ago = -rng.uniform(0, self.days * DAY * 0.8) if recent else rng.exponential(260) * DAY
            created = int(self.begin - ago) // people.SECOND * people.SECOND
        name = f"acct_{token(rng, 10)}"
        address = email or people.mail(rng, domain)
        paid = rng.random() < 0.72
        lives = places or self.own_places(code, program)
        table = {
            schema.ACCOUNT: name,
            schema.CREATED_AT: created,
            schema.EMAIL: address,
            schema.EMAIL_DOMAIN: address.split("@")[1],
            schema.PHONE: f"ph_{token(rng, 16)}" if rng.random() < 0.7 else None,
            schema.PAYMENT: f"pm_{token(rng, 14)}" if paid else None,
            schema.BILLING_COUNTRY: code if paid else None,
            schema.ORGANIZATION: f"org-{token(rng, 12)}" if self.personal_orgs else None,
            schema.VERIFIED: False,
            schema.REFERRAL: f"ref_{min(int(rng.exponential(30)), 400)}" if rng.random() < 0.12 else None,
            schema.PLAN: str(rng.choice(["payg", "pro", "team", "max"], p=[0.6, 0.25, 0.1, 0.05])) if paid else "free",
            schema.SIGNUP_IP: lives[0].ip if rng.random() < 0.5 else self.net.home(code).ip,
            schema.SIGNUP_DEVICE: program.device or (f"d-{token(rng, 14)}" if rng.random() < 0.8 else None),
            schema.STATUS: "active",
            schema.STATUS_CHANGED_AT: None,
        }
        table.update(row)
        if rng.random() < 0.01 and not campaign and table[schema.STATUS] == "active":
            table[schema.STATUS] = "banned"
            table[schema.STATUS_CHANGED_AT] = int(rng.integers(self.begin, self.end))
        made = Account(
            id=name,
            country=code,
            offset=offset,
            language=language,
            places=lives,
            client=program,
            model=str(rng.choice(self.models, p=[0.08, 0.1, 0.07, 0.25, 0.2, 0.3])),
            keys=[f"key_{token(rng, 12)}" for _ in range(1 + int(rng.random() < 0.2))],
            begin=max(self.begin, created),
            row=table,
            platform="chat"
            if program.kind == "browser"
            else str(rng.choice(["api", "bedrock", "vertex"], p=[0.86, 0.08, 0.06])),
            modern=bool(rng.random() < 0.25),
        )
        self.accounts.append(made)
        self.labels[name] = (kind, group, campaign)
        return made

    def own_places(self, code: str, client: Client) -> list[Place]:
        """Addresses of an unrelated person or server: home and phone, a cloud, or now and then a VPN."""
        rng, net = self.rng, self.net
        if client.kind != "browser" and rng.random() < 0.45:
            return [net.server() for _ in range(int(rng.integers(1, 4)))]
        count = int(rng.integers(1, 4)) if rng.random() < 0.7 else int(rng.integers(4, 16))
        mine = [net.home(code) for _ in range(count)]
        if rng.random() < 0.06:
            mine += [net.exits[min(int(rng.exponential(14)), len(net.exits) - 1)] for _ in range(2)]
        return mine

    def send(self, account: Account, times: Times, talk: Talk, *, harvest: bool = False, **given: Any) -> None:
        """Log requests of an account; `times` and `talk.prompts` go together, the shorter decides.

        Keywords of `given`: client, places, model, platform, status (one for all, or a list), shuffle (addresses change
        with every request instead of every day).
        """
        count = min(len(times), len(talk.prompts))
        if not count:
            return
        rng = self.rng
        times = times[:count]
        client: Client = given.get("client", account.client)
        places: list[Place] = given.get("places", account.places)
        slots = np.arange(count) if given.get("shuffle") else times // DAY
        _, which = np.unique(slots, return_inverse=True)
        chosen = np.minimum(rng.exponential(1.1, which.max() + 1).astype(int), len(places) - 1)
        if given.get("shuffle"):
            chosen = rng.integers(0, len(places), which.max() + 1)
        where = [places[i] for i in chosen[which]]
        model = given.get("model")
        if model is None:
            model = [self.newest if account.modern and t > self.release else account.model for t in times.tolist()]
        body: dict[str, Any] = {
            "time": times.tolist(),
            "prompt": talk.prompts[:count],
            "system": talk.system,
            "reply": talk.replies[:count] if talk.replies else None,
            "session": talk.sessions[:count] if talk.sessions else None,
            "end_user": talk.end_users[:count] if talk.end_users else None,
            "ip": [p.ip for p in where],
            "asn": [p.asn for p in where],
            "country": [p.country for p in where],
            "model": model,
            "status": given.get("status"),
        }
        for name, value in body.items():
            many = isinstance(value, list)
            self._bodies[name].extend(value[:count] if many else [value] * count)
        head = {"account": account, "client": client, "talk": talk, "count": count}
        self._heads.append(head | {"platform": given.get("platform", account.platform)})
        account.harvested += count if harvest else 0

    def close(self, account: Account, when: int, status: str = "banned") -> None:
        """Mark an account as stopped at a time."""
        account.row[schema.STATUS] = status
        account.row[schema.STATUS_CHANGED_AT] = when


_BODIES = ("time", "prompt", "system", "reply", "session", "end_user", "ip", "asn", "country", "model", "status")
_PRICES = {"mini": (0.3, 1.2), "base": (1.5, 6.0), "large": (4.0, 18.0)}


def tables(world: World) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Events sorted by time, the accounts side table, and the labels."""
    events = _events(world)
    stamps = (schema.CREATED_AT, schema.STATUS_CHANGED_AT)
    side = pl.DataFrame(
        {
            c: pl.Series([a.row[c] for a in world.accounts], dtype=pl.Int64 if c in stamps else kind).cast(kind)
            for c, kind in schema.ACCOUNTS.items()
        }
    )
    counts = dict(events.group_by(schema.ACCOUNT).len().iter_rows())
    labels = pl.DataFrame(
        [(a.id, *world.labels[a.id], counts.get(a.id, 0), a.harvested) for a in world.accounts if a.id in counts],
        schema={
            "account_id": pl.String,
            "kind": pl.String,
            "group_id": pl.String,
            "campaign": pl.Boolean,
            "events": pl.Int64,
            "events_in_campaign": pl.Int64,
        },
        orient="row",
    )
    side = side.filter(pl.col(schema.ACCOUNT).is_in(list(counts))).sort(schema.ACCOUNT)
    return events, side, labels.sort("account_id")


def _events(world: World) -> pl.DataFrame:
    rng, bodies, heads = world.rng, world._bodies, world._heads
    lengths = np.array([h["count"] for h in heads])
    which = np.repeat(np.arange(len(heads)), lengths)
    total = len(which)

    def spread(values: list[Any], kind: Any) -> pl.Series:
        return pl.Series(values, dtype=kind, strict=False).gather(which)

    def option(name: str, kind: Any) -> pl.Series:
        return spread([h["talk"].options.get(name) for h in heads], kind)

    status = pl.Series([s if s is not None else 0 for s in bodies["status"]], dtype=pl.Int64).to_numpy().copy()
    luck = rng.random(total)
    status[(status == 0) & (luck < 0.012)] = 429
    status[(status == 0) & (luck < 0.017)] = 500
    status[(status == 0) & (luck < 0.02)] = 400
    status[status == 0] = 200
    default = pl.Series(world.snippets).gather(rng.integers(0, len(world.snippets), total))
    reply = pl.Series(bodies["reply"], dtype=pl.String)
    keys = [h["account"].keys[int(rng.integers(len(h["account"].keys)))] for h in heads]
    frame = pl.DataFrame(
        {
            schema.TIMESTAMP: pl.Series(bodies["time"], dtype=pl.Int64).cast(pl.Datetime("us", "UTC")),
            schema.ACCOUNT: spread([h["account"].id for h in heads], pl.String),
            schema.ORGANIZATION: spread([h["account"].row[schema.ORGANIZATION] for h in heads], pl.String),
            schema.API_KEY: spread(keys, pl.String),
            schema.REQUEST: pl.Series([f"req_{x:016x}" for x in rng.integers(0, 1 << 62, total).tolist()]),
            schema.SESSION: pl.Series(bodies["session"], dtype=pl.String),
            schema.END_USER: pl.Series(bodies["end_user"], dtype=pl.String),
            schema.CLIENT_IP: pl.Series(bodies["ip"], dtype=pl.String),
            schema.ASN: pl.Series(bodies["asn"], dtype=pl.Int64),
            schema.COUNTRY: pl.Series(bodies["country"], dtype=pl.String),
            schema.USER_AGENT: spread([h["client"].user_agent for h in heads], pl.String),
            schema.JA4: spread([h["client"].ja4 for h in heads], pl.String),
            schema.DEVICE: spread([h["client"].device for h in heads], pl.String),
            schema.PLATFORM: spread([h["platform"] for h in heads], pl.String),
            schema.MODEL: pl.Series(bodies["model"], dtype=pl.String),
            schema.ENDPOINT: spread(
                ["/v1/messages" if "Anthropic" in h["client"].user_agent else "/v1/chat/completions" for h in heads],
                pl.String,
            ),
            schema.SYSTEM_PROMPT: pl.Series(bodies["system"], dtype=pl.String),
            schema.PROMPT: pl.Series(bodies["prompt"], dtype=pl.String),
            schema.COMPLETION: pl.select(
                pl.when(pl.Series(status == 200)).then(pl.coalesce(pl.lit(reply), pl.lit(default)))
            ).to_series(),
            schema.CACHED_TOKENS: pl.Series(np.zeros(total, np.int64)),
            schema.MAX_TOKENS: option("max_tokens", pl.Int64),
            schema.TEMPERATURE: option("temperature", pl.Float64),
            schema.N_CHOICES: option("n", pl.Int64),
            schema.LOGPROBS: option("logprobs", pl.Boolean),
            schema.STREAM: spread([h["client"].kind == "browser" for h in heads], pl.Boolean),
            schema.TOOL_NAMES: spread([h["talk"].tools for h in heads], pl.String),
            schema.STATUS_CODE: pl.Series(status),
        }
    )
    return _measures(frame, rng).sort(schema.TIMESTAMP, schema.REQUEST)


def _measures(frame: pl.DataFrame, rng: Rng) -> pl.DataFrame:
    """Tokens, errors, latency and cost, which follow from the texts and the model."""
    total = len(frame)
    size = pl.col(schema.MODEL).str.split("-").list.get(1)
    noise = [pl.Series(rng.uniform(0.22, 0.3, total)), pl.Series(rng.lognormal(0, 0.3, total))]
    letters = pl.col(schema.PROMPT).str.len_chars() + pl.col(schema.SYSTEM_PROMPT).str.len_chars().fill_null(0)
    status = pl.col(schema.STATUS_CODE)
    causes = {
        429: "rate_limit_exceeded",
        500: "internal_error",
        400: "invalid_request",
        529: "overloaded",
        503: "unavailable",
    }
    frame = frame.with_columns(
        (letters * noise[0]).cast(pl.Int64).alias(schema.INPUT_TOKENS) + 4,
        (pl.col(schema.COMPLETION).str.len_chars() * noise[0]).cast(pl.Int64).fill_null(0).alias(schema.OUTPUT_TOKENS),
        status.replace_strict(causes, default=None, return_dtype=pl.String).alias(schema.ERROR),
    )
    price_in = size.replace_strict({k: v[0] for k, v in _PRICES.items()}, return_dtype=pl.Float64)
    price_out = size.replace_strict({k: v[1] for k, v in _PRICES.items()}, return_dtype=pl.Float64)
    cost = (pl.col(schema.INPUT_TOKENS) * price_in + pl.col(schema.OUTPUT_TOKENS) * price_out) / 1e6
    return frame.with_columns(
        ((300 + pl.col(schema.OUTPUT_TOKENS) * 11) * noise[1]).cast(pl.Int64).alias(schema.LATENCY),
        cost.round(7).alias(schema.COST),
    ).select(pl.col(c).cast(t) for c, t in schema.EVENTS.items())
