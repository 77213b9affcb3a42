"""What of a finished report is shown."""

from __future__ import annotations

import msgspec

from extractscan.model import LEVELS, Level, Report


def asked_for(report: Report, level: Level | None) -> Report:
    """Leave out the networks under a level; their fingerprints stay in the report, and their number in its limits."""
    if level is None:
        return report
    kept = set(LEVELS[: LEVELS.index(level) + 1])
    shown = [network for network in report.networks if network.level in kept]
    left = [network.fingerprint for network in report.networks if network.level not in kept]
    if not left:
        return report
    below = [*report.excluded.below_level, *left]
    limit = f"{len(below)} network{'s' * (len(below) != 1)} under the level {level} left out, as was asked for."
    return msgspec.structs.replace(
        report,
        networks=shown,
        excluded=msgspec.structs.replace(report.excluded, below_level=below),
        limits=[*report.limits, limit],
    )
