"""Summaries in place of logs: what cannot be asked of them, and whether the logs behind them can be read again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from extractscan import allowing, model, readers, reading, summaries
from extractscan.errors import UsageError


def require_whole(
    stored: Sequence[summaries.Stored],
    start: datetime | None,
    end: datetime | None,
    last: timedelta | None,
    filters: Sequence[model.Filter],
    allow: Sequence[allowing.Entry],
) -> None:
    """Refuse to cut what was summed up.

    Raises:
        UsageError: naming the option.
    """
    cuts: dict[str, object] = {"--from": start, "--to": end, "--last": last}
    cuts["--include and --exclude"] = filters or None
    cuts["addresses in --allow"] = [*allowing.shared(allow)] or None
    asked = next((name for name, value in cuts.items() if value is not None), None)
    if stored and asked:
        raise UsageError(
            f"{asked} with a summary: {stored[0].folder} holds no single events",
            hint="name the summaries of the days that are wanted, or the logs themselves",
        )


def whole(
    log: reading.Reading, stored: Sequence[summaries.Stored], rest: Sequence[str], mapping: Mapping[str, str] | None
) -> reading.Reading:
    """Let events be read again from the logs behind summaries, if all of them are here.

    Raises:
        UsageError: for a log that stands in two summaries, or in one and beside it.
    """
    if not stored:
        return log
    fresh = log.logs.records() if rest else []
    known = [each for one in stored for each in one.manifest.inputs]
    places = [(str(one.folder), each) for one in stored for each in one.manifest.inputs]
    summaries.require_apart([*places, *(("the logs", each) for each in fresh)])
    found = summaries.here(stored)
    same = not rest or dict(mapping or {}) == stored[0].manifest.mapping
    if found is None or not same:
        return replace(log, heard=False)
    every = readers.open_logs([*found, *rest], mapping=stored[0].manifest.mapping).wanting(log.columns)
    every.remember([*known, *fresh])
    return replace(log, logs=every)
