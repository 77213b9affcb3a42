"""`--map canonical=field`, checked before anything is read."""

from __future__ import annotations

from collections.abc import Sequence

from extractscan.errors import UsageError


def parse_mapping(pairs: Sequence[str]) -> dict[str, str]:
    """Return the field of the log for each canonical column that was named.

    Raises:
        UsageError: where a pair has no `=`, names no canonical column, or names one twice.
    """
    from extractscan.schema import EVENTS

    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, field = pair.partition("=")
        if not equals or not name or not field:
            raise UsageError(f"--map {pair!r} is no pair", hint="write column=field, such as account_id=user.id")
        if name not in EVENTS:
            raise UsageError(f"--map {pair!r}: there is no column {name!r}", hint=f"columns: {', '.join(EVENTS)}")
        if name in found:
            raise UsageError(f"--map names {name!r} twice", hint="one field for each column")
        found[name] = field
    return found
