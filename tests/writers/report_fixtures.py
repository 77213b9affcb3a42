"""Three reports written by hand: an ordinary one, one whose log values attack every output, and an empty one."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec

from extractscan import model
from extractscan.model.shared import Observable, Part

FIRST_DAY = date(2026, 3, 1)
SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
HOSTILE = (
    "\x1b[31mred\x1b[0m\x07 [bold]markup[/bold] <script>alert(1)</script> | a ` b `` c\r\nnew line\t"
    "\u202egnp.exe \u2066x\u2069 \u200bzero\x9b2J #12 @everyone https://example.test/?a=b www.example.test"
)
FORMULA = '=HYPERLINK("http://example.test";"click")'
LONG = "long " * 2000


def tool() -> model.Tool:
    """The same tool in every fixture, so that neither a release nor a new setting changes a golden file."""
    return model.Tool(
        name="extractscan",
        version="0.0.0",
        settings={"channel_cap_bits": 10.0, "margin_bits": 7.0, "seed": 7},
        settings_sha256=SHA,
        seed=7,
        generated_at="2026-11-01T00:00:00Z",
    )


def timeline(days: int, shape: tuple[int, ...]) -> list[model.TimelinePoint]:
    """Activity of so many days in a repeated shape; days without events are left out, as in a real report."""
    points = []
    for day in range(days):
        events = shape[day % len(shape)]
        if events:
            when = (FIRST_DAY + timedelta(days=day)).isoformat()
            points.append(model.TimelinePoint(day=when, events=events, accounts=min(events, 40)))
    return points


def member(name: str, bits: float, role: str = "core", **channels: float) -> model.Member:
    """One account with the given bits by channel."""
    return model.Member(
        account_id=name,
        bits=bits,
        role=role,
        events=61,
        events_in_campaign=57,
        first_seen="2026-03-02T06:11:09Z",
        last_seen="2026-04-13T21:40:00Z",
        channels=channels,
    )


def evidence(
    channel: str, signal: str, bits: float, background: float, held: int, summary: str, *, value: str | None = None
) -> model.Evidence:
    """One piece of evidence that points at two records; `value` is what its summary quotes, if it does."""
    rows = [model.Row(file="logs/2026-03.jsonl", row=row, sha256=SHA) for row in (17, 40_213)]
    return model.Evidence(
        channel=channel,
        signal=signal,
        bits=bits,
        background=background,
        held_by=held,
        summary=summary,
        rows=rows,
        phrase=None if value is None else summary.replace(value, "{value}", 1),
        value=value,
        value_held_by=0 if value is None else held,
    )


def observable(channel: str, signal: str, value: str, held_by: list[str], outside: int = 0) -> Observable:
    """One value that these accounts share."""
    return Observable(channel=channel, signal=signal, value=value, held_by=held_by, outside=outside)


def hypothesis(id: str, title: str, bits: float, pro: str, contra: str, decide: str) -> model.Hypothesis:  # noqa: A002
    """One explanation with one reason of each kind; an empty string leaves the reason out."""
    return model.Hypothesis(
        id=id,
        title=title,
        bits=bits,
        for_=[pro] if pro else [],
        against=[contra] if contra else [],
        would_decide=[decide] if decide else [],
    )


HYPOTHESES = [
    hypothesis(
        "H1",
        "one hidden operator harvests",
        18.2,
        "40 accounts of 40 organizations send one private template",
        "",
        "payment fingerprints of the 4 accounts that have none",
    ),
    hypothesis(
        "H4",
        "a reseller carries other people's traffic",
        4.1,
        "one client build in front of 40 accounts",
        "no account has end users of its own",
        "end_user_id on the accounts' requests",
    ),
    hypothesis(
        "H2", "one declared customer", -3.0, "", "40 unverified organizations, median age 9 days", "organization_id"
    ),
    hypothesis("H6", "a popular tool or text", -6.4, "", "the template is held by no account outside", ""),
    hypothesis("H3", "many users behind shared addresses", -9.9, "", "clients and hours are the same", ""),
    hypothesis(
        "H5", "keys of ordinary customers in other hands", -12.0, "", "no account has a rhythm of its own before", ""
    ),
]


def harvest_network() -> model.Network:
    """A campaign as the tool is meant to find it."""
    members = [
        member(f"acct_{n:05d}", 27.4 - n / 100, identity=10.0, content=9.4 - n / 100, network=6.1, client=1.9)
        for n in range(38)
    ]
    members.append(member("acct_90001", 15.2, "heir", content=9.4, network=5.8))
    members.append(member("acct_90002", 11.9, "pool", network=6.1, content=7.0, time=-1.2))
    return model.Network(
        id="N1",
        fingerprint="3f1d0a77c2b94e10",
        verdict="extraction_network",
        level="critical",
        title="40 accounts send one private template through disjoint queues, from sign-ups of the same nights.",
        coordination_bits=27.4,
        extraction_bits=14.8,
        null=model.NullTest(shuffles=20, as_strong=0, expected_false=0.00031),
        accounts=members,
        events=12_566,
        events_in_campaign=11_742,
        tokens=81_204_551,
        cost_usd=1934.2,
        models={"large-2": 11_000, "small-2": 1_566},
        countries={"NL": 5_000, "SG": 4_000, "US": 2_000, "DE": 900, "FR": 400, "BR": 266},
        first_seen="2026-03-02T06:11:09Z",
        last_seen="2026-04-13T21:40:00Z",
        evidence=[
            evidence("identity", "payment", 10.0, 0.0, 36, "36 accounts pay with 5 payment fingerprints"),
            evidence("content", "template", 9.4, 0.0002, 40, "one request template with one varying slot"),
            evidence("network", "prefix", 6.1, 0.0131, 38, "38 accounts rotate through 41 of the same prefixes"),
            evidence("network", "address", 3.2, 0.04, 12, "12 accounts were seen on 4 addresses"),
            evidence(
                "client",
                "user_agent",
                1.9,
                0.21,
                40,
                "every request names the client python-requests/2.32",
                value="python-requests/2.32",
            ),
            model.Evidence(
                channel="client",
                signal="lacking",
                bits=-0.4,
                background=0.0,
                held_by=0,
                summary="members that lack what the others have in common count less",
            ),
            evidence("time", "duty", -1.2, 0.5, 9, "9 accounts keep other hours than the rest"),
        ],
        extraction=[
            evidence("content", "verbatim_reasoning", 8.2, 0.001, 40, "requests ask for the whole reasoning"),
            evidence("content", "deck", 6.6, 0.0, 40, "9,120 items were dealt without one repeat across accounts"),
        ],
        templates=[
            model.Template(
                id="T4",
                skeleton="You are an expert tutor. Solve the task and write down every step of your reasoning inside "
                "<trace> tags before the answer. Task: {…}",
                accounts=40,
                events=11_742,
                outside_accounts=0,
                parts=[
                    Part(
                        text="You are an expert tutor. Solve the task and write down every step of your ", accounts=12
                    ),
                    Part(text="reasoning inside <trace> tags before the answer. Task: ", accounts=11),
                ],
            )
        ],
        hypotheses=HYPOTHESES,
        survives_without={"identity": True, "network": True, "client": True, "content": False, "time": True},
        timeline=timeline(43, (0, 120, 180, 260, 310, 330, 300, 210, 90)),
        notes=["4 accounts have no payment fingerprint in the side table."],
        observables=[
            *(
                observable("identity", "payment", f"card_{n}", [f"acct_{m:05d}" for m in range(n, 36, 5)])
                for n in range(5)
            ),
            observable("network", "prefix", "203.0.113.0/24", [f"acct_{m:05d}" for m in range(20)], 131),
            observable("network", "address", "203.0.113.7", ["acct_00003", "acct_00009", "acct_90001"]),
            observable("client", "user_agent", "python-requests/2.32", [f"acct_{m:05d}" for m in range(38)], 2_187),
            observable("content", "template", "T4", [f"acct_{m:05d}" for m in range(38)]),
        ],
        observables_omitted=36,
    )


def other_network(id: str, verdict: model.Verdict, level: model.Level, title: str) -> model.Network:  # noqa: A002
    """A small network with a verdict that is no finding."""
    return model.Network(
        id=id,
        fingerprint=f"aa00bb11cc22{id.lower():0>4}",
        verdict=verdict,
        level=level,
        title=title,
        coordination_bits=16.0,
        extraction_bits=1.5,
        null=model.NullTest(shuffles=20, as_strong=1, expected_false=0.05),
        accounts=[member(f"{id.lower()}-{n}", 16.0, identity=9.0, client=7.0) for n in range(4)],
        events=900,
        events_in_campaign=0,
        tokens=220_000,
        cost_usd=None,
        models={"small-2": 900},
        countries={},
        first_seen="2026-03-05T00:00:00Z",
        last_seen="2026-03-29T00:00:00Z",
        evidence=[evidence("identity", "email_domain", 9.0, 0.0005, 4, "four accounts use one private mail domain")],
        hypotheses=HYPOTHESES[1:3],
        timeline=timeline(25, (10, 20, 60, 20)),
    )


def coverage(*, signals: bool = True) -> model.Coverage:
    """What the ordinary log covers."""
    runs = [
        model.SignalRun(name=name, channel=channel, ran=True)
        for name, channel in (("payment", "identity"), ("template", "content"), ("prefix", "network"))
    ]
    runs.append(
        model.SignalRun(name="tls_fingerprint", channel="client", ran=False, why_not="the log has no field ja4")
    )
    return model.Coverage(
        first="2026-03-01T00:00:02Z",
        last="2026-04-14T23:59:51Z",
        events=412_330,
        accounts=10_412,
        gaps=[model.Gap(start="2026-03-20T02:00:00Z", end="2026-03-20T09:30:00Z", hours=7.5)],
        signals=runs if signals else [],
        smallest_detectable_network=5,
        shuffles=20,
        expected_false=0.05,
    )


def ordinary() -> model.Report:
    """A report as most are."""
    return model.Report(
        schema_version=model.SCHEMA_VERSION,
        tool=tool(),
        inputs=[
            model.Input(
                path="logs/2026-03.jsonl",
                format="litellm",
                sha256=SHA,
                bytes=912_340_112,
                rows=412_342,
                rows_used=412_330,
                rejected=[model.Rejected(reason="timestamp is no time", count=12, first_at="line 17")],
                notes=["times without a zone were read as UTC"],
            )
        ],
        coverage=coverage(),
        networks=[
            harvest_network(),
            other_network("N2", "coordinated", "medium", "4 accounts of one person; no harvest was seen."),
            other_network("N3", "reseller", "low", "4 accounts carry the traffic of unrelated people."),
            other_network("N4", "explained", "info", "4 accounts of one verified company."),
        ],
        single_sources=[
            model.SingleSource(
                account_ids=["acct_77001"],
                organization_id="org_uni",
                events=8_000,
                events_in_campaign=7_900,
                extraction_bits=12.0,
                summary="7,900 requests with one template and 7,900 different slots; a licensed run looks the same",
                evidence=[evidence("content", "deck", 12.0, 0.0, 1, "7,900 items without a repeat")],
            )
        ],
        excluded=model.Excluded(
            hubs=[model.Hub(channel="client", signal="user_agent", value="python-requests/2.32", accounts=2_201)],
            suppressed=[model.Suppressed(fingerprint="00ff00ff00ff00ff", reason="our own evaluation", expires=None)],
            near_misses=[
                model.NearMiss(
                    account_ids=["acct_30001", "acct_30002"],
                    network="N1",
                    bits=9.1,
                    needed=12.6,
                    reason="one channel only: the same prefixes",
                )
            ],
        ),
        limits=["Accounts that share nothing in these fields cannot be linked by them."],
    )


def hostile() -> model.Report:
    """A report in which everything that a log could have put there attacks whoever reads it."""
    accounts = [
        HOSTILE,
        FORMULA,
        LONG,
        "|pipe|`tick`",
        "\u202eRTL",
        "  =1+1",
        "-2+3",
        "@SUM(A1)",
        "+1",
        "مرحبا بالعالم",
    ]
    network = other_network("N1", "extraction_network", "high", f"accounts send {HOSTILE}")
    return model.Report(
        schema_version=model.SCHEMA_VERSION,
        tool=tool(),
        inputs=[
            model.Input(
                path=f"logs/{HOSTILE}.csv",
                format="csv",
                sha256=SHA,
                bytes=10,
                rows=2,
                rows_used=1,
                rejected=[model.Rejected(reason=HOSTILE, count=1, first_at="row 1")],
                notes=[LONG],
            )
        ],
        coverage=model.Coverage(first=None, last=None, events=1, accounts=10),
        networks=[
            model.Network(
                **{
                    **{name: getattr(network, name) for name in network.__struct_fields__},
                    "accounts": [member(name, 16.0, identity=9.0, client=7.0) for name in accounts],
                    "models": {HOSTILE: 3, LONG: 2},
                    "countries": {"``": 1},
                    "evidence": [evidence("identity", HOSTILE, 9.0, 0.5, 1, LONG)],
                    "templates": [model.Template(id="```", skeleton=f"```\n# {HOSTILE}" + LONG, accounts=1,
                                                 events=1, outside_accounts=0)],
                    "hypotheses": [hypothesis("H1", HOSTILE, 1.0, LONG, HOSTILE, "1. list")],
                    "notes": [HOSTILE],
                    "observables": [
                        observable("identity", "payment", HOSTILE, accounts[:3], 1),
                        observable("network", HOSTILE, LONG, [FORMULA, "\u202eRTL"]),
                    ],
                }
            )
        ],
        single_sources=[
            model.SingleSource(
                account_ids=[HOSTILE, LONG, FORMULA, "d"],
                organization_id=HOSTILE,
                events=1,
                events_in_campaign=1,
                extraction_bits=1.0,
                summary=HOSTILE,
            )
        ],
        excluded=model.Excluded(
            hubs=[model.Hub(channel="client", signal="user_agent", value=HOSTILE, accounts=9)],
            suppressed=[model.Suppressed(fingerprint=HOSTILE, reason=HOSTILE, expires=HOSTILE)],
            near_misses=[
                model.NearMiss(account_ids=[HOSTILE] * 5, network=None, bits=1.0, needed=2.0, reason=HOSTILE)
            ],
        ),
        limits=[HOSTILE],
    )  # fmt: skip


def empty() -> model.Report:
    """A report in which nothing was found and little could be tested."""
    return model.Report(
        schema_version=model.SCHEMA_VERSION,
        tool=tool(),
        inputs=[],
        coverage=model.Coverage(first=None, last=None, events=0, accounts=0),
        networks=[],
    )


def five() -> model.Report:
    """A report with five networks, of which two harvest and one of these is on the user's own list."""
    listed = msgspec.structs.replace(
        harvest_network(), id="N2", fingerprint="00ff00ff00ff00ff", level="medium", suppressed="our own evaluation"
    )
    others = [
        other_network("N3", "coordinated", "low", "4 accounts of one person; no harvest was seen."),
        other_network("N4", "reseller", "low", "4 accounts carry the traffic of unrelated people."),
        other_network("N5", "explained", "info", "4 accounts of one verified company."),
    ]
    return msgspec.structs.replace(ordinary(), networks=[harvest_network(), listed, *others])


def clean() -> model.Report:
    """A report on the same log with nothing in it."""
    return msgspec.structs.replace(ordinary(), networks=[], single_sources=[], excluded=model.Excluded())


def marked() -> model.Report:
    """Five networks, one of them on the user's own list, in a report that may be passed on within limits."""
    return msgspec.structs.replace(five(), tlp="amber+strict")


REPORTS = {"ordinary": ordinary, "hostile": hostile, "empty": empty, "marked": marked}
"""Those of which every output has a golden file."""
WORLDS = {**REPORTS, "five": five, "clean": clean}
"""Those that go through every format."""
