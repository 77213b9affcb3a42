"""What every row or line about a network starts with."""

from __future__ import annotations

from typing import Any

from extractscan.model import Network

NETWORK_COLUMNS = ("network", "fingerprint", "verdict", "level", "coordination_bits", "extraction_bits", "suppressed")


def head(network: Network) -> dict[str, Any]:
    """Return the network's id as `network`, and its fingerprint, verdict, level and bits under their own names."""
    return {"network": network.id, **{name: getattr(network, name) for name in NETWORK_COLUMNS[1:]}}
