"""Every threshold of the analysis, once, with its reason."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Thresholds and limits of one run; the whole of it stands in the report, with its hash.

    Bits are given as floats here for people; code works in integer millibits.
    """

    seed: int = 20261101
    """Seeds the shuffles and the community search; nothing else is random."""
    shuffles: int = 20
    """Null-test repetitions at most: with none as strong, the false-network rate is below 1/(shuffles run + 1)."""
    min_accounts: int = 3
    """A network needs this many units (accounts, or declared customers merged into one)."""
    channel_cap_bits: float = 10.0
    """No channel may say more: one forged value must never convict."""
    channel_floor_bits: float = 3.0
    """What a channel must give before it counts as one of the two that membership needs."""
    channels_needed: int = 2
    """Independent channels that membership needs."""
    margin_bits: float = 7.0
    """Over the prior log2(N/n): about one false member in 128 at even cost."""
    seed_bits: float = 7.0
    """Over log2(number of tests) before a pair of shared values starts a candidate."""
    extraction_bits: float = 5.0
    """What the harvest axis must reach, on its own."""
    hypothesis_margin_bits: float = 3.0
    """By how much H1 must lead every innocent explanation."""
    hub_share: float = 0.34
    """A value held by a larger share of all accounts is listed as a hub and starts no candidate."""
    max_members_per_value: int = 5000
    """Bound on the holders of a value that pairs are drawn from; larger ones are refined against, never paired."""
    redaction_accounts: int = 5
    """Accounts that must share a part of a prompt, a client or a tool before it stays in a redacted report."""

    def digest(self) -> str:
        """SHA-256 over the settings as sorted JSON."""
        return hashlib.sha256(msgspec.json.encode(self, order="sorted")).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        """All settings by name, for the report."""
        return dict(sorted(msgspec.to_builtins(self).items()))


PROFILES: dict[str, dict[str, float]] = {
    "strict": {"margin_bits": 10.0, "extraction_bits": 10.0, "hypothesis_margin_bits": 5.0},
    "balanced": {},
    "wide": {"margin_bits": 4.0, "extraction_bits": 5.0, "hypothesis_margin_bits": 1.0},
}
"""Named presets of `--profile`: what each changes against the defaults."""


def millibits(bits: float) -> int:
    """Bits as integer millibits, so that sums do not depend on their order."""
    return round(bits * 1000)
