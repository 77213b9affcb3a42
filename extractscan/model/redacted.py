"""That a report was redacted, and how."""

from __future__ import annotations

from extractscan.model.node import Node


class Redaction(Node, frozen=True):
    """How original values were taken out."""

    key_id: str
    """Names the key without giving it away: reports with the same one have the same pseudonyms."""
    least_accounts: int
    """Accounts that must share wording or a client before it stays."""
