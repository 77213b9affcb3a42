"""Holds the groups of a log against chance, and writes them down; their events wait on the disk meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from extractscan import dossier, model, null_test, scratch
from extractscan.exhibits import Case
from extractscan.groundwork import Ground
from extractscan.release import release
from extractscan.settings import Settings


def compared(
    cases: list[Case], ground: Ground, settings: Settings, tell: Callable[[int, int], None]
) -> tuple[list[model.Network], list[list[float]]]:
    """Hold groups against shuffled sightings, and write each as the report holds it.

    Args:
        cases: What was heard of each group. Taken out of the list: their events are the most that is held by then, and
            shuffles need the room.
        ground: What the analysis stands on.
        settings: Thresholds.
        tell: Told how many shuffles are done.

    Returns:
        The networks, in the order of the cases, and the strengths of the networks of each shuffle.
    """
    waiting = [(replace(case, events=case.events.clear()), scratch.shelved(case.events)) for case in cases]
    cases.clear()
    release()
    shuffles = null_test.run(ground, [case.found for case, _ in waiting], settings, tell)
    release()
    written = []
    for case, path in waiting:
        whole = replace(case, events=scratch.unshelved(path))
        written.append(dossier.network(whole, ground, null_test.of(case.found, shuffles), settings))
    return written, shuffles
