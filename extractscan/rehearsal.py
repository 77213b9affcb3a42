"""Analyses the events of a few accounts of a log, to see what the stages of the whole would take."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Final, NamedTuple

import polars as pl

from extractscan import dossier, groundwork, networks, null_test, power, readers, reading, schema, scratch, told, trial
from extractscan.forecast import Load
from extractscan.settings import Settings

SHUFFLES: Final = 2


class Rehearsed(NamedTuple):
    """What a part of a log was, and what came of it."""

    load: Load
    spent: dict[str, float]
    """CPU seconds of each stage."""
    clear: bool
    """Whether all that was found is so much stronger than what chance gave that the null test of a large log ends."""


def rehearse(events: pl.DataFrame, accounts: pl.DataFrame | None, settings: Settings) -> Rehearsed:
    """Analyse some events from end to end.

    Args:
        events: Canonical columns.
        accounts: The accounts table.
        settings: As of the analysis that is to be told; of its shuffles only some are made.
    """
    path = scratch.folder() / "rehearsal.parquet"
    events.write_parquet(path)
    try:
        return _measured(path, events, accounts, settings)
    finally:
        path.unlink()


def _measured(path: Path, events: pl.DataFrame, accounts: pl.DataFrame | None, settings: Settings) -> Rehearsed:
    spent: dict[str, float] = {}
    logs = readers.open_logs([str(path)])
    mine = pl.col(schema.ACCOUNT).is_in(events[schema.ACCOUNT].unique().implode())
    table = None if accounts is None else accounts.filter(mine)
    with _timed(spent, "decoded"):
        for _ in logs.batches():
            pass
    with _timed(spent, "reading"):
        log = reading.read(logs, table, settings)
    with _timed(spent, "tables"):
        known = told.told(log.summary, log.table, settings)
        ground = groundwork.lay(known, log.columns, log.ruleset, settings, side_table=log.table is not None)
    with _timed(spent, "search"):
        found = groundwork.current(networks.find(ground.incidence, ground.labels, settings), ground, settings)
    with _timed(spent, "judgement"):
        cases = trial.hear(found, ground, partial(reading.again, log), settings, lambda _done, _total: None)
    shuffles = min(settings.shuffles, SHUFFLES)
    with _timed(spent, "shuffles"):
        few = Settings(**settings.to_dict() | {"shuffles": shuffles})
        dealt = null_test.run(ground, [case.found for case in cases], few, lambda _done, _total: None)
    with _timed(spent, "smallest"):
        power.smallest_detectable(ground, settings)
    with _timed(spent, "report"):
        for case in cases:
            dossier.network(case, ground, null_test.of(case.found, dealt), settings)
    texts = int(events[schema.PROMPT].is_not_null().sum()) if schema.PROMPT in events.columns else 0
    load = Load(len(events), texts, events[schema.ACCOUNT].n_unique(), spent.pop("decoded"), shuffles)
    strengths = [null_test.strength(case.found.profile) for case in cases]
    return Rehearsed(load, spent, null_test.clear(strengths, max(chain.from_iterable(dealt), default=0.0)))


@contextmanager
def _timed(spent: dict[str, float], stage: str) -> Iterator[None]:
    began = time.process_time()
    yield
    spent[stage] = time.process_time() - began
