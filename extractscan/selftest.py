"""What this log could show: rings planted into it in memory, and what the analysis then finds of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final, Literal

import msgspec
import numpy as np
import polars as pl

import extractscan
from extractscan import dossier, model, pipeline, planting, readers, reading, schema
from extractscan.errors import CannotTestError
from extractscan.settings import Settings

SCHEMA_VERSION: Final = "1.0"
FLAGGED: Final = "extraction_network"
MOST: Final = 0.5
"""Share of a ring that has to stand in networks of one sort before the ring counts as found so."""
DONOR_LEAST: Final = 3
"""Events that an account needs to lend its life to a planted one."""
DONOR_SHARE: Final = 0.95
"""Accounts with more events than this share of all are not copied: one of them would be most of a ring's traffic."""
DONORS: Final = 600
SHARED: Final = (
    schema.PAYMENT,
    schema.CREATED_AT,
    schema.CLIENT_IP,
    schema.USER_AGENT,
    schema.JA4,
    schema.MAX_TOKENS,
    schema.PROMPT,
)
"""Fields in which accounts of a ring have something in common, if the log has them."""

Outcome = Literal["found", "as_another", "missed"]


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """One ring that was planted, alone, and what became of it."""

    size: int
    strength: str
    round: int
    events: int
    outcome: Outcome
    verdict: model.Verdict | None
    """Of the network that holds most of its accounts."""
    flagged: int
    """Accounts of the ring in extraction networks."""
    linked: int
    """Accounts of the ring in networks of any verdict."""
    false_additions: int
    """Accounts of the log that are flagged with the ring planted, and were not without."""


class Power(msgspec.Struct, frozen=True, kw_only=True):
    """All rings of one size and strength; shares are means over rounds."""

    size: int
    strength: str
    rounds: int
    found: int
    as_another: int
    missed: int
    share_flagged: float
    share_linked: float
    false_additions: int


class SelfTest(msgspec.Struct, frozen=True, kw_only=True):
    """What was planted into a log and what would have been found."""

    schema_version: str
    version: str
    settings_sha256: str
    seed: int
    accounts: int
    events: int
    flagged_before: int
    """Accounts flagged in the log as it is."""
    shared: list[str]
    """Fields in which the planted rings have something in common."""
    absent: list[str]
    """Fields in which operators often do, and which this log does not have."""
    power: list[Power]
    trials: list[Trial]


def selftest(
    paths: Sequence[str],
    *,
    accounts: str | None = None,
    settings: Settings = Settings(),  # noqa: B008 frozen
    mapping: Mapping[str, str] | None = None,
    sizes: Sequence[int] = (5, 10, 30, 100),
    rounds: int = 1,
    progress: pipeline.Progress | None = None,
) -> SelfTest:
    """Plant rings of several sizes and strengths into a log, one at a time, and run the whole analysis on each.

    The log is read once and never written to; planted events exist in memory alone. Rings borrow the lives of accounts
    that stand in no network, drawn with the seed of the settings. The null test is left out: it changes no verdict.

    Args:
        paths: Files, directories and globs.
        accounts: The accounts table.
        settings: Thresholds and the seed.
        mapping: Canonical name to source field, for logs of no known format.
        sizes: Accounts of a ring.
        rounds: Rings of each size and strength.
        progress: Told of stages as they go.

    Raises:
        InputError: where nothing can be read.
        CannotTestError: where the log has no field that could link accounts, or no account to borrow from.
    """
    tell = progress or (lambda _stage, _done, _total: None)
    logs = readers.open_logs(paths, mapping=mapping)
    log = reading.read(logs, pipeline.side_table(accounts)[0], settings, tell=partial(tell, "reading"))
    before = pipeline.judge(log, settings, tell)
    flagged = _flagged(before, settings)
    soil = _soil(log, before, settings)
    plan = [(size, strength, number) for size in sizes for strength in planting.STRENGTHS for number in range(rounds)]
    trials = []
    for done, (size, strength, number) in enumerate(plan):
        tell("planting", done, len(plan))
        rng = np.random.default_rng([settings.seed, size, planting.STRENGTHS.index(strength), number])
        ring = planting.plant(soil, size, strength, rng)
        judged = pipeline.judge(reading.with_events(log, ring.events, ring.accounts, settings), settings, _silence)
        trials.append(_judged(ring, judged, flagged, settings, size, strength.name, number + 1))
    full = _full(soil)
    return SelfTest(
        schema_version=SCHEMA_VERSION,
        version=extractscan.__version__,
        settings_sha256=settings.digest(),
        seed=settings.seed,
        accounts=len(log.summary.totals),
        events=int(log.summary.totals["events"].sum()),
        flagged_before=len(flagged),
        shared=[name for name in SHARED if name in full],
        absent=[name for name in SHARED if name not in full],
        power=_power(trials),
        trials=trials,
    )


def _silence(_stage: str, _done: int, _total: int) -> None:
    """Tell nobody of the stages of one trial."""


