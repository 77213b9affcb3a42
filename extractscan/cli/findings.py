"""What an exit code says of a report."""

from __future__ import annotations

from extractscan.errors import EXIT_FINDINGS, EXIT_OK
from extractscan.model import LEVELS, Level, Report


def findings_code(report: Report, fail_on: Level | None) -> int:
    """Return 1 where an extraction network stands at or over the level, else 0.

    Networks with another verdict have a level too, but are no findings: they were explained, or are not what the
    tool looks for.
    """
    if fail_on is None:
        return EXIT_OK
    counted = LEVELS[: LEVELS.index(fail_on) + 1]
    found = any(each.verdict == "extraction_network" and each.level in counted for each in report.networks)
    return EXIT_FINDINGS if found else EXIT_OK


def rejected(report: Report) -> int:
    """Return how many rows, single values and files of all inputs were not used because they could not be."""
    return sum(reason.count for source in report.inputs for reason in source.rejected)
