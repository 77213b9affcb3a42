"""What a group's members share, signal by signal, and the records that show it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from extractscan import model, schema, scratch, shingles
from extractscan.groundwork import Ground
from extractscan.growing import Found
from extractscan.harvest import IN_STREAM, IN_TEMPLATE, PROMPT_KEY
from extractscan.hypotheses.facts import Facts
from extractscan.incidence import Kind, spans
from extractscan.model.shared import Observable, Part
from extractscan.profiles import Profile
from extractscan.settings import millibits
from extractscan.signals import SIGNALS
from extractscan.signals.declaration import octave_as_read

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ROWS_SHOWN = 3
VALUES_SHOWN = 60
OBSERVABLES_SHOWN = 40
"""Shared values of one signal that are listed, the most widely held first."""
VALUE = "{value}"
_DIGITS = re.compile("([0-9]+)")


@dataclass(frozen=True, slots=True)
class Case:
    """One group under judgement.

    Attributes:
        found: The group.
        facts: What is known of it.
        events: Its events, flagged.
        samples: Heads of some prompts of its stream.
        heard: Whether its events could be read; where only a summary is left, nothing is said of a harvest.
        left_out: Members of the group as found that are not its own: bystanders, and victims whom nothing else ties.
        shelf: File that its events wait in; `events` is empty then.
    """

    found: Found
    facts: Facts
    events: pl.DataFrame
    samples: Sequence[str]
    heard: bool = True
    left_out: int = 0
    shelf: Path | None = None

    def put_away(self) -> Case:
        """Return it with its events on the disk, for the time in which nobody looks at them."""
        if self.shelf is not None:
            return self
        return replace(self, events=self.events.clear(), shelf=scratch.shelved(self.events))

    def brought_back(self) -> Case:
        """Return one that was put away with its events, whose file is gone then."""
        assert self.shelf is not None
        return replace(self, events=scratch.unshelved(self.shelf), shelf=None)


def attribution(group: Profile, kinds: Sequence[Kind]) -> dict[tuple[str, str], int]:
    """Split the members' mean bits into (channel, signal) in millibits, so that the parts sum to the whole.

    In every channel the strongest signal of a member stands for it; `lacking` is the price of what members miss.
    """
    shares: dict[tuple[str, str], int] = {}
    n = len(group.members)
    for channel, bits in group.channels.items():
        names = [kind.name for kind in kinds if kind.channel == channel and kind.name in group.kinds]
        table = np.array([group.kinds[name][group.members] for name in names])
        winner = np.argmax(table, axis=0)
        top = table[winner, np.arange(n)]
        for number, name in enumerate(names):
            value = millibits(float(top[winner == number].sum() / n))
            if value:
                shares[channel, name] = value
        lack = millibits(float((bits[group.members] - top).sum() / n))
        if lack:
            shares[channel, "lacking"] = lack
    return shares


def evidence(case: Case, ground: Ground, shares: Mapping[tuple[str, str], int]) -> list[model.Evidence]:
    """List what holds the members together, by channel and then by bits; rows name their file by number.

    Args:
        case: The group.
        ground: What the analysis stands on.
        shares: Millibits of each (channel, signal), from `attribution`.
    """
    kinds = {kind.name: kind for kind in ground.incidence.kinds}
    wording = shingles.skeleton(case.samples) or ""
    found = []
    for (channel, name), bits in sorted(
        shares.items(), key=lambda item: (schema.CHANNELS.index(item[0][0]), -item[1], item[0])
    ):
        if name == "lacking":
            summary = "members that lack what the others have in common count less"
            found.append(
                model.Evidence(
                    channel=channel, signal=name, bits=bits / 1000, background=0.0, held_by=0, summary=summary
                )
            )
            continue
        holding, outside, top, distinct, accounts = _held(kinds[name], case.found.profile, ground)
        value = _value(kinds[name], top, ground, wording)
        whole = f"{holding} of {len(case.found.members)} members {SIGNALS[name].says}"
        quotes = bool(value) and VALUE in whole
        phrase = whole.replace(VALUE, _shown(VALUE if quotes else "", distinct, name))
        found.append(
            model.Evidence(
                channel=channel,
                signal=name,
                bits=bits / 1000,
                background=round(outside / max(ground.incidence.units - len(case.found.members), 1), 6),
                held_by=holding,
                summary=phrase.replace(VALUE, value),
                rows=_exemplars(case, name, accounts),
                phrase=phrase if quotes else None,
                value=value if quotes else None,
                value_held_by=int(np.isin(case.found.members, kinds[name].held_by(top)).sum()) if quotes else 0,
            )
        )
    return found


def _held(kind: Kind, group: Profile, ground: Ground) -> tuple[int, int, int, int, pl.Series]:
    """Return members and outsiders that hold a shared value, the most shared one, how many, and the accounts."""
    held, count = np.unique(kind.value[spans(kind.ptr, group.members)], return_counts=True)
    common = held[count >= 2]
    holders = np.unique(kind.by_value[spans(kind.by_value_ptr, common)])
    inside = np.intersect1d(holders, group.members)
    rarest = kind.holders[common] - count[count >= 2]
    best = np.lexsort((common, rarest, -count[count >= 2]))[0]
    accounts = ground.units.filter(pl.col("unit").is_in(pl.Series(inside).implode()))[schema.ACCOUNT]
    if kind.mixture:
        private = rarest <= np.quantile(rarest, 0.5)
        outside = int(rarest[private].max()) if private.any() else 0
    else:
        outside = len(holders) - len(inside)
    return len(inside), outside, int(common[best]), len(common), accounts


def observables(
    case: Case, ground: Ground, shares: Mapping[tuple[str, str], int], wording: Sequence[model.Template]
) -> tuple[list[Observable], int]:
    """List the values that members share, with the accounts that hold them, for the signals that link the group.

    Pieces of wording stand as one value, the template; a signal lists its `OBSERVABLES_SHOWN` most widely held.

    Returns:
        The values by channel, signal and number of holders; and how many are not listed.
    """
    kinds = {kind.name: kind for kind in ground.incidence.kinds}
    members = case.found.members
    accounts: dict[int, list[str]] = {}
    inside = ground.units.filter(pl.col("unit").is_in(pl.Series(members).implode()))
    for unit, name in inside.sort("unit", schema.ACCOUNT).select("unit", schema.ACCOUNT).iter_rows():
        accounts.setdefault(unit, []).append(name)
    found: list[Observable] = []
    omitted = 0
    for channel, name in sorted(shares, key=lambda key: (schema.CHANNELS.index(key[0]), key[1])):
        if name == "lacking":
            continue
        kind = kinds[name]
        if kind.mixture:
            found += [_worded(case, channel, name, template) for template in wording]
            continue
        held, count = np.unique(kind.value[spans(kind.ptr, members)], return_counts=True)
        common = np.lexsort((held, -count))[: int((count >= 2).sum())]
        omitted += max(len(common) - OBSERVABLES_SHOWN, 0)
        for number in held[common[:OBSERVABLES_SHOWN]].tolist():
            holders = kind.held_by(number)
            who = sorted(one for unit in np.intersect1d(holders, members).tolist() for one in accounts[unit])
            rest = len(holders) - int(np.isin(holders, members).sum())
            value = _as_read(kind, number)
            found.append(Observable(channel=channel, signal=name, value=value, held_by=who, outside=rest))
    return found, omitted


def _worded(case: Case, channel: str, name: str, template: model.Template) -> Observable:
    who = case.events.filter(IN_TEMPLATE)[schema.ACCOUNT].unique().sort().to_list()
    return Observable(channel=channel, signal=name, value=template.id, held_by=who, outside=template.outside_accounts)


def _value(kind: Kind, number: int, ground: Ground, wording: str) -> str:
    """Return a value as people read it: pieces of text are kept as hashes, so the wording around them stands in."""
    value = _as_read(kind, number)
    if kind.name == "system_prompt":
        known = ground.summary.texts.filter(pl.col("value") == value)
        value = " ".join(str(known["text"][0]).split()) if len(known) else value
    if kind.name == "template":
        value = " ".join(wording.split())
    return value if len(value) <= VALUES_SHOWN else value[: VALUES_SHOWN - 1] + "…"


def _as_read(kind: Kind, number: int) -> str:
    unit = SIGNALS[kind.name].unit
    return octave_as_read(kind.values[number], unit) if unit else kind.values[number]


def _shown(value: str, distinct: int, name: str) -> str:
    """Name the most shared value and say how many more there are."""
    if name == "template":
        pieces = f"{distinct} piece{'s' * (distinct > 1)} of text in common"
        return f"“{value}”, {pieces}" if value else pieces
    return value if distinct <= 1 else f"{value} or {distinct - 1} more that they share"


def _exemplars(case: Case, name: str, accounts: pl.Series) -> list[model.Row]:
    """Choose the first events of different members, those in the stream first, wherever they stand in the files."""
    there = pl.col(schema.ACCOUNT).is_in(accounts.implode()) & pl.col(schema.ROW).is_not_null()
    if name in {"template", "system_prompt"}:
        there &= pl.col(IN_TEMPLATE)
    order = [IN_STREAM, schema.TIMESTAMP, schema.ACCOUNT, schema.REQUEST, PROMPT_KEY]
    events = case.events.lazy().filter(there).select(*order, schema.FILE, schema.ROW).collect()
    ranked = events.sort(order, descending=[True, False, False, False, False], nulls_last=True)
    first = ranked.unique(schema.ACCOUNT, keep="first", maintain_order=True)
    return [
        model.Row(file=str(f), row=int(r), sha256="")
        for f, r in first.head(ROWS_SHOWN).select(schema.FILE, schema.ROW).iter_rows()
    ]


def templates(case: Case) -> list[model.Template]:
    """Show the wording that the stream's prompts have in common, if there is any."""
    worded = case.events.filter(IN_TEMPLATE)
    if not len(worded):
        return []
    skeleton = shingles.skeleton(case.samples)
    if not skeleton:
        return []
    outside = case.found.profile.rates.get("template")
    others = int(outside[2][np.lexsort((outside[0], -outside[1]))[0]]) if outside is not None and len(outside[1]) else 0
    return [
        model.Template(
            id=hashlib.sha256(skeleton.encode()).hexdigest()[:12],
            skeleton=skeleton,
            accounts=worded[schema.ACCOUNT].n_unique(),
            events=len(worded),
            outside_accounts=others,
            parts=_parts(skeleton, case.samples),
        )
    ]


def _parts(skeleton: str, samples: Sequence[str]) -> list[Part]:
    """Count for each fixed part of a skeleton the samples, one of each account, that hold exactly that.

    Wording is compared with case and digits folded, so that a part of the drawn sample may hold digits of its own:
    runs of digits are counted apart, behind the text that they follow.
    """
    parts = []
    for fixed in filter(None, skeleton.split(shingles.GAP)):
        before = ""
        for text in filter(None, _DIGITS.split(fixed)):
            sought = before + text if _DIGITS.match(text) else text
            parts.append(Part(text=text, accounts=sum(sought in sample for sample in samples)))
            before = text
    return parts


def iso(moment: object) -> str:
    """Write a moment (datetime, or microseconds since the epoch) as ISO 8601 in UTC; nothing for None."""
    if isinstance(moment, int):
        moment = EPOCH + timedelta(microseconds=moment)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if isinstance(moment, datetime) else ""
