"""Holds the groups of a log against chance, and writes them down; their events wait on the disk meanwhile."""

from __future__ import annotations

from collections.abc import Callable

from extractscan import dossier, model, null_test
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
    waiting = [cases.pop(0).put_away() for _ in range(len(cases))]
    release()
    shuffles = null_test.run(ground, [case.found for case in waiting], settings, tell)
    release()
    written = [
        dossier.network(case.brought_back(), ground, null_test.of(case.found, shuffles), settings) for case in waiting
    ]
    return written, shuffles
