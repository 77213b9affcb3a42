"""Scores of a report against the labels of a world, computed on their own so that another scorer can be checked."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from extractscan.model import Report

HARVEST = "extraction_network"


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one campaign."""

    flagged: int
    linked: int
    """In any network, whatever its verdict."""
    accounts: int
    missed_as: str
    """The network, not flagged, that holds most: verdict, harvest bits, the two leading hypotheses; or nothing."""


@dataclass(frozen=True, slots=True)
class Scores:
    """All figures of one world; shares are between 0 and 1, and 1 where there was nothing to get wrong."""

    precision: float
    recall: float
    bcubed: float
    pairwise: float
    events_precision: float
    """Of the requests that the report counts as harvest, the share that is (bounded account by account)."""
    events_recall: float
    innocents: dict[str, tuple[int, int]]
    """Kind: flagged, all; only kinds with one flagged."""
    kinds: dict[str, tuple[int, int]]
    """Campaign kind: flagged, all."""
    groups: dict[str, Fate]
    """By campaign group."""
    split: int
    """Campaign groups of which two or more networks hold at least two accounts each."""
    merged: int
    """Networks that hold at least two accounts of each of two or more campaign groups."""
    verdicts: dict[str, int]
    innocent_networks: dict[str, int]
    """Kind most members belong to, for networks with no campaign account: how many are flagged."""


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 1.0


def _harmonic(a: float, b: float) -> float:
    return 2 * a * b / (a + b) if a + b else 0.0


def bcubed(found: Mapping[str, str], truth: Mapping[str, str]) -> float:
    """B-cubed F1 over the accounts that are in a cluster on either side; absent ones count as clusters of one."""
    universe = found.keys() | truth.keys()
    if not universe:
        return 1.0
    left = {a: ("found", found[a]) if a in found else ("alone", a) for a in universe}
    right = {a: ("truth", truth[a]) if a in truth else ("alone", a) for a in universe}
    both = Counter((left[a], right[a]) for a in universe)
    sizes_left, sizes_right = Counter(left.values()), Counter(right.values())
    precision = sum(n * n / sizes_left[a] for (a, _), n in both.items()) / len(universe)
    recall = sum(n * n / sizes_right[b] for (_, b), n in both.items()) / len(universe)
    return _harmonic(precision, recall)


def pairwise(found: Mapping[str, str], truth: Mapping[str, str]) -> float:
    """F1 over unordered pairs of accounts put together."""

    def pairs(counts: Iterable[int]) -> int:
        return sum(n * (n - 1) // 2 for n in counts)

    together = pairs(Counter((found[a], truth[a]) for a in found.keys() & truth.keys()).values())
    said, real = pairs(Counter(found.values()).values()), pairs(Counter(truth.values()).values())
    return _harmonic(_share(together, said), _share(together, real))


def score(report: Report, labels: pl.DataFrame) -> Scores:
    """Compare the networks with the verdict of a harvest with the campaigns in the labels.

    An account in several such networks counts for the first in the report.
    """
    rows = {r["account_id"]: r for r in labels.iter_rows(named=True)}
    truth = {a: r["group_id"] for a, r in rows.items() if r["campaign"]}
    found: dict[str, str] = {}
    counted: dict[str, int] = {}
    linked: set[str] = set()
    blamed: Counter[str] = Counter()
    for network in report.networks:
        members = [m.account_id for m in network.accounts]
        linked.update(members)
        if network.verdict != HARVEST:
            continue
        for member in network.accounts:
            if member.account_id not in found:
                found[member.account_id] = network.id
                counted[member.account_id] = member.events_in_campaign
        if not any(a in truth for a in members):
            blamed[Counter(rows[a]["kind"] for a in members).most_common(1)[0][0]] += 1
    right = found.keys() & truth.keys()
    overlap = sum(min(counted[a], rows[a]["events_in_campaign"]) for a in right)
    together = Counter((truth[a], found[a]) for a in right)
    split, merged = _crossed(together)
    return Scores(
        precision=_share(len(right), len(found)),
        recall=_share(len(right), len(truth)),
        bcubed=bcubed(found, truth),
        pairwise=pairwise(found, truth),
        events_precision=_share(overlap, sum(counted.values())),
        events_recall=_share(overlap, sum(rows[a]["events_in_campaign"] for a in truth)),
        innocents=_innocents(rows, found),
        kinds=_kinds(rows, truth, found),
        groups=_groups(report, truth, found, linked),
        split=split,
        merged=merged,
        verdicts=dict(sorted(Counter(str(n.verdict) for n in report.networks).items())),
        innocent_networks=dict(sorted(blamed.items())),
    )


def _crossed(together: Mapping[tuple[str, str], int]) -> tuple[int, int]:
    """Groups over several networks, and networks over several groups, two accounts being the least that counts."""
    solid = [pair for pair, count in together.items() if count >= 2]
    over, under = Counter(g for g, _ in solid), Counter(n for _, n in solid)
    return sum(n > 1 for n in over.values()), sum(n > 1 for n in under.values())


def _innocents(rows: Mapping[str, Mapping[str, object]], found: Mapping[str, str]) -> dict[str, tuple[int, int]]:
    everyone = Counter(str(r["kind"]) for r in rows.values() if not r["campaign"])
    caught = Counter(str(rows[a]["kind"]) for a in found if a in rows and not rows[a]["campaign"])
    return {kind: (caught[kind], everyone[kind]) for kind in sorted(caught)}


def _kinds(
    rows: Mapping[str, Mapping[str, object]], truth: Mapping[str, str], found: Mapping[str, str]
) -> dict[str, tuple[int, int]]:
    everyone = Counter(str(rows[a]["kind"]) for a in truth)
    caught = Counter(str(rows[a]["kind"]) for a in truth if a in found)
    return {kind: (caught[kind], count) for kind, count in sorted(everyone.items())}


def _groups(report: Report, truth: Mapping[str, str], found: Mapping[str, str], linked: set[str]) -> dict[str, Fate]:
    members: dict[str, set[str]] = defaultdict(set)
    for account, group in truth.items():
        members[group].add(account)
    return {
        group: Fate(
            flagged=len(accounts & found.keys()),
            linked=len(accounts & linked),
            accounts=len(accounts),
            missed_as=_elsewhere(report, accounts),
        )
        for group, accounts in sorted(members.items())
    }


def _elsewhere(report: Report, accounts: set[str]) -> str:
    held = [(sum(m.account_id in accounts for m in n.accounts), n) for n in report.networks if n.verdict != HARVEST]
    count, network = max(held, key=lambda pair: pair[0], default=(0, None))
    if network is None or not count:
        return ""
    leading = sorted(network.hypotheses, key=lambda h: -h.bits)[:2]
    views = ", ".join(f"{h.id.split()[0]} {h.bits:.1f}" for h in leading)
    return f"{count} {network.verdict}, harvest {network.extraction_bits:.1f}, {views}"
