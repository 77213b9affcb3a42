"""A report whose every value, those of pictures too, tries to act on whoever opens the page."""

from __future__ import annotations

from typing import Any

import large_report
import report_fixtures as fixtures

from extractscan import model
from extractscan.model.shared import Observable, Part
from extractscan.model.traits import AccountFacts, Activity, Compliance, Dealt, Handover, MemberDays, Partition, Traits

ATTACKS = (
    "<script>window.pwned = 1</script>",
    "</script><script>window.pwned = 1</script>",
    "<img src=x onerror='window.pwned = 1'>",
    '"><svg onload=window.pwned=1>',
    "<!--<script>",
)
"""What may nowhere stand as it is."""
NAMES = (
    *ATTACKS,
    "{{ 7 * 7 }}",
    "${7 * 7} {% raw %}",
    "\u202egnp.exe \u2066x\u2069",
    "\x1b[31mred\x1b[0m\x00\x07\r\n",
    "L" * 10_000,
    "javascript:window.pwned=1",
    "__proto__",
    "constructor",
    "ordinary",
)


def report() -> model.Report:
    """The hostile report of all writers, its network with hostile traits and observables."""
    base = fixtures.hostile()
    network = base.networks[0]
    members = [
        model.Member(
            account_id=name, bits=20.0 - n, role=name if n < 3 else "core", events=9, events_in_campaign=4,
            first_seen=name if n < 2 else large_report.moment(n), last_seen=large_report.moment(90 + n),
            channels={"identity": 9.0, NAMES[0]: 3.0},
        )
        for n, name in enumerate(NAMES)
    ]  # fmt: skip
    changed: dict[str, Any] = {
        "accounts": members,
        "first_seen": large_report.moment(0),
        "last_seen": large_report.moment(99),
        "timeline": [model.TimelinePoint(day="2026-03-01", events=5, accounts=2)],
        "survives_without": dict.fromkeys(NAMES[:3], True),
        "observables": [
            Observable(channel=name, signal=NAMES[0], value=name, held_by=list(NAMES[:4]), outside=1) for name in NAMES
        ],
        "templates": [
            model.Template(id=NAMES[1], skeleton="…".join(NAMES), accounts=1, events=1, outside_accounts=0,
                           parts=[Part(text=name, accounts=1) for name in NAMES])
        ],
        "traits": traits(),
    }  # fmt: skip
    values = {name: getattr(network, name) for name in network.__struct_fields__} | changed
    whole = {name: getattr(base, name) for name in base.__struct_fields__}
    return model.Report(**whole | {"networks": [model.Network(**values)]})


def traits() -> Traits:
    """Pictures of hostile names; one names an account that is no member."""
    facts = [AccountFacts(account_id=name, plan=name, billing_country=name, countries=[name], mismatches=[name])
             for name in NAMES]  # fmt: skip
    counts = dict.fromkeys(NAMES, 3)
    return Traits(
        activity=Activity(
            days=["2026-03-01", NAMES[0]], members=[MemberDays(account_id=name, events=[1, 2]) for name in NAMES]
        ),
        partition=Partition(
            events=9, items=9, shared=1, expected=2.5,
            members=[Dealt(account_id=name, items=3, shared=1) for name in (*NAMES, "no member")],
        ),
        handovers=[
            Handover(stopped=NAMES[n], started=NAMES[n + 1], stopped_at=large_report.moment(n),
                     started_at=large_report.moment(n + 1), hours=1.0, carried=list(NAMES[:2]))
            for n in range(len(NAMES) - 1)
        ],
        compliance=Compliance(plans=counts, statuses=counts, billing_countries=counts, signup_countries=counts,
                              use_countries=counts, endpoints=counts, platforms=counts, systems=counts,
                              models_by_country=dict.fromkeys(NAMES, counts), accounts=facts),
    )  # fmt: skip