def _accounts(judged: pipeline.Judged, settings: Settings) -> tuple[dict[str, int], list[model.Verdict]]:
    """Return the network of every account that stands in one, and the verdict of each network."""
    verdicts = [dossier.judgement(case, settings)[3] for case in judged.cases]
    units = judged.ground.units
    network: dict[str, int] = {}
    for number, case in enumerate(judged.cases):
        members = units.filter(pl.col("unit").is_in(pl.Series(case.found.members).implode()))
        network |= dict.fromkeys(members[schema.ACCOUNT].to_list(), number)
    return network, verdicts


def _flagged(judged: pipeline.Judged, settings: Settings) -> frozenset[str]:
    network, verdicts = _accounts(judged, settings)
    return frozenset(account for account, number in network.items() if verdicts[number] == FLAGGED)


def _soil(log: reading.Reading, before: pipeline.Judged, settings: Settings) -> planting.Soil:
    """Choose whose lives to borrow: accounts in no network, with an ordinary number of events."""
    everyone = log.summary.totals
    members = np.concatenate([np.zeros(0, dtype=np.int64), *(group.members for group in before.found)])
    grouped = before.ground.units.filter(pl.col("unit").is_in(pl.Series(members).implode()))[schema.ACCOUNT]
    most = everyone["events"].quantile(DONOR_SHARE, "higher")
    fit = pl.col("events").is_between(DONOR_LEAST, most) & ~pl.col(schema.ACCOUNT).is_in(grouped.implode())
    fit_ones = everyone.filter(fit)[schema.ACCOUNT].sort()
    if fit_ones.is_empty():
        raise CannotTestError(
            f"cannot test: no account outside all networks has {DONOR_LEAST} events to make rings of",
            hint="Give a longer piece of the log.",
        )
    order = np.random.default_rng([settings.seed, len(fit_ones)]).permutation(len(fit_ones))
    chosen = fit_ones.gather(np.sort(order[:DONORS]))
    columns = sorted(log.logs.columns - {schema.COMPLETION})
    donors = pl.concat(reading.again(log, columns, chosen))
    keys = [
        name for name in (schema.ACCOUNT, schema.TIMESTAMP, schema.REQUEST, schema.PROMPT) if name in donors.columns
    ]
    lenders, listed = None, frozenset[str]()
    if log.table is not None:
        lenders = log.table.filter(pl.col(schema.ACCOUNT).is_in(fit_ones.implode())).sort(schema.ACCOUNT)
        listed = frozenset(log.table[schema.ACCOUNT])
    return planting.Soil(
        donors=donors.drop(schema.FILE, schema.ROW).sort(keys),
        accounts=lenders,
        taken=frozenset(everyone[schema.ACCOUNT]) | listed,
        asks=tuple(text for rule in log.ruleset if rule.specificity == "high" for text in rule.examples.get("en", ())),
        source=len(log.logs.files),
    )


def _full(soil: planting.Soil) -> set[str]:
    """Return the fields of which something is known of the accounts that lend their lives."""
    frames = [soil.donors] if soil.accounts is None else [soil.donors, soil.accounts]
    return {name for frame in frames for name in frame.columns if frame[name].null_count() < len(frame)}


def _judged(
    ring: planting.Ring,
    judged: pipeline.Judged,
    flagged: frozenset[str],
    settings: Settings,
    size: int,
    strength: str,
    number: int,
) -> Trial:
    """Say what became of one ring: in which networks its accounts ended, and who of the log went with them."""
    network, verdicts = _accounts(judged, settings)
    held = Counter(network[member] for member in ring.members if member in network)
    right = sum(count for at, count in held.items() if verdicts[at] == FLAGGED)
    top = max(held, key=lambda at: (held[at], -at), default=None)
    outcome: Outcome = "missed"
    if right >= MOST * size:
        outcome = "found"
    elif held.total() >= MOST * size:
        outcome = "as_another"
    now = {account for account, at in network.items() if verdicts[at] == FLAGGED}
    return Trial(
        size=size,
        strength=strength,
        round=number,
        events=len(ring.events),
        outcome=outcome,
        verdict=None if top is None else verdicts[top],
        flagged=right,
        linked=held.total(),
        false_additions=len(now - flagged - set(ring.members)),
    )


def _power(trials: Sequence[Trial]) -> list[Power]:
    rows = []
    for size, strength in dict.fromkeys((one.size, one.strength) for one in trials):
        mine = [one for one in trials if (one.size, one.strength) == (size, strength)]
        outcomes = Counter(one.outcome for one in mine)
        rows.append(
            Power(
                size=size,
                strength=strength,
                rounds=len(mine),
                found=outcomes["found"],
                as_another=outcomes["as_another"],
                missed=outcomes["missed"],
                share_flagged=round(sum(one.flagged for one in mine) / (size * len(mine)), 4),
                share_linked=round(sum(one.linked for one in mine) / (size * len(mine)), 4),
                false_additions=sum(one.false_additions for one in mine),
            )
        )
    return rows
