"""From a summary and the accounts table to everything that linking and weighing read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from extractscan import incidence, model, reduce, schema
from extractscan.folding import fold_content
from extractscan.growing import Found
from extractscan.hypotheses.facts import END_PRODUCT
from extractscan.hypotheses.gathering import Background, Family
from extractscan.incidence import Incidence, Ints, Kind
from extractscan.rules import Rule
from extractscan.seeding import steady_pieces
from extractscan.settings import Settings
from extractscan.signals import SIGNALS
from extractscan.signals.declaration import Signal, text
from extractscan.told import Told, unknown

DESCRIPTORS = (schema.END_USER, schema.ORGANIZATION, schema.COUNTRY)
"""Columns that are counted like signals but describe accounts only."""
SPECIFIC_CAP = {"low": 3.0, "medium": 6.0, "high": 9.0}
"""The most that one family may say of a harvest: what graders and teachers ask for as well says little."""
ABSENT = {
    "created": "the accounts table has no created_at",
    "plan": "the accounts table has no plan",
    "pivot_model": "no account moves to a model that is new in the log",
    "ramp_hours": "no account is active on three days",
}
"""Why a behaviour that everybody lacks cannot be told."""
LABEL_SHARE = 0.2
"""Share of an account's traffic, over which a family of requests labels the account."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What the analysis stands on.

    Attributes:
        summary: Of all events, thin: the rest went into `incidence` and `pieces`.
        accounts: account_id of every account in the log with its row of the accounts table, and `unit`.
        units: account_id, unit, customer.
        incidence: Who holds what.
        labels: Kinds that label accounts by what they ask for; they never link.
        pieces: shingle, number of the piece of wording in the template kind.
        background: What everybody does.
        described: account_id, kind: which accounts show what only describes them, such as use from many addresses.
        runs: Which signals ran.
    """

    summary: reduce.Summary
    accounts: pl.DataFrame
    units: pl.DataFrame
    incidence: Incidence
    labels: tuple[Kind, ...]
    pieces: pl.DataFrame
    background: Background
    described: pl.DataFrame
    runs: list[model.SignalRun]


def event_values(columns: frozenset[str]) -> dict[str, pl.Expr]:
    """Return the event signals that can run on these columns, with their values."""
    values = {s.name: s.value for s in SIGNALS.values() if s.table == "events" and set(s.needs) <= columns}
    return values | {name: text(name) for name in DESCRIPTORS if name in columns}


def lay(known: Told, columns: frozenset[str], rules: Sequence[Rule], settings: Settings, *, side_table: bool) -> Ground:
    """Prepare linking: fold the text, and put sightings of all signals side by side.

    Args:
        known: Of all accounts.
        columns: Canonical columns that the log delivers.
        rules: Intent rules, in the order of their bits in the masks.
        settings: Smallest network.
        side_table: Whether an accounts table was given.
    """
    summary, units = known.summary, known.units
    template, pieces = fold_content(known.content, _prompts(summary, units))
    template, pieces = steady_pieces(template, pieces, settings)
    known.kinds.append(template)
    del template
    most = sum(len(kind.by_value) for kind in known.kinds)
    who = Incidence.laid(known.size, _taken(known.kinds), most)
    families = families_of(rules)
    numbered = units.select(schema.ACCOUNT, "unit")
    background = Background(
        incidence=who,
        behaviour=known.behaviour.join(numbered, on=schema.ACCOUNT),
        accounts=known.accounts.join(numbered, on=schema.ACCOUNT),
        totals=summary.totals.join(numbered, on=schema.ACCOUNT),
        intent=summary.intent.join(numbered, on=schema.ACCOUNT),
        end_users=_end_users(summary),
        families=families,
        products=products(rules),
    )
    return Ground(
        summary=summary,
        accounts=background.accounts,
        units=units,
        incidence=who,
        labels=_labels(summary, units, families, known.size),
        pieces=pieces,
        background=background,
        described=known.described,
        runs=_runs(columns, {"accounts": known.accounts, "behaviour": known.behaviour}, side_table=side_table),
    )


def _taken(kinds: list[Kind]) -> Iterator[Kind]:
    """Take kinds out of a list one by one."""
    while kinds:
        yield kinds.pop(0)


def current(found: Sequence[Found], ground: Ground, settings: Settings) -> list[Found]:
    """Keep the groups of which enough members act in the current log: baseline logs are background, not findings."""
    acting = ground.units.join(ground.summary.activity, on=schema.ACCOUNT, how="semi")["unit"].unique().to_numpy()
    return [group for group in found if int(np.isin(group.members, acting).sum()) >= settings.min_accounts]


def families_of(rules: Sequence[Rule]) -> dict[str, Family]:
    """Group rules by what they ask for and how specific they are: a vague rule never says as much as a telling one.

    Rules for finished text that somebody hands in or publishes are none of these: see `products`.
    """
    families: dict[str, Family] = {}
    for number, rule in enumerate(rules):
        if rule.family == END_PRODUCT:
            continue
        key = f"{rule.family}.{rule.specificity}"
        known = families.get(key)
        cap = min(rule.bits, SPECIFIC_CAP[rule.specificity])
        mask = 1 << number
        if known is not None:
            mask, cap = known.mask | mask, max(known.cap, cap)
        families[key] = Family(rule.family.replace("_", " "), mask, cap)
    return families


def products(rules: Sequence[Rule]) -> int:
    """Return the bits of the rules that tell of work which is no harvest."""
    return sum(1 << number for number, rule in enumerate(rules) if rule.family == END_PRODUCT)


def _prompts(summary: reduce.Summary, units: pl.DataFrame) -> Ints:
    known = units.join(summary.totals, on=schema.ACCOUNT).group_by("unit").agg(pl.col("prompts").sum()).sort("unit")
    return np.asarray(known["prompts"].to_numpy(), dtype=np.int64)


def _end_users(summary: reduce.Summary) -> pl.DataFrame:
    seen = summary.sightings.filter(pl.col("kind") == schema.END_USER)
    return seen.group_by(schema.ACCOUNT).agg(pl.len().alias("distinct"), pl.col("count").sum().alias("seen"))


def _labels(
    summary: reduce.Summary, units: pl.DataFrame, families: Mapping[str, Family], size: int
) -> tuple[Kind, ...]:
    """Build the kind of accounts a fifth of whose traffic asks for one family of things, three times at least."""
    numbered = units.select(schema.ACCOUNT, "unit")
    events = summary.totals.join(numbered, on=schema.ACCOUNT).group_by("unit").agg(pl.col("events").sum())
    asked = summary.intent.join(numbered, on=schema.ACCOUNT)
    unit: list[int] = []
    value: list[int] = []
    for number, family in enumerate(families.values()):
        hits = asked.filter((pl.col("mask") & family.mask) != 0).group_by("unit").agg(pl.col("count").sum())
        heavy = hits.join(events, on="unit").filter(
            (pl.col("count") >= LABEL_SHARE * pl.col("events")) & (pl.col("count") >= 3)
        )
        unit += heavy["unit"].to_list()
        value += [number] * len(heavy)
    if not unit:
        return ()
    ones = np.ones(len(unit))
    who = np.array(unit, dtype=np.int64)
    return (incidence.kind_of("intent", "intent", list(families), size, who, np.array(value, dtype=np.int64), ones),)


def _runs(columns: frozenset[str], frames: Mapping[str, pl.DataFrame], *, side_table: bool) -> list[model.SignalRun]:
    runs = []
    for signal in SIGNALS.values():
        if signal.table in frames:
            missing = unknown(signal, frames[signal.table])
        else:
            missing = [need for need in signal.needs if need not in columns]
        why = _why(signal, missing) if missing else None
        if why and "accounts table" in why and not side_table:
            why += " (no --accounts given)"
        runs.append(model.SignalRun(name=signal.name, channel=signal.channel, ran=why is None, why_not=why))
    return runs


def _why(signal: Signal, missing: Sequence[str]) -> str:
    if signal.table == "behaviour" and missing[0] in ABSENT:
        return ABSENT[missing[0]]
    source = "the accounts table" if signal.table == "accounts" else "the log"
    return f"{source} has no {', '.join(missing)}"
