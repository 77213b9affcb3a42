"""What a run of `analyze` would take, from what `inspect` has read."""

from __future__ import annotations

import os
from dataclasses import replace

from extractscan.forecast import Cost, Load, Sample, forecast, sightings, speed
from extractscan.readers import LogSet, completed, read_accounts_with_notes
from extractscan.readers.inspection import Inspection
from extractscan.settings import Settings


def cost_of(
    inspection: Inspection, sample: Sample, logs: LogSet, accounts: str | None, *, plan: bool, shuffles: int | None
) -> Cost:
    """Say what analysing these logs would take.

    Args:
        inspection: Of the logs.
        sample: What was counted and kept of their events.
        logs: The inputs.
        accounts: The accounts table.
        plan: Whether the kept events are to be analysed, instead of going by rates alone.
        shuffles: Repetitions of the null test; the usual number where it is None.
    """
    settings = Settings() if shuffles is None else Settings(shuffles=shuffles)
    load = Load(
        inspection.rows_used, sample.texts, inspection.accounts, inspection.cpu_seconds, shuffles=settings.shuffles
    )
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    events = sample.events() if plan else None
    if events is None:
        return forecast(load, inspection.bytes, here=(1.0, 1.0), cores=cores)
    from extractscan.null_test import needed
    from extractscan.rehearsal import rehearse

    table = completed(read_accounts_with_notes(accounts)[0] if accounts else None, logs.accounts())
    here = speed()
    part = rehearse(events, table, settings)
    load = replace(load, shuffles=needed(settings.shuffles, sightings(load), clear=part.clear))
    tried = part.load, part.spent
    return forecast(load, inspection.bytes, here=here, cores=cores, part=tried, shuffles_asked=settings.shuffles)
