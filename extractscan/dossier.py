"""From a group that holds together and its facts to the network that the report prints."""

from __future__ import annotations

import polars as pl

from extractscan import hypotheses, model, rowsets, schema
from extractscan.exhibits import Case, attribution, evidence, iso, observables, templates
from extractscan.groundwork import Ground
from extractscan.growing import Found, shrunk
from extractscan.harvest import IN_STREAM
from extractscan.hypotheses.asks import asking
from extractscan.hypotheses.harvesting import extraction, outspoken, run_through
from extractscan.hypotheses.rhythm import heirs
from extractscan.hypotheses.weighing import Weighed
from extractscan.model.shared import fingerprint
from extractscan.portrait import traits
from extractscan.profiles import needed_bits
from extractscan.settings import Settings, millibits
from extractscan.signals import SIGNALS

ROWS_NAMED = 100_000
"""Records of a harvest that a report names; a hundred thousand take half a megabyte."""


def network(case: Case, ground: Ground, null: model.NullTest, settings: Settings) -> model.Network:
    """Write one network as the report holds it; its id is set when all are sorted.

    Evidence rows name their file by number and have no hash yet: those are filled in for all networks at once.
    """
    weighed, harvest, harvest_bits, verdict = judgement(case, settings)
    shares = attribution(case.found.profile, ground.incidence.kinds)
    events = case.events
    stream = events.filter(IN_STREAM)
    members = _members(case, ground, harvested=verdict == "extraction_network")
    tokens = int((events[schema.INPUT_TOKENS].fill_null(0) + events[schema.OUTPUT_TOKENS].fill_null(0)).sum())
    micros = [round(cost * 1e6) for cost in events[schema.COST].drop_nulls().to_list()]
    coordination = sum(shares.values()) / 1000
    wording = templates(case)
    shared, omitted = observables(case, ground, shares, wording)
    return model.Network(
        id="",
        fingerprint=fingerprint([m.account_id for m in members]),
        verdict=verdict,
        level=level(verdict, len(members), len(stream)),
        title=_title(verdict, len(members), len(stream), weighed),
        coordination_bits=coordination,
        extraction_bits=harvest_bits,
        null=null,
        accounts=members,
        events=len(events),
        events_in_campaign=len(stream) if verdict == "extraction_network" else 0,
        tokens=tokens,
        cost_usd=sum(micros) / 1e6 if micros else None,
        models=_counts(events, schema.MODEL),
        countries=_counts(events, schema.COUNTRY),
        first_seen=iso(events[schema.TIMESTAMP].min()),
        last_seen=iso(events[schema.TIMESTAMP].max()),
        evidence=evidence(case, ground, shares),
        extraction=[
            model.Evidence(
                channel="extraction", signal=name, bits=millibits(bits) / 1000, background=round(outside, 6),
                held_by=stream[schema.ACCOUNT].n_unique(), summary=says, rows=[],
            )
            for name, bits, outside, says in harvest
        ],
        templates=wording,
        hypotheses=[_hypothesis(one) for one in weighed],
        survives_without=survives(case.found, ground, settings),
        timeline=_timeline(events),
        notes=[*_notes(case, weighed, verdict, harvest_bits, settings), *_described(case, ground)],
        observables=shared,
        observables_omitted=omitted,
        traits=traits(case, ground, harvested=verdict == "extraction_network"),
        campaign_rows=campaign_rows(stream) if verdict == "extraction_network" else [],
        campaign_rows_omitted=max(len(stream) - ROWS_NAMED, 0) if verdict == "extraction_network" else 0,
    )  # fmt: skip


def campaign_rows(stream: pl.DataFrame) -> list[model.Rows]:
    """Name the records of a harvest by input, which has its number for a name here, and row; at most `ROWS_NAMED`."""
    named = stream.select(schema.FILE, schema.ROW).sort(schema.FILE, schema.ROW).head(ROWS_NAMED)
    by_file = named.group_by(schema.FILE, maintain_order=True).agg(schema.ROW)
    return [
        model.Rows(file=str(file), rows=rowsets.written(rows), count=len(rows)) for file, rows in by_file.iter_rows()
    ]


def judgement(
    case: Case, settings: Settings
) -> tuple[list[Weighed], list[tuple[str, float, float, str]], float, model.Verdict]:
    """Judge a case: its explanations, best first; what speaks for a harvest, with the sum of its bits; the verdict."""
    weighed = hypotheses.weigh(case.facts)
    harvest = extraction(case.facts)
    bits = sum(millibits(each) for _, each, _, _ in harvest) / 1000
    if not case.heard:
        return weighed, [], 0.0, "coordinated"
    through, thread = run_through(case.facts), outspoken(case.facts)
    return weighed, harvest, bits, hypotheses.verdict(weighed, bits, settings, thread=thread, run_through=through)


def level(verdict: model.Verdict, accounts: int, events: int) -> model.Level:
    """Rank a network by what it is and how large it is."""
    if verdict == "extraction_network":
        if accounts >= 50 or events >= 50_000:
            return "critical"
        return "high" if accounts >= 8 else "medium"
    return "info" if verdict == "explained" else "low"


def survives(found: Found, ground: Ground, settings: Settings) -> dict[str, bool]:
    """Tell for each channel whether most of the group still holds together without it."""
    kept = {}
    for channel in found.profile.channels:
        group = shrunk(ground.incidence, found.members, settings, without=frozenset({channel}))
        kept[channel] = group is not None and len(group.members) * 2 >= len(found.members)
    return kept


