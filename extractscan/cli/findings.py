"""What an exit code says of a report."""

from __future__ import annotations

from extractscan.diffing import is_news
from extractscan.errors import EXIT_FINDINGS, EXIT_OK, UsageError
from extractscan.model import LEVELS, Level, Report


def check_level(level: str | None) -> Level | None:
    """Return the level of `--min-level`.

    Raises:
        UsageError: where there is no such level.
    """
    for known in LEVELS:
        if level == known:
            return known
    if level is None:
        return None
    raise UsageError(f"--min-level {level!r} is no level", hint=f"levels, worst first: {', '.join(LEVELS)}")


def findings_code(report: Report, fail_on: Level | None) -> int:
    """Return 1 where an extraction network stands at or over the level, else 0.

    Networks with another verdict have a level too, but are no findings: they were explained, or are not what the
    tool looks for. Neither are those that the user's list covers, or that an older report had already.
    """
    if fail_on is None:
        return EXIT_OK
    counted = LEVELS[: LEVELS.index(fail_on) + 1]
    found = any(
        each.verdict == "extraction_network" and each.level in counted and each.suppressed is None and is_news(each)
        for each in report.networks
    )
    return EXIT_FINDINGS if found else EXIT_OK


def rejected(report: Report) -> int:
    """Return how many rows, single values and files of all inputs were not used because they could not be."""
    return sum(reason.count for source in report.inputs for reason in source.rejected)
