"""A report as large as the page promises to carry: 20 networks of 1,000 accounts, every list as long as it gets."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID

import report_fixtures as fixtures

from extractscan import model
from extractscan.model.shared import Observable, Part
from extractscan.model.traits import (
    AccountFacts,
    Activity,
    Compliance,
    Dealt,
    Handover,
    MemberDays,
    Partition,
    Traits,
)

DAYS = 30
START = datetime(2026, 3, 1, tzinfo=UTC)
COUNTRIES = ("NL", "SG", "US", "DE", "FR", "BR", "JP", "KR", "IN", "ZA", "AU", "CA", "PL")
SHARED = (
    ("identity", "payment", 40), ("identity", "signup_device", 25), ("network", "address", 60),
    ("network", "prefix", 20), ("client", "user_agent", 4), ("client", "tls_fingerprint", 3),
    ("content", "template", 1), ("time", "signup_batch", 12),
)  # fmt: skip
SLOTS = "Solve the task and write down every step of your reasoning inside <trace> tags before the answer."


def moment(hours: float) -> str:
    """So many hours after the start, as a report writes it."""
    return (START + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def names(number: int, accounts: int, *, uuids: bool = False) -> list[str]:
    """Account ids of one network, as long as real ones."""
    if uuids:
        draw = Random(number)
        return [str(UUID(int=draw.getrandbits(128), version=4)) for _ in range(accounts)]
    return [f"acct_{(number * 7919 + n) * 2654435761 % 2**64:016x}" for n in range(accounts)]


def observables(accounts: list[str]) -> list[Observable]:
    """Values of every kind, each held by the accounts that its number divides among."""
    found = []
    for channel, signal, values in SHARED:
        for value in range(values):
            held = sorted(name for n, name in enumerate(accounts) if (n * 31 + n // 7) % values == value)
            shown = fixtures.harvest_network().templates[0].id if signal == "template" else f"{signal}_{value:016x}"
            found.append(Observable(channel=channel, signal=signal, value=shown, held_by=held, outside=value % 3))
    return found


def activity(accounts: list[str]) -> Activity:
    """Days of the busiest members, and of all others together."""
    days = [(date(2026, 3, 1) + timedelta(days=n)).isoformat() for n in range(DAYS)]
    drawn = [
        MemberDays(account_id=name, events=[(n * 7 + day * 3) % 11 for day in range(DAYS)])
        for n, name in enumerate(accounts[:24])
    ]
    left = max(len(accounts) - 24, 0)
    return Activity(
        days=days, members=drawn, others=[left * 5 + day for day in range(DAYS)] if left else [], left_out=left
    )


def handovers(accounts: list[str]) -> list[Handover]:
    """Members that start six hours after others stop, half of them with values of theirs."""
    return [
        Handover(
            stopped=accounts[n], started=accounts[n + 1], stopped_at=moment(40 + 9 * n), started_at=moment(46 + 9 * n),
            hours=6.0, carried=["payment", "address"] if n % 2 else [],
        )
        for n in range(min(60, len(accounts) - 1))
    ]  # fmt: skip


def compliance(accounts: list[str]) -> Compliance:
    """Declared and used countries, of which every third pair differs."""
    facts = [
        AccountFacts(
            account_id=name, plan="pro", status="active", created_at=moment(-200), billing_country="US",
            countries=[COUNTRIES[n % 13], "US"], mismatches=["billing/use"] if n % 3 else [],
        )
        for n, name in enumerate(accounts[:50])
    ]  # fmt: skip
    spread = {name: 100 - 7 * place for place, name in enumerate(COUNTRIES)}
    return Compliance(
        plans={"pro": len(accounts) - 9, "free": 9}, statuses={"active": len(accounts)},
        billing_countries={"US": len(accounts) // 2}, use_countries=spread, mismatched=333, compared=900,
        endpoints={"/v1/messages": 9000, "/v1/chat/completions": 3000}, platforms={"api": 8000, "cloud-a": 4000},
        systems={f"AS{64500 + n}": 90 - n for n in range(12)}, hosting_share=0.25,
        models_by_country={"large-2": spread, "small-2": spread}, accounts=facts,
        left_out=max(len(accounts) - 50, 0),
    )  # fmt: skip


def network(number: int, accounts: int, *, uuids: bool = False) -> model.Network:
    """One network with everything a page can show."""
    who = names(number, accounts, uuids=uuids)
    base = fixtures.harvest_network()
    members = [
        model.Member(
            account_id=name, bits=41.2 - n % 97 / 10, role="heir" if n % 9 == 0 else "core", events=40 + n % 400,
            events_in_campaign=30 + n % 300, first_seen=moment(n % 500), last_seen=moment(500 + n % 219),
            channels={"identity": 9.1, "network": 8.3, "client": 7.7, "content": 9.9, "time": 6.2 - n % 97 / 10},
        )
        for n, name in enumerate(who)
    ]  # fmt: skip
    dealt = [Dealt(account_id=name, items=400 - n, shared=n % 5) for n, name in enumerate(who[:200])]
    values = {name: getattr(base, name) for name in base.__struct_fields__} | {
        "id": f"N{number}", "fingerprint": f"{number:016x}", "accounts": members, "first_seen": moment(0),
        "last_seen": moment(DAYS * 24), "observables": observables(who),
        "templates": [
            model.Template(
                id="T4", skeleton=f"You are an expert tutor. … {SLOTS} Task: …", accounts=accounts, events=9000,
                outside_accounts=0, parts=[Part(text=SLOTS, accounts=12)],
            )
        ],
        "traits": Traits(
            activity=activity(who),
            partition=Partition(events=9000, items=8000, shared=60, expected=2100.4, members=dealt,
                                left_out=max(accounts - 200, 0)),
            handovers=handovers(who), handovers_left_out=3, compliance=compliance(who),
        ),
    }  # fmt: skip
    return model.Network(**values)


def report(networks: int = 20, accounts: int = 1000, *, uuids: bool = False) -> model.Report:
    """The whole report, with account ids of 21 characters or UUIDs."""
    base = fixtures.ordinary()
    values = {name: getattr(base, name) for name in base.__struct_fields__}
    return model.Report(**values | {"networks": [network(n, accounts, uuids=uuids) for n in range(1, networks + 1)]})


def small() -> model.Report:
    """One network of a dozen accounts with everything that a page can show."""
    return report(1, 12)
