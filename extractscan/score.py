"""Holds a report against labels: who was found, who was wrongly flagged, which networks came apart or ran together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path
from typing import Final

import msgspec
import polars as pl

from extractscan import schema
from extractscan.errors import InputError
from extractscan.model import Report

FLAGGED: Final = "extraction_network"
"""The one verdict that accuses; accounts of networks with any other are not flagged."""
_COLUMNS: Final = (schema.ACCOUNT, "kind", "group_id", "campaign", "events", "events_in_campaign")


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """How much of one campaign, or of all campaigns of one kind, was flagged."""

    accounts: int
    flagged: int
    recall: float


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """Precision, recall and their harmonic mean; null where nothing was to be counted."""

    precision: float | None
    recall: float | None
    f1: float | None


class Scores(msgspec.Struct, frozen=True, kw_only=True):
    """What a report got right on labelled traffic; all maps are sorted by name."""

    accounts: int
    campaign_accounts: int
    flagged: int
    flagged_rightly: int
    precision: float | None
    recall: float | None
    recall_by_kind: dict[str, Found]
    recall_by_group: dict[str, Found]
    flagged_by_innocent_kind: dict[str, int]
    bcubed: Agreement
    """Over flagged and campaign accounts; an account in no network and an innocent one stand alone."""
    pairwise: Agreement
    """Over pairs of those accounts: in one network against in one campaign."""
    networks_split: dict[str, int]
    """Campaign groups found in more than one flagged network, with how many."""
    networks_merged: dict[str, list[str]]
    """Flagged networks that hold accounts of more than one campaign group, with the groups."""
    networks_by_verdict: dict[str, int]
    accounts_by_verdict: dict[str, dict[str, int]]
    """By verdict of the network, accounts by kind."""
    single_sources_by_kind: dict[str, int]
    campaign_events: int
    campaign_events_reported: int
    """`events_in_campaign` of the flagged networks, right or wrong."""


def score(report: Report, labels_path: str) -> Scores:
    """Compare a report with a labels table (Parquet: account_id, kind, group_id, campaign, events, events_in_campaign).

    An account in several flagged networks counts for the first in the report. Same inputs, same result.

    Raises:
        InputError: if the labels cannot be read, lack a column, or do not know an account of the report.
    """
    labels = _labels(labels_path)
    kind = dict(zip(labels[schema.ACCOUNT], labels["kind"], strict=True))
    hidden = labels.filter("campaign")
    group = dict(zip(hidden[schema.ACCOUNT], hidden["group_id"], strict=True))
    _check_known(report, kind, labels_path)
    network: dict[str, str] = {}
    for found in report.networks:
        if found.verdict == FLAGGED:
            for member in found.accounts:
                network.setdefault(member.account_id, found.id)
    right = network.keys() & group.keys()
    return Scores(
        accounts=labels.height,
        campaign_accounts=len(group),
        flagged=len(network),
        flagged_rightly=len(right),
        precision=_ratio(len(right), len(network)),
        recall=_ratio(len(right), len(group)),
        recall_by_kind=_recall({account: kind[account] for account in group}, network),
        recall_by_group=_recall(group, network),
        flagged_by_innocent_kind=_counted(kind[account] for account in network.keys() - group.keys()),
        bcubed=_bcubed(network, group),
        pairwise=_pairwise(network, group),
        networks_split=_split(network, group),
        networks_merged=_merged(network, group),
        networks_by_verdict=_counted(found.verdict for found in report.networks),
        accounts_by_verdict=_by_verdict(report, kind),
        single_sources_by_kind=_counted(
            kind[account] for source in report.single_sources for account in source.account_ids
        ),
        campaign_events=int(hidden["events_in_campaign"].sum()),
        campaign_events_reported=sum(n.events_in_campaign for n in report.networks if n.verdict == FLAGGED),
    )


def _labels(path: str) -> pl.DataFrame:
    if not Path(path).is_file():
        raise InputError(
            f"{path}: no such labels file", hint="`extractscan simulate` writes labels.parquet beside its log"
        )
    try:
        labels = pl.read_parquet(path)
    except pl.exceptions.PolarsError as error:
        raise InputError(f"{path}: not a readable Parquet file", hint="give the labels.parquet of the log") from error
    missing = [name for name in _COLUMNS if name not in labels.columns]
    if missing:
        raise InputError(f"{path}: labels lack {', '.join(missing)}", hint=f"columns needed: {', '.join(_COLUMNS)}")
    return labels.select(_COLUMNS).sort(schema.ACCOUNT)


def _check_known(report: Report, kind: Mapping[str, str], path: str) -> None:
    members = chain.from_iterable((member.account_id for member in found.accounts) for found in report.networks)
    sources = chain.from_iterable(source.account_ids for source in report.single_sources)
    unknown = sorted({account for account in chain(members, sources) if account not in kind})
    if unknown:
        raise InputError(
            f"{path}: {len(unknown)} accounts of the report have no label, the first is {unknown[0]!r}",
            hint="report and labels must come from the same log, and the report must not be redacted",
        )


def _ratio(part: float, whole: float) -> float | None:
    return round(part / whole, 6) if whole else None


def _counted(names: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(names).items()))


def _recall(classes: Mapping[str, str], network: Mapping[str, str]) -> dict[str, Found]:
    total = _counted(classes.values())
    hit = Counter(name for account, name in classes.items() if account in network)
    return {
        name: Found(accounts=count, flagged=hit[name], recall=round(hit[name] / count, 6))
        for name, count in total.items()
    }


def _agreement(precision: float | None, recall: float | None) -> Agreement:
    if precision is None or recall is None:
        return Agreement(precision=precision, recall=recall, f1=None)
    f1 = round(2 * precision * recall / (precision + recall), 6) if precision + recall else 0.0
    return Agreement(precision=precision, recall=recall, f1=f1)


def _cells(network: Mapping[str, str], group: Mapping[str, str]) -> Counter[tuple[str, str]]:
    """Count accounts by (network, campaign group); who is in none is alone under its own name."""
    everyone = network.keys() | group.keys()
    return Counter((network.get(who, f"\x00{who}"), group.get(who, f"\x00{who}")) for who in everyone)


def _margins(cells: Counter[tuple[str, str]]) -> tuple[Counter[str], Counter[str]]:
    rows: Counter[str] = Counter()
    columns: Counter[str] = Counter()
    for (row, column), count in cells.items():
        rows[row] += count
        columns[column] += count
    return rows, columns


def _bcubed(network: Mapping[str, str], group: Mapping[str, str]) -> Agreement:
    """Average over accounts: the share of its network that is of its campaign, and of its campaign in its network.

    Bagga and Baldwin, 1998. The sums are exact fractions' floats added in sorted order, so that they never differ.
    """
    cells = _cells(network, group)
    rows, columns = _margins(cells)
    total = sum(cells.values())
    precision = sum(count * count / rows[row] for (row, _), count in sorted(cells.items()))
    recall = sum(count * count / columns[column] for (_, column), count in sorted(cells.items()))
    return _agreement(_ratio(precision, total), _ratio(recall, total))


def _pairwise(network: Mapping[str, str], group: Mapping[str, str]) -> Agreement:
    cells = _cells(network, group)
    rows, columns = _margins(cells)
    together = _pairs(cells.values())
    return _agreement(_ratio(together, _pairs(rows.values())), _ratio(together, _pairs(columns.values())))


def _pairs(counts: Iterable[int]) -> int:
    return sum(count * (count - 1) // 2 for count in counts)


def _split(network: Mapping[str, str], group: Mapping[str, str]) -> dict[str, int]:
    met = sorted({(group[account], network[account]) for account in network.keys() & group.keys()})
    return {name: count for name, count in _counted(name for name, _ in met).items() if count > 1}


def _merged(network: Mapping[str, str], group: Mapping[str, str]) -> dict[str, list[str]]:
    met = sorted({(network[account], group[account]) for account in network.keys() & group.keys()})
    held: dict[str, list[str]] = {}
    for found, name in met:
        held.setdefault(found, []).append(name)
    return {found: names for found, names in held.items() if len(names) > 1}


def _by_verdict(report: Report, kind: Mapping[str, str]) -> dict[str, dict[str, int]]:
    seen = sorted({(found.verdict, member.account_id) for found in report.networks for member in found.accounts})
    verdicts = dict.fromkeys(verdict for verdict, _ in seen)
    return {name: _counted(kind[account] for verdict, account in seen if verdict == name) for name in verdicts}