def _members(case: Case, ground: Ground, *, harvested: bool) -> list[model.Member]:
    group = case.found.profile
    units = ground.units.filter(pl.col("unit").is_in(pl.Series(group.members).implode()))
    stats = case.events.group_by(pl.col(schema.ACCOUNT).cast(pl.String)).agg(
        pl.len().alias("n"),
        pl.col(IN_STREAM).sum().alias("campaign"),
        pl.col(schema.TIMESTAMP).min().alias("first"),
        pl.col(schema.TIMESTAMP).max().alias("last"),
    )
    late = heirs(stats.with_columns(pl.col("first").to_physical(), pl.col("last").to_physical()))
    members = []
    told = ground.accounts.select(schema.ACCOUNT, schema.STATUS)
    for row in (
        units.join(stats, on=schema.ACCOUNT)
        .join(told, on=schema.ACCOUNT, how="left")
        .sort(schema.ACCOUNT)
        .iter_rows(named=True)
    ):
        channels = {name: millibits(float(bits[row["unit"]])) for name, bits in group.channels.items()}
        pool = channels.get(schema.IDENTITY, 0) < 3000 and channels.get(schema.NETWORK, 0) >= 3000
        role = "heir" if row[schema.ACCOUNT] in late else "pool" if pool else "core"
        members.append(
            model.Member(
                account_id=row[schema.ACCOUNT],
                bits=sum(channels.values()) / 1000,
                role=role,
                events=row["n"],
                events_in_campaign=row["campaign"] if harvested else 0,
                first_seen=iso(row["first"]),
                last_seen=iso(row["last"]),
                channels={name: value / 1000 for name, value in channels.items()},
                status=row[schema.STATUS],
            )
        )
    return members


def _hypothesis(one: Weighed) -> model.Hypothesis:
    return model.Hypothesis(
        id=f"{one.id} {one.name}",
        title=one.title,
        bits=millibits(one.bits) / 1000,
        for_=[f"{p.bits:+.1f} {p.says}" for p in one.points if p.bits > 0],
        against=[f"{p.bits:+.1f} {p.says}" for p in one.points if p.bits < 0],
        would_decide=list(one.would_decide),
    )


def _counts(events: pl.DataFrame, column: str) -> dict[str, int]:
    counted = events[column].drop_nulls().value_counts().sort("count", column, descending=[True, False])
    return dict(counted.iter_rows())


def _timeline(events: pl.DataFrame) -> list[model.TimelinePoint]:
    days = events.group_by(pl.col(schema.TIMESTAMP).dt.date().alias("day")).agg(
        pl.len().alias("n"), pl.col(schema.ACCOUNT).n_unique().alias("who")
    )
    return [model.TimelinePoint(day=str(day), events=n, accounts=who) for day, n, who in days.sort("day").iter_rows()]


def _described(case: Case, ground: Ground) -> list[str]:
    """Say how many members show what describes accounts but links none."""
    who = case.events[schema.ACCOUNT].unique()
    counts = ground.described.filter(pl.col(schema.ACCOUNT).is_in(who.implode()))["kind"].value_counts().sort("kind")
    says = {name: SIGNALS[name].says.replace("{value}", "").replace("()", "").strip() for name in counts["kind"]}
    return [
        f"{n} of {len(who)} accounts {says[name]} ({name}; describes them, links nobody)"
        for name, n in counts.iter_rows()
    ]


def _notes(case: Case, weighed: list[Weighed], verdict: model.Verdict, harvest: float, settings: Settings) -> list[str]:
    needed = needed_bits(case.facts.population, case.facts.units, settings)
    notes = [
        f"membership needs {needed:.1f} bits over two channels; the prior odds against a random account are in that"
    ]
    if not case.heard:
        notes.append("what its traffic was for could not be judged: the logs behind the summary are not here")
    elif verdict != "extraction_network":
        rival = next(one for one in weighed if one.name != "extraction_operator")
        if harvest < settings.extraction_bits:
            notes.append(f"no harvest: {harvest:.1f} of the {settings.extraction_bits:.1f} bits that it needs")
        else:
            notes.append(f"a harvest is possible, but {rival.id} ({rival.title}) is not excluded")
    elif 0.1 <= case.facts.own_traffic < 1.0:
        notes.append(f"{case.facts.own_traffic:.0%} of the members' traffic is not part of the campaign")
    if case.left_out:
        notes.append(
            f"{case.left_out} more would be linked, and are left out: they sent nothing of what the others send,"
            " or others use their keys, and nothing bought ties them"
        )
    if verdict == "extraction_network" and not asking(case.facts):
        notes.append(
            "none of the known requests of a harvest was recognised: the verdict rests on how one hidden hand spreads"
            " its work, and makers of false reviews or of pages for search engines spread theirs alike; read what is"
            " asked"
        )
    return notes


def _title(verdict: model.Verdict, accounts: int, stream: int, weighed: list[Weighed]) -> str:
    if verdict == "extraction_network":
        return f"{accounts} accounts are linked; {stream} of their requests are consistent with one operator's harvest"
    leader = weighed[0]
    if verdict == "reseller":
        return f"{accounts} accounts are linked as by {leader.title}; no harvest runs through them"
    if verdict == "explained":
        return f"{accounts} accounts are linked, which would be explained by {leader.title}"
    rival = next(one for one in weighed if one.name != "extraction_operator")
    if rival is leader:
        return f"{accounts} accounts are linked as by one operator, or by {rival.title}; the log does not decide"
    return f"{accounts} accounts are linked as by one operator, but a harvest by him does not stand"
