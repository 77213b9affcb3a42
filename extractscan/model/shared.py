"""What the members of a network have in common: values of the log with their holders, and wording."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from extractscan.model.node import Node


def fingerprint(accounts: Sequence[str]) -> str:
    """Name a set of accounts across reports: SHA-256 over their sorted ids, first 16 digits."""
    return hashlib.sha256("\n".join(sorted(accounts)).encode()).hexdigest()[:16]


class Observable(Node, frozen=True):
    """One value that at least two members hold."""

    channel: str
    """Its channel."""
    signal: str
    """Its kind."""
    value: str
    """As the log has it; for wording the id of the template, for system prompts a hash."""
    held_by: list[str]
    """The accounts of the network that hold it, sorted."""
    outside: int
    """Accounts outside the network that hold it, those of one declared customer counted once."""


class Rows(Node, frozen=True):
    """Many records of one input, by their 0-based numbers."""

    file: str
    """Path of the input, as under `inputs`."""
    rows: str
    """Ranges with both ends, such as `0-17 20 25-30`."""
    count: int
    """How many records that is."""


class Part(Node, frozen=True):
    """A stretch of wording that does not vary."""

    text: str
    """The words."""
    accounts: int
    """Accounts of a sample, one prompt of each, that sent exactly this; at least so many share it."""
