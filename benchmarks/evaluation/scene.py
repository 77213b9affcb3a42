"""A world under construction: accounts, the requests they send, and the labels a judge keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from benchmarks.evaluation import clocks, corpus, people
from benchmarks.evaluation.clocks import DAY, HOUR, Times
from benchmarks.evaluation.people import Client, Internet, Place, Rng, token
from extractscan import schema

Many = str | None | Sequence[str | None]


_BODIES = ("time", "prompt", "system", "reply", "session", "end_user", "ip", "asn", "country", "model", "status")


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
        self.blanks = float(rng.choice([0.0, 0.0, 0.01, 0.04]))
        """Share of requests whose address or program the log failed to note."""
        self.unlisted = float(rng.choice([0.0, 0.0, 0.02, 0.08]))
        """Share of accounts that the side table does not have."""
        self.accounts: list[Account] = []
        self.labels: dict[str, tuple[str, str | None, bool]] = {}
        self.groups = 0
        self.heads: list[dict[str, Any]] = []
        self.bodies: dict[str, list[Any]] = {name: [] for name in _BODIES}
        pool = self.texts.documents + self.texts.code
        cuts = np.minimum(rng.lognormal(4.8, 0.6, 40_000), 1200).astype(int)
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
            created = int(self.begin - ago) // clocks.SECOND * clocks.SECOND
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
            self.bodies[name].extend(value[:count] if many else [value] * count)
        head = {"account": account, "client": client, "talk": talk, "count": count, "harvest": harvest}
        self.heads.append(head | {"platform": given.get("platform", account.platform)})

    def close(self, account: Account, when: int, status: str = "banned") -> None:
        """Mark an account as stopped at a time."""
        account.row[schema.STATUS] = status
        account.row[schema.STATUS_CHANGED_AT] = when
