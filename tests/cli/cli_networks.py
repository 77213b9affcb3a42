"""Networks for tests that only look at who is in them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from extractscan import model
from extractscan.model.shared import fingerprint

SAVED = Path(__file__).parents[1] / "writers" / "golden" / "ordinary.json"
FIRST, LAST = "2026-03-01T00:00:00.000000Z", "2026-03-09T00:00:00.000000Z"


def make_network(
    name: str, accounts: Sequence[str], *, verdict: str = "extraction_network", level: str = "high", **told: Any
) -> model.Network:
    """Make a network of these accounts; `first`, `last` and `statuses` tell of single ones, `observables` of all."""
    ordinary = model.decode(SAVED.read_bytes()).networks[0]
    first, last, statuses = told.get("first", {}), told.get("last", {}), told.get("statuses", {})
    members = [
        model.Member(
            account_id=each, bits=20.0, role="core", events=9, events_in_campaign=9, status=statuses.get(each),
            first_seen=first.get(each, FIRST), last_seen=last.get(each, LAST),
        )
        for each in accounts
    ]  # fmt: skip
    return msgspec.structs.replace(
        ordinary, id=name, fingerprint=fingerprint(list(accounts)), verdict=verdict, level=level, accounts=members,
        observables=told.get("observables", []), change=None, suppressed=None,
    )  # fmt: skip
